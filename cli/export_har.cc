#include "recorder/export_har.h"

#include "cli/command.h"
#include "cli/specs.h"
#include "model/catalogue.h"
#include "model/redaction.h"
#include "model/trace.h"

namespace blobgauge::cli::export_har_command {
namespace {

struct Options {
  std::string trace, catalogue, output = "-";
};

model::Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  BLOBGAUGE_TRY(const auto reader, model::open_trace(options.trace));
  BLOBGAUGE_TRY(const auto writer, recorder::create_har(options.output, reader->head(), model::Redaction(catalogue)));
  model::Exchange exchange;
  for (;;) {
    BLOBGAUGE_TRY(const bool more, reader->next(exchange));
    if (!more) break;
    BLOBGAUGE_CHECK(writer->write(exchange));
  }
  BLOBGAUGE_CHECK(writer->finish(reader->end()));
  return 0;
}

const Command command{"export har", {"blobgauge export har run.trace.zst -o run.har"}, [](CLI::App& app) -> Action {
                        auto options = std::make_shared<Options>();
                        app.add_option("TRACE", options->trace, "recorded exchanges, - for standard input")->required();
                        catalogue_option(app, options->catalogue);
                        output_option(app, options->output);
                        return [options] { return run(*options); };
                      }};

}  // namespace
}  // namespace blobgauge::cli::export_har_command
