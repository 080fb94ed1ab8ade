#pragma once
// Runs one child process, the client that is recorded, as a shell would: in its own process group, in the foreground of
// the terminal if we are, with the signals that we get passed on.
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "model/error.h"

namespace blobgauge::recorder {

using Variables = std::vector<std::pair<std::string, std::string>>;

struct CommandOptions {
  std::vector<std::string> arguments;  // the first is looked up in PATH
  Variables set;                       // beside what we have ourselves
  std::vector<std::string> unset;
  std::string folder;                  // working folder; empty: ours
  std::chrono::milliseconds limit{0};  // then TERM, and KILL after `grace`; 0: none
  std::chrono::milliseconds grace{5'000};
};

struct CommandEnd {
  int exit_code = 0;  // 128 + signal where one ended it, as shells say it
  bool timed_out = false;
};

// Waits for the end of the child; its descendants may live on, except after the time limit. Category::usage where the
// command cannot be started. One call at a time in a process: signal handlers belong to the process.
model::Result<CommandEnd> run_command(const CommandOptions& options);

// Waits for SIGINT, SIGTERM or SIGHUP and gives its number; `poll` is asked several times a second whether to end
// without one (then 0). `ready` is called when a signal would no longer kill the process: who says there that we are
// ready is heard by somebody who may interrupt at once.
int wait_for_signal(const std::function<void()>& ready, const std::function<bool()>& poll);

}  // namespace blobgauge::recorder
