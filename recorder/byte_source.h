#pragma once
// The bytes of a file that may be compressed: xz, zstd or plain, told by its first bytes. In pieces, so that a file of
// any size needs little memory.
#include <memory>
#include <string>

#include "model/error.h"

namespace blobgauge::recorder {

// Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Appends some bytes; false once nothing more comes. Errors are Category::input with the file's name.
  virtual model::Result<bool> append_to(std::string& out) = 0;
};

// "-" is standard input.
model::Result<std::unique_ptr<ByteSource>> open_bytes(const std::string& path);

// Bytes that are in memory; they come in small pieces, so that tests meet every border.
std::unique_ptr<ByteSource> bytes_of(std::string bytes);

// Text as UTF-8 without byte order mark, whether it came as that or, as Windows programs save it, as UTF-16 with one.
std::unique_ptr<ByteSource> as_utf8(std::unique_ptr<ByteSource> bytes);

}  // namespace blobgauge::recorder
