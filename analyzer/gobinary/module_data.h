#pragma once
// runtime.moduledata: the record by which a Go program finds its own tables. It
// has no mark; it is found as the record that points at the table of functions
// (which has one) and whose other fields agree with that table and the image.
// Layouts: src/runtime/symtab.go of
// Go 1.15, 1.16, 1.18, 1.20, 1.21, 1.26, 1.27.
#include <cstdint>

#include "analyzer/gobinary/image.h"
#include "model/error.h"

namespace blobgauge::analyzer::gobinary {

struct Slice {
  std::uint64_t address = 0, count = 0;
};

struct Range {
  std::uint64_t from = 0, to = 0;
  bool contains(std::uint64_t address) const { return address >= from && address < to; }
};

// The forms of the table of functions, by the first Go that wrote them.
enum class TableForm { go12, go116, go118, go120 };

struct ModuleData {
  int go_minor = 0;
  TableForm form = TableForm::go120;
  Range self;                // the record
  Range pclntab;             // the table of functions with names and lines
  Range text;                // Go's functions
  Range pointer_free;        // variables that the compiler says hold no pointer
  Range types;               // type descriptors; from some linkers all read-only data
  std::uint64_t gofunc = 0;  // what FUNCDATA offsets are relative to, from Go 1.18 on
  Slice functions;           // entries of the table, one more than functions
  // Unnamed types and itabs. To Go 1.26 they are listed: offsets of 4 bytes
  // from types.from, and pointers.
  Slice typelinks, itablinks;
  // Later they stand one behind the other.
  Range linked_types, itabs;
  Slice inittasks;  // pointers to the packages' initialisation, from Go 1.21 on;
                    // empty before
};

// Category::input where the image has no such table, or of a form that is not
// known.
model::Result<ModuleData> find_module_data(const Image& image, int go_minor);

}  // namespace blobgauge::analyzer::gobinary
