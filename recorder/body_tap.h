#pragma once
// Listens to a body that streams past: measures and hashes all of it, keeps at most the beginning.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/exchange.h"
#include "wire/digest.h"

namespace blobgauge::recorder {

// What is computed over every body. `all` adds those two that the service and its clients put into headers.
enum class Hashes { none, sha256, all };

class BodyTap {
 public:
  void hash(Hashes hashes) { hashes_ = hashes; }  // before the first update
  // Keeps up to `keep` bytes; 0 keeps none and leaves Body::bytes empty.
  void keep(std::uint64_t bytes) { keep_ = bytes; }
  void update(std::string_view payload);
  // May be called once. `complete`: its framing said that this was all.
  model::Body finish(bool complete);

 private:
  using Destination = std::string model::Body::*;
  Hashes hashes_ = Hashes::sha256;
  std::uint64_t keep_ = 0;
  std::uint64_t size_ = 0;
  std::string kept_;
  std::vector<std::pair<Destination, wire::Digest>> digests_;  // made with the first byte: most requests have none
};

}  // namespace blobgauge::recorder
