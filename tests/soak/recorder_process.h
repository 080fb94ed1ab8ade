#pragma once
// `blobgauge record` as a process of its own, in front of one server, and what the kernel says of it.
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace blobgauge::soak {

class RecorderProcess {
 public:
  // Reverse mode in front of `target`; throws where it does not start. `more` are further arguments.
  RecorderProcess(const std::string& target, const std::string& trace, const std::vector<std::string>& more = {});
  RecorderProcess(const RecorderProcess&) = delete;
  RecorderProcess& operator=(const RecorderProcess&) = delete;
  ~RecorderProcess();

  std::uint16_t port() const { return port_; }
  std::size_t descriptors() const;
  // What they lead to ("socket:[123]", a file's path), sorted.
  std::vector<std::string> open_files() const;
  // KiB, now and at most so far.
  std::size_t memory() const { return status("VmRSS:"); }
  std::size_t peak_memory() const { return status("VmHWM:"); }
  // Interrupts it and gives its exit code.
  int stop();

 private:
  std::size_t status(const char* line) const;
  pid_t pid_ = -1;
  int errors_ = -1;  // its standard error
  std::uint16_t port_ = 0;
};

}  // namespace blobgauge::soak
