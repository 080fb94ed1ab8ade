#include "recorder/import_har.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/imported.h"
#include "cli/specs.h"

namespace blobgauge::cli::import_har_command {
namespace {

struct Options {
  std::string file, catalogue, output;
  recorder::HarEntryOptions entries;
};

std::vector<std::string> notes_of(const recorder::HarSummary& summary) {
  std::vector<std::string> notes{
      fmt::format("{} exchanges, {} of them without all request headers for sure, {} with marks", summary.exchanges,
                  summary.headers_incomplete, summary.marked)};
  if (summary.cached) notes.push_back(fmt::format("{} entries of a browser's cache left out", summary.cached));
  if (summary.other_schemes)
    notes.push_back(fmt::format("{} entries of other schemes left out", summary.other_schemes));
  return notes;
}

model::Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  BLOBGAUGE_TRY(auto har, recorder::Har::open(options.file, options.entries));
  BLOBGAUGE_TRY(const bool any,
                write_imported(har, options.output, catalogue, [&] { return notes_of(har.summary()); }));
  if (!any)
    return model::fail(model::Category::usage, "no request over http or https in this HAR", {}, {options.file, 0, 0});
  return 0;
}

const Command command{"import har",
                      {"blobgauge import har portal.har -o portal.trace",
                       "mitmdump -nr flows --set hardump=- | blobgauge import har - -o flows.trace"},
                      [](CLI::App& app) -> Action {
                        auto options = std::make_shared<Options>();
                        app.add_option("FILE", options->file,
                                       "HAR 1.2 (docs/formats/har.md), plain, xz or zstd; - for standard input")
                            ->required();
                        app.add_flag("--keep-bodies", options->entries.keep_bodies,
                                     "keep the bytes of every body that the HAR holds, blob content included");
                        catalogue_option(app, options->catalogue);
                        output_option(app, options->output);
                        app.get_option("--output")->required();
                        return [options] { return run(*options); };
                      }};

}  // namespace
}  // namespace blobgauge::cli::import_har_command
