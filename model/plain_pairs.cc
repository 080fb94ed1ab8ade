#include "model/plain_pairs.h"

#include <bit>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace blobgauge::model {

const char* end_of_plain(const char* at) {
#ifdef __SSE2__
  for (;; at += 16) {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto ends =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    if (const auto found = static_cast<unsigned>(_mm_movemask_epi8(ends))) return at + std::countr_zero(found);
  }
#else
  while (*at != '"' && *at != '\\') ++at;
  return at;
#endif
}

bool PlainPairs::take(char c) {
  if (*at_ != c) return false;
  ++at_;
  return true;
}

bool PlainPairs::take_string(std::string& room, std::string_view& out) {
  if (!take('"')) return false;
  const char* end = end_of_plain(at_);
  out = {at_, static_cast<std::size_t>(end - at_)};
  if (*end == '\\') {
    room.clear();
    for (; *end == '\\'; end = end_of_plain(at_)) {
      if (end[1] != '"' && end[1] != '\\' && end[1] != '/') return false;
      room.append(at_, end) += end[1];
      at_ = end + 2;
    }
    out = room.append(at_, end);
  }
  at_ = end + 1;
  return true;
}

bool PlainPairs::next(std::string_view& first, std::string_view& second) {
  if (!begun_) {
    begun_ = true;
    if (!take('[')) return false;
    if (take(']')) {
      whole_ = true;
      return false;
    }
  } else if (!take(',')) {
    whole_ = take(']');
    return false;
  }
  return take('[') && take_string(rooms_[0], first) && take(',') && take_string(rooms_[1], second) && take(']');
}

}  // namespace blobgauge::model
