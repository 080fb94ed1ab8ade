#include "recorder/import_recordings.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/specs.h"
#include "model/classifier.h"
#include "model/redaction.h"
#include "model/trace.h"

namespace blobgauge::cli::import_recordings_command {
namespace {

struct Options {
  std::string file, catalogue, output;
  bool no_bodies = false;
};

model::Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  const model::Classifier classifier(catalogue);
  model::TraceHead head;
  head.tool = "blobgauge " BLOBGAUGE_VERSION;
  BLOBGAUGE_TRY(const auto writer, model::create_trace(options.output, head, model::Redaction(catalogue)));
  recorder::ImportOptions import;
  import.keep_bodies = !options.no_bodies;
  model::TraceEnd end;
  {
    Progress progress("import");
    BLOBGAUGE_TRY(const auto summary,
                  recorder::import_recordings(options.file, import, [&](model::Exchange&& exchange) -> model::Status {
                    exchange.operation = classifier.identify(exchange).name;
                    progress.update(exchange.number);
                    return writer->write(exchange);
                  }));
    if (summary.exchanges == 0)
      return model::fail(model::Category::usage, "no recorded exchange in this file", {}, {options.file, 0, 0});
    end.complete = true;
    end.exchanges = summary.exchanges;
    end.notes.push_back(
        fmt::format("{} exchanges, {} labelled, {} without all request headers, {} response bodies lost",
                    summary.exchanges, summary.labelled, summary.headers_incomplete, summary.bodies_lost));
  }
  BLOBGAUGE_CHECK(writer->finish(std::move(end)));
  return 0;
}

const Command command{
    "import recordings",
    {"blobgauge import recordings azure-exchanges.jsonl.xz -o azure.trace.zst",
     "blobgauge import recordings part.jsonl --no-bodies -o - | blobgauge trace classify --labels -"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("FILE", options->file,
                     "JSON lines, plain, xz or zstd (docs/formats/recordings.md); - for standard input")
          ->required();
      app.add_flag("--no-bodies", options->no_bodies, "keep sizes and digests of bodies, not their bytes");
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      app.get_option("--output")->required();
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::import_recordings_command
