#include "tests/soak/recorder_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace blobgauge::soak {

RecorderProcess::RecorderProcess(const std::string& target, const std::string& trace,
                                 const std::vector<std::string>& more) {
  std::vector<std::string> arguments{BLOBGAUGE_PROGRAM, "record",      "--mode", "reverse", "--target", target,
                                     "--listen",        "127.0.0.1:0", "-o",     trace};
  arguments.insert(arguments.end(), more.begin(), more.end());
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(pipe[1], STDERR_FILENO);
    if (::chdir(BLOBGAUGE_SOURCE_DIR) != 0) ::_exit(126);
    std::vector<char*> raw;
    for (auto& argument : arguments) raw.push_back(argument.data());
    raw.push_back(nullptr);
    ::execv(raw[0], raw.data());
    ::_exit(127);
  }
  ::close(pipe[1]);
  errors_ = pipe[0];
  std::string said;
  char byte = 0;
  while (said.find("interrupt to finish") == std::string::npos) {
    if (::read(errors_, &byte, 1) != 1) throw std::runtime_error("the recorder did not start: " + said);
    said.push_back(byte);
  }
  const auto host = said.rfind("127.0.0.1:");
  port_ = static_cast<std::uint16_t>(std::atoi(said.c_str() + host + 10));
}

RecorderProcess::~RecorderProcess() {
  if (pid_ > 0) (void)stop();
  ::close(errors_);
}

std::size_t RecorderProcess::descriptors() const {
  const std::filesystem::directory_iterator open("/proc/" + std::to_string(pid_) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

std::vector<std::string> RecorderProcess::open_files() const {
  std::vector<std::string> out;
  std::error_code gone;  // one that was closed meanwhile
  for (const auto& each : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/fd"))
    out.push_back(std::filesystem::read_symlink(each.path(), gone).string());
  std::sort(out.begin(), out.end());
  return out;
}

std::size_t RecorderProcess::status(const char* line) const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
  for (std::string word; in >> word;) {
    std::size_t value = 0;
    if (word == line && in >> value) return value;
  }
  return 0;
}

int RecorderProcess::stop() {
  const auto pid = std::exchange(pid_, -1);
  ::kill(pid, SIGINT);
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace blobgauge::soak
