#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace blobgauge::cli {

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

bool wants_colour(int descriptor) {
  const char* refused = std::getenv("NO_COLOR");
  if (refused && *refused) return false;
  const char* term = std::getenv("TERM");
  return is_terminal(descriptor) && term && std::string_view(term) != "dumb";
}

std::size_t terminal_width(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace blobgauge::cli
