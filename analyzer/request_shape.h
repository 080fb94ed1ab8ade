#pragma once
// One request that the program makes, put together from the place that makes it, the helpers that write to it and the
// policies that it passes: method, address, and each query parameter and header with the chance that it is there.
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analyzer/facts.h"
#include "analyzer/value_flow.h"
#include "model/surface.h"

namespace blobgauge::analyzer {

// A guard with what the facts say of each of its tests, and where a compiled program has what the test asks.
struct Condition {
  enum class Kind { all, any, test };
  Kind kind = Kind::all;  // all of nothing: always
  std::vector<Condition> parts;
  Truth source;
  int function = 0;  // whose argument the word is
  Word word;
  std::string text;
  std::string held;     // a test of what the request's own header of this lower-case name holds at that moment
  bool wants = false;   // the test holds where it is there
  bool needs = false;   // and may fail there all the same
  std::string context;  // a test of what the request's context carries under this key
};

// One write to one field of one request.
struct Emission {
  std::string name;  // as written; '*' stands for an open end ("x-meta-*")
  const FieldWrite* write = nullptr;
  Truth truth;
  Condition condition;  // the same, in its parts
  Domain value;
  std::string guard;     // as the source has it; empty: always
  std::string opposite;  // the guard of an `else`, to see that two writes together are always
  // Written on the way out by code that serves every request; whether this request's way leads there is not followed.
  bool by_policy = false;
  int stage = 0;  // the stage of the request's pipelines that writes it; 0: none
};

struct ShapedField {
  std::string name;
  model::Presence presence = model::Presence::never;
  model::Value value;
  std::vector<std::string> guards;
  std::string reason;
  std::vector<std::string> chosen;  // guards that tell this request from others of its place, which may lack the field
  std::vector<Emission> emissions;
  bool on_the_way = false;  // only stages of pipelines write it
};

// Why a field that policies write is not never there; empty where none does.
std::string policy_reason(const ShapedField& field);

struct RequestShape {
  int request = 0;
  Domain method;
  std::map<std::string, ShapedField> query;                          // key: name
  std::map<std::string, ShapedField> headers;                        // key: lower-case name
  std::set<int> statuses;                                            // accepted
  std::map<std::string, std::vector<const ResponseRead*>> reads;     // used response headers; key: lower-case name
  std::map<std::string, std::vector<const ResponseRead*>> elements;  // of the response's XML body; key: path
};

struct ShapeOptions {
  std::vector<std::string> outside;  // package globs whose writes are not this client's (an HTTP library's own)
  // Of a function that writes to any request that passes it: is it part of the program? Not asked of others. Empty:
  // yes.
  std::function<bool(int function)> passed = {};
  std::map<std::string, std::string> header_tests = {};  // function that is true only with a header -> that header
};

// All requests, in the order of their ids; those of other services too.
std::vector<RequestShape> shape_requests(const Facts& facts, const ValueFlow& flow, const ShapeOptions& options);

}  // namespace blobgauge::analyzer
