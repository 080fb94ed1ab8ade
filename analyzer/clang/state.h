#pragma once
// What is known at one point of a way through a function: the values of variables, the objects with what was added to
// them, and which conditions hold. Ways are kept apart where they build different requests, and put together where one
// only adds what the other leaves out; what only some ways add then carries the condition.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/clang/code.h"
#include "analyzer/clang/layered_map.h"
#include "analyzer/clang/shared.h"
#include "analyzer/clang/value.h"

namespace blobgauge::analyzer::clang {

// A condition with the side that was taken.
struct Atom {
  std::string key;   // the same for the same question about the same variables
  std::string text;  // as the source has it
  bool truth = true;
  bool loop = false;
  const Code* test = nullptr;
  int function = 0;  // where it stands
  bool operator==(const Atom& other) const { return key == other.key && truth == other.truth; }
};

// "!x" or "x == y" as people write the side that was taken.
std::string text_of(const Atom& atom);

// A query parameter or header that was added to an object.
struct Addition {
  bool query = false, removes = false;
  std::string name;  // "{}" for what nobody knows
  Value value;
  std::vector<Atom> guards;  // it may be missing: only where these hold
  std::vector<Atom> chosen;  // on this way it is there, since these hold
  std::string key, at;       // key: the same for the same code reached by the same calls
  int function = 0;
  int depth = 0;  // of the calls below the function that was entered first
};

struct Object {
  std::string key;
  std::string record;      // USR of its class, where it is known
  std::string field;       // "Record.name", of what stands in a field that nobody followed
  int parent = 0;          // the object whose field it is
  bool of_caller = false;  // handed over by a caller that is not seen
  bool zeroed = false;     // fields that were not set are zero
  bool fresh = false;      // made on this way
  bool is_request = false;
  std::vector<Addition> additions;
  std::map<std::string, Value> fields;
  std::map<std::string, Value> roles;  // verb, url, headers, query, body, path
  std::set<std::string> fixed_verbs;   // of options that stand for a method; empty: none was set
  std::set<std::string> default_verbs;
  Value last_request;                   // that was sent with it
  std::string element;                  // path of the XML element that it is
  std::set<std::string> made_elements;  // of a document that is written
};

// A variable: the number of the activation that it belongs to, and its own; parameters count down from -1.
using VariableName = std::pair<int, long long>;
inline int activation_of(const VariableName& name) { return name.first; }
inline int block_of_objects(int id) { return id / 64; }

using Clause = std::vector<std::pair<std::string, bool>>;

// Each branch and each call keeps a copy to go back to, so copies share what nobody has changed since.
struct State {
  LayeredMap<VariableName, Value, activation_of> variables;
  Shared<std::map<std::string, Value>> globals;
  LayeredMap<int, std::shared_ptr<const Object>, block_of_objects> objects;
  Shared<std::map<std::string, bool>> known;
  Shared<std::vector<Clause>> clauses;   // one of each holds
  Shared<std::vector<Atom>> conditions;  // that this way has passed
  Value signed_verb;
  std::string path;  // template of the address, where a rule told it

  const Object& object(int id) const;  // valid until an object is changed
  Object& change(int id);
  void pass(const std::vector<Atom>& atoms);  // this way has passed these conditions as well
  // Learns that a condition holds or not, and what follows from it.
  void learn(const std::string& key, bool truth);
  void learn_one_of(Clause clause);
  // Forgets what was known of conditions that mention this.
  void forget(const std::string& token);
};

// Two ways that part at `atoms`: may they go on as one?
bool differ_in_kind(const State& before, const State& a, const State& b);
// Both in one; what only one of them adds is guarded by its atoms.
State merged(const State& a, const State& b, const std::vector<Atom>& atoms_a, const std::vector<Atom>& atoms_b);
// Notes on what `after` added since `before` why it is there.
void choose(const State& before, State& after, const std::vector<Atom>& atoms);
// What was added since; by the keys of the additions.
std::set<std::string> added_since(const State& before, const State& after);

}  // namespace blobgauge::analyzer::clang
