#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/terminal.h"

namespace blobgauge::cli {

using Clock = std::chrono::steady_clock;

Progress::Progress(std::string what)
    : what_(std::move(what)), shown_(is_terminal(STDERR_FILENO)), started_(Clock::now()), last_(started_) {}

Progress::~Progress() {
  if (drawn_) fmt::print(stderr, "\r\033[K");
}

void Progress::update(std::uint64_t done, std::uint64_t total, std::string_view detail) {
  if (!shown_) return;
  const auto now = Clock::now();
  if (now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - started_).count();
  std::string line = total ? fmt::format("{}: {} of {} ({}%), {} s", what_, done, total, done * 100 / total, seconds)
                           : fmt::format("{}: {}, {} s", what_, done, seconds);
  if (!detail.empty()) line += fmt::format("  {}", detail);
  // A line that wraps could not be taken back.
  const std::size_t width = terminal_width(STDERR_FILENO);
  if (line.size() >= width) line.resize(width - 1);
  fmt::print(stderr, "\r\033[K{}", line);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace blobgauge::cli
