#pragma once
// The program's variables and constants as pieces of memory. The symbol table bounds some; the linker gives none to
// the compiler's own constants, and a stripped file has no table: there a piece reaches from one address that is taken
// somewhere to the next.
#include <cstdint>
#include <vector>

#include "analyzer/gobinary/image.h"
#include "analyzer/gobinary/module_data.h"

namespace blobgauge::analyzer::gobinary {

class DataMap {
 public:
  struct Piece {
    std::uint64_t from = 0, to = 0;  // empty where the file has no bytes
    bool constant = false;           // in memory that the program cannot write
  };

  // `taken`: offsets from Image::base() whose address code takes, ascending. Keeps no reference to it.
  DataMap(const Image& image, const ModuleData& data, const std::vector<std::uint32_t>& taken);

  // The piece around an address; empty for code and for the tables that name everything that was linked in.
  Piece at(std::uint64_t address) const;
  bool is_table(std::uint64_t address) const;

 private:
  bool holds_data(const Image::Segment& segment) const;
  void find_integrity_record();

  const Image& image_;
  std::uint64_t types_ = 0;
  std::vector<Range> tables_;
  std::vector<Range> objects_;             // from the symbol table, ascending, disjoint
  std::vector<std::uint32_t> boundaries_;  // offsets, ascending
};

}  // namespace blobgauge::analyzer::gobinary
