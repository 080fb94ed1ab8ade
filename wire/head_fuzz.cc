// Any bytes, cut in two at any place, as a request or a response head: both ways must agree, and what is accepted must
// come back byte for byte from an edit that changes nothing.
#include <cstdint>
#include <cstdlib>

#include "wire/framing.h"
#include "wire/head_edit.h"
#include "wire/head_parser.h"

namespace {

using namespace blobgauge::wire;

struct Outcome {
  std::string error;
  std::size_t taken = 0;
  bool done = false;
};

Outcome feed(HeadParser& parser, std::string_view text, std::size_t cut) {
  Outcome out;
  for (const auto portion : {text.substr(0, cut), text.substr(cut)}) {
    const auto taken = parser.feed(portion);
    if (!taken) {
      out.error = taken.error().message;
      return out;
    }
    out.taken += *taken;
    out.done = parser.done();
    if (out.done) return out;
  }
  return out;
}

void demand(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto kind = data[0] & 1 ? HeadParser::Kind::request : HeadParser::Kind::response;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const HeadLimits limits{1024, 16};
  HeadParser whole(kind, limits), split(kind, limits);
  const auto a = feed(whole, text, text.size());
  const auto b = feed(split, text, text.empty() ? 0 : data[1] % text.size());
  demand(a.error == b.error && a.done == b.done);
  if (!a.done) return 0;
  demand(a.taken == b.taken);
  const auto check = [&](const Head& head) {
    demand(head.bytes() == text.substr(0, a.taken));
    const auto same = HeadEdit(head).bytes();
    demand(same && *same == head.bytes());
    for (const auto& field : head.fields) demand(field.text().find('\n') == std::string::npos);
  };
  if (kind == HeadParser::Kind::request) {
    const auto head = whole.take_request();
    check(head);
    (void)request_framing(head);
  } else {
    const auto head = whole.take_response();
    check(head);
    (void)response_framing(head, "GET");
  }
  return 0;
}
