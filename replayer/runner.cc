#include "replayer/runner.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "replayer/case_run.h"
#include "replayer/prediction.h"

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
        std::string prefix, std::vector<model::CaseResult>& results)
      : setting_(setting),
        sender_(sender),
        cases_(cases),
        options_(options),
        prefix_(std::move(prefix)),
        results_(results) {}

  wire::Task<Status> preflight() {
    for (const auto& item : setting_.suite.preflight) {
      Scope scope;
      setting_.maker.equip(scope);
      const auto request = setting_.maker.make(item.step.request, scope);
      if (!request) co_return tl::make_unexpected(request.error());
      const auto sent = co_await sender_.send(*request);
      if (!sent) co_return tl::make_unexpected(sent.error());
      const auto& answer = sent->answer;
      for (const auto& [status, says] : item.refusals)
        if (answer.status == status) {
          const auto code = error_code(setting_.suite, answer);
          co_return fail(Category::endpoint,
                         fmt::format("{} {}: {} {} -> {}{}{}", setting_.profile.url.text(), says, request->method,
                                     request->shown, status, code.empty() ? "" : " ", code),
                         "look at the profile's account, key and api_version");
        }
    }
    co_return Status{};
  }

  wire::Task<> lane() {
    while (next_ < cases_.size() && !stopped) {
      const auto index = next_++;
      const auto& chosen = cases_[index];
      CaseRun run(setting_, sender_, *chosen.item, chosen.tier, fmt::format("{}-{}-", prefix_, index));
      results_[index] = co_await run.run();
      ++done_;
      if (options_.progress) options_.progress(done_, cases_.size(), chosen.item->id);
      silent_ = run.answered() || run.silence().message.empty() ? 0 : silent_ + 1;
      if (silent_ < patience || stopped) continue;
      const auto status = co_await preflight();
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
  const std::string prefix_;
  std::vector<model::CaseResult>& results_;
  std::size_t next_ = 0, done_ = 0, silent_ = 0;
};

}  // namespace

Result<Run> run_cases(const Suite& suite, const model::Spec& spec, const model::Profile& profile,
                      const std::vector<Chosen>& cases, const RunOptions& options) {
  BLOBGAUGE_TRY(const auto key_text, model::account_key(profile));
  BLOBGAUGE_TRY(const auto key, wire::AccountKey::parse(key_text));
  const auto auth = options.auth == "sas" ? "sas " + suite.sas_of_run : options.auth;
  const RequestMaker maker(suite, profile, {profile.account, key}, auth);
  const Setting setting{suite, spec, profile, maker, options.dialect, options.keep};

  Run out;
  auto& results = out.results;
  const auto now = std::chrono::system_clock::now();
  results.kind = "replay";
  results.endpoint = profile.url.text();
  results.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
  for (const auto& chosen : cases) {
    model::CaseResult blank;
    blank.id = chosen.item->id;
    blank.operation = chosen.item->operation;
    blank.tier = chosen.tier;
    blank.title = chosen.item->title;
    blank.tags = chosen.item->tags;
    blank.verdict = Verdict::indeterminate;
    blank.detail = "not run: the endpoint stopped answering";
    results.cases.push_back(std::move(blank));
  }

  wire::Runtime runtime;
  BLOBGAUGE_TRY(const auto sender, Sender::create(profile, options.time_limit));
  Lanes lanes(setting, *sender, cases, options, "bg" + (options.run.empty() ? random_name() : options.run),
              results.cases);
  BLOBGAUGE_CHECK(runtime.run(lanes.preflight()));
  const auto start = std::chrono::steady_clock::now();
  runtime.run(lanes.all());
  results.duration_us =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count();
  results.complete = !lanes.stopped;
  out.stopped = lanes.stopped;
  results.scenarios = predict(suite, spec, results.cases);
  return out;
}

}  // namespace blobgauge::replayer
