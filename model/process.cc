#include "model/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace blobgauge::model {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds grace{2'000};  // between the polite and the hard signal

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }
  int get() const { return number_; }
  bool open() const { return number_ >= 0; }
  void reset(int number = -1) {
    if (number_ >= 0) ::close(number_);
    number_ = number;
  }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor read, write;
  bool make() {
    std::array<int, 2> ends;
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read.reset(ends[0]);
    write.reset(ends[1]);
    return true;
  }
};

// Everything that the child needs, made before the fork: after it only async-signal-safe calls are allowed.
struct Prepared {
  std::vector<std::string> texts;
  std::vector<char*> arguments, environment;

  explicit Prepared(const ProcessRequest& request) {
    std::vector<std::string> variables;
    const auto replaced = [&](std::string_view entry) {
      for (const auto& [name, value] : request.environment)
        if (entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name)) return true;
      return false;
    };
    if (!request.clean)
      for (char** entry = environ; *entry; ++entry)
        if (!replaced(*entry)) variables.emplace_back(*entry);
    for (const auto& [name, value] : request.environment) variables.push_back(name + "=" + value);
    texts = request.command;
    texts.insert(texts.end(), variables.begin(), variables.end());
    for (std::size_t i = 0; i < texts.size(); ++i)
      (i < request.command.size() ? arguments : environment).push_back(texts[i].data());
    arguments.push_back(nullptr);
    environment.push_back(nullptr);
  }
};

// Never returns. `report` gets errno if the program could not be started.
[[noreturn]] void become(const ProcessRequest& request, const Prepared& prepared, const Pipe& out, const Pipe& err,
                         int report, pid_t parent) {
  const auto give_up = [&] {
    const int reason = errno;
    [[maybe_unused]] const auto written = ::write(report, &reason, sizeof reason);
    ::_exit(127);
  };
  // Should this process die, its clients must not go on by themselves.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  if (request.capture) {
    ::setpgid(0, 0);
    const int null = ::open("/dev/null", O_RDONLY);
    if (null < 0 || ::dup2(null, 0) < 0 || ::dup2(out.write.get(), 1) < 0 || ::dup2(err.write.get(), 2) < 0) give_up();
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  if (!request.folder.empty() && ::chdir(request.folder.c_str()) != 0) give_up();
  ::execvpe(prepared.arguments[0], prepared.arguments.data(), prepared.environment.data());
  give_up();
  ::_exit(127);
}

// False at the end of the stream.
bool drain(int descriptor, std::string& into, std::size_t limit) {
  std::array<char, 65536> piece;
  const auto got = ::read(descriptor, piece.data(), piece.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  const auto room = limit > into.size() ? limit - into.size() : 0;
  into.append(piece.data(), std::min(room, static_cast<std::size_t>(got)));
  return true;
}

class Child {
 public:
  Child(pid_t pid, bool group) : pid_(pid), group_(group) {}
  void signal(int number) const { ::kill(group_ ? -pid_ : pid_, number); }
  int wait() const {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  pid_t pid_;
  bool group_;
};

}  // namespace

Result<ProcessOutcome> run_process(const ProcessRequest& request) {
  const auto broken = [&](std::string_view what) {
    return fail(Category::internal, fmt::format("{} for {}: {}", what, request.command[0], std::strerror(errno)));
  };
  if (request.command.empty()) return fail(Category::usage, "no command to run");
  Pipe out, err, report;
  if (!out.make() || !err.make() || !report.make()) return broken("no pipe");
  const Prepared prepared(request);
  const auto started = Clock::now();
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return broken("no process");
  if (pid == 0) become(request, prepared, out, err, report.write.get(), parent);
  const Child child(pid, request.capture);
  out.write.reset();
  err.write.reset();
  report.write.reset();
  int reason = 0;
  if (::read(report.read.get(), &reason, sizeof reason) == sizeof reason) {
    child.wait();
    return fail(Category::usage, fmt::format("cannot start {}: {}", request.command[0], std::strerror(reason)));
  }

  ProcessOutcome outcome;
  Descriptor exited(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!exited.open()) return broken("no process descriptor");
  bool running = true, hard = false;
  auto deadline = request.time_limit.count() ? started + request.time_limit : Clock::time_point::max();
  while (running || (request.capture && (out.read.open() || err.read.open()))) {
    std::array<pollfd, 3> waits{pollfd{running ? exited.get() : -1, POLLIN, 0},
                                pollfd{request.capture ? out.read.get() : -1, POLLIN, 0},
                                pollfd{request.capture ? err.read.get() : -1, POLLIN, 0}};
    int wait_ms = -1;
    if (deadline != Clock::time_point::max()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
      wait_ms = static_cast<int>(std::max<std::int64_t>(0, left));
    }
    const int ready = ::poll(waits.data(), waits.size(), wait_ms);
    if (ready < 0 && errno != EINTR) return broken("poll");
    if (ready == 0) {
      if (!running) break;  // something that it left behind keeps the pipes open
      outcome.timed_out = true;
      child.signal(hard ? SIGKILL : SIGTERM);
      deadline = Clock::now() + grace;
      hard = true;
      continue;
    }
    if (waits[1].revents && !drain(out.read.get(), outcome.out, request.capture_limit)) out.read.reset();
    if (waits[2].revents && !drain(err.read.get(), outcome.err, request.capture_limit)) err.read.reset();
    if (waits[0].revents) {
      outcome.exit_code = child.wait();
      running = false;
      deadline = Clock::now() + std::chrono::milliseconds{200};
    }
  }
  outcome.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started);
  if (request.capture) child.signal(SIGKILL);  // what it left behind in its group
  return outcome;
}

}  // namespace blobgauge::model
