#pragma once
// Splits a run over several jobs, and puts what they found together again. Every job computes the same split from the
// same input, so no job has to know of another.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/results.h"
#include "replayer/runner.h"

namespace blobgauge::replayer {

struct Shard {
  std::size_t index = 1, count = 1;  // index from 1
};

// "2/4"; or "4" alone, where `job_index` (JOB_COMPLETION_INDEX of an indexed job, from 0) says which. Category::usage.
model::Result<Shard> parse_shard(std::string_view text, const char* job_index);

// The cases of that shard, in the order of `cases`. With the results of a former run the measured times are spread as
// evenly as the longest-first rule does (Graham 1969: at most 4/3 of the best); a case without a time counts as the
// median. Without, the cases are dealt in the order of their ids. A shard may be empty.
std::vector<Chosen> cases_of(const Shard& shard, const std::vector<Chosen>& cases, const model::Results* former);

// One run again, as if it had not been split. Category::usage where a shard lacks or stands twice, where shards are of
// different specs, endpoints, endpoint versions, selections or shard counts, where one was interrupted, where a case
// stands in two or in none. `names` are those of the parts, for messages.
model::Result<model::Results> merge_shards(std::vector<model::Results> parts, const std::vector<std::string>& names);

}  // namespace blobgauge::replayer
