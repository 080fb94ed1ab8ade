#include "wire/crc64.h"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace blobgauge::wire {
namespace {

static_assert(std::endian::native == std::endian::little, "eight bytes are read as one word");

constexpr std::uint64_t polynomial = 0x9A6C9329AC4BC9B5;

// In this reflected form bit i of a word stands for x^(63-i).
constexpr std::uint64_t times_x(std::uint64_t word) { return (word >> 1) ^ ((word & 1) ? polynomial : 0); }

using Tables = std::array<std::array<std::uint64_t, 256>, 8>;

// tables[k][b]: what byte b does to the state when k more bytes follow it ("slicing by 8": one word a step).
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint64_t byte = 0; byte < 256; ++byte) {
    auto state = byte;
    for (int bit = 0; bit < 8; ++bit) state = times_x(state);
    tables[0][byte] = state;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const auto before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  return tables;
}

constexpr Tables tables = make_tables();

}  // namespace

std::uint64_t crc64_by_tables(std::uint64_t state, std::string_view bytes) {
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    word ^= state;
    state = 0;
    for (std::size_t k = 0; k < 8; ++k) state ^= tables[7 - k][(word >> (8 * k)) & 0xFF];
    bytes.remove_prefix(8);
  }
  for (const char c : bytes) state = (state >> 8) ^ tables[0][(state ^ static_cast<unsigned char>(c)) & 0xFF];
  return state;
}

#if defined(__x86_64__)

namespace {

// x^n modulo the polynomial.
constexpr std::uint64_t power(int n) {
  std::uint64_t word = std::uint64_t{1} << 63;
  for (int i = 0; i < n; ++i) word = times_x(word);
  return word;
}

// 128 bits of the message are low * x^64 + high. To carry them over `bits` more bits of it, low is multiplied by
// x^(bits + 64) and high by x^bits; one x less each, because the product of two reflected words stands one bit lower.
// (Gopal et al., Fast CRC Computation for Generic Polynomials Using PCLMULQDQ, Intel 2009.)
__attribute__((target("sse2"))) inline __m128i carry_over(int bits) {
  return _mm_set_epi64x(static_cast<long long>(power(bits - 1)), static_cast<long long>(power(bits + 63)));
}

__attribute__((target("pclmul,sse4.1"))) inline __m128i fold(__m128i from, __m128i constants, __m128i onto) {
  const auto low = _mm_clmulepi64_si128(from, constants, 0x00);
  const auto high = _mm_clmulepi64_si128(from, constants, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), onto);
}

inline __m128i load(const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }

}  // namespace

bool crc64_multiplies() {
  static const bool can = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
  return can;
}

__attribute__((target("pclmul,sse4.1"))) std::uint64_t crc64_by_multiplication(std::uint64_t state,
                                                                               std::string_view bytes) {
  constexpr std::size_t lanes = 4, width = 16, step = lanes * width;
  if (bytes.size() < 2 * step) return crc64_by_tables(state, bytes);
  static const auto far = carry_over(512), near = carry_over(128);
  __m128i lane[lanes];
  for (std::size_t i = 0; i < lanes; ++i) lane[i] = load(bytes.data() + i * width);
  lane[0] = _mm_xor_si128(lane[0], _mm_set_epi64x(0, static_cast<long long>(state)));
  bytes.remove_prefix(step);
  for (; bytes.size() >= step; bytes.remove_prefix(step))
    for (std::size_t i = 0; i < lanes; ++i) lane[i] = fold(lane[i], far, load(bytes.data() + i * width));
  for (std::size_t i = 1; i < lanes; ++i) lane[i] = fold(lane[i - 1], near, lane[i]);
  // What is left is a message of 16 bytes with the same remainder.
  char rest[width];
  _mm_storeu_si128(reinterpret_cast<__m128i*>(rest), lane[lanes - 1]);
  return crc64_by_tables(crc64_by_tables(0, {rest, width}), bytes);
}

#else

bool crc64_multiplies() { return false; }
std::uint64_t crc64_by_multiplication(std::uint64_t state, std::string_view bytes) {
  return crc64_by_tables(state, bytes);
}

#endif

void Crc64::update(std::string_view bytes) {
  state_ = crc64_multiplies() ? crc64_by_multiplication(state_, bytes) : crc64_by_tables(state_, bytes);
}

std::string Crc64::bytes() const {
  const auto number = value();
  std::string out(8, '\0');
  std::memcpy(out.data(), &number, 8);
  return out;
}

}  // namespace blobgauge::wire
