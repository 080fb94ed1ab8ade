#pragma once
// What the analyser sees at one line of a C or C++ client, step by step: the answer to "why does it not see my call?".
#include <string>

#include "analyzer/clang/program.h"
#include "analyzer/clang/request_reader.h"
#include "analyzer/clang/source_rules.h"

namespace blobgauge::analyzer::clang {

// Text for people. `file` may be the end of a path. Says so where no function that was read has this line.
std::string check_line(const Program& program, const SourceRules& rules, const RequestsRead& read,
                       const std::string& file, int line);

}  // namespace blobgauge::analyzer::clang
