#pragma once
// What is wrong with a spec and its cases beyond their form (which the readers check): gaps and drift.
#include <string>
#include <vector>

#include "model/rationale.h"
#include "model/spec.h"
#include "replayer/known_failure.h"
#include "replayer/suite.h"

namespace blobgauge::replayer {

struct LintFinding {
  std::string what;  // one line
  std::string next;  // what to do
  bool gap = true;   // false: worth knowing, and no reason to fail
};

// An operation without a case, a case that the spec does not name or no longer finds, a case
// of an operation that no client sends, a contract line without a reason, a scenario that stands on no core case, or an
// operation that the rationale declines and the mvp client sends by default.
std::vector<LintFinding> lint(const model::Spec& spec, const Suite& suite,
                              const std::vector<model::RationaleRow>& rationale = {});

// A known failure that names a case which is gone.
std::vector<LintFinding> lint_failures(const std::vector<KnownFailure>& failures, const Suite& suite);

}  // namespace blobgauge::replayer
