#pragma once
// The two checksums of the Blob service, computed while the bytes stream by.
#include <string>
#include <string_view>

#include "wire/crc64.h"
#include "wire/digest.h"

namespace blobgauge::endpoint {

// Base64, as the header fields carry them.
struct Digests {
  std::string md5, crc64;
};

class Digester {
 public:
  void update(std::string_view bytes) {
    md5_.update(bytes);
    crc64_.update(bytes);
  }
  Digests finish();  // once

 private:
  wire::Digest md5_{wire::Algorithm::md5};
  wire::Crc64 crc64_;
};

Digests digest(std::string_view bytes);

}  // namespace blobgauge::endpoint
