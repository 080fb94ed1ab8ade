#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "cli/command.h"
#include "cli/contract.h"
#include "cli/peer.h"
#include "cli/progress.h"
#include "cli/specs.h"
#include "model/date.h"
#include "model/file.h"
#include "model/gate.h"
#include "model/profile.h"
#include "replayer/attestation.h"
#include "replayer/baseline.h"
#include "replayer/dry_run.h"
#include "replayer/journal.h"
#include "replayer/runner.h"
#include "replayer/selection.h"
#include "replayer/shard.h"
#include "reports/gate.h"
#include "reports/overview.h"

namespace blobgauge::cli::replay_command {
namespace {

using model::Category;
using model::Result;

struct Options {
  ContractOptions contract;
  std::string profile = specs_path("profiles/emulator.yaml");
  std::string endpoint, client, select, baseline, shard, times;
  bool strict = false, resume = false, dry_run = false;
  std::uint64_t time_limit = 10, rate = 0;
  std::vector<std::string> roles;
  replayer::RunOptions run;
  std::string output = "-";
};

// What a run took of the cases; empty: all.
std::string selection_of(const Options& options) {
  std::string out;
  const auto add = [&](const char* what, const std::string& value) {
    if (!value.empty()) out += (out.empty() ? "" : "; ") + fmt::format("{} {}", what, value);
  };
  add("client", options.client);
  add("select", options.select);
  return out;
}

std::vector<std::string> ids_of(const std::vector<replayer::Chosen>& cases) {
  std::vector<std::string> out;
  for (const auto& chosen : cases) out.push_back(chosen.item->id);
  return out;
}

// A gate that is shut says so where the job's log is read; the rest is for a report.
void say_gate(const model::Results& results) {
  if (!results.baseline) return;
  for (const auto& note : results.baseline->notes)
    fmt::print(stderr, "blobgauge: {}: {}\n", results.baseline->file, reports::visible(note));
  fmt::print(stderr, "blobgauge: gate {}\n", reports::gate_line(results));
}

// Standard output and devices have no place beside them, and an interrupted run leaves nothing there to go on with.
bool has_journal(const std::string& output) {
  std::error_code ignored;
  return output != "-" &&
         (!std::filesystem::exists(output, ignored) || std::filesystem::is_regular_file(output, ignored));
}

// The verdicts that an earlier run of the same things left, and where this one keeps its own.
Result<std::optional<replayer::Journal>> journal_of(const Options& options, const std::string& identity,
                                                    std::vector<model::CaseResult>& finished) {
  if (!has_journal(options.output)) {
    if (options.resume) return model::fail(Category::usage, "--resume needs a file to go on with", "name it with -o");
    return std::nullopt;
  }
  const auto path = options.output + ".partial";
  if (!options.resume) {
    BLOBGAUGE_TRY(auto journal, replayer::Journal::create(path, identity));
    return journal;
  }
  // A run that ended by itself, because the endpoint went away, left results in place of a journal.
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored) && std::filesystem::exists(options.output, ignored)) {
    BLOBGAUGE_TRY(const auto before, model::load_results(options.output));
    if (!before.complete && before.run_identity != identity)
      return model::fail(Category::usage, fmt::format("{} is of another run", options.output),
                         "give the same spec, endpoint and selection, or remove that file to begin anew");
    for (auto item : before.cases) {
      if (before.complete || item.verdict == model::Verdict::indeterminate) continue;
      replayer::forget_baseline(item);
      finished.push_back(std::move(item));
    }
  }
  const auto before = finished;
  BLOBGAUGE_TRY(auto journal, replayer::Journal::resume(path, identity, finished));
  for (const auto& item : before) BLOBGAUGE_CHECK(journal.add(item));
  return journal;
}

Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto contract, load_contract(options.contract));
  const auto& [spec, suite, digest] = contract;
  BLOBGAUGE_CHECK(replayer::check_dialect(spec, options.run.dialect));
  BLOBGAUGE_TRY(auto profile, model::load_profile(options.profile));
  if (!options.endpoint.empty()) {
    BLOBGAUGE_TRY(profile, model::at_endpoint(std::move(profile), options.endpoint));
  }
  if (options.rate) profile.rate = options.rate;
  if (!options.roles.empty()) profile.roles = options.roles;
  BLOBGAUGE_TRY(auto cases, replayer::select(suite, spec, options.client, options.select));
  std::erase_if(cases, [&](const auto& chosen) {
    const auto& roles = profile.roles;
    return std::find(roles.begin(), roles.end(), name_of(chosen.item->role)) == roles.end();
  });
  if (cases.empty())
    return model::fail(Category::usage,
                       fmt::format("no selected case is about the role {}", fmt::join(profile.roles, ", ")),
                       "name other roles in the profile, or with --role");
  const auto left_out = replayer::leave_out(cases, profile, replayer::auth_of_run(suite, profile, options.run.auth));
  if (cases.empty()) return model::fail(model::Category::usage, "no selected case can be asked: " + left_out.front());
  const auto selected = ids_of(cases);
  std::optional<replayer::Baseline> baseline;
  std::vector<std::string> known;
  if (!options.baseline.empty()) {
    BLOBGAUGE_TRY(baseline, replayer::load_baseline(options.baseline));
    BLOBGAUGE_CHECK(replayer::check_tags(*baseline, suite));
    BLOBGAUGE_TRY(const auto all, replayer::select(suite, spec, {}, {}));
    known = ids_of(all);
    for (const auto& item : spec.before) known.push_back("before/" + item.id);
  }
  std::optional<replayer::Shard> shard;
  if (!options.shard.empty()) {
    BLOBGAUGE_TRY(shard, replayer::parse_shard(options.shard, std::getenv("JOB_COMPLETION_INDEX")));
    std::optional<model::Results> former;
    if (!options.times.empty()) {
      BLOBGAUGE_TRY(former, model::load_results(options.times));
    }
    cases = replayer::cases_of(*shard, cases, former ? &*former : nullptr);
  }
  auto run_options = options.run;
  run_options.client = options.client;
  if (run_options.container.empty()) run_options.container = profile.container;
  if (options.dry_run) {
    BLOBGAUGE_TRY(const auto text, replayer::dry_run(suite, spec, profile, cases, run_options));
    BLOBGAUGE_CHECK(model::write_file(options.output, text));
    return 0;
  }

  Peer peer;
  BLOBGAUGE_TRY(run_options.peer, peer.open(profile, cases));
  Progress progress("replay");
  run_options.time_limit = std::chrono::seconds(options.time_limit);
  run_options.selected = selected;
  run_options.progress = [&](std::size_t done, std::size_t total, std::string_view id) {
    progress.update(done, total, id);
  };
  // Two runs with this text in common would give each case the same verdict.
  const auto identity = fmt::format(
      "{}; {}; version {}; auth {}; dialect {}; roles {}; container {}; fixtures by {}; {} cases, {}; {}", digest,
      profile.url.text(), profile.api_version, options.run.auth, options.run.dialect, fmt::join(profile.roles, " "),
      run_options.container, run_options.fixtures_by.empty() ? "the run" : "the owner", cases.size(),
      selection_of(options), shard ? fmt::format("shard {}/{}", shard->index, shard->count) : "one job");
  BLOBGAUGE_TRY(auto journal, journal_of(options, identity, run_options.finished));
  if (journal) run_options.keep_result = [&](const model::CaseResult& result) { return journal->add(result); };
  auto ran = replayer::run_cases(suite, spec, profile, cases, run_options);
  if (!ran) {
    // Nothing was run: what an earlier run left stays, an empty journal would only be in the way.
    if (journal && run_options.finished.empty()) journal->remove();
    return tl::make_unexpected(ran.error());
  }
  auto& results = ran->results;
  results.tool = "blobgauge " BLOBGAUGE_VERSION;
  results.spec = options.contract.spec;
  results.spec_digest = digest;
  results.run_identity = identity;
  results.selection = selection_of(options);
  if (const auto remark = replayer::attested_remark(suite, results); !remark.empty()) results.remarks.push_back(remark);
  results.remarks.insert(results.remarks.end(), left_out.begin(), left_out.end());
  if (const auto remark = peer.remark(results); !remark.empty()) results.remarks.push_back(remark);
  for (const auto& item : spec.overrides) results.remarks.push_back(text_of(item));
  results.strict = options.strict;
  if (shard) results.shard = model::ShardOf{shard->index, shard->count, selected};
  if (baseline)
    replayer::apply(*baseline, options.baseline, known, model::utc_date(std::chrono::system_clock::now()), results);
  BLOBGAUGE_CHECK(model::save_results(results, options.output));
  if (journal) journal->remove();
  if (ran->stopped) return tl::unexpected<model::Error>(*ran->stopped);
  say_gate(results);
  return model::gate_is_shut(results) ? 1 : 0;
}

