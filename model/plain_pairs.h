#pragma once
// The pairs of a JSON array of pairs of strings in the form in which writers of traces write them: no blanks, no
// escapes but those of quotes and slashes, two strings a pair, as in [["Server","x"],["ETag","\"0x8D9BC3360ED422D\""]].
// They are taken from the text itself, at a third of what a general reader needs for them. What has another form is
// left to that one.
#include <array>
#include <bit>
#include <string>
#include <string_view>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace blobgauge::model {

// The first quote or backslash; there must be one, and 16 readable bytes behind it.
inline const char* end_of_plain(const char* text) {
#ifdef __SSE2__
  for (;; text += 16) {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
    const auto ends =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    if (const auto found = static_cast<unsigned>(_mm_movemask_epi8(ends))) return text + std::countr_zero(found);
  }
#else
  while (*text != '"' && *text != '\\') ++text;
  return text;
#endif
}

// Over JSON whose strings are known to be closed and to be UTF-8 (simdjson's first stage says so), with 16 readable
// bytes behind it. Keeps its memory for the next array. Not thread-safe.
class PlainPairs {
 public:
  void begin(const char* array) {
    at_ = array;
    begun_ = whole_ = false;
  }

  // Valid until the next call. False after the last pair, and where something else stands there: whole() tells which.
  bool next(std::string_view& first, std::string_view& second);
  bool whole() const { return whole_; }

 private:
  bool take(char c);
  bool take_string(std::string& room, std::string_view& out);

  const char* at_ = nullptr;
  std::array<std::string, 2> rooms_;  // of strings with escapes
  bool begun_ = false, whole_ = false;
};

}  // namespace blobgauge::model
