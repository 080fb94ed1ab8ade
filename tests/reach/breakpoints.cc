#include "tests/reach/breakpoints.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <unordered_map>

namespace blobgauge::reach {

namespace {

constexpr std::uint8_t trap = 0xcc;

[[noreturn]] void start(const std::vector<std::string>& command) {
  ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  std::vector<char*> arguments;
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

// The memory of a stopped process, written past its protection.
class Memory {
 public:
  explicit Memory(pid_t process) : file_(::open(fmt::format("/proc/{}/mem", process).c_str(), O_RDWR | O_CLOEXEC)) {}
  ~Memory() {
    if (file_ >= 0) ::close(file_);
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  bool read(std::uint64_t at, std::uint8_t& byte) const {
    return ::pread(file_, &byte, 1, static_cast<off_t>(at)) == 1;
  }
  bool write(std::uint64_t at, std::uint8_t byte) const {
    return ::pwrite(file_, &byte, 1, static_cast<off_t>(at)) == 1;
  }

 private:
  int file_;
};

}  // namespace

model::Result<Watched> watch(const std::vector<std::string>& command, const std::vector<std::uint64_t>& addresses) {
  const auto refuse = [](const char* message) { return model::fail(model::Category::internal, message); };
  const pid_t child = ::fork();
  if (child < 0) return refuse("no process can be started");
  if (child == 0) start(command);
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return refuse("the program does not start");
  const long options = PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
  if (::ptrace(PTRACE_SETOPTIONS, child, nullptr, options) != 0) return refuse("the system forbids tracing");
  Watched watched;
  std::unordered_map<std::uint64_t, std::uint8_t> original;
  const Memory memory(child);
  for (const auto address : addresses) {
    std::uint8_t byte = 0;
    if (memory.read(address, byte) && memory.write(address, trap)) original.emplace(address, byte);
  }
  if (original.empty() && !addresses.empty()) return refuse("no breakpoint can be set");
  ::ptrace(PTRACE_CONT, child, nullptr, 0L);
  std::set<pid_t> known{child}, others;
  for (;;) {
    const pid_t thread = ::waitpid(-1, &status, __WALL);
    if (thread < 0) break;
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (thread == child) {
        watched.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        break;
      }
      continue;
    }
    long signal = WSTOPSIG(status);
    const auto event = static_cast<unsigned>(status) >> 16;
    if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK) {
      // Its memory may be the program's own until it becomes another program; so it stays traced, and unknown.
      unsigned long other = 0;
      ::ptrace(PTRACE_GETEVENTMSG, thread, nullptr, &other);
      others.insert(static_cast<pid_t>(other));
    }
    if (event != 0) {
      signal = 0;
    } else if (signal == SIGTRAP) {
      user_regs_struct registers{};
      ::ptrace(PTRACE_GETREGS, thread, nullptr, &registers);
      const auto address = registers.rip - 1;
      if (const auto found = original.find(address); found != original.end()) {
        // Several threads can meet one breakpoint; each steps back, and the first takes it away. In a copy of the
        // memory it is taken away there.
        const Memory own(thread);
        own.write(address, found->second);
        if (!others.contains(thread)) watched.met.insert(address);
        registers.rip = address;
        ::ptrace(PTRACE_SETREGS, thread, nullptr, &registers);
      }
      signal = 0;
    } else if (signal == SIGSTOP && known.insert(thread).second) {
      signal = 0;  // a thread's first stop
    }
    ::ptrace(PTRACE_CONT, thread, nullptr, signal);
  }
  return watched;
}

}  // namespace blobgauge::reach
