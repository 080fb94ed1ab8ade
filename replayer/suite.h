#pragma once
// All cases of a folder, with what they share: `suite.yaml` beside them says how every request begins, where an error
// code stands, which templates and tags there are. Nothing here knows the service; another API is another folder.
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/error.h"
#include "replayer/case.h"

namespace blobgauge::replayer {

// What every success answer (2xx) of an operation has.
struct Answer {
  std::vector<Expectation> headers;
};

// A request that shows, before any case, whether a run makes sense.
struct Preflight {
  Step step;
  std::vector<std::pair<std::string, std::string>> refusals;  // status or error code, and what it says about the run
};

// How a case lives under a prefix in a container that is there already.
struct Inside {
  std::string list;    // a parameter, "NAME=VALUE", of the requests that list a container
  std::string prefix;  // the parameter that narrows a list to names which begin so
  Step release;        // sent where a removal is refused, before it is tried once more: breaks a lease
  Step remove;         // removes the blob /${blob}
};

struct Suite {
  std::string folder, service;
  std::map<std::string, std::string> tags;                   // with their meaning
  std::vector<std::pair<std::string, std::string>> headers;  // of every request
  std::string error_header, error_element, request_id_header;
  // Shared access signatures by the name that cases use: fields, whose holes may also be ${letters}.
  std::map<std::string, std::vector<std::pair<std::string, std::string>>, std::less<>> sas;
  std::string sas_of_run;  // "KIND LETTERS", where the whole run uses a SAS
  std::vector<Preflight> preflight;
  Step teardown;  // with ${container}
  Inside inside;
  Answer every_answer;                    // of all operations
  std::map<std::string, Answer> answers;  // by operation
  std::vector<Case> cases;                // by file name, then as written

  const Case* find(std::string_view id) const;
};

// Category::input with file:line:column for anything that a case cannot mean: an unknown key, tag or template, an id
// that stands twice or is not lower-case words with '-' and '/', a hole that nothing fills.
model::Result<Suite> load_suite(const std::string& folder);

}  // namespace blobgauge::replayer
