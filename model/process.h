#pragma once
// Runs another program to its end, with a time limit that holds: a program that hangs is killed with everything that it
// started. Blocks the calling thread; any number of threads may run programs at once.
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "model/error.h"

namespace blobgauge::model {

struct ProcessRequest {
  std::vector<std::string> command;  // the first is a path, or a name that PATH finds
  // Added to this process's environment, or all there is where `clean`.
  std::vector<std::pair<std::string, std::string>> environment;
  bool clean = false;
  std::string folder;  // to run in; empty: this process's
  // Captured: input is empty, output is kept, and the program gets a process group of its own. Otherwise it shares our
  // streams, our group and so the terminal's interrupt key.
  bool capture = true;
  std::size_t capture_limit = 16 << 20;     // bytes of each stream that are kept; the rest is read and dropped
  std::chrono::milliseconds time_limit{0};  // 0: none
};

struct ProcessOutcome {
  int exit_code = 0;  // 128 + number where a signal ended it
  bool timed_out = false;
  std::string out, err;
  std::chrono::microseconds duration{0};
};

// Category::usage where the program can't be started. That it fails or is killed is an outcome, not an error.
Result<ProcessOutcome> run_process(const ProcessRequest& request);

}  // namespace blobgauge::model
