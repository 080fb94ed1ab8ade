#pragma once
// What a program's types say about its functions: whose methods they are, which functions a call through an interface
// can enter, and of which type the words are that methods are handed and give back. Types are static: what package
// unsafe makes of a pointer is not seen.
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/gobinary/executable.h"
#include "analyzer/gobinary/type_table.h"

namespace blobgauge::analyzer::gobinary {

// Immutable; keeps references.
class TypeIndex {
 public:
  // `types`: those with methods that are part of the program.
  TypeIndex(const Executable& executable, const TypeTable& table, const std::vector<std::uint64_t>& types);

  // The innermost type there that is no struct and no array.
  TypedPlace leaf(TypedPlace place) const;
  // T of a pointer's type *T, else 0.
  std::uint64_t pointed_at(std::uint64_t pointer) const;
  // The word that is a pointer to T.
  TypedPlace pointer_to(std::uint64_t type) const;
  // Of a method of *T: T; else 0.
  std::uint64_t receiver(FunctionId method) const;
  // The word in a register at a method's entry and after its return (ABIInternal); type 0 also where it is no word.
  TypedPlace parameter(FunctionId method, std::uint8_t reg) const;
  TypedPlace result(FunctionId method, std::uint8_t reg) const;
  // The same of the function that a call through this interface enters.
  TypedPlace result(std::uint64_t interface, std::size_t slot, std::uint8_t reg) const;
  bool is_interface(std::uint64_t type, std::size_t slot) const;
  // All methods that the slot of an itab for this interface can hold: of each type that has all of its methods.
  std::vector<FunctionId> implementations(std::uint64_t interface, std::size_t slot) const;

 private:
  using Key = std::pair<std::string_view, std::uint64_t>;  // a method's name and type
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  struct Signature {
    std::uint64_t receiver = 0, type = 0;  // of a method of *T: T; the function's without its receiver, or 0
  };
  TypedPlace word(const std::vector<std::uint64_t>& values, std::size_t first_register, std::uint8_t reg) const;
  const Signature& signature(FunctionId method) const;

  const Executable& executable_;
  const TypeTable& table_;
  std::unordered_map<FunctionId, Signature> methods_;
  std::unordered_map<std::string, std::uint64_t> named_;  // by "path/package.T"
  struct Implementation {
    std::uint64_t type = 0;
    FunctionId code = 0;
  };
  std::unordered_map<Key, std::vector<Implementation>, Hash> by_method_;
};

}  // namespace blobgauge::analyzer::gobinary