const Command replay{
    "replay",
    {"blobgauge replay --endpoint http://127.0.0.1:10000/devstoreaccount1 -o results.json",
     "blobgauge replay --profile gateway.yaml --client rclone --select 'tag:core' -o results.json",
     "blobgauge replay --profile gateway.yaml --baseline baseline.yaml -o results.json",
     "blobgauge replay --shard 2/4 --times last.json -o shard-2.json",
     "blobgauge replay --dry-run --select put-blob/success",
     "blobgauge replay --select 'put-blob/*,tag:copy' | blobgauge report summary -"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      contract_options(app, options->contract);
      app.add_option("--profile", options->profile, "YAML file about the endpoint (default: the emulator's)");
      app.add_option("--endpoint", options->endpoint, "URL with the profile's account, in place of the profile's own");
      app.add_option("--client", options->client, "only operations that this client sends");
      app.add_option("--select", options->select,
                     "ids with wildcards, tag:NAME, tier:NAME, operation:GLOB, scenario:GLOB; any of them");
      app.add_option("--auth", options->run.auth, "how requests are signed: key, sas, bearer or none")
          ->check(CLI::IsMember({"key", "sas", "bearer", "none"}));
      app.add_option("--dialect", options->run.dialect, "send as this client release does (azcopy-10.32.2)");
      app.add_option("--lanes", options->run.lanes, "cases at a time")->check(CLI::Range(1U, 256U));
      app.add_option("--time-limit", options->time_limit, "seconds of silence that end a case")
          ->check(CLI::Range(1U, 3600U));
      app.add_option("--container", options->run.container,
                     "live under a prefix in this container, which exists; make and delete none");
      app.add_option("--fixtures-by", options->run.fixtures_by,
                     "command of the endpoint's owner that loads and removes what cases are given (docs/ci.md)");
      app.add_option("--role", options->roles,
                     "what the endpoint is to be: destination, source, import; more than once for more (default: the "
                     "profile's)")
          ->check(CLI::IsMember({"destination", "source", "import"}));
      app.add_option("--rate", options->rate, "requests a second at most (default: the profile's)");
      app.add_flag("--keep", options->run.keep, "leave the containers of the cases");
      app.add_option(
          "--baseline", options->baseline,
          "expected failures (baseline init); what got worse since then makes the exit code 1, nothing else");
      app.add_flag("--strict", options->strict, "differences and unexpected passes make the exit code 1 too");
      app.add_option("--shard", options->shard,
                     "I/N: the I-th of N parts of the run; N alone takes I from JOB_COMPLETION_INDEX");
      app.add_option("--times", options->times, "results of a former run, whose times make the shards even");
      app.add_flag("--resume", options->resume, "go on with the interrupted run whose verdicts are beside the output");
      app.add_flag("--dry-run", options->dry_run, "print the requests as curl lines and send nothing");
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::replay_command
