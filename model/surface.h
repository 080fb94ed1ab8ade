#pragma once
// What a client can emit and reads: operations x (query, request headers, statuses, response fields), each with its
// evidence. Static, observed and probed surfaces are one type, so that they can be compared, merged and diffed.
// docs/formats/surface.md is the contract of the YAML.
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/error.h"
#include "model/level.h"
#include "model/traffic.h"

namespace blobgauge::model {

enum class Presence { always, conditional, never, undecided };
enum class ValueKind { constant, one_of, pattern, dynamic };  // `pattern` is the template of docs/formats/surface.md

// Of an executable: which ways through its machine code bear `always` and `never` out. The two are never mixed: of two
// merged statements the weaker one counts.
enum class Proof : std::uint8_t {
  none,       // the library's own source says it, or the surface is of another kind
  all_ways,   // by every way that leads to the builder, whatever stores could escape the search
  open_ways,  // by every way that the program's own nil tests leave open; a store through an alias may have been missed
};

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

// What the builder of a request makes of the program's own option for a field.
struct OwnOption {
  Presence presence = Presence::undecided;
  Proof proof = Proof::none;
  bool operator==(const OwnOption&) const = default;
};

// A query parameter, request header, response header or body element. Observed presence is counted, so that merging
// is associative: `seen` of `of` exchanges had it.
struct Field {
  std::string name;  // as sent; of several spellings the first in ASCII order, so that merging is associative
  Presence presence = Presence::undecided;
  Proof proof = Proof::none;  // of always and never
  // Executable, of an undecided field that code on the way out may write as well: what is known of the option alone.
  std::optional<OwnOption> option;
  std::uint64_t seen = 0, of = 0;  // 0 of 0 in a static surface
  Value value;
  std::vector<std::string> guards;    // static: the conditions, as source text
  std::string reason;                 // why undecided
  std::set<std::string> platforms;    // where it can be there, where that is not wherever the operation is
  std::vector<std::string> evidence;  // ids
  bool operator==(const Field&) const = default;
};

// Observed answers of one status to requests of one API version, so that "on every 201 since that version" can be
// asked: how many, and how many of them had each header and each XML element.
struct Answers {
  std::uint64_t count = 0;
  std::uint64_t bodies = 0;                       // answers whose XML was recorded; the others say nothing of elements
  std::map<std::string, std::uint64_t> headers;   // key: lower-case name
  std::map<std::string, std::uint64_t> elements;  // key: path
  std::map<std::string, std::uint64_t> error_codes;
  // What "n of n" rests on; empty where it was not asked for. An account stands as four hexadecimal digits of a digest
  // of its name, which tell accounts apart (never too many) and name none.
  std::set<std::string> recorders, accounts;
  std::set<std::string> years;  // of the answers' own Date
  bool operator==(const Answers&) const = default;
};

struct OperationSurface {
  std::string operation;  // full name
  std::uint64_t exchanges = 0;
  std::uint64_t complete = 0;          // exchanges whose request headers were all recorded; only these can show absence
  std::map<std::string, Field> query;  // key: name
  std::map<std::string, Field> request_headers;            // key: lower-case name
  std::map<std::string, Field> response_headers;           // static and probed: those read; observed: those answered
  std::map<std::string, Field> response_body;              // element paths
  std::map<int, std::uint64_t> statuses;                   // observed: counts; static: accepted, count 0
  std::map<std::pair<int, std::string>, Answers> answers;  // observed: by status and API version ("" unknown)
  std::set<std::string> error_codes;                       // observed
  std::map<std::string, Field> compared_codes;             // static: error codes that the client tells apart
  std::set<std::string> scenarios;                         // which scenarios showed it
  Level level = Level::none;
  std::set<std::string> platforms;  // that have it, where these are not all of the surface
  std::vector<std::string> evidence;
  bool operator==(const OperationSurface&) const = default;
};

struct Surface {
  std::string kind;     // "static", "executable", "observed", "probed"; "partial": from a log that leaves much out
  std::string client;   // "rclone"
  std::string release;  // "1.75.0"
  // Of an executable whose libraries' source was not at hand: that an operation lists no header and no parameter says
  // nothing. Merged with another surface, only operations stay.
  bool operations_only = false;
  std::set<std::string> sources;  // traces, module versions
  // Static: what the source was read for ("linux/amd64"). Of several the marks of operations and fields say which.
  std::set<std::string> platforms;
  std::map<std::string, OperationSurface> operations;
  std::map<std::string, Evidence> evidence;
  std::map<std::string, ScenarioTraffic> scenarios;  // observed: how the client went about each
  // Static: error codes that the client compares with the code of an error whose operation is not known.
  std::map<std::string, Field> compared_codes;
  std::vector<std::string> unresolved;  // calls that could not be followed; printed, never dropped
  // Requests of services that the catalogue is not about, by the service's name: form, place and level of each.
  std::map<std::string, std::set<std::string>> other_services;
  bool operator==(const Surface&) const = default;
};

Result<Surface> load_surface(const std::string& path);
Status save_surface(const Surface& surface, const std::string& path);  // "-" is standard output
std::string to_yaml(const Surface& surface);
Result<Surface> surface_from_yaml(std::string_view text, std::string name);

// Associative and commutative for surfaces of one kind, so traces can be inferred in pieces and put together in any
// order. Refuses surfaces of different kinds, clients or releases unless `mix`; a mixed surface names them all. The
// marks of platforms stay where both surfaces name theirs.
Result<Surface> merge(const Surface& a, const Surface& b, bool mix = false);

// Gives equal evidence one id, in an order that depends on nothing but the content, keeps the first three exchanges
// of each list, and forgets what nobody names. `merge` and inference do it; a front end may.
void renumber_evidence(Surface& surface);

// How often `seen` of `of` is; `known`: how many of these can show absence.
Presence presence_of(std::uint64_t seen, std::uint64_t of, std::uint64_t known);

// Partial evidence, alone or mixed into other: what it lacks was not shown to be absent.
bool is_partial(const Surface& surface);

// Of an executable alone: it tells what can be reached and never that anything was sent.
bool is_executable(const Surface& surface);

// What is known of the program's own option for a field: `option`, or else the field's presence.
OwnOption option_of(const Field& field);
// Keeps it only where it says more than the field itself.
void keep_option(Field& field, const OwnOption& option);

std::string_view name_of(Presence presence);
// "no store found", "none on a feasible path", "set on every path", "set on every feasible path"; else empty.
std::string_view name_of(Presence presence, Proof proof);
std::string_view name_of(ValueKind kind);

}  // namespace blobgauge::model
