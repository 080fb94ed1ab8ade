#include "replayer/runner.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <set>

#include "replayer/attestation.h"
#include "replayer/before.h"
#include "replayer/case_run.h"
#include "replayer/credential_kinds.h"
#include "replayer/owner_fixtures.h"
#include "replayer/prediction.h"
#include "replayer/preflight.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;
using model::Status;
using model::Verdict;

// So many cases without any answer, one after the other, and the endpoint itself is asked again.
constexpr std::size_t patience = 4;

std::string random_name() {
  std::random_device device;
  return fmt::format("{:08x}", device());
}

class Lanes {
 public:
  Lanes(const Setting& setting, Sender& sender, const std::vector<Chosen>& cases, const RunOptions& options,
        const std::string& prefix, std::vector<model::CaseResult>& results, std::vector<bool> is_done)
      : setting_(setting),
        sender_(sender),
        cases_(cases),
        options_(options),
        results_(results),
        is_done_(std::move(is_done)),
        done_(static_cast<std::size_t>(std::count(is_done_.begin(), is_done_.end(), true))) {
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      prefixes_.push_back(fmt::format("{}-{}-", prefix, i));
      placed_.push_back(is_done_[i] ? PlacedCase{}
                                    : placed(setting_.suite, *cases_[i].item, setting_.place, prefixes_[i]));
    }
  }

  const std::vector<PlacedCase>& cases() const { return placed_; }

  wire::Task<> lane() {
    while (next_ < cases_.size() && !stopped) {
      const auto index = next_++;
      if (is_done_[index]) continue;
      const auto& chosen = cases_[index];
      CaseRun run(setting_, sender_, std::move(placed_[index]), chosen.tier, prefixes_[index],
                  results_[index].credentials);
      results_[index] = co_await run.run();
      ++done_;
      // A case without an answer is worth another try when the run goes on.
      if (options_.keep_result && results_[index].verdict != Verdict::indeterminate)
        if (const auto kept = options_.keep_result(results_[index]); !kept && !stopped) stopped = kept.error();
      if (options_.progress) options_.progress(done_, cases_.size(), chosen.item->id);
      silent_ = run.answered() || run.silence().message.empty() ? 0 : silent_ + 1;
      if (silent_ < patience || stopped) continue;
      const auto status = co_await ask_again(setting_.suite, setting_.maker, sender_);
      if (!status && !stopped) stopped = status.error();
      silent_ = 0;
    }
  }

  wire::Task<> all() {
    // Each lane is its own coroutine on the one thread; the last one to end opens the gate.
    const auto lanes = std::max<std::size_t>(1, std::min(options_.lanes, cases_.size()));
    co_await pairs(lanes);
  }

  std::optional<model::Error> stopped;

 private:
  wire::Task<> pairs(std::size_t lanes) {
    if (lanes == 1) co_return co_await lane();
    co_await wire::both(pairs(lanes / 2), pairs(lanes - lanes / 2));
  }

  const Setting& setting_;
  Sender& sender_;
  const std::vector<Chosen>& cases_;
  const RunOptions& options_;
  std::vector<std::string> prefixes_;
  std::vector<PlacedCase> placed_;
  std::vector<model::CaseResult>& results_;
  const std::vector<bool> is_done_;
  std::size_t done_;
  std::size_t next_ = 0, silent_ = 0;
};

// What the profile has; without a key that a run needs it is an error.
Result<Credentials> credentials_of(const model::Profile& profile, const std::string& auth) {
  const bool needs_key = auth == "key" || (auth == "sas" && !profile.sas.given());
  auto key_text = model::account_key(profile);
  if (!key_text && needs_key) return tl::make_unexpected(key_text.error());
  BLOBGAUGE_TRY(const auto key, wire::AccountKey::parse(key_text ? *key_text : std::string("bm8ga2V5")));
  Credentials out(wire::Credential{profile.account, key});
  out.has_key = key_text.has_value();
  if (profile.token.given() || auth == "bearer") {
    BLOBGAUGE_TRY(out.token, model::bearer_token(profile));
  }
  if (profile.sas.given()) {
    BLOBGAUGE_TRY(out.sas, model::given_sas(profile));
  }
  return out;
}

// Why a case means nothing with these; empty: it does.
std::string missing(const Needs& needs, const Credentials& credentials, const model::Profile& profile) {
  if (needs.key && !credentials.has_key) return "there is no key of the account";
  if (needs.token && credentials.token.empty()) return "the profile names no token";
  if (needs.second && !profile.second) return "the profile names no second account";
  return {};
}

// What cases send to besides the endpoint: its peer, or its second account.
class OtherSide {
 public:
  static Result<OtherSide> create(const Suite& suite, const model::Profile* profile, wire::Milliseconds limit) {
    OtherSide out;
    if (!profile) return out;
    BLOBGAUGE_TRY(const auto credentials, credentials_of(*profile, "key"));
    out.maker_ = std::make_unique<RequestMaker>(suite, *profile, credentials, "key");
    BLOBGAUGE_TRY(out.sender_, Sender::create(*profile, limit));
    return out;
  }
  Other as_other() const { return {maker_.get(), sender_.get()}; }

 private:
  std::unique_ptr<RequestMaker> maker_;
  std::unique_ptr<Sender> sender_;
};

}  // namespace

