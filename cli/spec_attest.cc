// `spec attest`: what a run on the real service said to each case; and which cases should be asked again.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/command.h"
#include "cli/specs.h"
#include "model/catalogue.h"
#include "model/date.h"
#include "model/file.h"
#include "model/text.h"
#include "model/url.h"
#include "replayer/attestation.h"
#include "replayer/suite.h"

namespace blobgauge::cli::spec_attest_command {
namespace {

using model::Category;
using model::fail;
using model::Result;

struct Options {
  std::string results, older_than, catalogue;
  std::string cases = specs_path("cases");
  replayer::AttestedWhere where;
  std::string output = "-";
};

// Only the service's own hosts can say what the service does.
model::Status check_endpoint(const model::Results& results, const model::Catalogue& catalogue) {
  const auto url = model::parse_url(results.endpoint);
  if (url && model::matches_any(catalogue.network("storage-hosts"), url->host)) return {};
  return fail(Category::usage, fmt::format("{} is not the real service", results.endpoint),
              "attest a run on a scratch account: docs/attesting.md");
}

Result<int> list_older(const Options& options) {
  if (!model::is_date(options.older_than))
    return fail(Category::usage, fmt::format("--older-than: '{}' is no day", options.older_than),
                "write it as 2026-01-31");
  BLOBGAUGE_TRY(const auto suite, replayer::load_suite(options.cases));
  std::string text;
  for (const auto& item : suite.cases)
    if (item.attested.date < options.older_than)  // never asked: the empty date
      text += fmt::format("{}: {}\n", item.id, replayer::text_of(item.attested));
  BLOBGAUGE_CHECK(model::write_file(options.output, text));
  return 0;
}

Result<int> run(const Options& options) {
  if (options.results.empty()) {
    if (options.older_than.empty())
      return fail(Category::usage, "give the results of a run, or --older-than DAY", "blobgauge spec attest --help");
    return list_older(options);
  }
  if (options.where.region.empty() || options.where.account.empty())
    return fail(Category::usage, "where was it? --region and --account-kind are needed",
                "write --region westeurope --account-kind 'StorageV2, LRS, no versioning'");
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  BLOBGAUGE_TRY(const auto results, model::load_results(options.results));
  BLOBGAUGE_CHECK(check_endpoint(results, catalogue));
  const auto path = (std::filesystem::path(options.cases) / replayer::attested_file).string();
  BLOBGAUGE_TRY(auto known, replayer::load_attestations(path));
  BLOBGAUGE_CHECK(replayer::attest(results, options.where, known));
  BLOBGAUGE_CHECK(model::write_file(path, replayer::to_yaml(known)));
  const auto against =
      std::count_if(known.begin(), known.end(), [](const auto& each) { return !each.second.confirmed; });
  BLOBGAUGE_CHECK(
      model::write_file(options.output, fmt::format("{}: {} cases, {} contradicted\n", path, known.size(), against)));
  return against ? 1 : 0;
}

const Command command{
    "spec attest",
    {"blobgauge spec attest results.json --region westeurope --account-kind 'StorageV2, LRS, no versioning'",
     "blobgauge spec attest --older-than 2026-01-01"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("RESULTS", options->results, "results of a replay on the real service");
      app.add_option("--region", options->where.region, "where the account is");
      app.add_option("--account-kind", options->where.account, "what kind of account it is, with its features");
      app.add_option("--older-than", options->older_than,
                     "without RESULTS: list the cases that the service was not asked since that day");
      app.add_option("--cases", options->cases, "folder of the cases (default: specs/cases)");
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::spec_attest_command
