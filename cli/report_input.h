#pragma once
// What every report is made of: results by endpoint, and the spec where one is given.
#include <string>
#include <vector>

#include "model/error.h"
#include "reports/overview.h"

namespace blobgauge::cli {

struct ReportInput {
  std::vector<std::string> results;  // FILE or NAME=FILE
  std::string spec;                  // empty: none
};

// Results of one name share a column; without a name the endpoint's address is one.
model::Result<reports::Input> load_report_input(const ReportInput& input);

}  // namespace blobgauge::cli
