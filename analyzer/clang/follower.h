#pragma once
// Follows the code of one function, and of what it calls, as far as requests depend on it. The essay in follower.cc
// says how and at what cost. Not for several threads.
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/clang/callee.h"
#include "analyzer/clang/hit.h"
#include "analyzer/clang/program.h"
#include "analyzer/clang/source_rules.h"
#include "analyzer/clang/state.h"

namespace blobgauge::analyzer::clang {

// What is known of a function once it was followed by itself.
struct Summary {
  bool closed = false;                    // its callers need not follow it: whatever it sends does not depend on them
  std::map<std::string, bool> open_hits;  // frames of the hits that do; true: not even the method or the path is known
};

struct Trouble {
  int function = 0;
  std::string at, what;
  auto operator<=>(const Trouble&) const = default;
};

class Follower {
 public:
  Follower(const Program& program, const SourceRules& rules, const std::map<int, Summary>& summaries,
           const std::set<int>& relevant, std::map<long long, std::set<std::string>> enumerators);

  // All requests that the function sends, whoever calls it.
  std::vector<Hit> follow(int function, Summary& summary);
  // Fields of records that hold requests, and what is asked of the answers to what such a field holds.
  std::map<std::string, std::set<std::string>> requests_in_fields;  // field -> keys of requests
  std::map<std::string, Consumption> asked_of_fields;
  std::map<std::string, Consumption> asked_of_requests;  // by key
  std::string key_of(int object) const { return object_keys_[static_cast<std::size_t>(object)]; }
  const std::set<Trouble>& troubles() const { return troubles_; }

 private:
  static constexpr std::size_t most_steps = 400'000;  // of one function; what is left then counts as unknown
  // Code that is nested deep, calls and all, takes stack; a thread has 8 MB of it on Linux.
  static constexpr std::ptrdiff_t most_stack = std::ptrdiff_t{6} << 20;
  enum class Exit { none, leave, again, give, jump };
  struct Flow {
    State state;
    Exit exit = Exit::none;
    Value value;
    std::string label;
  };
  struct Activation {
    int number = 0, function = 0, depth = 0, self = 0, line = 0;
    std::string path;  // of the calls that lead here
    const Activation* caller = nullptr;
    const FunctionBody* body = nullptr;
  };
  using Flows = std::vector<Flow>;

  bool too_deep() const {
    const auto used = static_cast<const char*>(__builtin_frame_address(0)) - stack_;
    return used > most_stack || used < -most_stack;
  }

  // statements (follower.cc)
  Flows run(const Code& code, Flow flow, Activation& frame);
  Flows run_list(const std::vector<const Code*>& list, Flows flows, Activation& frame);
  Flows branch(const Code& code, Flow flow, Activation& frame);
  Flows loop(const Code& code, Flow flow, Activation& frame);
  Flows choice(const Code& code, Flow flow, Activation& frame);
  Flows together(const State& before, Flows a, Flows b, const std::vector<Atom>& atoms_a,
                 const std::vector<Atom>& atoms_b, Activation& frame);
  void bound(Flows& flows);
  bool asked_again(const std::vector<Atom>& atoms, const Activation& frame);
  Flow returned(const State& before, Flows flows);

  // conditions (conditions.cc)
  Truth3 test(const Code& code, State& state, Activation& frame);
  Truth3 test_one(const Code& code, State& state, Activation& frame);
  void assume(const Code& code, bool truth, State& state, Activation& frame);
  std::vector<Atom> atoms(const Code& code, bool truth, const Activation& frame) const;
  Atom atom(const Code& code, const Activation& frame) const;
  std::string name_of(const Code& code, const Activation& frame) const;
  std::string question(const Code& code, const Activation& frame, bool& truth) const;

  // expressions (evaluate.cc)
  Value evaluate(const Code& code, State& state, Activation& frame);
  Value member(const Code& code, State& state, Activation& frame);
  Object& put_inside(int id, int parent, State& state);
  Value field_of(int object, const std::string& name, const std::string& record, State& state);
  void assign(const Code& to, const Value& value, State& state, Activation& frame, bool adds = false);
  int object(const std::string& key, State& state, bool fresh);
  Value global(const Code& code, State& state, Activation& frame);
  Value copied(Value value, const Code& at, State& state, const Activation& frame);

  // calls (calls.cc, known_calls.cc)
  Value call(const Code& code, State& state, Activation& frame);
  Value call_lambda(const Code& lambda, const std::vector<Value>& arguments, State& state, Activation& frame);
  Value enter(int function, int self, const std::vector<Value>& arguments, const Code& at, State& state,
              Activation& frame);
  const Code& as_call(const Code& construction);
  Value construct(const Code& code, State& state, Activation& frame, int object);
  std::optional<Value> well_known(std::string_view name, const Code& code, const Value& self,
                                  const std::vector<Value>& arguments, State& state, Activation& frame);
  struct Call {
    const Code& code;
    Value self;
    std::vector<Value> arguments;
  };
  std::optional<Value> apply(const CallRule& rule, const Call& call, State& state, Activation& frame);
  Value operand(const Operand& what, const Call& call, State& state);
  const Code* operand_code(const Operand& what, const Call& call) const;
  std::set<int> lists(const Value& value, const Call& call, State& state, Activation& frame);
  void add(const CallRule& rule, const std::set<int>& to, const Value& name, const Value& value, const Call& call,
           State& state, Activation& frame);
  void mean(const OptionMeaning& meaning, int object, const Value& value, const Call& call, State& state,
            Activation& frame);
  Value send(const CallRule& rule, const Call& call, State& state, Activation& frame);
  void collect(const Value& from, bool query, Hit& hit, const State& state, std::set<std::string>& seen);
  void describe_body(const Value& body, Hit& hit, const State& state) const;
  void escape(const Value& value, State& state);
  void hand_out(const Code& call, State& state, Activation& frame);

  // answers (answers.cc)
  std::set<int> requests_of(const Value& value, const State& state) const;
  std::set<std::string> fields_of(const Value& value, const State& state) const;
  void ask(const Value& of, const State& state, const Consumption& what);
  std::string place(const Activation& frame, int line) const;

  const Program& program_;
  const SourceRules& rules_;
  const std::map<int, Summary>& summaries_;
  const std::set<int>& relevant_;
  const std::map<long long, std::set<std::string>> enumerators_;
  std::vector<std::string> object_keys_;
  std::unordered_map<std::string, int> objects_;
  std::unordered_map<int, std::set<int>> inside_;  // object -> what ever was a field of it
  Callees callees_;
  std::map<int, std::map<std::string, int>> asked_;  // how often a function asks about a variable
  std::vector<Hit> hits_;
  std::map<const Code*, Code> as_calls_;
  std::set<Trouble> troubles_;
  const char* stack_ = nullptr;  // where it was when the following began
  std::size_t steps_ = 0;
  int frames_ = 0;
  bool changes_caller_ = false;
};

}  // namespace blobgauge::analyzer::clang
