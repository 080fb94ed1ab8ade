#pragma once
// What holds for any answer of the real service, as data: a rule looks at one thing of an answer and says what it must
// be, from which API version on, and why. Part of the spec; `check` holds recorded answers against it. The words are in
// docs/formats/spec.md. A rule must be certain for every account and every recorder: what depends on an account's
// features, on other clients or on what a recorder keeps has a condition for it, or is no rule.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/error.h"
#include "model/verdict.h"
#include "model/yaml.h"

namespace blobgauge::model {

struct AnswerRule {
  enum class Subject {
    status,
    header,   // `name`
    element,  // `name`: path from the root, "A/B/C", "A/*", or an attribute "A/B/@c"; each at the path is looked at
    body,
  };
  enum class Test {
    present,  // there, whatever it is
    absent,   // not there; of a body: empty
    form,     // a name of replayer/answer_form.h in `values`
    one_of,   // any of `values`
    request,  // as the request's header `values[0]`, where both are there
    query,    // as the query parameter `values[0]`, absent where that is empty; greater numbers than `values[1]` apart
    container,   // the container of the request's address
    header,      // as the answer's header `values[0]`, where that is there
    status,      // the number of the answer's status
    status_for,  // the answer's status is one of `table[value]`; other values say nothing
    md5,         // base64 of the digest of the body of `values[0]`: "answer" or "request", where its bytes are known
    crc64,
    size,      // the size of the answer's body, where its bytes are known
    range,     // covers the answer's body and lies in the range asked for by a header in `values`, where there is one
    children,  // each has these child elements; `given` names a child that only some have: then only those
    at_most,   // no more of them than the query parameter `values[0]` says
    sorted,    // texts of child `given` of all children ascend by code unit, where all are plain without a slash
    xml,       // a document with this root element
  };
  std::string id, reason;
  Weight weight = Weight::differs;
  // All of these must hold, else the rule says nothing. Empty: any.
  std::vector<std::string> operations;                  // globs of full names
  std::vector<std::string> methods;                     // request methods
  std::vector<std::string> statuses;                    // "201", "2xx"
  std::string from, until;                              // API versions, `until` is the first without the rule
  std::vector<std::string> requests, queries, answers;  // selectors: "Name", "!Name", "Name=a|b"
  // Only where every header of the answer is known to be there: recorded on the wire, not brought from elsewhere.
  bool whole = false;
  Subject subject = Subject::status;
  std::string name;
  Test test = Test::present;
  std::vector<std::string> values;
  std::vector<std::pair<std::string, std::vector<std::string>>> table;
  std::string given;
};

// What stays the same while a resource is in one state, which an answer's header names (an ETag). Holds in any order
// of the exchanges, whoever else writes: two answers with one state speak of the same content.
struct AnswerHistory {
  struct Write {
    std::vector<std::string> operations;
    bool content = false;  // the request's body is the whole content afterwards
    // Header of later answers, and the headers of this request that set it, the first one that is there.
    std::vector<std::pair<std::string, std::vector<std::string>>> sets;
    bool open = false;  // the request's open headers (metadata) are all that the resource then has
  };
  std::string state;                        // header of answers
  std::vector<std::string> reads;           // operations that answer with all of the resource's properties
  std::vector<std::string> unless_query;    // the address is another resource's, or answers are changed by it
  std::vector<std::string> unless_request;  // a header by which the body is not the content as it is
  std::vector<std::string> unless_answer;   // "Name=value": the state is not settled yet
  std::vector<std::string> same;            // headers of reads
  std::vector<std::string> same_in_writes;  // those that the answer to a write has, too
  std::string open;                         // prefix of headers that the user named; all of them stay the same
  std::string md5, range;  // headers: the content's digest in the answer to a write; the part that was read
  std::string reason;
  std::vector<Write> writes;
  Weight weight = Weight::breaks;
  bool empty() const { return state.empty(); }
};

struct AnswerRules {
  std::vector<std::string> masks;  // globs: values that a recorder put in the place of what was sent
  std::vector<AnswerRule> rules;
  AnswerHistory history;
  // Fields that no rule is made of, as globs over "header NAME", "element PATH", and why: for `selfcheck`.
  std::vector<std::pair<std::string, std::string>> left_out;
};

// The keys `masks`, `rules`, `history` and `left_out` of a map.
Result<AnswerRules> read_answer_rules(yaml::Fields& fields);
void write(yaml::Writer& out, const AnswerRules& rules);

}  // namespace blobgauge::model
