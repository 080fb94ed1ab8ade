#include "analyzer/gobinary/references.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <thread>

#include "analyzer/gobinary/decoder.h"
#include "analyzer/gobinary/weak_use.h"

namespace blobgauge::analyzer::gobinary {

namespace {

class FunctionReader {
 public:
  FunctionReader(const Image& image, const FunctionTable& functions, const TypeTable& types, const WeakUse& weak)
      : image_(image), functions_(functions), types_(types), weak_(weak) {}

  void read(FunctionId id, std::vector<Reference>& into) {
    const auto start = functions_.entry(id), end = functions_.end(id);
    const auto code = image_.at(start, end - start);
    Instruction instruction;
    for (std::size_t at = 0; at < code.size();) {
      const auto address = start + at;
      // What is no instruction is passed over byte by byte: hand-written code may hold data.
      if (!decoder_.decode(code.subspan(at), address, instruction)) {
        ++at;
        continue;
      }
      at += instruction.length;
      if (!instruction.has_target || instruction.target < image_.base() || instruction.target >= image_.end()) continue;
      Reference reference{offset(address), offset(instruction.target), Reference::Kind::call, 0};
      switch (instruction.op) {
        case Op::call:
        case Op::jump:
        case Op::branch:
          if (instruction.target >= start && instruction.target < end) continue;
          break;
        case Op::lea:
          reference.kind = Reference::Kind::address;
          if (is_weak(id, address + instruction.length, instruction.target)) reference.kind = Reference::Kind::weak;
          break;
        default:
          if (instruction.only_store) continue;
          reference.kind = Reference::Kind::load;
          reference.width = instruction.width;
      }
      into.push_back(reference);
    }
  }

 private:
  std::uint32_t offset(std::uint64_t address) const { return static_cast<std::uint32_t>(address - image_.base()); }

  bool is_weak(FunctionId id, std::uint64_t next, std::uint64_t target) {
    if (!types_.is_itab(target) && !types_.is_type(target)) return false;
    Effects effects;
    if (!decoder_.effects(effects) || effects.writes == 0) return false;
    return weak_.only_weak(decoder_, id, next, static_cast<std::uint8_t>(std::countr_zero(effects.writes)));
  }

  const Image& image_;
  const FunctionTable& functions_;
  const TypeTable& types_;
  const WeakUse& weak_;
  Decoder decoder_;
};

}  // namespace

References::References(const Image& image, const FunctionTable& functions, const TypeTable& types, int go_minor,
                       unsigned threads)
    : chunks_((functions.physical_count() + chunk_size - 1) / chunk_size) {
  const WeakUse weak(image, functions, go_minor);
  std::atomic<std::size_t> next{0};
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::vector<std::uint32_t>> addresses(threads);
  const auto work = [&](std::vector<std::uint32_t>& taken) {
    FunctionReader reader(image, functions, types, weak);
    for (std::size_t i = next++; i < chunks_.size(); i = next++) {
      auto& chunk = chunks_[i];
      const auto first = static_cast<FunctionId>(i * chunk_size);
      const auto last = std::min<FunctionId>(first + chunk_size, functions.physical_count());
      for (auto id = first; id < last; ++id) {
        reader.read(id, chunk.references);
        chunk.ends.push_back(static_cast<std::uint32_t>(chunk.references.size()));
      }
      chunk.references.shrink_to_fit();
      const auto before = static_cast<std::ptrdiff_t>(taken.size());
      for (const auto& reference : chunk.references)
        if (reference.kind == Reference::Kind::address || reference.kind == Reference::Kind::weak)
          taken.push_back(reference.target);
      std::sort(taken.begin() + before, taken.end());
      taken.erase(std::unique(taken.begin() + before, taken.end()), taken.end());
    }
  };
  {
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads; ++i) others.emplace_back(work, std::ref(addresses[i]));
    work(addresses[0]);
  }
  for (auto& taken : addresses) data_addresses_.insert(data_addresses_.end(), taken.begin(), taken.end());
  std::sort(data_addresses_.begin(), data_addresses_.end());
  data_addresses_.erase(std::unique(data_addresses_.begin(), data_addresses_.end()), data_addresses_.end());
}

std::span<const Reference> References::of(FunctionId id) const {
  const auto& chunk = chunks_[id / chunk_size];
  const auto place = id % chunk_size;
  const auto begin = place == 0 ? 0 : chunk.ends[place - 1];
  return std::span(chunk.references).subspan(begin, chunk.ends[place] - begin);
}

}  // namespace blobgauge::analyzer::gobinary
