#include "recorder/import_azcopy_log.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/imported.h"
#include "cli/specs.h"

namespace blobgauge::cli::import_azcopy_log_command {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string catalogue, output;
};

std::vector<std::string> notes_of(const recorder::AzcopyLogSummary& summary) {
  std::vector<std::string> notes{
      fmt::format("{} requests, {} of them retries, {} without a known status, {} without an answer", summary.exchanges,
                  summary.retries, summary.status_unknown, summary.without_answer)};
  if (summary.foreign) notes.push_back(fmt::format("{} requests of other schemes left out", summary.foreign));
  if (summary.mixed_levels) notes.emplace_back("entries of another level are among them");
  if (summary.cut) notes.emplace_back("the log ends within an entry");
  return notes;
}

model::Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  recorder::AzcopyLogOptions import;
  import.client_request_id = catalogue.role("client-request-id");
  BLOBGAUGE_TRY(auto log, recorder::AzcopyLog::open(options.files, import));
  BLOBGAUGE_TRY(const bool any,
                write_imported(log, options.output, catalogue, [&] { return notes_of(log.summary()); }));
  if (!any)
    return model::fail(model::Category::usage, "no request in this log",
                       "let AzCopy write one with --log-level=DEBUG; requests of a job stand in JOB.log",
                       {options.files.front(), 0, 0});
  return 0;
}

const Command command{
    "import azcopy-log",
    {"blobgauge import azcopy-log ~/.azcopy/5d0c1f5e-7d11-4c4f-55a8-2f9f3a4c6b21.log -o job.trace",
     "blobgauge import azcopy-log job.0.log job.1.log job.log -o job.trace.zst",
     "blobgauge import azcopy-log logs.zip -o - | blobgauge trace stats -"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option(
             "FILE", options->files,
             "logs in their order, or a zip of a job's folder (docs/formats/azcopy-log.md); - for standard input")
          ->required();
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      app.get_option("--output")->required();
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::import_azcopy_log_command
