// `baseline init, update`: one file, because they differ in what they begin with.
#include "replayer/baseline.h"

#include <fmt/format.h>

#include <chrono>

#include "cli/command.h"
#include "model/date.h"
#include "model/file.h"
#include "model/results.h"

namespace blobgauge::cli::baseline_command {
namespace {

using model::Category;
using model::Result;

struct Options {
  std::string results, baseline, output;
  replayer::NewEntry entry;
};

std::string today() { return model::utc_date(std::chrono::system_clock::now()); }

model::Status check(const replayer::NewEntry& entry) {
  if (entry.expires.empty()) return {};
  if (!model::is_date(entry.expires))
    return model::fail(Category::usage, fmt::format("--expires: '{}' is no date", entry.expires),
                       "write it as 2026-01-31");
  if (entry.expires < today())
    return model::fail(Category::usage,
                       fmt::format("--expires: {} is over, so that nothing would be excused", entry.expires),
                       "give the last day on which the failures are accepted");
  return {};
}

void entry_options(CLI::App& app, replayer::NewEntry& entry, bool required) {
  app.add_option("--reason", entry.reason, "why these cases do not pass")->required(required);
  app.add_option("--ticket", entry.ticket, "where that is being worked on")->required(required);
  app.add_option("--expires", entry.expires, "last day on which it is accepted, as 2026-01-31")->required(required);
}

Result<int> init(const Options& options) {
  BLOBGAUGE_CHECK(check(options.entry));
  if (!options.entry.complete())
    return model::fail(Category::usage, "an expected failure needs a reason, a ticket and a last day",
                       "none of --reason, --ticket and --expires may be empty");
  BLOBGAUGE_TRY(const auto results, model::load_results(options.results));
  BLOBGAUGE_TRY(const auto baseline, replayer::make_baseline(results, options.entry, today()));
  BLOBGAUGE_CHECK(model::write_file(options.output, to_yaml(baseline)));
  return 0;
}

Result<int> update(const Options& options) {
  BLOBGAUGE_CHECK(check(options.entry));
  BLOBGAUGE_TRY(auto baseline, replayer::load_baseline(options.baseline));
  BLOBGAUGE_TRY(const auto results, model::load_results(options.results));
  BLOBGAUGE_TRY(baseline, replayer::update_baseline(std::move(baseline), results, options.entry, today()));
  BLOBGAUGE_CHECK(model::write_file(options.output.empty() ? options.baseline : options.output, to_yaml(baseline)));
  return 0;
}

const Command baseline_init{"baseline init",
                            {"blobgauge baseline init results.json --reason 'known in 4.2' --ticket GW-17 --expires "
                             "2027-03-31 -o baseline.yaml"},
                            [](CLI::App& app) -> Action {
                              auto options = std::make_shared<Options>();
                              options->output = "-";
                              app.add_option("RESULTS", options->results, "results of replay or check")->required();
                              entry_options(app, options->entry, true);
                              output_option(app, options->output);
                              return [options] { return init(*options); };
                            }};

const Command baseline_update{
    "baseline update",
    {"blobgauge baseline update results.json --baseline baseline.yaml",
     "blobgauge baseline update results.json --baseline baseline.yaml --reason 'lost in 4.3' --ticket GW-18 --expires "
     "2027-06-30"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("RESULTS", options->results, "results of replay or check")->required();
      app.add_option("--baseline", options->baseline, "the baseline to bring up to date")->required();
      entry_options(app, options->entry, false);
      app.add_option("-o,--output", options->output, "file to write (default: the baseline itself)");
      return [options] { return update(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::baseline_command
