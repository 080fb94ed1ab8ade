#pragma once
// One behaviour to check: given, steps, expectations, and what must hold afterwards. Pure data, read from
// specs/cases/*.yaml by replayer/suite.h; docs/formats/cases.md is the contract. Texts are templates (template.h).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/error.h"
#include "model/verdict.h"

namespace blobgauge::replayer {

// What must be true of one answer. `values` are templates.
struct Expectation {
  enum class About {
    status,
    header,  // `name`
    error,   // the error code, in the header and in the body where there is one
    body,    // the bytes, `content` of the step
    xml,     // `name`: path from the root, "A/B/C" or "A/B/@attribute"
  };
  enum class Test { present, absent, equals, one_of, differs, pattern, not_before, contains, count, content };
  About about = About::status;
  std::string name;
  Test test = Test::present;
  std::vector<std::string> values;
  model::Weight weight = model::Weight::breaks;
  std::string why;              // empty: the case's own reason
  std::string from;             // the api version from which on it holds; empty: always
  std::vector<std::string> at;  // the statuses of which it holds; empty: any that the step takes
  model::Position where;
};

// A stretch of a body as a case writes it; see Content.
struct PieceTemplate {
  std::string text;
  std::uint64_t seed = 0, offset = 0, size = 0;
};
using BodyTemplate = std::vector<PieceTemplate>;

struct RequestTemplate {
  enum class Framing { length, chunked };
  std::string method, target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> omit;  // headers that every request has by default, left out here
  BodyTemplate body;
  bool has_body = false;  // false also leaves Content-Length out of methods that need none
  Framing framing = Framing::length;
  // "": as the run says; "key", "none", "wrong key", "wrong sas", or "sas LETTERS".
  std::string auth;
  bool at_peer = false;  // goes to the run's other endpoint (Role)
};

struct Step {
  std::string name;
  std::string operation;  // full name, where its answer stands for the operation; empty for a fixture
  RequestTemplate request;
  std::vector<Expectation> expectations;
  BodyTemplate content;                                       // expected body, for Test::content
  std::vector<std::pair<std::string, std::string>> captures;  // name and header, or "xml PATH"
  // A fixture that the endpoint's owner can provide by another route; `instead` is then sent in its place (at most one
  // step, which reads what the fixture's answer would have told).
  bool by_owner = false;
  std::vector<Step> instead;
  std::string unseen;  // a text that is taken out of the answer before it is judged; empty: none
  model::Position where;
};

// All its texts that are templates: target, header values, bodies, expected values.
std::vector<std::string_view> template_texts(const Step& step);

// What the real service said to a case; no date: it was never asked.
struct Attested {
  bool confirmed = false;
  std::string date, region, account, version;  // account: its kind; version: of the API
};

// What the endpoint is to a case. All but `destination` need a second endpoint, the peer: it reads the endpoint as a
// source, or is the foreign source that the endpoint reads.
enum class Role { destination, source, import };
std::string_view name_of(Role role);
std::optional<Role> parse_role(std::string_view name);
// Some request of it goes to the peer, or names it.
bool needs_peer(const struct Case& item);

struct Case {
  std::string id;  // "put-block-from-url/source-range"; stable
  std::string operation, title, why;
  std::string tier;   // "mvp" or "extended", as the case says; the spec may lower it
  std::string needs;  // for extended: the flag or account feature
  std::vector<std::string> tags;
  std::vector<std::string> names;  // container names of its own; "c" unless it says otherwise
  bool own_container = false;      // holds only in containers of its own, not under a prefix in another
  std::vector<Step> given, steps, after;
  Role role = Role::destination;
  Attested attested = {};
  model::Position where;
};

}  // namespace blobgauge::replayer
