#pragma once
// Which platforms of a static surface have an operation or a field. A client's source is read once for each platform,
// and the surfaces are merged; what only some of them have is marked with these, and what all have is not marked. A
// field's mark is told against its operation's: without one it is there wherever the operation is.
#include "model/surface.h"

namespace blobgauge::model {

// Gives `merged`, which was made from `a` and `b`, its marks. Where one of these does not say what it was read for no
// mark is left. Associative and commutative as merging is.
void mark_platforms(Surface& merged, const Surface& a, const Surface& b);

}  // namespace blobgauge::model
