#pragma once
// specs/policy/rationale.yaml: what the MVP leaves out or takes in beyond the computed tiers, decided by people, a row
// each. A decision that does not say what breaks without it, who meets that and when to think again is no decision, so
// a row with a gap is an error. docs/formats/rationale.md.
#include <string>
#include <vector>

#include "model/error.h"

namespace blobgauge::model {

// in: a tier has it. profile: scored on its own, and in no tier. declined: a clear refusal is expected. outside: no
// matter of this API.
enum class Decision { in, profile, declined, outside };

struct RationaleRow {
  std::string topic;  // stable id, "append-blob"
  std::string title;
  Decision decision = Decision::declined;
  std::string reason;
  std::string breaks;                   // what does not work without it
  std::vector<std::string> met_by;      // client commands that would meet it, or words where there is none
  std::string reopen;                   // what must happen to think again
  std::string owner;                    // a role, no person
  std::string date;                     // YYYY-MM-DD, of the decision
  std::vector<std::string> evidence;    // reference titles, operations, files of this repository
  std::vector<std::string> operations;  // of the catalogue, that this row is about; may be empty
};

// Category::input with file:line:column for an unknown key, a missing or empty value, a topic that is given twice, a
// date that is none, and a decision that is not known. Rows come in the order of the file.
Result<std::vector<RationaleRow>> load_rationale(const std::string& path);
// The same from memory; `name` stands in messages.
Result<std::vector<RationaleRow>> rationale_from_text(std::string_view text, const std::string& name);

std::string_view name_of(Decision decision);

}  // namespace blobgauge::model
