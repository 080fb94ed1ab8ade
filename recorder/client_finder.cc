#include "recorder/client_finder.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fmt/format.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "model/file.h"
#include "model/text.h"

namespace blobgauge::recorder {
namespace {

constexpr std::size_t most_waiting = 64, most_remembered = 4096;

struct End {
  std::array<std::uint32_t, 4> address{};
  std::uint16_t port = 0;  // both in network order
  int family = 0;
};

std::optional<End> parse_end(const std::string& text) {
  const auto colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : model::parse_number(text.substr(colon + 1));
  if (!port || *port > 65535) return std::nullopt;
  auto host = text.substr(0, colon);
  const bool six = host.starts_with('[') && host.ends_with(']');
  if (six) host = host.substr(1, host.size() - 2);
  End out;
  out.family = six ? AF_INET6 : AF_INET;
  out.port = htons(static_cast<std::uint16_t>(*port));
  if (::inet_pton(out.family, host.c_str(), out.address.data()) != 1) return std::nullopt;
  return out;
}

bool is_loopback(const End& end) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(end.address.data());
  if (end.family == AF_INET) return bytes[0] == 127;
  return std::all_of(bytes, bytes + 15, [](unsigned char byte) { return byte == 0; }) && bytes[15] == 1;
}

// The inode of the socket whose own end is `client` (sock_diag(7)).
std::optional<std::uint32_t> inode_of(const End& client, const End& own) {
  const int channel = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (channel < 0) return std::nullopt;
  struct {
    nlmsghdr header;
    inet_diag_req_v2 request;
  } question{};
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  auto& request = question.request;
  request.sdiag_family = static_cast<std::uint8_t>(client.family);
  request.sdiag_protocol = IPPROTO_TCP;
  request.idiag_states = ~0U;
  request.id.idiag_sport = client.port;
  request.id.idiag_dport = own.port;
  std::memcpy(request.id.idiag_src, client.address.data(), sizeof request.id.idiag_src);
  std::memcpy(request.id.idiag_dst, own.address.data(), sizeof request.id.idiag_dst);
  request.id.idiag_cookie[0] = request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  std::optional<std::uint32_t> inode;
  alignas(nlmsghdr) std::array<char, 4096> answer{};
  const bool sent = ::send(channel, &question, sizeof question, 0) == static_cast<ssize_t>(sizeof question);
  const auto size = sent ? ::recv(channel, answer.data(), answer.size(), 0) : -1;
  nlmsghdr header{};
  inet_diag_msg found{};
  if (size >= static_cast<ssize_t>(NLMSG_LENGTH(sizeof found))) {
    std::memcpy(&header, answer.data(), sizeof header);
    std::memcpy(&found, answer.data() + NLMSG_HDRLEN, sizeof found);
    if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY && found.idiag_inode != 0) inode = found.idiag_inode;
  }
  ::close(channel);
  return inode;
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> out;
  DIR* open = ::opendir(folder.c_str());
  if (!open) return out;
  while (const auto* entry = ::readdir(open)) out.emplace_back(entry->d_name);
  ::closedir(open);
  return out;
}

bool has_socket(const std::string& process, const std::string& name) {
  const auto folder = "/proc/" + process + "/fd";
  std::array<char, 64> target{};
  for (const auto& each : names_in(folder)) {
    const auto size = ::readlink((folder + "/" + each).c_str(), target.data(), target.size());
    if (size > 0 && std::string_view(target.data(), static_cast<std::size_t>(size)) == name) return true;
  }
  return false;
}

}  // namespace

struct ClientFinder::State {
  struct Wanted {
    std::uint64_t connection;
    End client, own;
  };

  mutable std::mutex mutex;
  std::condition_variable changed;
  // Under the mutex.
  std::deque<Wanted> wanted;
  std::map<std::uint64_t, model::ClientProcess> found;
  bool busy = false, ended = false;
  // Of the thread: who was found before is asked first.
  std::deque<std::string> known;
  std::thread thread;

  model::ClientProcess look(const Wanted& what) {
    const auto inode = inode_of(what.client, what.own);
    if (!inode) return {};
    const auto name = fmt::format("socket:[{}]", *inode);
    for (const auto& process : known)
      if (has_socket(process, name)) return described(process);
    for (const auto& process : names_in("/proc")) {
      if (!model::parse_number(process) || !has_socket(process, name)) continue;
      known.push_front(process);
      if (known.size() > 8) known.pop_back();
      return described(process);
    }
    return {};
  }

  static model::ClientProcess described(const std::string& process) {
    const auto name = model::read_file("/proc/" + process + "/comm");
    return {static_cast<std::int64_t>(*model::parse_number(process)), name ? std::string(model::trim(*name)) : ""};
  }

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return ended || !wanted.empty(); });
      if (ended) return;
      const auto what = wanted.front();
      wanted.pop_front();
      busy = true;
      lock.unlock();
      auto process = look(what);
      lock.lock();
      busy = false;
      if (process.id != 0) found[what.connection] = std::move(process);
      if (found.size() > most_remembered) found.erase(found.begin());
      changed.notify_all();
    }
  }
};

ClientFinder::ClientFinder() : state_(std::make_unique<State>()) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

ClientFinder::~ClientFinder() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ended = true;
    state_->changed.notify_all();
  }
  state_->thread.join();
}

void ClientFinder::look_for(std::uint64_t connection, const std::string& client_end, const std::string& own_end) {
  const auto client = parse_end(client_end), own = parse_end(own_end);
  if (!client || !own || !is_loopback(*client) || client->family != own->family) return;
  const std::lock_guard lock(state_->mutex);
  if (state_->wanted.size() >= most_waiting) return;
  state_->wanted.push_back({connection, *client, *own});
  state_->changed.notify_all();
}

model::ClientProcess ClientFinder::found(std::uint64_t connection) const {
  const std::lock_guard lock(state_->mutex);
  const auto at = state_->found.find(connection);
  return at == state_->found.end() ? model::ClientProcess{} : at->second;
}

void ClientFinder::settle() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->ended || (state_->wanted.empty() && !state_->busy); });
}

}  // namespace blobgauge::recorder
