#include "wire/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <bit>
#include <cstring>
#include <stdexcept>

namespace blobgauge::wire {

namespace {

static_assert(std::endian::native == std::endian::little, "Crc64::update reads eight bytes as one word");

using Tables = std::array<std::array<std::uint64_t, 256>, 8>;

// tables[k][b]: what byte b does to the state when k more bytes follow it ("slicing by 8": one word a step).
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint64_t byte = 0; byte < 256; ++byte) {
    auto state = byte;
    for (int bit = 0; bit < 8; ++bit) state = (state >> 1) ^ ((state & 1) ? 0x9A6C9329AC4BC9B5 : 0);
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

const EVP_MD* method_of(Algorithm algorithm) { return algorithm == Algorithm::md5 ? EVP_md5() : EVP_sha256(); }

void demand(int ok) {
  // Only memory exhaustion or a FIPS-only OpenSSL (no MD5) comes here: no caller can go on without its hash.
  if (ok != 1) throw std::runtime_error("OpenSSL refuses a digest");
}

}  // namespace

void Crc64::update(std::string_view bytes) {
  auto state = state_;
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    word ^= state;
    state = 0;
    for (std::size_t k = 0; k < 8; ++k) state ^= tables[7 - k][(word >> (8 * k)) & 0xFF];
    bytes.remove_prefix(8);
  }
  for (const char c : bytes) state = (state >> 8) ^ tables[0][(state ^ static_cast<unsigned char>(c)) & 0xFF];
  state_ = state;
}

std::string Crc64::bytes() const {
  const auto number = value();
  std::string out(8, '\0');
  std::memcpy(out.data(), &number, 8);
  return out;
}

struct Digest::State {
  explicit State(Algorithm chosen) : algorithm(chosen) {
    if (algorithm == Algorithm::crc64) return;
    context.reset(EVP_MD_CTX_new());
    demand(EVP_DigestInit_ex(context.get(), method_of(algorithm), nullptr));
  }
  Algorithm algorithm;
  Crc64 crc64;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{nullptr, EVP_MD_CTX_free};
};

Digest::Digest(Algorithm algorithm) : state_(std::make_unique<State>(algorithm)) {}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(std::string_view bytes) {
  if (state_->algorithm == Algorithm::crc64) return state_->crc64.update(bytes);
  demand(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
}

std::string Digest::finish() {
  if (state_->algorithm == Algorithm::crc64) return state_->crc64.bytes();
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  demand(EVP_DigestFinal_ex(state_->context.get(), out.data(), &size));
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string digest(Algorithm algorithm, std::string_view bytes) {
  Digest whole(algorithm);
  whole.update(bytes);
  return whole.finish();
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data, bytes.size(), out.data(), &size);
  demand(done ? 1 : 0);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
    out.push_back(digits[static_cast<unsigned char>(c) & 0xF]);
  }
  return out;
}

bool equal_secrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace blobgauge::wire
