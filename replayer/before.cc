#include "replayer/before.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include "model/date.h"
#include "model/text.h"

namespace blobgauge::replayer {
namespace {

using model::CaseResult;
using model::Precondition;
using model::Verdict;
using model::Weight;

bool is_loopback_or_address(std::string_view host) {
  const bool digits = std::all_of(host.begin(), host.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return digits || host.find(':') != std::string_view::npos || model::iequals(host, "localhost") ||
         model::lower(host).ends_with(".localhost");
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// What came of the plainest request, signed in one way, at one API version.
struct Probe {
  int status = 0;  // 0: no answer
  std::string code, date, line;
  std::chrono::system_clock::time_point when;
};

class BeforeJudge {
 public:
  explicit BeforeJudge(BeforeSetting setting) : in_(std::move(setting)) {}

  wire::Task<CaseResult> judge(const Precondition& item) {
    CaseResult out;
    out.id = "before/" + item.id;
    out.operation = before_operation;
    out.tier = item.tier;
    out.title = fmt::format("{}: {}", item.client, item.title);
    out.verdict = Verdict::pass;
    switch (item.kind) {
      case Precondition::Kind::credential:
        co_await credential(item, out);
        break;
      case Precondition::Kind::version:
        co_await version(item, out);
        break;
      case Precondition::Kind::clock:
        co_await clock(item, out);
        break;
      default:
        address(item, out);
    }
    co_return out;
  }

 private:
  wire::Task<Probe> ask(const std::string& auth, const std::string& version) {
    const auto key = auth + " " + version;
    if (const auto known = asked_.find(key); known != asked_.end()) co_return known->second;
    Probe out;
    auto profile = in_.profile;
    profile.api_version = version;
    const RequestMaker maker(in_.suite, profile, in_.credentials, auth);
    Scope scope;
    maker.equip(scope);
    const auto request = maker.make(in_.suite.preflight.front().step.request, scope);
    if (request) {
      const auto sent = co_await in_.sender.send(*request);
      out.when = std::chrono::system_clock::now();
      if (sent) {
        out.status = sent->answer.status;
        out.code = error_code(in_.suite, sent->answer);
        out.date = std::string(sent->answer.headers.get("Date"));
        out.line = fmt::format("{} {} -> {}{}{}", request->method, request->shown, out.status,
                               out.code.empty() ? "" : " ", out.code);
      }
    }
    co_return asked_.emplace(key, std::move(out)).first->second;
  }

  static std::string answer_of(const Probe& probe) {
    if (!probe.status) return "no answer";
    return fmt::format("{}{}{}", probe.status, probe.code.empty() ? "" : " ", probe.code);
  }

  void complain(const Precondition& item, CaseResult& out, std::string expected, std::string actual,
                std::string exchange) const {
    model::Finding finding;
    finding.weight = item.weight;
    finding.step = std::string(before_operation);
    finding.expectation = std::string(name_of(item.kind));
    finding.expected = std::move(expected);
    finding.actual = std::move(actual);
    finding.reason = item.reason;
    if (!item.needs.empty()) finding.reason += fmt::format(" (with {})", item.needs);
    if (!item.way_out.empty()) finding.reason += fmt::format("; way out: {}", item.way_out);
    finding.exchange = std::move(exchange);
    out.findings.push_back(std::move(finding));
    if (item.weight == Weight::breaks) out.verdict = Verdict::fail;
  }

  static void leave_open(CaseResult& out, std::string why) {
    out.verdict = Verdict::skipped;
    out.detail = std::move(why);
  }

  // Empty where the run has nothing of that kind.
  std::string auth_for(const std::string& kind) const {
    const auto& has = in_.credentials;
    if (kind == "key" && has.has_key) return kind;
    if (kind == "bearer" && !has.token.empty()) return kind;
    if (kind == "sas" && has.has_key) return "sas " + in_.suite.sas_of_run;
    if (kind == "sas" && !has.sas.empty()) return "given sas";
    return {};
  }

  wire::Task<void> credential(const Precondition& item, CaseResult& out) {
    std::vector<std::string> refused, untried;
    std::string line;
    bool silent = false;
    for (const auto& kind : item.values) {
      const auto auth = auth_for(kind);
      if (auth.empty()) {
        untried.push_back(kind);
        continue;
      }
      const auto probe = co_await ask(auth, in_.profile.api_version);
      silent |= !probe.status;
      // What the operation answers is another matter: the credential was good enough to be told so.
      if (probe.status && probe.status != 401 && probe.status != 403) co_return;
      refused.push_back(fmt::format("{}: {}", kind, answer_of(probe)));
      line = probe.line;
    }
    const auto rest = untried.empty() ? std::string() : fmt::format("{} not tried", fmt::join(untried, ", "));
    if (refused.empty()) co_return leave_open(out, rest);
    if (silent) {
      out.verdict = Verdict::indeterminate;
      out.detail = fmt::format("{}", fmt::join(refused, ", "));
      co_return;
    }
    if (!rest.empty()) refused.push_back(rest);
    complain(item, out, fmt::format("one of {}", fmt::join(item.values, ", ")),
             fmt::format("{}", fmt::join(refused, "; ")), line);
  }

  // Refused as a version: the suite's preflight knows the code for that.
  bool refuses_version(const Probe& probe) const {
    const auto& refusals = in_.suite.preflight.front().refusals;
    return probe.status == 400 && std::any_of(refusals.begin(), refusals.end(), [&](const auto& refusal) {
             return !probe.code.empty() && refusal.first == probe.code;
           });
  }

  wire::Task<void> version(const Precondition& item, CaseResult& out) {
    for (const auto& value : item.values) {
      const auto probe = co_await ask(in_.auth, value);
      if (!probe.status) {
        out.verdict = Verdict::indeterminate;
        out.detail = fmt::format("version {}: no answer", value);
        co_return;
      }
      if (refuses_version(probe)) complain(item, out, value, answer_of(probe), probe.line);
    }
  }

  wire::Task<void> clock(const Precondition& item, CaseResult& out) {
    const auto probe = co_await ask(in_.auth, in_.profile.api_version);
    const auto most = model::parse_number(item.values.front()).value_or(0);
    const auto there = model::http_time(probe.date);
    if (!there) co_return leave_open(out, "the answer has no Date");
    const auto off = *there - std::chrono::system_clock::to_time_t(probe.when);
    if (static_cast<std::uint64_t>(off < 0 ? -off : off) > most)
      complain(item, out, fmt::format("within {} s", most),
               fmt::format("{} s {}", off < 0 ? -off : off, off > 0 ? "ahead" : "behind"), probe.line);
  }

  // What the profile alone says.
  void address(const Precondition& item, CaseResult& out) const {
    const auto& url = in_.profile.url;
    if (is_loopback_or_address(url.host)) return leave_open(out, fmt::format("{} is no public name", url.host));
    const auto host = model::lower(url.host);
    const auto any = [&](auto test) { return std::any_of(item.values.begin(), item.values.end(), test); };
    if (item.kind == Precondition::Kind::host &&
        !any([&](const std::string& text) { return host.find(text) != std::string::npos; }))
      complain(item, out, fmt::format("{} in it", fmt::join(item.values, " or ")), url.host, {});
    if (item.kind == Precondition::Kind::suffix && !any([&](const std::string& text) { return host.ends_with(text); }))
      complain(item, out, fmt::format("ends with {}", fmt::join(item.values, " or ")), url.host, {});
    if (item.kind == Precondition::Kind::scheme && !contains(item.values, url.scheme))
      complain(item, out, fmt::format("{}", fmt::join(item.values, " or ")), url.scheme, {});
    if (item.kind != Precondition::Kind::tls) return;
    if (url.scheme != "https") return leave_open(out, "no https");
    if (!in_.profile.ca_file.empty())
      complain(item, out, "signed by an authority of the system", "the profile needs a ca_file of its own", {});
  }

  const BeforeSetting in_;
  std::map<std::string, Probe> asked_;
};

}  // namespace

wire::Task<std::vector<CaseResult>> judge_before(BeforeSetting setting, std::vector<Precondition> preconditions) {
  std::vector<CaseResult> out;
  if (setting.suite.preflight.empty()) co_return out;
  BeforeJudge judge(std::move(setting));
  for (const auto& item : preconditions) out.push_back(co_await judge.judge(item));
  co_return out;
}

}  // namespace blobgauge::replayer
