#pragma once
// Which functions of a program run: a breakpoint at every entry, taken away when it is met (ptrace, x86-64 Linux).
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "model/error.h"

namespace blobgauge::reach {

struct Watched {
  int exit_code = -1;           // of the program; -1: it ended by a signal
  std::set<std::uint64_t> met;  // of the addresses that were given
};

// Runs `command` (the program's path first) with this process's streams and environment until it ends. The program must
// be loaded where its file says (no PIE). Its threads are followed; what it does in a process that it forks does not
// count. Category::internal where the system forbids tracing.
model::Result<Watched> watch(const std::vector<std::string>& command, const std::vector<std::uint64_t>& addresses);

}  // namespace blobgauge::reach
