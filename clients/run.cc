#include "clients/run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "clients/culprit.h"
#include "clients/fixture.h"
#include "model/file.h"
#include "model/process.h"
#include "model/text.h"
#include "wire/sign_sas.h"

namespace blobgauge::clients {
namespace fs = std::filesystem;
using model::Exchange;
using model::Result;
using model::Status;
using model::Verdict;

namespace {

using Clock = std::chrono::system_clock;

// What did not hold: for people, and the blob or file that it is about, if any.
struct Failure {
  std::string text, about;
};

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
}

class Run {
 public:
  Run(const ScenarioRun& run, const model::Profile& profile, Store& store, const model::Classifier& classifier)
      : run_(run), scenario_(*run.scenario), profile_(profile), store_(store), classifier_(classifier) {}

  ScenarioOutcome go(Recorder& recorder) {
    const auto started = now_ns();
    auto& result = outcome_.result;
    result.id = scenario_.id;
    result.client = run_.file->client;
    result.release = run_.release;
    result.title = scenario_.title;
    result.how = "run";
    if (const auto ready = prepare(); !ready) {
      result.verdict = Verdict::blocked;
      result.detail = "its fixtures could not be made: " + describe(ready.error());
    } else if (const auto ran = record(recorder); !ran) {
      result.verdict = Verdict::error;
      result.detail = describe(ran.error());
    } else {
      judge();
    }
    result.duration_us = (now_ns() - started) / 1000;
    // A container that stays behind is litter and no verdict.
    [[maybe_unused]] const auto cleaned = store_.delete_container(run_.container);
    return std::move(outcome_);
  }

 private:
  Status prepare() {
    BLOBGAUGE_CHECK(make_values());
    for (const auto* folder : {"home", "tmp"}) fs::create_directories(fs::path(run_.work) / folder);
    BLOBGAUGE_CHECK(make_files(run_.work, scenario_.files, scenario_.id));
    for (const auto& entry : files_below(run_.work)) {
      BLOBGAUGE_TRY(const auto bytes, model::read_file(entry.path));
      values_.emplace_back("md5:" + entry.name, md5_base64(bytes));
    }
    if (scenario_.container) BLOBGAUGE_CHECK(store_.create_container(run_.container));
    for (const auto& set : scenario_.blobs) {
      const auto path = in_work(set.from);
      const bool one = fs::is_regular_file(path);
      for (const auto& entry : files_below(path)) {
        BLOBGAUGE_TRY(auto bytes, model::read_file(entry.path));
        BLOBGAUGE_CHECK(store_.put(run_.container, one ? set.to : set.to + entry.name, std::move(bytes)));
      }
    }
    return {};
  }

  Status make_values() {
    BLOBGAUGE_TRY(key_, model::account_key(profile_));
    values_ = {{"work", run_.work}, {"container", run_.container}, {"account", profile_.account}, {"key", key_}};
    BLOBGAUGE_TRY(const auto service, expand(run_.file->service, values_));
    values_.emplace_back("service", service);
    values_.emplace_back("container_url", service + "/" + run_.container);
    if (!run_.file->sas.empty()) {
      BLOBGAUGE_TRY(const auto account_key, wire::AccountKey::parse(key_));
      wire::Sas sas;
      for (const auto& [name, value] : run_.file->sas) sas.set(name, value);
      const auto expiry = std::chrono::floor<std::chrono::seconds>(Clock::now() + std::chrono::hours{24});
      sas.set("se", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(Clock::to_time_t(expiry))));
      wire::sign_sas(sas, {profile_.account, {}, {}, {}}, account_key);
      signature_ = sas.get("sig");
      values_.emplace_back("sas", sas.token());
    }
    return {};
  }

  Status record(Recorder& recorder) {
    model::TraceHead head;
    head.tool = "blobgauge " BLOBGAUGE_VERSION;
    head.client = run_.file->client;
    head.release = run_.release;
    head.scenario = scenario_.id;
    for (const auto& argument : scenario_.steps.front().arguments) head.command.push_back(argument);
    BLOBGAUGE_TRY(const auto recording, recorder.start(run_.trace, head));
    const auto ran = run_steps(recording->environment());
    BLOBGAUGE_CHECK(recording->finish(last_exit_));
    if (!run_.log.empty()) BLOBGAUGE_CHECK(model::write_file(run_.log, redact(log_)));
    BLOBGAUGE_CHECK(ran);
    BLOBGAUGE_TRY(const auto reader, model::open_trace(run_.trace));
    Exchange exchange;
    while (true) {
      BLOBGAUGE_TRY(const bool more, reader->next(exchange));
      if (!more) break;
      if (exchange.operation.empty()) exchange.operation = std::string(classifier_.classify(exchange).name);
      exchanges_.push_back(std::move(exchange));
    }
    // Written at their end, judged in the order of their beginning.
    std::ranges::sort(exchanges_, {}, &Exchange::started_ns);
    return {};
  }

