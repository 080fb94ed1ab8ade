#pragma once
// A program that runs beside a test until it is told to end.
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace blobgauge::peers {

class Background {
 public:
  using Environment = std::vector<std::pair<std::string, std::string>>;
  // The first of `command` is a path. `environment` is all that it gets. Throws where it can't be started.
  Background(const std::vector<std::string>& command, const Environment& environment);
  Background(const Background&) = delete;
  ~Background() { end(); }

  // The line that it writes with `mark` in it, as soon as it is there; empty if the program ends without.
  std::string line_with(const std::string& mark);
  int process() const { return process_; }
  // Interrupts it, once, and gives its exit code.
  int end();
  // All that it has written so far, on both streams.
  std::string said();

 private:
  int process_ = 0;
  int exit_code_ = -1;
  std::mutex mutex_;
  std::condition_variable more_;
  std::string said_;
  bool ended_ = false;
  std::thread reader_;
};

}  // namespace blobgauge::peers
