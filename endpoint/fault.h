#pragma once
// A wrong behaviour that endpoints were seen to have, shown on purpose so that a case can be shown to notice it. A
// fault is a change around a right service: what it takes in, which check it leaves out, what it answers. Everything
// that a fault does not name stays right. The faults are data (specs/faults.yaml, docs/formats/faults.md), read by
// fault_reader.h. Values; thread-safe once made.
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "endpoint/answer.h"
#include "endpoint/request.h"

namespace blobgauge::endpoint {

// Every match becomes `text` ("$1" is the first group). `again`: until nothing changes any more, for a change of order.
struct TextChange {
  std::regex pattern;
  std::string text;
  bool again = false;
};

// A field is there and its whole value matches; without a pattern it must not be there.
struct FieldTest {
  std::string name;
  std::optional<std::regex> value;
};

struct HeaderChange {
  std::vector<std::string> drop;                            // globs
  std::vector<std::pair<std::string, std::string>> set;     // name and value
  std::vector<std::pair<std::string, std::string>> rename;  // from and to, where the first is there
};

struct Fault {
  std::string name, title;

  // Which requests. Empty lists ask nothing.
  std::vector<std::string> operations;  // globs over the names of routes
  std::vector<std::string> methods;
  std::vector<FieldTest> headers, queries;
  bool sources = false;  // also when the endpoint reads a copy source that is its own

  // What is done to them.
  std::vector<TextChange> signed_target;  // where the signature is checked: what a proxy or another rule makes of it
  std::vector<TextChange> target;         // after that
  HeaderChange request;
  std::vector<TextChange> body;
  std::vector<std::string> pass_over;  // checks that are not made: kinds of wire::SasRefusal, "length", "empty block"
  std::optional<Refusal> refuse;

  // Which of their answers, and what is done to these.
  std::vector<std::string> statuses;
  std::vector<FieldTest> answer_headers;
  std::optional<int> status;
  HeaderChange answer;
  std::vector<std::string> repeat;  // globs of fields that stand twice, the second time as they came
  std::vector<TextChange> answer_body;
  bool empty = false;  // the answer has no body
  Delivery delivery;
};

// Those of `faults` that a request meets; `operation` is empty where it has none.
std::vector<const Fault*> faults_met(const std::vector<Fault>& faults, const Request& request,
                                     std::string_view operation, bool is_source_read);

// All of these look at `request.faults`.
bool passes_over(const Request& request, std::string_view check);
model::Url signed_url(const Request& request);
// Target, fields and address; the address may become one that is none.
Outcome<void> change_request(Request& request);
// The body: an error of the disk it may be kept on.
Outcome<void> change_body(Request& request, ContentStore& contents);
void change_answer(const Request& request, Answer& answer);

}  // namespace blobgauge::endpoint
