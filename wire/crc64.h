#pragma once
// CRC-64 as Azure Storage computes it: polynomial 0x9A6C9329AC4BC9B5 (reflected), all ones before and after. Known
// elsewhere as CRC-64/NVME; "123456789" gives 0xAE8B14860A799888.
#include <cstdint>
#include <string>
#include <string_view>

namespace blobgauge::wire {

class Crc64 {
 public:
  void update(std::string_view bytes);
  std::uint64_t value() const { return ~state_; }
  // The form that travels: 8 bytes, least significant first.
  std::string bytes() const;

 private:
  std::uint64_t state_ = ~std::uint64_t{0};
};

// The two ways to the same state: eight bytes a step by tables, and 64 bytes a step by carry-less multiplication where
// the processor has it (about ten times as fast). The first is there for every machine and to check the second.
std::uint64_t crc64_by_tables(std::uint64_t state, std::string_view bytes);
bool crc64_multiplies();
// Only where crc64_multiplies().
std::uint64_t crc64_by_multiplication(std::uint64_t state, std::string_view bytes);

}  // namespace blobgauge::wire
