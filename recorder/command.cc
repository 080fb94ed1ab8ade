#include "recorder/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

extern char** environ;

namespace blobgauge::recorder {
namespace {

using Clock = std::chrono::steady_clock;
using model::Category;
using model::fail;

constexpr int passed_on[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

// Signals as bytes of a pipe: whichever thread a handler runs on, the waiting one reads them.
class SignalPipe {
 public:
  explicit SignalPipe(std::vector<int> signals) : signals_(std::move(signals)), old_(signals_.size()) {
    if (::pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0) ends_[0] = ends_[1] = -1;
    writing_end = ends_[1];
    struct sigaction action {};
    action.sa_handler = [](int number) {
      const int saved = errno;
      const auto byte = static_cast<unsigned char>(number);
      if (::write(writing_end, &byte, 1) < 0) {
        // Full: enough are waiting.
      }
      errno = saved;
    };
    action.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < signals_.size(); ++i) ::sigaction(signals_[i], &action, &old_[i]);
  }
  SignalPipe(const SignalPipe&) = delete;
  SignalPipe& operator=(const SignalPipe&) = delete;
  ~SignalPipe() {
    for (std::size_t i = 0; i < signals_.size(); ++i) ::sigaction(signals_[i], &old_[i], nullptr);
    writing_end = -1;
    if (ends_[0] >= 0) ::close(ends_[0]);
    if (ends_[1] >= 0) ::close(ends_[1]);
  }

  // The next signal, or 0 when the time is over.
  int wait(std::chrono::milliseconds limit) {
    pollfd wanted{ends_[0], POLLIN, 0};
    ::poll(&wanted, 1, static_cast<int>(limit.count()));
    unsigned char byte = 0;
    return ::read(ends_[0], &byte, 1) == 1 ? byte : 0;
  }

 private:
  inline static std::atomic<int> writing_end{-1};
  std::vector<int> signals_;
  std::vector<struct sigaction> old_;
  int ends_[2] = {-1, -1};
};

// Gives the terminal to the child's group and takes it back, where we are in the foreground of one.
class Foreground {
 public:
  Foreground() : ours_(::isatty(STDIN_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp()) {}
  Foreground(const Foreground&) = delete;
  Foreground& operator=(const Foreground&) = delete;
  ~Foreground() {
    if (!ours_) return;
    // Without this the call would stop us: we are in the background until it is done.
    const auto old = ::signal(SIGTTOU, SIG_IGN);
    ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
    ::signal(SIGTTOU, old);
  }
  bool ours() const { return ours_; }

 private:
  bool ours_;
};

std::vector<std::string> environment_of(const CommandOptions& options) {
  std::vector<std::string> out;
  const auto named = [](std::string_view entry, std::string_view name) {
    return entry.substr(0, entry.find('=')) == name;
  };
  for (char** entry = environ; *entry; ++entry) {
    const bool replaced =
        std::any_of(options.set.begin(), options.set.end(),
                    [&](const auto& each) { return named(*entry, each.first); }) ||
        std::any_of(options.unset.begin(), options.unset.end(), [&](const auto& each) { return named(*entry, each); });
    if (!replaced) out.emplace_back(*entry);
  }
  for (const auto& [name, value] : options.set) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

model::Result<pid_t> spawn(const CommandOptions& options, bool foreground) {
  auto arguments = options.arguments;
  auto environment = environment_of(options);
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t defaults, none;
  sigemptyset(&none);
  sigemptyset(&defaults);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGPIPE}) sigaddset(&defaults, number);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  if (foreground) ::posix_spawn_file_actions_addtcsetpgrp_np(&actions, STDIN_FILENO);
  if (!options.folder.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, arguments.front().c_str(), &actions, &attributes, pointers(arguments).data(),
                                   pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    const auto& program = options.arguments.front();
    const auto equals = program.find('=');  // what is behind it may be a secret
    return fail(Category::usage, fmt::format("cannot run '{}': {}", program.substr(0, equals), std::strerror(error)),
                equals != std::string::npos ? "set variables before blobgauge, or with 'env'"
                : error == ENOENT           ? "is it installed and in PATH?"
                                            : "");
  }
  return child;
}

}  // namespace

model::Result<CommandEnd> run_command(const CommandOptions& options) {
  if (options.arguments.empty()) return fail(Category::usage, "no command to run");
  SignalPipe signals({SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT});
  const Foreground foreground;
  BLOBGAUGE_TRY(const pid_t child, spawn(options, foreground.ours()));
  CommandEnd end;
  auto deadline = options.limit.count() > 0 ? Clock::now() + options.limit : Clock::time_point::max();
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) {
      end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      return end;
    }
    if (ended < 0 && errno != EINTR)
      return fail(Category::internal, fmt::format("cannot wait for '{}'", options.arguments[0]));
    if (Clock::now() >= deadline) {
      ::kill(-child, end.timed_out ? SIGKILL : SIGTERM);
      ::kill(-child, SIGCONT);
      deadline = Clock::now() + options.grace;
      end.timed_out = true;
    }
    // SIGCHLD wakes us; the second is only for the deadline's sake.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    const int number = signals.wait(std::clamp(left, std::chrono::milliseconds{1}, std::chrono::milliseconds{1'000}));
    if (std::find(std::begin(passed_on), std::end(passed_on), number) != std::end(passed_on)) ::kill(-child, number);
  }
}

int wait_for_signal(const std::function<void()>& ready, const std::function<bool()>& poll) {
  SignalPipe signals({SIGINT, SIGTERM, SIGHUP});
  ready();
  for (;;) {
    if (const int number = signals.wait(std::chrono::milliseconds{200})) return number;
    if (poll && poll()) return 0;
  }
}

}  // namespace blobgauge::recorder
