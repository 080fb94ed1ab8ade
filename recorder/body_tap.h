#pragma once
// Listens to a body that streams past: measures and hashes all of it, keeps at most the beginning.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/exchange.h"
#include "wire/digest.h"

namespace blobgauge::recorder {

class BodyTap {
 public:
  // Keeps up to `keep` bytes; 0 keeps none and leaves Body::bytes empty.
  void keep(std::uint64_t bytes) { keep_ = bytes; }
  void update(std::string_view payload);
  // May be called once. `complete`: its framing said that this was all.
  model::Body finish(bool complete);

 private:
  std::uint64_t keep_ = 0;
  std::uint64_t size_ = 0;
  std::string kept_;
  std::optional<wire::Digest> digest_;  // made with the first byte: most requests have none
};

}  // namespace blobgauge::recorder
