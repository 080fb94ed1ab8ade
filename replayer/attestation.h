#pragma once
// What the real service said to each case, and when: specs/cases/attested.yaml, written by `spec attest` from a run on
// a scratch account (docs/attesting.md) and read with the suite.
#include <map>
#include <string>
#include <vector>

#include "model/results.h"
#include "replayer/suite.h"

namespace blobgauge::replayer {

inline constexpr std::string_view attested_file = "attested.yaml";  // in the folder of the cases

using Attestations = std::map<std::string, Attested>;  // by case id

// Empty where the file is not there. Category::input for a bad date, an unknown key or a case that stands twice.
model::Result<Attestations> load_attestations(const std::string& path);
std::string to_yaml(const Attestations& attestations);

// "121 of 121 cases were never confirmed on the real service; 1 is contradicted by it: ID", for every report. Empty
// where all that ran are confirmed.
std::string attested_remark(const Suite& suite, const model::Results& results);

// Where and on what the run was; the day and the API version are those of the results.
struct AttestedWhere {
  std::string region, account;  // "westeurope", "StorageV2, hot, no versioning"
};

// "confirmed on the real service on 2026-11-30 (westeurope, ...)", or that it never was.
std::string text_of(const Attested& item);

// A pass without any finding confirms, anything else that was answered contradicts; what was blocked, skipped or not
// answered says nothing, and keeps what was said before. Category::usage for results of another kind, of an interrupted
// run or of one shard.
model::Status attest(const model::Results& results, const AttestedWhere& where, Attestations& into);

}  // namespace blobgauge::replayer
