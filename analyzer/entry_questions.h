#pragma once
// What only the machine code of an executable can say of a request builder: can an argument of it be set? The library's
// source gives the guards; the program that sets the options may have no source at all. So each guarded field of a
// request becomes always, conditional, never or undecided, in two grades that are never mixed (docs/analyzer.md).
#include <optional>
#include <string>
#include <vector>

#include "analyzer/facts.h"
#include "analyzer/request_shape.h"
#include "model/surface.h"

namespace blobgauge::analyzer {

// All that the word can be at the function's entry. None of the three: no way that leads there was found.
struct EntryAnswer {
  bool zero = false, nonzero = false, unknown = false;
  std::vector<std::string> stores;   // of what is not zero: "pkg.Function path/file.go:12"
  std::vector<std::string> reasons;  // of what is unknown
  // Of each store the entry points that lead there, for people; empty where none is known.
  std::vector<std::string> stored_from = {};
};

struct EntryQuestion {
  int function = 0;  // of the facts
  Word word;
  auto operator<=>(const EntryQuestion&) const = default;
};

class EntryQuestions {
 public:
  virtual ~EntryQuestions() = default;
  // All that will be asked, so that it can be searched at once.
  virtual void prepare(const std::vector<EntryQuestion>&) {}
  // By all ways, or by open ways only.
  virtual EntryAnswer ask(const EntryQuestion& question, model::Proof ways) const = 0;
};

struct EntryDecision {
  model::Presence presence = model::Presence::undecided;
  model::Proof proof = model::Proof::none;
  std::string reason;               // of undecided
  std::vector<std::string> stores;  // that set what the guard needs
  // Where code on the way out may write the field as well: what is said of the builder's part alone.
  std::optional<model::OwnOption> option;
};

// What a field's guards ask that the library's source leaves open.
std::vector<EntryQuestion> questions_of(const ShapedField& field);

EntryDecision decide(const ShapedField& field, const EntryQuestions& questions);

// For people: each test of a guard with its answers, a line each.
std::vector<std::string> explain(const Condition& condition, const EntryQuestions& questions);

}  // namespace blobgauge::analyzer
