#include "recorder/import_har.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/specs.h"
#include "model/classifier.h"
#include "model/redaction.h"
#include "model/trace.h"

namespace blobgauge::cli::import_har_command {
namespace {

struct Options {
  std::string file, catalogue, output;
  recorder::HarEntryOptions entries;
};

model::Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  const model::Classifier classifier(catalogue);
  BLOBGAUGE_TRY(auto har, recorder::Har::open(options.file, options.entries));
  model::Exchange exchange;
  BLOBGAUGE_TRY(bool more, har.next(exchange));
  if (!more)
    return model::fail(model::Category::usage, "no request over http or https in this HAR", {}, {options.file, 0, 0});
  auto head = har.head();
  head.tool = "blobgauge " BLOBGAUGE_VERSION;
  BLOBGAUGE_TRY(const auto writer, model::create_trace(options.output, head, model::Redaction(catalogue)));
  Progress progress("import");
  while (more) {
    exchange.operation = classifier.classify(exchange).name;
    progress.update(exchange.number);
    BLOBGAUGE_CHECK(writer->write(exchange));
    exchange = {};
    BLOBGAUGE_TRY(more, har.next(exchange));
  }
  const auto& summary = har.summary();
  model::TraceEnd end;
  end.complete = true;
  end.notes.push_back(fmt::format("{} exchanges, {} of them without all request headers for sure, {} with marks",
                                  summary.exchanges, summary.headers_incomplete, summary.marked));
  if (summary.cached) end.notes.push_back(fmt::format("{} entries of a browser's cache left out", summary.cached));
  if (summary.other_schemes)
    end.notes.push_back(fmt::format("{} entries of other schemes left out", summary.other_schemes));
  BLOBGAUGE_CHECK(writer->finish(std::move(end)));
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
