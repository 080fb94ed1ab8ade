#pragma once
// By which exchange a scenario broke. A client that fails leaves many answers behind, and most of them are innocent:
// some errors it expects (is the blob there? 404), some it recovers from by trying again, and after the fatal one it
// retries and cleans up. The rules, in this order:
//
// 1. An answer is a surprise if none came, if it was cut, or if its status is neither 2xx nor listed for its operation
//    in the scenario's expected_answers, which an intact run on a faithful endpoint shows.
// 2. A surprise is recovered from if the very same request got an expected answer later.
// 3. The first surprise that is left breaks the scenario; the ones behind it are retries and consequences.
// 4. If none is left, every answer looked right and its content was not: the last exchange that carried the blob or
//    file that is wrong, or, if no name is known, the last exchange of all: the client stopped after it.
//
// Rejected: "the last error", which names the clean-up, and "the first error", which names the expected 404.
// Honest limit: a client that retries with other block ids looks as if it had not recovered (rule 2).
#include <string>
#include <string_view>
#include <vector>

#include "clients/scenario.h"
#include "model/exchange.h"

namespace blobgauge::clients {

struct CulpritQuery {
  const std::vector<model::Exchange>* exchanges = nullptr;  // with `operation` filled in
  const Scenario* scenario = nullptr;
  std::string about;                        // blob or file that came out wrong, or empty
  std::string container;                    // shown as {container}
  std::string error_code_header;            // names the reason in an answer; may be empty
  std::vector<std::string> hidden_queries;  // names of parameters that are left out of the text
};

bool is_surprise(const model::Exchange& exchange, const Scenario& scenario);

struct Culprit {
  // "Put Block From URL: PUT /{container}/b?comp=block -> 501 Not Implemented (16 times)"; empty where nothing was
  // sent.
  std::string text;
  // Why this is no word about the endpoint: it was told to read from a host that was not mapped to it. The mark of the
  // culprit, or by rule 4 of whichever exchange has one; else empty.
  std::string unmapped;
};

Culprit find_culprit(const CulpritQuery& query);

}  // namespace blobgauge::clients
