#pragma once
// For the tests of the C and C++ analyser: files read by blobgauge-clang-unit, and requests as lines.
#include <string>
#include <utility>
#include <vector>

#include "analyzer/clang/program.h"
#include "analyzer/clang/request_reader.h"
#include "analyzer/clang/source_rules.h"
#include "analyzer/clang/unit.h"
#include "analyzer/static_surface.h"
#include "model/process.h"

namespace blobgauge::tests {

struct Reading {
  std::vector<analyzer::clang::Unit> units;
  analyzer::clang::SourceRules rules;
  analyzer::clang::RequestsRead requests;
  analyzer::StaticResult result;
  std::string facts;
};

// The front end on one file; a failure of the test where it does not run to its end.
analyzer::clang::Unit read_unit(const std::string& folder, const std::string& file,
                                const std::vector<std::string>& flags,
                                const std::vector<std::pair<std::string, std::string>>& unsaved = {});

// All the rest of the way, down to the surface.
Reading read_client(std::vector<analyzer::clang::Unit> units, const std::string& client_file);

// "PUT /{container}/{blob}", then a line a field, sorted: "query comp=block", "header x=1 if p", "body: buffer".
std::vector<std::string> lines_of(const analyzer::clang::FoundRequest& found);

// `blobgauge` with these arguments.
model::ProcessOutcome blobgauge(std::vector<std::string> arguments,
                                std::vector<std::pair<std::string, std::string>> environment = {});

}  // namespace blobgauge::tests
