#pragma once
// Type descriptors and itabs, as reflection and interface calls find them at run time. Sources:
// src/internal/abi/type.go (before Go 1.20 src/runtime/type.go), map*.go and iface.go. Nothing marks a descriptor, and
// the region of types can be all read-only data, so what is taken for one is checked field by field.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/gobinary/image.h"
#include "analyzer/gobinary/module_data.h"

namespace blobgauge::analyzer::gobinary {

enum class Kind : std::uint8_t { array = 17, chan, func, interface, map, pointer, slice, string, structure };

struct Method {
  std::string_view name;
  std::uint64_t type = 0;  // of the function without its receiver
  // Entries: of the function that takes what an interface holds, and of the method itself; both 0 where the linker
  // found that nothing can call it.
  std::uint64_t interface_code = 0, code = 0;
  bool exported = false;
};

struct Type {
  std::uint64_t address = 0;
  Kind kind{};
  std::string_view name;      // "*os.File", "map[string]int"; the last element of the import path only
  std::string_view package;   // import path of a named type's package; else empty
  std::uint64_t pointer = 0;  // descriptor of *T, or 0
  std::uint64_t equal = 0;    // function values: of ==, and of a map's keys; or 0
  std::uint64_t hasher = 0;
  std::vector<std::uint64_t> parts;   // what reflection gets from a value or the type: elements, fields, parameters
  std::vector<std::uint64_t> inside;  // those of `parts` that == descends into
  std::vector<Method> methods;        // of an interface only name and type are set
};

struct StructField {
  std::string_view name;
  std::uint64_t offset = 0;  // bytes
  std::uint64_t type = 0;    // descriptor
  Kind kind{};
};

// A place in a value: `offset` bytes inside one of this type. Type 0: not known.
struct TypedPlace {
  std::uint64_t type = 0;
  std::int64_t offset = 0;
  bool operator==(const TypedPlace&) const = default;
};

struct Itab {
  static constexpr std::int64_t first_slot = 24;  // behind the interface, the type and its hash
  std::uint64_t interface = 0, type = 0;
};

// Immutable; const members may be called by several threads. Keeps references.
class TypeTable {
 public:
  TypeTable(const Image& image, const ModuleData& data);

  bool is_type(std::uint64_t address) const;
  bool is_itab(std::uint64_t address) const;
  // Reads what is_type accepted; parts and methods that lie outside the image are left out.
  Type read(std::uint64_t address) const;
  // Of a struct; of other types none.
  std::vector<StructField> fields(std::uint64_t address) const;
  std::optional<Itab> itab(std::uint64_t address) const;

  // Parts of what `read` gives, of a type that is_type accepted.
  Kind kind(std::uint64_t type) const;
  std::uint64_t size(std::uint64_t type) const;     // bytes of a value
  std::uint64_t element(std::uint64_t type) const;  // of a pointer, an array, a slice; or 0
  // The field of a structure in which a place lies, and where in it; nothing where none does.
  TypedPlace field(std::uint64_t structure, std::int64_t offset) const;
  // "import/path.Name" of a type with methods; else empty.
  std::string full_name(std::uint64_t type) const;
  // The words of a value as they are passed in registers, in order; those of floating-point have type 0. False where it
  // is passed in memory.
  bool register_words(std::uint64_t type, std::vector<TypedPlace>& words, int depth = 0) const;
  // Of a function's type; false where the descriptor is damaged.
  bool signature(std::uint64_t function, std::vector<std::uint64_t>& in, std::vector<std::uint64_t>& out) const;
  const std::vector<std::uint64_t>& itabs() const { return itabs_; }
  // T -> *T, as far as the linker lists them.
  const std::unordered_map<std::uint64_t, std::uint64_t>& pointers() const { return pointers_; }

 private:
  struct Name {
    std::string_view text;
    bool exported = false;
  };
  Name name_at(std::uint64_t address) const;
  std::uint64_t uncommon_offset(Kind kind) const;
  std::uint64_t type_at(std::uint64_t address) const;  // the type that a word points at, or 0
  std::uint64_t descriptor_size(std::uint64_t address) const;
  void read_methods(Bytes bytes, Type& into) const;
  void read_interface(Bytes bytes, Type& into) const;
  void read_struct(Bytes bytes, Type& into) const;
  void read_function(Bytes bytes, Type& into) const;
  void link_pointer(std::uint64_t address);
  template <class Each>
  bool each_field(std::uint64_t structure, Each&& each) const;

  const Image& image_;
  const ModuleData& data_;
  std::vector<std::uint64_t> itabs_;                           // ascending
  std::unordered_map<std::uint64_t, std::uint64_t> pointers_;  // T -> *T
};

}  // namespace blobgauge::analyzer::gobinary