  // Stops at the first step that does not do what it should.
  Status run_steps(const Pairs& recording) {
    for (std::size_t i = 0; i < scenario_.steps.size() && failures_.empty(); ++i) {
      const auto& step = scenario_.steps[i];
      model::ProcessRequest request;
      request.command = {run_.program};
      for (const auto& argument : step.arguments) {
        BLOBGAUGE_TRY(request.command.emplace_back(), expand(argument, values_));
      }
      request.clean = true;
      request.environment = {
          {"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"LANG", "C.UTF-8"}, {"TZ", "UTC"}, {"TMPDIR", in_work("tmp")}};
      for (const auto& [name, value] : run_.file->environment) {
        BLOBGAUGE_TRY(auto expanded, expand(value, values_));
        request.environment.emplace_back(name, std::move(expanded));
      }
      request.environment.insert(request.environment.end(), recording.begin(), recording.end());
      request.folder = run_.work;
      const auto limit = run_.cap.count() ? std::min(run_.cap, scenario_.time_limit) : scenario_.time_limit;
      request.time_limit = limit;
      step_started_.push_back(now_ns());
      BLOBGAUGE_TRY(const auto process, model::run_process(request));
      last_exit_ = process.exit_code;
      const auto output = process.out + process.err;
      log_ += fmt::format("$ {}\n{}exit code {}\n", fmt::join(request.command, " "), output, process.exit_code);
      if (process.timed_out) {
        outcome_.hung = true;
        add(fmt::format("{} did not end within {} s", step_name(i), limit.count()), {});
      } else {
        check_step(step, i, process.exit_code, output);
      }
    }
    return {};
  }

  void check_step(const Step& step, std::size_t i, int exit_code, const std::string& output) {
    if ((exit_code == 0) != step.succeeds) {
      add(step.succeeds ? fmt::format("{} failed with exit code {}{}", step_name(i), exit_code, last_words(output))
                        : fmt::format("{} should have failed, and gave exit code 0", step_name(i)),
          {});
      return;
    }
    for (const auto& text : step.says)
      if (output.find(text) == std::string::npos) add(fmt::format("{} did not say \"{}\"", step_name(i), text), {});
    if (!step.lists.empty())
      for (const auto& entry : files_below(in_work(step.lists)))
        if (output.find(entry.name) == std::string::npos)
          add(fmt::format("{} did not list {}", step_name(i), entry.name), {});
  }

  void judge() {
    check_reads();
    if (failures_.empty())
      for (const auto& condition : scenario_.holds)
        if (const auto checked = check(condition); !checked)
          add(fmt::format("cannot look whether it worked: {}", describe(checked.error())), {});
    auto& result = outcome_.result;
    result.exchanges = exchanges_.size();
    result.verdict = failures_.empty() ? Verdict::pass : Verdict::fail;
    if (failures_.empty()) return;
    result.detail = redact(failures_[0].text);
    CulpritQuery query;
    query.exchanges = &exchanges_;
    query.scenario = &scenario_;
    query.about = failures_[0].about;
    query.container = run_.container;
    query.error_code_header = run_.error_code_header;
    for (const auto& [name, value] : run_.file->sas) query.hidden_queries.push_back(name);
    for (const auto* name : {"se", "sig"}) query.hidden_queries.push_back(name);
    const auto culprit = find_culprit(query);
    result.broken_by = culprit.text;
    if (culprit.unmapped.empty()) return;
    result.verdict = Verdict::indeterminate;
    result.detail = fmt::format("{}; {}", culprit.unmapped, result.detail);
  }

  // Which exchanges belong to a step is told by the clock: steps follow one another.
  void check_reads() {
    for (std::size_t i = 0; i < step_started_.size(); ++i) {
      if (!scenario_.steps[i].only_reads) continue;
      const auto end = i + 1 < step_started_.size() ? step_started_[i + 1] : std::numeric_limits<std::int64_t>::max();
      for (const auto& exchange : exchanges_) {
        const auto& method = exchange.request.method;
        if (exchange.started_ns < step_started_[i] || exchange.started_ns >= end) continue;
        if (method != "GET" && method != "HEAD") {
          add(fmt::format("{} should move nothing, and sent {}", step_name(i), exchange.operation), {});
          break;
        }
      }
    }
  }

  Status check(const Condition& condition) {
    BLOBGAUGE_TRY(const auto subject, expand(condition.subject, values_));
    using Kind = Condition::Kind;
    switch (condition.kind) {
      case Kind::files: {
        BLOBGAUGE_TRY(const auto expected, read_folder(in_work(condition.equal)));
        BLOBGAUGE_TRY(const auto actual, read_folder(in_work(subject)));
        compare(expected, actual, {});
        return {};
      }
      case Kind::blobs: {
        BLOBGAUGE_TRY(const auto expected, read_folder(in_work(condition.equal)));
        BLOBGAUGE_TRY(const auto actual, read_blobs(subject));
        compare(expected, actual, subject);
        return {};
      }
      case Kind::blob:
        return check_blob(condition, subject);
      case Kind::no_blob: {
        BLOBGAUGE_TRY(const auto there, store_.properties(run_.container, subject));
        if (there) add(fmt::format("blob {} is still there", subject), subject);
        return {};
      }
      case Kind::container:
      case Kind::no_container: {
        BLOBGAUGE_TRY(const bool there, store_.has_container(subject));
        if (there != (condition.kind == Kind::container))
          add(there ? "the container is still there" : "there is no container", {});
        return {};
      }
    }
    return {};
  }

  Status check_blob(const Condition& condition, const std::string& name) {
    BLOBGAUGE_TRY(const auto headers, store_.properties(run_.container, name));
    if (!headers) {
      add(fmt::format("there is no blob {}", name), name);
      return {};
    }
    for (const auto& [field, value] : condition.headers) {
      BLOBGAUGE_TRY(const auto expected, expand(value, values_));
      if (headers->get(field) != expected)
        add(fmt::format("blob {} has {} '{}', not '{}'", name, field, headers->get(field), expected), name);
    }
    if (condition.equal.empty()) return {};
    BLOBGAUGE_TRY(const auto bytes, model::read_file(in_work(condition.equal)));
    BLOBGAUGE_TRY(const auto actual, store_.get(run_.container, name));
    compare({{name, bytes}}, {{name, actual}}, {});
    return {};
  }

  Result<Contents> read_blobs(const std::string& prefix) {
    BLOBGAUGE_TRY(const auto names, store_.list(run_.container, prefix));
    Contents contents;
    for (const auto& name : names) {
      BLOBGAUGE_TRY(contents[name.substr(prefix.size())], store_.get(run_.container, name));
    }
    return contents;
  }

  void compare(const Contents& expected, const Contents& actual, const std::string& prefix) {
    std::string name;
    if (auto text = difference(expected, actual, name); !text.empty()) add(std::move(text), prefix + name);
  }

  void add(std::string text, std::string about) { failures_.push_back({std::move(text), std::move(about)}); }

  std::string in_work(std::string_view path) const { return fmt::format("{}/{}", run_.work, path); }

  std::string step_name(std::size_t i) const {
    const auto command = fmt::format("{} {}", run_.file->client, scenario_.steps[i].arguments.front());
    return scenario_.steps.size() == 1 ? command : fmt::format("step {} ({})", i + 1, command);
  }

  // The first line that speaks of an error, else the last one with a word in it.
  static std::string last_words(const std::string& output) {
    std::string_view found;
    for (const auto line : model::split(output, '\n')) {
      const auto text = model::trim(line);
      if (text.empty() || text.front() == '<' || text.front() == '-') continue;
      found = text;
      if (const auto small = model::lower(text); small.find("error") != std::string::npos) break;
    }
    return found.empty() ? std::string{} : fmt::format(": {}", found.substr(0, 200));
  }

  // A client may repeat what it was given.
  std::string redact(std::string text) const {
    for (const auto& secret : {key_, signature_, model::percent_encode(signature_)})
      for (auto at = text.find(secret); !secret.empty() && at != std::string::npos; at = text.find(secret, at + 8))
        text.replace(at, secret.size(), "REDACTED");
    return text;
  }

  const ScenarioRun& run_;
  const Scenario& scenario_;
  const model::Profile& profile_;
  Store& store_;
  const model::Classifier& classifier_;
  ScenarioOutcome outcome_;
  Pairs values_;
  std::string key_, signature_, log_;
  std::vector<std::int64_t> step_started_;
  std::vector<Exchange> exchanges_;
  std::vector<Failure> failures_;
  int last_exit_ = -1;
};

}  // namespace

ScenarioOutcome run_scenario(const ScenarioRun& run, const model::Profile& profile, Store& store,
                             const model::Classifier& classifier, Recorder& recorder) {
  return Run(run, profile, store, classifier).go(recorder);
}

}  // namespace blobgauge::clients
