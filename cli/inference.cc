#include "cli/inference.h"

#include <fmt/format.h>

#include "model/file.h"

namespace blobgauge::cli {

using model::Category;
using model::Result;

Result<analyzer::StaticOptions> inference_options(const std::string& release, const std::string& revision,
                                                  const std::vector<std::string>& explain,
                                                  const model::Catalogue& catalogue) {
  analyzer::StaticOptions options;
  options.tool = "blobgauge " BLOBGAUGE_VERSION;
  options.release = release;
  options.revision = revision;
  if (!explain.empty()) options.explain_operation = explain.front();
  if (explain.size() > 1) options.explain_header = explain[1];
  if (!options.explain_operation.empty() && !catalogue.find(options.explain_operation))
    return model::fail(Category::usage, fmt::format("no operation is called \"{}\"", options.explain_operation),
                       "blobgauge catalogue list names them");
  return options;
}

Result<bool> write_explanation(const analyzer::StaticOptions& asked, const analyzer::StaticResult& result,
                               const std::string& output) {
  if (asked.explain_operation.empty()) return false;
  BLOBGAUGE_CHECK(model::write_file(
      "-", result.explanation.empty()
               ? fmt::format("{}: no reachable code of {} sends it\n", asked.explain_operation, result.surface.client)
               : result.explanation));
  return output == "-";
}

}  // namespace blobgauge::cli
