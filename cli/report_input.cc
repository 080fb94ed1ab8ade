#include "cli/report_input.h"

#include <algorithm>
#include <filesystem>

#include "model/results.h"
#include "model/spec.h"

namespace blobgauge::cli {

model::Result<reports::Input> load_report_input(const ReportInput& from) {
  reports::Input input;
  for (const auto& argument : from.results) {
    std::string name, path = argument;
    std::error_code ignored;
    const auto equals = argument.find('=');
    if (equals != std::string::npos && equals > 0 && !std::filesystem::exists(argument, ignored)) {
      name = argument.substr(0, equals);
      path = argument.substr(equals + 1);
    }
    BLOBGAUGE_TRY(auto results, model::load_results(path));
    if (name.empty()) name = results.endpoint.empty() ? path : results.endpoint;
    auto column = std::find_if(input.columns.begin(), input.columns.end(),
                               [&](const reports::Column& each) { return each.label == name; });
    if (column == input.columns.end()) column = input.columns.insert(column, {name, {}});
    column->results.push_back(std::move(results));
  }
  if (!from.spec.empty()) {
    BLOBGAUGE_TRY(input.spec, model::load_spec(from.spec));
  }
  return input;
}

}  // namespace blobgauge::cli
