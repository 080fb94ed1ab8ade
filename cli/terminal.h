#pragma once
// What the standard streams can show. Colour obeys NO_COLOR (no-color.org) and TERM=dumb.
#include <cstddef>

namespace blobgauge::cli {

// 1 or 2, a file descriptor.
bool is_terminal(int descriptor);
bool wants_colour(int descriptor);
// Columns, 80 where there is no terminal.
std::size_t terminal_width(int descriptor);

}  // namespace blobgauge::cli
