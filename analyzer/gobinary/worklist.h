#pragma once
// What is reached from a program's roots, level by level: an essay on the rules
// stands in worklist.cc.
#include <array>
#include <cstdint>
#include <deque>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analyzer/gobinary/data_map.h"
#include "analyzer/gobinary/executable.h"
#include "analyzer/gobinary/reachability.h"
#include "analyzer/gobinary/references.h"
#include "analyzer/gobinary/type_table.h"

namespace blobgauge::analyzer::gobinary {

// Why a function, or a piece of data on the way to one, was reached.
struct Cause {
  FunctionId from = FunctionTable::none;  // none: a root
  std::uint32_t at = 0;                   // the reference in it, from Image::base()
  Edge edge = Edge::root;
  std::uint64_t type = 0, interface = 0;  // descriptors; 0: not by a type
};

class Worklist {
 public:
  Worklist(const Executable& executable, const TypeTable& types, const References& references, const DataMap& data);

  // Computes all levels.
  model::Status run();
  // Instead: what this one function leads to without reflection, all other roots left out.
  void run_from(FunctionId root);
  Level level(FunctionId id) const { return levels_[id]; }
  // The best level at which something other than a call that names the function leads to it.
  Level level_by_value(FunctionId id) const { return by_value_[id]; }
  // The same of what is neither an itab nor reflection: function values, roots, assembly.
  Level level_by_address(FunctionId id) const { return by_address_[id]; }
  // Of itabs that a type assertion makes.
  Level level_by_assertion(FunctionId id) const { return by_assertion_[id]; }
  const Cause& cause(FunctionId id) const { return causes_[id]; }
  // Descriptors of all types with methods that were reached.
  std::vector<std::uint64_t> types() const;

 private:
  struct Item {
    std::uint64_t address = 0;
    Cause cause;
  };
  struct ReachedType {
    Type type;
    Cause cause;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> methods;  // key -> index in type.methods, ascending
  };
  using TypeIndex = std::uint32_t;

  void add_roots();
  void drain();
  void add_function(std::uint64_t address, const Cause& cause);
  void add_function(FunctionId id, const Cause& cause);
  void expand(FunctionId id);
  void follow(std::uint64_t address, const Cause& cause);  // of a pointer
  void read_loaded(std::uint64_t address, std::uint8_t width, const Cause& cause);
  void read_piece(const DataMap::Piece& piece, const Cause& cause);
  void read_initialisation(std::uint64_t address, const Cause& cause);
  void read_words(std::uint64_t from, std::uint64_t to, const Cause& cause, bool may_be_code);
  void read_names(std::uint64_t from, std::uint64_t to);
  void reach_itab(std::uint64_t address, const Cause& cause);
  void reach_type(std::uint64_t address, const Cause& cause);
  void reach_comparison(std::uint64_t address, const Cause& cause);
  void add_concrete(TypeIndex index);
  void add_interface(TypeIndex index);
  void convert(const ReachedType& type, const ReachedType& interface, const Cause& cause);
  std::uint64_t key_of(const Method& method);
  void start_level(Level level);
  bool may_reflect(const Type& type, const Method& method) const;
  void reflect_on(const ReachedType& type);

  const Executable& executable_;
  const Image& image_;
  const FunctionTable& functions_;
  const TypeTable& types_;
  const References& references_;
  const DataMap& data_;
  Level current_ = Level::reachable;
  std::vector<Level> levels_, by_value_, by_address_, by_assertion_;
  std::vector<Cause> causes_;
  std::deque<FunctionId> queue_;
  std::vector<Item> pending_;
  std::unordered_set<std::uint64_t> seen_pieces_, seen_types_, seen_compared_, seen_initialisations_;
  std::set<std::vector<std::uint64_t>> seen_interfaces_;  // by their methods
  std::deque<ReachedType> reached_;                       // references to elements stay
  std::unordered_map<std::uint64_t, std::vector<TypeIndex>> concrete_by_key_, interfaces_by_key_;
  std::unordered_map<std::string_view, std::uint32_t> name_numbers_;
  std::unordered_set<std::string_view> named_in_strings_;
  std::uint64_t budget_ = 0;  // parts and methods that the file can still have room for
  bool contradicts_ = false;
};

}  // namespace blobgauge::analyzer::gobinary
