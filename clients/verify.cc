#include "clients/verify.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "clients/run.h"
#include "model/process.h"
#include "model/temporary.h"
#include "model/text.h"

namespace blobgauge::clients {
namespace fs = std::filesystem;
using model::Category;
using model::Result;

namespace {

// The first dotted number in what the client prints: "rclone v1.75.1-DEV" is 1.75.1.
Result<std::string> release_of(const std::string& program, const ClientFile& file, const std::string& folder) {
  model::ProcessRequest request;
  request.command = {program};
  request.command.insert(request.command.end(), file.release.begin(), file.release.end());
  request.environment = {{"HOME", folder}};
  for (const auto& [name, value] : file.environment) {
    auto expanded = expand(value, {{"work", folder}, {"account", ""}, {"key", ""}});
    if (expanded) request.environment.emplace_back(name, *expanded);
  }
  request.time_limit = std::chrono::seconds{30};
  const auto outcome = model::run_process(request);
  if (!outcome)
    return model::fail(outcome.error().category, outcome.error().message,
                       fmt::format("name the program with --client {}=PATH", file.client));
  const auto& text = outcome->out;
  constexpr std::string_view digits = "0123456789";
  for (auto at = text.find_first_of(digits); at != std::string::npos; at = text.find_first_of(digits, at)) {
    const auto end = std::min(text.size(), text.find_first_not_of("0123456789.", at));
    if (const auto word = text.substr(at, end - at); std::ranges::count(word, '.') >= 1 && word.back() != '.')
      return word;
    at = end;
  }
  return model::fail(Category::usage,
                     fmt::format("{} does not say its release (exit code {})", program, outcome->exit_code),
                     fmt::format("is it {}?", file.client));
}

struct Job {
  const ClientFile* file;
  const Scenario* scenario;
  std::string program, release;
};

// "azcopy/copy-up" -> "azcopy-copy-up"
std::string flat(std::string id) {
  std::ranges::replace(id, '/', '-');
  return id;
}

// Container names have 3 to 63 lower-case letters, digits and single hyphens.
std::string container_name(std::string_view id, const std::string& tag) {
  return fmt::format("bg-{}-{}", tag, flat(std::string(id))).substr(0, 63);
}

class Crew {
 public:
  Crew(const VerifyOptions& options, std::vector<Job> jobs, const model::Profile& profile, const Service& service,
       const model::Catalogue& catalogue, Recorder& recorder, const VerifyProgress& progress, std::string work)
      : options_(options),
        jobs_(std::move(jobs)),
        profile_(profile),
        service_(service),
        classifier_(catalogue),
        error_code_header_(catalogue.role("error-code")),
        recorder_(recorder),
        progress_(progress),
        work_(std::move(work)),
        tag_(fmt::format("{:08x}", std::random_device{}())),
        outcomes_(jobs_.size()) {}

  Result<std::vector<ScenarioOutcome>> run() {
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < std::max(1U, options_.parallel); ++i) workers.emplace_back([this] { work(); });
    for (auto& worker : workers) worker.join();
    if (error_) return tl::make_unexpected(*error_);
    return std::move(outcomes_);
  }

 private:
  void work() {
    auto store = Store::open(profile_, service_);
    if (!store) {
      const std::lock_guard lock(mutex_);
      error_ = store.error();
      return;
    }
    for (auto i = next_++; i < jobs_.size(); i = next_++) {
      outcomes_[i] = run_one(jobs_[i], **store);
      const std::lock_guard lock(mutex_);
      ++done_;
      if (progress_) progress_(outcomes_[i].result, done_, jobs_.size());
    }
  }

  ScenarioOutcome run_one(const Job& job, Store& store) {
    const auto name = flat(job.scenario->id);
    ScenarioRun run;
    run.file = job.file;
    run.scenario = job.scenario;
    run.program = job.program;
    run.release = job.release;
    run.container = container_name(job.scenario->id, tag_);
    run.work = fmt::format("{}/{}", work_, name);
    run.cap = options_.cap;
    run.error_code_header = error_code_header_;
    const auto& traces = options_.traces.empty() ? work_ : options_.traces;
    run.trace = fmt::format("{}/{}.trace.zst", traces, name);
    if (!options_.traces.empty()) run.log = fmt::format("{}/{}.log", traces, name);
    std::error_code ignored;
    fs::create_directories(run.work, ignored);
    auto outcome = run_scenario(run, profile_, store, classifier_, recorder_);
    fs::remove_all(run.work, ignored);
    return outcome;
  }

  const VerifyOptions& options_;
  const std::vector<Job> jobs_;
  const model::Profile& profile_;
  const Service& service_;
  const model::Classifier classifier_;
  const std::string error_code_header_;
  Recorder& recorder_;
  const VerifyProgress& progress_;
  const std::string work_, tag_;
  std::vector<ScenarioOutcome> outcomes_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;  // of what follows
  std::size_t done_ = 0;
  std::optional<model::Error> error_;
};

}  // namespace

Result<Verified> verify(const VerifyOptions& options, const model::Profile& profile, const model::Catalogue& catalogue,
                        Recorder& recorder, const VerifyProgress& progress) {
  const auto started = std::chrono::system_clock::now();
  BLOBGAUGE_TRY(const auto service, load_service(options.service));
  BLOBGAUGE_TRY(const auto work, model::TemporaryFolder::create(options.work));
  std::vector<ClientFile> files;
  for (const auto& client : options.clients) {
    BLOBGAUGE_TRY(files.emplace_back(), load_client_file(options.scenarios, client.name));
  }
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::string release;
    for (const auto& scenario : files[i].scenarios) {
      if (!model::glob_match(options.select, scenario.id)) continue;
      if (release.empty()) {
        BLOBGAUGE_TRY(release, release_of(options.clients[i].program, files[i], work.path()));
      }
      jobs.push_back({&files[i], &scenario, options.clients[i].program, release});
    }
  }
  if (jobs.empty())
    return model::fail(Category::usage, fmt::format("no scenario matches '{}'", options.select),
                       "ids look like azcopy/copy-up-small");
  std::error_code error;
  if (!options.traces.empty() && !fs::create_directories(options.traces, error) && error)
    return model::fail(Category::output, fmt::format("cannot make {}: {}", options.traces, error.message()));
  {
    BLOBGAUGE_TRY(const auto store, Store::open(profile, service));
    BLOBGAUGE_CHECK(store->probe());
  }

  Crew crew(options, std::move(jobs), profile, service, catalogue, recorder, progress, work.path());
  BLOBGAUGE_TRY(auto outcomes, crew.run());
  Verified verified;
  for (auto& outcome : outcomes) {
    if (outcome.hung) verified.hung.push_back(outcome.result.id);
    verified.results.scenarios.push_back(std::move(outcome.result));
  }
  verified.results.tool = "blobgauge " BLOBGAUGE_VERSION;
  verified.results.kind = "verify";
  verified.results.endpoint = profile.url.text();
  verified.results.started =
      fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(started)));
  verified.results.duration_us =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now() - started).count();
  return verified;
}

}  // namespace blobgauge::clients
