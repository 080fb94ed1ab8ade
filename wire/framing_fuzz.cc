// Any bytes as a body of any framing, whole and cut into portions of one to sixteen bytes: wire bytes, payload and end
// must be the same.
#include <cstdint>
#include <cstdlib>

#include "wire/framing.h"

namespace {

using namespace blobgauge::wire;

struct Outcome {
  std::string wire, payload, trailers, error;
  bool done = false;
  bool operator==(const Outcome&) const = default;
};

Outcome decode(BodyFraming framing, std::string_view text, std::size_t step) {
  BodyDecoder decoder(framing, {64, 64});
  Outcome out;
  while (!text.empty() && !decoder.done()) {
    auto portion = text.substr(0, step);
    text.remove_prefix(portion.size());
    while (!portion.empty() && !decoder.done()) {
      const auto piece = decoder.next(portion);
      if (!piece) {
        // What was framing before the mistake is not handed out, so it depends on the cut; the payload does not.
        out.error = piece.error().message;
        out.wire.clear();
        return out;
      }
      if (piece->wire.empty()) std::abort();  // no progress
      out.wire += piece->wire;
      out.payload += piece->payload;
      portion.remove_prefix(piece->wire.size());
    }
  }
  out.trailers = decoder.trailers();
  out.done = decoder.done();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  BodyFraming framing;
  switch (data[0] % 3) {
    case 0:
      framing = {blobgauge::model::Framing::chunked, 0};
      break;
    case 1:
      framing = {blobgauge::model::Framing::length, data[1]};
      break;
    default:
      framing = {blobgauge::model::Framing::close, 0};
      break;
  }
  if (!(decode(framing, text, text.size()) == decode(framing, text, 1u + data[1] % 16))) std::abort();
  return 0;
}
