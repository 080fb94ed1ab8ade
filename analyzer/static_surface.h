#pragma once
// A program's facts joined with the catalogue: which operations it can send, in which form, from where. The operation
// of a request is named by the classifier from its method, address, query and headers, never from a function's name.
//
// For an executable the facts are those of the libraries that build its requests, and the ways to them come from its
// machine code, which is asked too whether the options can be set that the guards need.
#include <set>
#include <string>
#include <vector>

#include "analyzer/client_rules.h"
#include "analyzer/entry_questions.h"
#include "analyzer/facts.h"
#include "analyzer/ways.h"
#include "model/catalogue.h"
#include "model/error.h"
#include "model/surface.h"

namespace blobgauge::analyzer {

struct StaticOptions {
  std::size_t paths = 8;                          // call paths kept for each operation, one a root, shortest first
  std::string explain_operation, explain_header;  // what `explanation` is wanted for; empty: nothing
  std::string tool;                               // who says so, as a source of the surface; empty: left out
  std::string release;                            // of a checkout, which has no version of its own
  std::string revision;                           // what is checked out; empty: not known
};

struct Builder {
  std::string operation;
  int function = 0;  // of the facts
};

struct StaticResult {
  model::Surface surface;
  std::vector<Builder> builders;            // that are reached, once for each operation that they make
  std::string explanation;                  // text for people
  std::vector<std::string> other_requests;  // of other services, "place: METHOD address"
};

// What its build information and its machine code say of an executable.
struct ExecutableProgram {
  const Ways* ways = nullptr;
  EntryQuestions* options = nullptr;  // null: what is guarded is undecided
  std::string unread;                 // why, where it is null
  // Why the source of its libraries is not at hand; empty: it is. The facts are then those of its machine code
  // (executable_requests.h), and the surface holds operations alone.
  std::string without_source;
  std::vector<std::string> unresolved;  // calls that could not be followed
  std::string release;                  // empty: not known
  std::set<std::string> sources;        // lines for the surface: toolchain, modules, revision
};

// Category::input where the facts name no request of the service at all: the client's rules then fit another program.
model::Result<StaticResult> infer_static(const Facts& facts, const ClientRules& rules,
                                         const model::Catalogue& catalogue, const StaticOptions& options = {});

// A surface of kind "executable". That it holds no operation is an answer, and no error.
model::Result<StaticResult> infer_executable(const Facts& facts, const ClientRules& rules,
                                             const model::Catalogue& catalogue, const ExecutableProgram& program,
                                             const StaticOptions& options = {});

}  // namespace blobgauge::analyzer
