#include "tests/fidelity/run.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "model/trace.h"

namespace blobgauge::fidelity {

using namespace std::chrono_literals;

// Takes exchanges as a trace does: through their line of JSON.
class Memory final : public recorder::ExchangeSink {
 public:
  model::Status write(const model::RedactedExchange& exchange, bool) override {
    auto read = model::from_json_line(model::to_json_line(*exchange));
    if (!read) return tl::make_unexpected(read.error());
    exchanges.push_back(std::move(*read));
    return {};
  }
  std::vector<model::Exchange> exchanges;
};

namespace {

template <class Value>
Value must(model::Result<Value> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::string out;
  for (const auto byte : digest) out += fmt::format("{:02x}", byte);
  return out;
}

std::string_view name_of(model::Framing framing) {
  switch (framing) {
    case model::Framing::none:
      return "none";
    case model::Framing::length:
      return "length";
    case model::Framing::chunked:
      return "chunked";
    case model::Framing::close:
      return "close";
  }
  return "?";
}

std::shared_ptr<const model::Catalogue> catalogue() {
  static const auto loaded =
      std::make_shared<const model::Catalogue>(must(model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue")));
  return loaded;
}

// A random value may look like one that is masked ("SI=" and eight bytes): then the mask must tell the length of what
// it stands for, and everything around it must be as it was sent.
bool same_but_masked(std::string_view told, std::string_view sent) {
  constexpr std::string_view mask = "REDACTED-";
  for (;;) {
    const auto at = told.find(mask);
    if (at == std::string_view::npos) return told == sent;
    if (sent.substr(0, at) != told.substr(0, at)) return false;
    told.remove_prefix(at + mask.size());
    std::size_t length = 0, digits = 0;
    for (; digits < told.size() && told[digits] >= '0' && told[digits] <= '9'; ++digits)
      length = 10 * length + static_cast<std::size_t>(told[digits] - '0');
    if (digits == 0 || digits > 6 || sent.size() < at + length) return false;
    told.remove_prefix(digits);
    sent.remove_prefix(at + length);
  }
}

}  // namespace

Stage::Stage(Mode mode, recorder::Proxy::Options options) : mode_(mode), sink_(std::make_shared<Memory>()) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets without MSG_NOSIGNAL
  options.catalogue = catalogue();
  if (mode == Mode::reverse) {
    options.mode = recorder::Mode::reverse;
    options.target = must(model::parse_url("http://" + authority()));
  } else {
    options.allowed_hosts = {"127.0.0.1"};
  }
  if (mode == Mode::intercepted) {
    authority_ = must(wire::CertificateAuthority::temporary());
    const auto leaf = must(authority_->leaf("127.0.0.1"));
    server_tls_ = server_context(leaf.chain_pem, leaf.key_pem);
    client_tls_ = client_context(authority_->certificate_pem());
    trusted_ = (std::filesystem::temp_directory_path() / fmt::format("fidelity-{}.pem", ::getpid())).string();
    std::ofstream(trusted_) << authority_->certificate_pem();
    options.authority = authority_;
    options.upstream_ca_file = trusted_;
  }
  proxy_ = must(recorder::Proxy::start(std::move(options), sink_));
}

Stage::~Stage() {
  proxy_.reset();
  if (!trusted_.empty()) std::filesystem::remove(trusted_);
}

std::string Stage::authority() const { return fmt::format("127.0.0.1:{}", listening_.port()); }

Peer Stage::straight() const {
  auto peer = Peer::to(listening_.port());
  return peer;
}

Peer Stage::through() const {
  auto peer = Peer::to(proxy_->port());
  if (mode_ != Mode::intercepted) return peer;
  const auto answer = peer.ask(fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", authority()));
  return answer.starts_with("HTTP/1.1 200 ") ? std::move(peer) : Peer();
}

Peer Stage::arrived(std::chrono::milliseconds limit) {
  auto peer = listening_.accept(limit);
  if (peer.open() && server_tls_ && !peer.accept_tls(server_tls_.get())) return Peer();
  return peer;
}

Stage::Outcome Stage::play(Peer client, const Script& says, const Script& answers) {
  Outcome out;
  std::atomic<bool> over = false;
  std::thread server([&] {
    for (bool waits = true; waits;) {
      waits = !over;
      auto peer = arrived(20ms);
      if (!peer.open()) continue;
      out.arrived = true;
      out.server = peer.play(answers);
      return;
    }
  });
  if (client.open() && (!client_tls_ || client.connect_tls(client_tls_.get(), "127.0.0.1")))
    out.client = client.play(says);
  over = true;
  server.join();
  while (listening_.accept(0ms).open()) ++out.more;
  return out;
}

const std::vector<model::Exchange>& Stage::told() {
  const auto stopped = proxy_->stop();
  if (!stopped) throw std::runtime_error(describe(stopped.error()));
  return sink_->exchanges;
}

std::string untrue(const model::Exchange& told, const Expected& expected, Mode mode, const std::string& authority) {
  std::string out;
  const auto same = [&](const char* what, const auto& said, const auto& wanted) {
    if (said != wanted)
      out += fmt::format("{}: the trace says {}, it was {}\n", what, shown(fmt::format("{}", said)),
                         shown(fmt::format("{}", wanted)));
  };
  const auto same_side = [&](const char* side, const auto& said, const Side& sent) {
    std::string told_fields, sent_fields;
    for (const auto& field : said.headers) told_fields += field.name + ":" + field.value + "\n";
    for (const auto& [name, value] : sent.fields) sent_fields += name + ":" + value + "\n";
    if (!same_but_masked(told_fields, sent_fields))
      out += fmt::format("{} fields: {}", side, difference(sent_fields, told_fields));
    same(side, name_of(said.framing), sent.framing);
    same(side, said.body.complete, sent.complete);
    if (!sent.complete) return;
    same(side, said.body.size, sent.payload.size());
    same(side, said.body.sha256, sent.payload.empty() ? said.body.sha256 : sha256(sent.payload));
  };
  const auto& request = told.request;
  same("method", request.method, expected.method);
  same("target", request.target, expected.target);
  same("version", request.version, expected.version);
  same("scheme", request.scheme, mode == Mode::intercepted ? "https" : "http");
  same("host", request.host, authority);
  same_side("request", request, expected.request);
  const auto& answer = told.response;
  same("status", answer.status, expected.status);
  same("reason", answer.reason, expected.reason);
  same("version of the answer", answer.version, expected.answer_version);
  same_side("answer", answer, expected.answer);

  // Nothing else may be said to have changed on the way.
  std::vector<std::string> marks;
  if (mode == Mode::absolute) marks.push_back("target: absolute form became origin form");
  for (const auto& interim : expected.interim) marks.push_back("interim answer: " + interim);
  std::vector<std::string> said;
  const auto harmless = [&](const std::string& mark) {
    if (mark == "answer: began before the request's end") return true;
    return !expected.request.complete &&
           (mark.starts_with("client: closed before") || mark.starts_with("request: the rest"));
  };
  for (const auto& mark : told.marks)
    if (!harmless(mark)) said.push_back(mark);
  same("marks", fmt::format("{}", fmt::join(said, " / ")), fmt::format("{}", fmt::join(marks, " / ")));
  return out;
}

}  // namespace blobgauge::fidelity
