#include "wire/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>
#include <vector>

#include "wire/crc64.h"

namespace blobgauge::wire {

namespace {

// Fetched once: OpenSSL 3 looks an algorithm up anew for each digest that is begun with EVP_sha256(), which takes
// longer than hashing a small body.
const EVP_MD* method_of(Algorithm algorithm) {
  static const EVP_MD* const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm == Algorithm::md5 ? md5 : sha256;
}

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

// Contexts that were used go to who needs one next: making one costs three allocations.
constexpr std::size_t most_unused = 64;
std::vector<Context>& unused() {
  static thread_local std::vector<Context> contexts;
  return contexts;
}

Context take_context() {
  auto& contexts = unused();
  if (contexts.empty()) return {EVP_MD_CTX_new(), EVP_MD_CTX_free};
  auto out = std::move(contexts.back());
  contexts.pop_back();
  return out;
}

void demand(int ok) {
  // Only memory exhaustion or a FIPS-only OpenSSL (no MD5) comes here: no caller can go on without its hash.
  if (ok != 1) throw std::runtime_error("OpenSSL refuses a digest");
}

}  // namespace

struct Digest::State {
  explicit State(Algorithm chosen) : algorithm(chosen) {
    if (algorithm == Algorithm::crc64) return;
    context = take_context();
    demand(EVP_DigestInit_ex(context.get(), method_of(algorithm), nullptr));
  }
  ~State() {
    if (context && unused().size() < most_unused) unused().push_back(std::move(context));
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  Algorithm algorithm;
  Crc64 crc64;
  Context context{nullptr, EVP_MD_CTX_free};
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
  std::string out(bytes.size() * 2, '0');
  auto to = out.begin();
  for (const char c : bytes) {
    *to++ = digits[static_cast<unsigned char>(c) >> 4];
    *to++ = digits[static_cast<unsigned char>(c) & 0xF];
  }
  return out;
}

bool equal_secrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace blobgauge::wire
