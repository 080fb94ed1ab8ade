#pragma once
// A request as a line for a shell, so that a person can send it again by hand.
#include <string>

#include "model/exchange.h"

namespace blobgauge::model {

// One line, every argument quoted for POSIX shells. What the exchange has masked stays masked: a masked Authorization
// becomes "$AUTHORIZATION", to be set by whoever sends it. A body stands for the file ./body.bin, since exchanges do
// not keep bodies.
std::string curl_line(const Exchange& exchange);

// Single quotes around everything that is not plainly safe.
std::string shell_quote(std::string_view text);

}  // namespace blobgauge::model
