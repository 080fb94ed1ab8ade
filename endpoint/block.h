#pragma once
// Staging a block, which Put Block and Put Block From URL do alike.
#include "endpoint/operations.h"

namespace blobgauge::endpoint {

// Keeps `content` as the uncommitted block that the request's blockid names. Ids are base64 of 1 to 64 bytes, all of
// one length within a blob.
Outcome<void> stage_block(Call& call, Content content);

}  // namespace blobgauge::endpoint
