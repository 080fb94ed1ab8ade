#pragma once
// .gopclntab: where each function begins, its name, and for each address its file, line and inlining. The forms of Go
// 1.2 (to 1.15), 1.16, 1.18 and 1.20; sources: src/runtime/symtab.go, symtabinl.go and src/cmd/link/internal/ld/pcln.go
// of these releases. Every offset is checked where it is followed; what leads outside reads as nothing.
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "analyzer/gobinary/executable.h"
#include "analyzer/gobinary/image.h"
#include "analyzer/gobinary/module_data.h"

namespace blobgauge::analyzer::gobinary {

// A variable on the stack whose address the function takes and that holds pointers.
struct StackObject {
  std::int32_t offset = 0;  // from where the return address stands at the function's entry
  std::int32_t size = 0;
};

class FunctionTable {
 public:
  static constexpr FunctionId none = std::numeric_limits<FunctionId>::max();

  // Category::input where the table contradicts itself. Keeps views of the image.
  static model::Result<FunctionTable> read(const Image& image, const ModuleData& data);

  FunctionId physical_count() const { return static_cast<FunctionId>(physical_.size()); }
  FunctionId count() const { return static_cast<FunctionId>(physical_.size() + inlined_.size()); }
  std::string_view name(FunctionId id) const;
  Position position(FunctionId id) const;

  // Physical functions only.
  std::uint64_t entry(FunctionId id) const { return base_ + physical_[id].entry; }
  std::uint64_t end(FunctionId id) const {
    return base_ + (id + 1 < physical_.size() ? physical_[id + 1].entry : end_);
  }
  FunctionId at(std::uint64_t address) const;           // the function whose code holds the address; or none
  FunctionId starting_at(std::uint64_t address) const;  // or none
  std::vector<InlinedFrame> frames(FunctionId id, std::uint64_t address) const;
  // An address in `host` that belongs to the inlined body of `id`; 0: none.
  std::uint64_t place_of(FunctionId id, FunctionId host) const;
  // Bytes of arguments and results on the stack; negative: unknown.
  std::int32_t arguments_size(FunctionId id) const;
  std::vector<StackObject> stack_objects(FunctionId id) const;  // Go 1.17 and newer

  const FunctionId* hosts_begin(FunctionId id) const { return hosts_.data() + first_host_[id]; }
  const FunctionId* hosts_end(FunctionId id) const { return hosts_.data() + first_host_[id + 1]; }

 private:
  struct Physical {
    std::uint32_t entry = 0, record = 0;  // from base_; from the table's first record
    std::int32_t name = 0;
  };
  // One place where it was found, to tell its file by.
  struct Inlined {
    std::int32_t name = 0;
    std::uint32_t line = 0;  // of the declaration; 0: unknown
    FunctionId host = 0;
    std::uint32_t offset = 0;
  };
  struct Run {
    std::uint32_t from = 0, to = 0;  // offsets from the function's entry
    std::int32_t value = 0;
  };
  struct InlineRecord {
    std::int32_t name = 0, line = 0;
    std::uint32_t parent_offset = 0;  // of an instruction that belongs to the call
  };

  void find_inlined();
  std::uint32_t field(const Physical& function, std::size_t offset) const;
  std::string_view name_at(std::int32_t offset) const;
  std::string_view file_at(const Physical& function, std::int32_t number) const;
  // The values of one table of a function, over its whole code.
  void runs(FunctionId id, std::uint32_t table, std::vector<Run>& into) const;
  std::int32_t value_at(FunctionId id, std::uint32_t table, std::uint32_t offset) const;
  Position line_at(FunctionId id, std::uint32_t offset) const;
  std::uint32_t inline_table(const Physical& function) const;  // 0: none
  Bytes inline_tree(const Physical& function) const;
  Bytes function_data(const Physical& function, std::uint32_t number) const;
  bool inline_record(Bytes tree, std::int32_t index, InlineRecord& into) const;

  TableForm form_ = TableForm::go120;
  const Image* image_ = nullptr;
  std::uint64_t gofunc_ = 0, base_ = 0;
  std::uint32_t end_ = 0;
  Bytes names_, units_, files_, tables_, records_;
  std::vector<Physical> physical_;
  std::vector<Inlined> inlined_;
  std::vector<std::uint32_t> first_host_;
  std::vector<FunctionId> hosts_;
};

}  // namespace blobgauge::analyzer::gobinary
