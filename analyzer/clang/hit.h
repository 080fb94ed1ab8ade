#pragma once
// A request that one way through the code sends, with what was added to it by then and what is asked of its answer.
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/clang/state.h"

namespace blobgauge::analyzer::clang {

// One call on the way from the function that was entered down to the one that sends.
struct Frame {
  int function = 0;
  int line = 0;  // of the call that leads on; of the last one: that sends
};

// What is asked of an answer.
struct Consumption {
  std::map<int, std::pair<int, std::string>> statuses;         // code -> function, place
  std::map<std::string, std::pair<int, std::string>> headers;  // name -> function, place
  std::map<std::string, std::pair<int, std::string>> elements;
  void join(const Consumption& other);
};

struct Hit {
  std::vector<Frame> frames;  // outermost first
  std::string sender;         // the function that sends, by its rule's name
  std::string rule;           // file:line of the rule
  std::set<std::string> verbs;
  std::set<std::string> signed_verbs;
  std::string path;
  std::vector<Addition> additions;
  std::string body = "none";  // none, buffer, xml
  std::set<std::string> body_elements;
  std::vector<Atom> conditions;
  int request = 0;                                                 // object
  bool verb_open = false, path_open = false, fields_open = false;  // a caller that is not seen may say more
  Consumption answer;
  bool open() const { return verb_open || path_open || fields_open; }
};

// Tells the ways of calls apart: the frames from number `from` on.
std::string frames_key(const Hit& hit, std::size_t from);

}  // namespace blobgauge::analyzer::clang