std::string auth_of_run(const Suite& suite, const model::Profile& profile, const std::string& kind) {
  if (kind != "sas") return kind;
  return profile.key.given() ? "sas " + suite.sas_of_run : "given sas";
}

std::vector<std::string> leave_out(std::vector<Chosen>& cases, const model::Profile& profile, std::string_view auth) {
  std::vector<std::string> remarks;
  const auto without = [&](bool given, bool Needs::*need, const char* what, const char* key) {
    if (given) return;
    const auto count = std::erase_if(cases, [&](const Chosen& chosen) { return needs_of(*chosen.item, auth).*need; });
    if (count)
      remarks.push_back(
          fmt::format("{} cases that need {} were left out: the profile names none ('{}')", count, what, key));
  };
  without(profile.token.given(), &Needs::token, "a token", "token");
  without(profile.second != nullptr, &Needs::second, "a second account", "second");
  return remarks;
}

Result<Run> run_cases(const Suite& suite, const model::Spec& spec, const model::Profile& profile,
                      const std::vector<Chosen>& cases, const RunOptions& options) {
  wire::Runtime runtime;
  BLOBGAUGE_TRY(const auto credentials, credentials_of(profile, options.auth));
  const auto auth = auth_of_run(suite, profile, options.auth);
  const RequestMaker maker(suite, profile, credentials, auth);
  BLOBGAUGE_TRY(const auto peer, OtherSide::create(suite, options.peer, options.time_limit));
  BLOBGAUGE_TRY(const auto second, OtherSide::create(suite, profile.second.get(), options.time_limit));
  Setting setting{suite,
                  spec,
                  profile,
                  maker,
                  options.dialect,
                  options.keep,
                  {options.container, !options.fixtures_by.empty()},
                  peer.as_other(),
                  second.as_other()};

  Run out;
  auto& results = out.results;
  const auto now = std::chrono::system_clock::now();
  results.kind = "replay";
  results.endpoint = profile.url.text();
  results.api_version = profile.api_version;
  results.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
  for (const auto& chosen : cases) {
    model::CaseResult blank;
    blank.id = chosen.item->id;
    blank.operation = chosen.item->operation;
    blank.tier = chosen.tier;
    blank.title = chosen.item->title;
    blank.tags = chosen.item->tags;
    blank.where = fmt::format("{}:{}", chosen.item->where.file, chosen.item->where.line);
    blank.role = name_of(chosen.item->role);
    blank.attested = text_of(chosen.item->attested);
    blank.credentials = credential_kinds(suite, *chosen.item, auth);
    blank.verdict = Verdict::indeterminate;
    blank.detail = "not run: the endpoint stopped answering";
    results.cases.push_back(std::move(blank));
  }

  std::vector<bool> is_done(cases.size(), false);
  for (const auto& finished : options.finished)
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (results.cases[i].id == finished.id) {
        results.cases[i] = finished;
        is_done[i] = true;
      }
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (is_done[i]) continue;
    auto why = obstacle(suite, *cases[i].item, setting.place);
    if (!why.empty()) why = fmt::format("in the container {}: {}", options.container, why);
    if (why.empty() && needs_peer(*cases[i].item) && !options.peer) why = "there is no peer";
    if (const auto& over = cases[i].item->over; why.empty() && !over.empty() && over != profile.url.scheme)
      why = fmt::format("says something over {} only", over);
    if (why.empty()) why = missing(needs_of(*cases[i].item, auth), credentials, profile);
    if (why.empty()) continue;
    results.cases[i].verdict = Verdict::skipped;
    results.cases[i].detail = why;
    is_done[i] = true;
  }

  BLOBGAUGE_TRY(const auto sender, Sender::create(profile, options.time_limit));
  const auto prefix = "bg" + (options.run.empty() ? random_name() : options.run);
  BLOBGAUGE_TRY(const auto seen,
                runtime.run(run_preflight(suite, profile, maker, *sender, prefix + "-preflight-", setting.place)));
  auto preconditions = spec.before;
  std::erase_if(preconditions,
                [&](const auto& item) { return !options.client.empty() && item.client != options.client; });
  results.before = runtime.run(judge_before({suite, profile, credentials, auth, *sender}, std::move(preconditions)));
  results.endpoint_version = profile.version.empty() ? seen.server : profile.version;
  Lanes lanes(setting, *sender, cases, options, prefix, results.cases, std::move(is_done));
  std::optional<OwnerFixtures> loaded;
  if (setting.place.owner_loads) {
    BLOBGAUGE_TRY(auto fixtures, OwnerFixtures::load(options.fixtures_by, lanes.cases(), maker));
    loaded.emplace(std::move(fixtures));
  }
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  const auto start = std::chrono::steady_clock::now();
  const auto requests = sender->requests();
  const auto in_flight = sender->in_flight();
  runtime.run(lanes.all());
  results.duration_us = duration_cast<microseconds>(std::chrono::steady_clock::now() - start).count();
  results.traffic = model::Traffic{std::min(options.lanes, cases.size()), sender->requests() - requests,
                                   duration_cast<microseconds>(sender->in_flight() - in_flight).count()};
  results.complete = !lanes.stopped;
  out.stopped = lanes.stopped;
  std::set<std::string> selected(options.selected.begin(), options.selected.end());
  for (const auto& item : results.cases) selected.insert(item.id);
  results.scenarios = predict(suite, spec, results, selected);
  return out;
}

}  // namespace blobgauge::replayer
