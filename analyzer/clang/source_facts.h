#pragma once
// What was found in a C or C++ client as facts (docs/formats/facts.md), so that everything behind them is the same for
// all languages. Conditions on parameters, and in a whole program on fields, become nodes with all that flows into
// them, so that the inference can say whether they ever hold.
#include <string>
#include <vector>

#include "analyzer/clang/program.h"
#include "analyzer/clang/request_reader.h"
#include "analyzer/clang/source_rules.h"
#include "analyzer/clang/unit.h"

namespace blobgauge::analyzer::clang {

struct SourceNames {
  std::string tool, release, platform = "linux/amd64";
};

std::string source_facts(const std::vector<Unit>& units, const Program& program, const SourceRules& rules,
                         const RequestsRead& read, const SourceNames& names);

}  // namespace blobgauge::analyzer::clang
