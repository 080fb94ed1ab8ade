#pragma once
// Can a word that a function is handed be other than zero when it is called? Asked of request builders: a header that
// is written under `options != nil && options.Tier != nil` is sent only if some reachable code sets that field. The
// answer is searched backwards from the function's entry through its callers, by calls and returns that match.
// Go 1.17 and newer on amd64 (ABIInternal, src/cmd/compile/abi-internal.md).
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/gobinary/executable.h"
#include "analyzer/gobinary/reachability.h"
#include "model/error.h"

namespace blobgauge::analyzer::gobinary {

struct EntryWord {
  bool in_register = true;
  // In a register: its number, as the processor numbers them (AX 0, CX 1, DX 2, BX 3, SP 4, BP 5, SI 6, DI 7, R8 8
  // ...). On the stack: bytes above the return address.
  std::int32_t place = 0;
  // Pointers to follow: {} is the argument's word itself, {24} the word 24 bytes behind the pointer in it, {24, 8} the
  // word 8 bytes behind the pointer that stands there.
  std::vector<std::int32_t> path;
  std::uint8_t width = 8;  // bytes of the word that counts
};

// How far the search goes. Two answers that are never mixed: `safest` never says "not other than zero" where a store
// could escape it; `precise` leaves out ways that nil tests refute and stores that only an alias could make.
enum class Grade : std::uint8_t { safest, precise };

struct Store {
  std::string_view function;
  Position at;
};

// All that can be, by every way that was followed. Neither zero nor nonzero nor unknown: no way leads there.
struct Chance {
  bool zero = false, nonzero = false, unknown = false;
  std::vector<Store> stores;         // of what is other than zero; the first few
  std::vector<std::string> reasons;  // of what is unknown, each once; the first few
};

struct EntryFlowOptions {
  unsigned threads = 0;          // 0: as many as there are processors
  std::uint64_t most_steps = 0;  // of one question; 0: a default. What is cut is unknown, with that reason
};

// Const members may be called by several threads. Keeps references to what it is made of.
class EntryFlow {
 public:
  // Category::input where the program's Go is older than the register ABI, naming its version.
  static model::Result<EntryFlow> make(const Executable& executable, const Reach& reach,
                                       const EntryFlowOptions& options = {});
  EntryFlow(EntryFlow&&) noexcept;
  EntryFlow& operator=(EntryFlow&&) noexcept;
  ~EntryFlow();

  Chance ask(FunctionId function, const EntryWord& word, Grade grade) const;

 private:
  struct Parts;
  explicit EntryFlow(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace blobgauge::analyzer::gobinary
