#pragma once
// Which values can reach a place of the program, from the facts' flows: field-based and flow-insensitive, so it
// over-approximates what happens and never misses a store that the facts have.
//
// The domain of a value is a set over {unset, blank, constants, templates, something, doubt}: unset is nil or the zero
// value, blank is there but empty, something is any value that cannot be named, doubt is a source that cannot be
// followed. "Never" needs a set without anything but unset; a set that only doubt could fill is undecided.
#include <compare>
#include <set>
#include <string>
#include <vector>

#include "analyzer/facts.h"
#include "model/surface.h"

namespace blobgauge::analyzer {

enum class Chance { no, doubt, yes };  // ordered: `and` is the least, `or` the greatest

struct Domain {
  bool unset = false, blank = false, something = false;
  bool dynamic = false;             // `something` may also be nil or empty
  bool many = false;                // more constants than are kept: `something` stands for them
  std::set<std::string> constants;  // at most 16
  std::set<std::string> templates;  // texts with {holes}
  std::set<std::string> doubts;     // reasons, at most three
  std::set<std::string> inside;     // the same, of what a pointer leads to: the pointer itself is there
  std::set<int> requests;
  bool every_request = false;

  bool join(const Domain& other);  // true where this grew
  bool bottom() const;
  Chance present() const;  // can it be other than nil?
  Chance absent() const;
  Chance filled() const;  // can it be other than nil and empty?
  Chance hollow() const;
  std::string doubt() const;  // the reasons in one line
  model::Value value() const;
};

struct Truth {
  Chance holds = Chance::yes, fails = Chance::no;
  std::string doubt;  // why, where one of them is a doubt
};

// What `else` of a single test reads as; empty where the guard is no single test.
std::string opposite(const Guard& guard);

// Arguments that stand for parameters: node id -> what one call hands over, and in turn what stands for the
// parameters in there. So a helper is read once a call, and its callers do not mix.
struct Binding {
  struct Argument {
    int node;
    const Expr* value;
  };
  std::vector<Argument> arguments;
  const Binding* outer = nullptr;
};

// Keeps a reference to the facts. The constructor computes; const members may be called by several threads.
class ValueFlow {
 public:
  explicit ValueFlow(const Facts& facts);
  Domain domain(const Expr& e, const Binding* binding = nullptr) const;
  Truth truth(const Guard& guard, const Binding* binding = nullptr) const;
  // Where a node's values are stored, nearest first: "at function" lines for people, at most `most`.
  std::vector<std::string> witnesses(const Expr& e, std::size_t most) const;

 private:
  Chance fails_together(const Guard& either, const Binding* binding) const;
  const Facts& facts_;
  std::vector<Domain> nodes_;
  bool computing_ = true;
  bool settled_ = false;  // what will be stored has been
};

}  // namespace blobgauge::analyzer
