// `selfcheck`: mutates recorded answers, one change at a time, and says which mutants the contract lets through.
#include <fmt/format.h>

#include <map>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/specs.h"
#include "model/classifier.h"
#include "model/file.h"
#include "model/trace.h"
#include "replayer/answer_selfcheck.h"

namespace blobgauge::cli::selfcheck_command {
namespace {

using model::Category;
using model::Result;

struct Options {
  std::string trace;
  std::string spec = specs_path("azure-blob-mvp.yaml");
  std::string catalogue, output = "-";
  std::uint64_t most = 50;
};

template <class Use>
Result<std::uint64_t> each(const std::string& path, const model::Classifier& classifier, Progress& progress, Use use) {
  BLOBGAUGE_TRY(const auto reader, model::open_trace(path));
  model::Exchange exchange;
  std::uint64_t count = 0;
  for (;;) {
    BLOBGAUGE_TRY(const bool more, reader->next(exchange));
    if (!more) return count;
    use(exchange, classifier.classify(exchange), !reader->head().partial.empty());
    progress.update(++count, 0, path);
  }
}

Result<int> run(const Options& options) {
  if (options.trace == "-")
    return model::fail(Category::usage, "selfcheck reads the trace twice", "give it a file, not standard input");
  BLOBGAUGE_TRY(const auto spec, model::load_spec(options.spec));
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  const model::Classifier classifier(catalogue);
  BLOBGAUGE_TRY(auto selfcheck, replayer::AnswerSelfcheck::create(spec, catalogue));
  std::map<std::string, std::uint64_t> taken;
  {
    Progress progress("selfcheck");
    BLOBGAUGE_TRY(const auto count,
                  each(options.trace, classifier, progress, [&](const auto& exchange, const auto& named, bool partial) {
                    selfcheck.learn(exchange, named, partial);
                  }));
    if (!count) return model::fail(Category::usage, "no exchange in this trace", "did the client use the recorder?");
    BLOBGAUGE_TRY(std::ignore,
                  each(options.trace, classifier, progress, [&](const auto& exchange, const auto& named, bool partial) {
                    auto& so_far = taken[fmt::format("{} {} {}", named.name, exchange.response.status,
                                                     exchange.source.substr(0, exchange.source.find(':')))];
                    if (options.most && ++so_far > options.most) return;
                    selfcheck.mutate(exchange, named, partial);
                  }));
  }
  const auto report = selfcheck.finish();
  BLOBGAUGE_CHECK(model::write_file(options.output, to_text(report)));
  return report.escapes.empty() ? 0 : 1;
}

const Command selfcheck{
    "selfcheck",
    {"blobgauge selfcheck azure.trace.zst", "blobgauge selfcheck azure.trace.zst --most 0 -o survivors.txt"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("TRACE", options->trace, "recorded answers of the real service; read twice")->required();
      app.add_option("--spec", options->spec, "the spec (default: specs/azure-blob-mvp.yaml)");
      app.add_option("--most", options->most,
                     "answers of each operation, status and recorder that are mutated; 0: all");
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::selfcheck_command
