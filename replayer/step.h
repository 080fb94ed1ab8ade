#pragma once
// A request that a case sends, and what is expected of its answer. Pure data, read by replayer/case_reader.h;
// docs/formats/cases.md is the contract. Texts are templates (template.h).
#include <cstdint>
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
  enum class Test {
    present,
    absent,
    equals,
    one_of,
    differs,
    pattern,
    not_before,
    contains,
    count,
    ascending,
    content
  };
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
  // "": as the run says; "key", "none", "bearer", "sas KIND LETTERS", and the last two and "key" with "wrong " before.
  std::string auth;
  enum class At { endpoint, peer, second };
  At at = At::endpoint;  // the run's other endpoint (Role), or its second account
};

struct Step {
  std::string name;
  std::string operation;  // full name, where its answer stands for the operation; empty for a fixture
  RequestTemplate request;
  std::vector<Expectation> expectations;
  std::vector<BodyTemplate> contents;                         // for Test::content: the body is one of these
  std::vector<std::pair<std::string, std::string>> captures;  // name and header, or "xml PATH"
  // A fixture that the endpoint's owner can provide by another route; `instead` is then sent in its place (at most one
  // step, which reads what the fixture's answer would have told).
  bool by_owner = false;
  bool reads = false;  // changes nothing, though its method is neither GET nor HEAD
  std::vector<Step> instead;
  std::string unseen;  // a text that is taken out of the answer before it is judged; empty: none
  // Sent so often, several at a time; the first answer that is wrong ends it, and stands for all. `number` is the hole
  // with the number of each, from 0, all with as many digits as the last.
  struct Repeat {
    std::uint64_t times = 0;  // 0: it is one request
    std::uint64_t at_once = 16;
    std::string number = "number";
  };
  Repeat repeat;
  // In place of a request of its own: these are under way together. `statuses`: what they answer, in whatever order.
  std::vector<Step> at_once;
  std::vector<std::string> statuses;
  model::Position where;
};

// All its texts that are templates: target, header values, bodies, expected values.
std::vector<std::string_view> template_texts(const Step& step);

// Each step that is one request: those that are sent at once, too. Pointers into `steps`.
std::vector<const Step*> requests_of(const std::vector<Step>& steps);

}  // namespace blobgauge::replayer
