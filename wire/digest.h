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
