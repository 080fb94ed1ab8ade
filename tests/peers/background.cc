#include "tests/peers/background.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace blobgauge::peers {

Background::Background(const std::vector<std::string>& command, const Environment& environment) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  std::vector<char*> arguments, values;
  for (const auto& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
  for (const auto& part : variables) values.push_back(const_cast<char*>(part.c_str()));
  arguments.push_back(nullptr);
  values.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("a test cannot make a pipe");
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("a test cannot start a program");
  if (process_ == 0) {
    ::dup2(ends[1], 1);
    ::dup2(ends[1], 2);
    ::execve(arguments[0], arguments.data(), values.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  reader_ = std::thread([this, from = ends[0]] {
    char buffer[4096];
    for (;;) {
      const auto n = ::read(from, buffer, sizeof buffer);
      const std::lock_guard lock(mutex_);
      if (n > 0) said_.append(buffer, static_cast<std::size_t>(n));
      ended_ = n <= 0;
      more_.notify_all();
      if (ended_) break;
    }
    ::close(from);
  });
}

std::string Background::line_with(const std::string& mark) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto at = said_.find(mark);
    const auto end = at == std::string::npos ? at : said_.find('\n', at);
    if (end != std::string::npos) {
      const auto start = said_.rfind('\n', at);
      return said_.substr(start == std::string::npos ? 0 : start + 1,
                          end - (start == std::string::npos ? 0 : start + 1));
    }
    if (ended_) return {};
    more_.wait(lock);
  }
}

std::string Background::said() {
  const std::lock_guard lock(mutex_);
  return said_;
}

int Background::end() {
  if (process_ <= 0) return exit_code_;
  ::kill(process_, SIGINT);
  int status = 0;
  ::waitpid(process_, &status, 0);
  reader_.join();
  process_ = 0;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

}  // namespace blobgauge::peers
