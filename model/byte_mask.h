#pragma once
// Which of up to 64 bytes are in a class, as bits: what a scan of texts that hardly ever have anything of interest
// stands on. Four steps of SSE2 (every x86-64 has it) where there is SSE2, else byte by byte.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace blobgauge::model {

class ByteMask {
 public:
  static constexpr std::size_t width = 64;

  // At most `width` bytes; bits beyond them are 0.
  explicit ByteMask(std::string_view block) : data_(block.data()), size_(block.size()) {
    if (size_ >= step) return;
    room_.fill('\0');
    if (size_ > 0) std::memcpy(room_.data(), data_, size_);
    data_ = room_.data();
  }
  ByteMask(const ByteMask&) = delete;
  ByteMask& operator=(const ByteMask&) = delete;

  // Bits of the bytes that are one of these, of which none is zero.
  template <char... bytes>
  std::uint64_t one_of() const {
#ifdef __SSE2__
    return each([](__m128i c) {
      auto found = _mm_setzero_si128();
      ((found = _mm_or_si128(found, _mm_cmpeq_epi8(c, _mm_set1_epi8(bytes)))), ...);
      return found;
    });
#else
    return each([](char c) { return ((c == bytes) || ...); });
#endif
  }

  // Bits of ASCII letters and digits, and of `/` and the bytes given.
  template <char... others>
  std::uint64_t alphanumeric_slash_or() const {
#ifdef __SSE2__
    return each([](__m128i c) {
      const auto within = [](__m128i byte, char first, char last) {
        return _mm_and_si128(_mm_cmpgt_epi8(byte, _mm_set1_epi8(static_cast<char>(first - 1))),
                             _mm_cmplt_epi8(byte, _mm_set1_epi8(static_cast<char>(last + 1))));
      };
      // The slash stands before the digits.
      auto found = _mm_or_si128(within(_mm_or_si128(c, _mm_set1_epi8(0x20)), 'a', 'z'), within(c, '/', '9'));
      ((found = _mm_or_si128(found, _mm_cmpeq_epi8(c, _mm_set1_epi8(others)))), ...);
      return found;
    });
#else
    return each([](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '/' && c <= '9') || ((c == others) || ...);
    });
#endif
  }

 private:
  template <class Test>
  std::uint64_t each(Test test) const {
    std::uint64_t out = 0;
#ifdef __SSE2__
    const auto at = [&](std::size_t i) {
      const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data_ + i));
      out |= static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(test(bytes)))) << i;
    };
    std::size_t i = 0;
    for (; i + step <= size_; i += step) at(i);
    // The last step looks at some bytes again. Zero bytes after a short text are in no class.
    if (i < size_) at(size_ > step ? size_ - step : 0);
#else
    for (std::size_t i = 0; i < size_; ++i) out |= static_cast<std::uint64_t>(test(data_[i])) << i;
#endif
    return out;
  }

  static constexpr std::size_t step = 16;

  const char* data_;
  std::size_t size_;
  std::array<char, step> room_;
};

// Is one of these bytes in the text?
template <char... bytes>
bool has_one_of(std::string_view text) {
  for (; text.size() > ByteMask::width; text.remove_prefix(ByteMask::width))
    if (ByteMask(text.substr(0, ByteMask::width)).one_of<bytes...>()) return true;
  return ByteMask(text).one_of<bytes...>() != 0;
}

// Where the first of these bytes stands that is not before `from`; npos where there is none.
template <char... bytes>
std::size_t find_one_of(std::string_view text, std::size_t from) {
  for (; from < text.size(); from += ByteMask::width)
    if (const auto found = ByteMask(text.substr(from, ByteMask::width)).one_of<bytes...>())
      return from + static_cast<std::size_t>(std::countr_zero(found));
  return std::string_view::npos;
}

}  // namespace blobgauge::model
