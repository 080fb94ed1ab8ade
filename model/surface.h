#pragma once
// What a client can emit and reads: operations x (query, request headers, statuses, response fields), each with its
// evidence. Static, observed and probed surfaces are one type, so that they can be compared, merged and diffed.
// docs/formats/surface.md is the contract of the YAML.
#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/error.h"

namespace blobgauge::model {

enum class Presence { always, conditional, never, undecided };
enum class ValueKind { constant, one_of, pattern, dynamic };  // `pattern` is the template of docs/formats/surface.md

// Evidence is shared by id within a surface: "p12" a call path, "x12" an exchange, "n" a count of recorded answers.
struct Evidence {
  std::string kind;                // "path", "exchange", "count"
  std::vector<std::string> lines;  // frames "function file:line" root first; or "trace#number"
  bool operator==(const Evidence&) const = default;
};

struct Value {
  ValueKind kind = ValueKind::dynamic;
  std::set<std::string> values;  // constant: one; one_of: several; pattern: templates with {holes}
  bool operator==(const Value&) const = default;
};

// A query parameter, request header, response header or body element. Observed presence is counted, so that merging
// is associative: `seen` of `of` exchanges had it.
struct Field {
  std::string name;  // spelling most often sent
  Presence presence = Presence::undecided;
  std::uint64_t seen = 0, of = 0;  // 0 of 0 in a static surface
  Value value;
  std::vector<std::string> guards;    // static: the conditions, as source text
  std::string reason;                 // why undecided
  std::vector<std::string> evidence;  // ids
};

struct OperationSurface {
  std::string operation;  // full name
  std::uint64_t exchanges = 0;
  std::map<std::string, Field> query;             // key: name
  std::map<std::string, Field> request_headers;   // key: lower-case name
  std::map<std::string, Field> response_headers;  // static and probed: those read; observed: those answered
  std::map<std::string, Field> response_body;     // element paths
  std::map<int, std::uint64_t> statuses;          // observed: counts; static: accepted, count 0
  std::set<std::string> error_codes;
  std::set<std::string> scenarios;  // which scenarios showed it
  std::vector<std::string> evidence;
};

struct Surface {
  std::string kind;               // "static", "observed", "probed"
  std::string client;             // "rclone"
  std::string release;            // "1.75.0"
  std::set<std::string> sources;  // traces, module versions
  std::map<std::string, OperationSurface> operations;
  std::map<std::string, Evidence> evidence;
  std::vector<std::string> unresolved;  // calls that could not be followed; printed, never dropped
};

Result<Surface> load_surface(const std::string& path);
Status save_surface(const Surface& surface, const std::string& path);  // "-" is standard output
std::string to_yaml(const Surface& surface);
Result<Surface> surface_from_yaml(std::string_view text, std::string name);

// Associative and commutative up to evidence ids; refuses surfaces of different kinds or clients unless `mix`.
Result<Surface> merge(const Surface& a, const Surface& b, bool mix = false);

std::string_view name_of(Presence presence);
std::string_view name_of(ValueKind kind);

}  // namespace blobgauge::model
