#pragma once
// One case in the words that every machine-readable format carries, and how it counts there. A format that a job reads
// must say "failed" exactly where the exit code does, so all of them ask here.
#include <string>
#include <vector>

#include "model/results.h"

namespace blobgauge::reports {

// passed; failed: makes the exit code 1; skipped: does not pass, and lets the change through.
enum class Outcome { passed, failed, skipped };

Outcome outcome_of(const model::CaseResult& item, const model::Results& results);

// One line: "regression: status: expected 201, got 500", "expected (GW-7 until 2026-12-31): ...". Empty for a plain
// pass.
std::string headline(const model::CaseResult& item);

// What a person needs to act: findings with expected, actual and exchange, reasons, client commands that stand on the
// case, and the failing request as a curl line. Made visible, unescaped otherwise.
std::vector<std::string> details(const model::CaseResult& item, const model::Results& results);

// Client commands that were predicted to break by this case, "azcopy copy-up".
std::vector<std::string> commands_broken_by(const model::CaseResult& item, const model::Results& results);

}  // namespace blobgauge::reports
