#pragma once
// Hashes that stream: bodies pass through them piece by piece. Results are raw bytes; hex() and model::base64() make
// text of them.
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace blobgauge::wire {

enum class Algorithm { md5, sha256, crc64 };

// CRC-64 as Azure Storage computes it: polynomial 0x9A6C9329AC4BC9B5 (reflected), all ones before and after.
// Known elsewhere as CRC-64/NVME; "123456789" gives 0xAE8B14860A799888.
class Crc64 {
 public:
  void update(std::string_view bytes);
  std::uint64_t value() const { return ~state_; }
  // The form that travels: 8 bytes, least significant first.
  std::string bytes() const;

 private:
  std::uint64_t state_ = ~std::uint64_t{0};
};

class Digest {
 public:
  explicit Digest(Algorithm algorithm);
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  void update(std::string_view bytes);
  // Ends the computation; the object may then only be destroyed or assigned to.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string digest(Algorithm algorithm, std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);
// Lower case.
std::string hex(std::string_view bytes);
// Compares without telling by its time where the difference is (secrets, signatures).
bool equal_secrets(std::string_view a, std::string_view b);

}  // namespace blobgauge::wire
