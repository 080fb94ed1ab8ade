#include "replayer/case_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "model/text.h"
#include "replayer/attestation.h"

namespace blobgauge::replayer {
namespace {

using model::Verdict;
using About = Expectation::About;
using Test = Expectation::Test;

bool names(const std::vector<Expectation>& expectations, std::string_view header) {
  return std::any_of(expectations.begin(), expectations.end(), [&](const Expectation& item) {
    return item.about == About::header && model::iequals(item.name, header);
  });
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

}  // namespace

CaseRun::CaseRun(const Setting& setting, Sender& sender, PlacedCase placed, std::string tier, std::string prefix,
                 std::vector<std::string> kinds)
    : setting_(setting), sender_(sender), case_(std::move(placed.item)), names_(std::move(placed.names)) {
  result_.id = case_.id;
  result_.operation = case_.operation;
  result_.tier = std::move(tier);
  result_.title = case_.title;
  result_.tags = case_.tags;
  result_.role = name_of(case_.role);
  result_.attested = text_of(case_.attested);
  result_.credentials = std::move(kinds);
  result_.where = fmt::format("{}:{}", case_.where.file, case_.where.line);
  setting_.maker.equip(scope_);
  if (setting_.peer.maker) setting_.peer.maker->equip_as("peer", scope_);
  if (setting_.second.maker) setting_.second.maker->equip_as("second", scope_);
  scope_.values["prefix"] = prefix;
  for (const auto& [name, value] : names_) scope_.values[name] = value;
}

void CaseRun::conclude(Verdict verdict, std::string detail) {
  if (concluded_) return;
  concluded_ = true;
  result_.verdict = verdict;
  result_.detail = normal(std::move(detail));
}

std::string CaseRun::normal(std::string text) const {
  for (const auto& [name, value] : names_) replace_all(text, value, "{" + name + "}");
  return text;
}

std::string CaseRun::exchange_line(const Outgoing& request, const Answered& answer) const {
  auto line = fmt::format("{} {} -> {}", request.method, request.shown, answer.status);
  if (const auto code = error_code(setting_.suite, answer); !code.empty()) line += " " + code;
  if (const auto id = answer.headers.find(setting_.suite.request_id_header)) line += fmt::format(" (request {})", *id);
  return normal(std::move(line));
}

bool CaseRun::unsupported(const Answered& answer) const {
  const auto& words = setting_.profile.unsupported;
  const auto has = [&](const std::string& word) { return std::find(words.begin(), words.end(), word) != words.end(); };
  return answer.status == 501 || has(std::to_string(answer.status)) || has(error_code(setting_.suite, answer));
}

// What every success answer of the operation has, beside what the step itself asks for.
std::vector<Expectation> CaseRun::contract(const Step& step, int status) const {
  std::vector<Expectation> out;
  if (step.operation.empty() || status < 200 || status > 299) return out;
  const auto add = [&](const Answer& answer) {
    for (const auto& item : answer.headers)
      if (!names(step.expectations, item.name)) out.push_back(item);
  };
  add(setting_.suite.every_answer);
  if (const auto own = setting_.suite.answers.find(step.operation); own != setting_.suite.answers.end())
    add(own->second);
  const auto* operation = setting_.spec.find(step.operation);
  if (!operation) return out;
  for (const auto& line : operation->headers) {
    if (!line.always || names(step.expectations, line.name)) continue;
    if (names(out, line.name)) {
      // The spec knows who reads a header; a test of its value keeps the weight that the case gave it.
      for (auto& item : out)
        if (item.test == Test::present && model::iequals(item.name, line.name)) item.weight = line.weight;
      continue;
    }
    Expectation item;
    item.about = About::header;
    item.name = line.name;
    item.test = Test::present;
    item.weight = line.weight;
    item.why = line.reason;
    out.push_back(std::move(item));
  }
  return out;
}

void CaseRun::capture(const Step& step, const Outgoing& request, const Answered& answer, model::Weight weight) {
  for (const auto& [name, source] : step.captures) {
    std::string value;
    if (source.starts_with("xml ")) {
      const auto texts = xml_texts(answer.kept, std::string_view(source).substr(4));
      if (texts && !texts->empty()) value = texts->front();
    } else {
      value = std::string(answer.headers.get(source));
    }
    if (!value.empty()) {
      scope_.values[name] = std::move(value);
      continue;
    }
    // Only a step that uses it suffers from that, and it is the endpoint's doing then.
    lost_.weight = weight;
    lost_.step = step.name;
    lost_.expectation = source.starts_with("xml ") ? source : "header " + source;
    lost_.expected = "present";
    lost_.actual = "absent";
    lost_.exchange = exchange_line(request, answer);
  }
}

void CaseRun::note(const Step& step, const Outgoing& request, const Sent& sent, std::vector<model::Finding> findings) {
  for (auto& finding : findings) {
    finding.step = step.name;
    finding.expected = normal(std::move(finding.expected));
    finding.actual = normal(std::move(finding.actual));
    finding.exchange = exchange_line(request, sent.answer);
    if (finding.reason.empty()) finding.reason = case_.why;
    result_.findings.push_back(std::move(finding));
  }
  result_.exchanges.push_back(sent.exchange);
  auto& exchange = result_.exchanges.back();
  exchange.number = result_.exchanges.size();
  exchange.operation = step.operation;
}

Other CaseRun::other_side(RequestTemplate::At at) const {
  using At = RequestTemplate::At;
  return at == At::peer ? setting_.peer : at == At::second ? setting_.second : Other{&setting_.maker, &sender_};
}

const model::Dialect* CaseRun::dialect_of(const Step& step) const {
  const auto* operation = setting_.spec.find(step.operation);
  if (operation)
    for (const auto& item : operation->dialects)
      if (item.id == setting_.dialect) return &item;
  return nullptr;
}

CaseRun::Outcome CaseRun::mistake(const Step& step, const model::Error& error) {
  if (!lost_.expectation.empty()) {
    lost_.reason = fmt::format("step '{}' stands on it", step.name);
    result_.findings.push_back(lost_);
    return Outcome::wrong_status;
  }
  conclude(Verdict::error, fmt::format("step '{}': {}", step.name, model::describe(error)));
  return Outcome::mistake;
}

wire::Task<void> CaseRun::send(const Step& step, const Scope& scope, Reply& reply) {
  const auto [maker, sender] = other_side(step.request.at);
  reply.request = maker->make(step.request, scope, dialect_of(step));
  if (!reply.request) co_return;
  // Even an answer that says no may have left something there.
  if (!setting_.place.container.empty() && step.request.method != "GET" && step.request.method != "HEAD")
    if (const auto target = expand(step.request.target, scope)) written_.insert(target->substr(0, target->find('?')));
  reply.sent = co_await sender->send(*reply.request);
}

CaseRun::Outcome CaseRun::look(const Step& step, const Scope& scope, Reply reply) {
  if (!reply.request) return mistake(step, reply.request.error());
  const auto& request = *reply.request;
  auto& sent = reply.sent;
  if (!sent) {
    silence_ = sent.error();
    conclude(Verdict::indeterminate, fmt::format("step '{}': no answer to {} {}: {}", step.name, request.method,
                                                 request.shown, sent.error().message));
    return Outcome::silent;
  }
  if (!step.unseen.empty()) replace_all(sent->answer.kept, step.unseen, {});
  answered_ = true;
  auto findings = judge(setting_.suite, step, step.expectations, sent->answer, scope, setting_.profile.api_version);
  if (!findings) return mistake(step, findings.error());
  const bool wrong_status = std::any_of(findings->begin(), findings->end(),
                                        [](const auto& finding) { return finding.expectation == "status"; });
  if (wrong_status && unsupported(sent->answer)) {
    note(step, request, *sent, {});
    conclude(Verdict::unsupported, exchange_line(request, sent->answer));
    return Outcome::unsupported;
  }
  if (!wrong_status) {
    auto more = judge(setting_.suite, step, contract(step, sent->answer.status), sent->answer, scope,
                      setting_.profile.api_version);
    if (!more) return mistake(step, more.error());
    findings->insert(findings->end(), more->begin(), more->end());
  } else {
    // An answer of another kind has other headers and another body; one finding says it all.
    std::erase_if(*findings, [](const auto& finding) {
      return finding.expectation != "status" && finding.expectation != "error code";
    });
  }
  if (sent->answer.surplus) {
    model::Finding surplus;
    surplus.weight = model::Weight::differs;
    surplus.expectation = "end of the answer";
    surplus.expected = "nothing after it";
    surplus.actual = fmt::format("{} bytes", sent->answer.surplus);
    surplus.reason =
        "a client that keeps the connection drops it, or takes them for its next answer (RFC 9112 section 6.3)";
    findings->push_back(std::move(surplus));
  }
  // Of an answer that only differs nothing follows for what comes next: what breaks there must not stay unseen.
  const bool breaks = wrong_status && std::any_of(findings->begin(), findings->end(), [](const auto& finding) {
                        return finding.weight == model::Weight::breaks;
                      });
  note(step, request, *sent, std::move(*findings));
  if (breaks) return Outcome::wrong_status;
  capture(step, request, sent->answer, wrong_status ? model::Weight::differs : model::Weight::breaks);
  return Outcome::fine;
}

// All at the same time, each into its own place.
wire::Task<void> CaseRun::send_together(const std::vector<Step>& steps, std::vector<Reply>& replies, std::size_t first,
                                        std::size_t last) {
  if (last - first == 1) co_return co_await send(steps[first], scope_, replies[first]);
  const auto middle = first + (last - first) / 2;
  co_await wire::both(send_together(steps, replies, first, middle), send_together(steps, replies, middle, last));
}

wire::Task<CaseRun::Outcome> CaseRun::at_once(const Step& step) {
  std::vector<Reply> replies(step.at_once.size());
  co_await send_together(step.at_once, replies, 0, replies.size());
  std::vector<std::string> statuses;
  for (const auto& reply : replies)
    if (reply.sent) statuses.push_back(std::to_string(reply.sent->answer.status));
  auto worst = Outcome::fine;
  for (std::size_t i = 0; i < replies.size(); ++i)
    if (const auto outcome = look(step.at_once[i], scope_, std::move(replies[i])); worst == Outcome::fine)
      worst = outcome;
  auto wanted = step.statuses;
  std::sort(wanted.begin(), wanted.end());
  auto got = statuses;
  std::sort(got.begin(), got.end());
  if (worst != Outcome::fine || wanted.empty() || got == wanted) co_return worst;
  model::Finding finding;
  finding.step = step.name;
  finding.expectation = "status";
  finding.expected = fmt::format("{} in some order", fmt::join(step.statuses, ", "));
  finding.actual = fmt::format("{}", fmt::join(statuses, ", "));
  finding.reason = case_.why;
  finding.exchange = fmt::format("{} requests at once -> {}", replies.size(), finding.actual);
  result_.findings.push_back(std::move(finding));
  co_return Outcome::wrong_status;
}

wire::Task<void> CaseRun::repeat_lane(const Step& step, std::uint64_t& next, Outcome& worst) {
  const auto digits = std::to_string(step.repeat.times - 1).size();
  while (next < step.repeat.times && worst == Outcome::fine) {
    Scope scope = scope_;
    scope.values[step.repeat.number] = fmt::format("{:0{}}", next++, digits);
    Reply reply;
    co_await send(step, scope, reply);
    const auto kept = result_.exchanges.size();
    const auto outcome = look(step, scope, std::move(reply));
    if (outcome == Outcome::fine)
      result_.exchanges.resize(kept);  // one of thousands
    else if (worst == Outcome::fine)
      worst = outcome;
  }
}

wire::Task<void> CaseRun::repeat_lanes(const Step& step, std::uint64_t lanes, std::uint64_t& next, Outcome& worst) {
  if (lanes == 1) co_return co_await repeat_lane(step, next, worst);
  co_await wire::both(repeat_lanes(step, lanes / 2, next, worst), repeat_lanes(step, lanes - lanes / 2, next, worst));
}

wire::Task<CaseRun::Outcome> CaseRun::step(const Step& step) {
  if (!step.at_once.empty()) co_return co_await at_once(step);
  if (step.repeat.times) {
    std::uint64_t next = 0;
    auto worst = Outcome::fine;
    co_await repeat_lanes(step, std::min(step.repeat.at_once, step.repeat.times), next, worst);
    co_return worst;
  }
  Reply reply;
  co_await send(step, scope_, reply);
  co_return look(step, scope_, std::move(reply));
}

wire::Task<bool> CaseRun::prepare() {
  for (const auto& fixture : case_.given) {
    const auto before = result_.findings.size();
    const auto outcome = co_await step(fixture);
    if (outcome == Outcome::silent || outcome == Outcome::mistake) co_return false;
    if (outcome == Outcome::fine) {
      // A fixture is not what this case is about.
      result_.findings.resize(before);
      continue;
    }
    auto detail = result_.findings.size() > before ? result_.findings.back().exchange : result_.detail;
    result_.findings.clear();
    concluded_ = false;
    conclude(Verdict::blocked, fmt::format("fixture '{}': {}", fixture.name, detail));
    co_return false;
  }
  co_return true;
}

wire::Task<void> CaseRun::tear_down() {
  if (setting_.keep) co_return;
  // What happens here makes no case fail; what stays is found by its name.
  const auto remove = [&](const Step& step, const char* hole, std::string value) -> wire::Task<bool> {
    Scope scope = scope_;
    scope.values[hole] = std::move(value);
    const auto request = setting_.maker.make(step.request, scope);
    if (!request) co_return false;
    const auto sent = co_await sender_.send(*request);
    co_return sent && (sent->answer.status < 400 || sent->answer.status == 404);
  };
  if (setting_.place.container.empty())
    for (const auto& [name, container] : names_) (void)co_await remove(setting_.suite.teardown, "container", container);
  for (const auto& [used, other] :
       {std::pair{needs_peer(case_), setting_.peer}, std::pair{needs_of(case_, {}).second, setting_.second}}) {
    if (!used || !other.maker) continue;
    for (const auto& [name, container] : names_) {
      Scope scope = scope_;
      scope.values["container"] = container;
      const auto request = other.maker->make(setting_.suite.teardown.request, scope);
      if (request) (void)co_await other.sender->send(*request);
    }
  }
  const auto& inside = setting_.suite.inside;
  for (const auto& path : written_) {
    if (co_await remove(inside.remove, "blob", path.substr(1))) continue;
    (void)co_await remove(inside.release, "blob", path.substr(1));
    (void)co_await remove(inside.remove, "blob", path.substr(1));
  }
}

wire::Task<model::CaseResult> CaseRun::run() {
  using std::chrono::steady_clock;
  const auto start = steady_clock::now();
  if (co_await prepare()) {
    auto outcome = Outcome::fine;
    for (const auto& item : case_.steps) {
      outcome = co_await step(item);
      if (outcome != Outcome::fine) break;
    }
    // What must hold afterwards is looked at even after a wrong answer, because the worst wrong answers changed data.
    if (outcome == Outcome::fine || outcome == Outcome::wrong_status)
      for (const auto& item : case_.after)
        if (co_await step(item) == Outcome::silent) break;
  }
  const bool breaks = std::any_of(result_.findings.begin(), result_.findings.end(),
                                  [](const auto& finding) { return finding.weight == model::Weight::breaks; });
  // Wrong data seen before the answers stopped is a failure, whatever came later.
  if (breaks && (!concluded_ || result_.verdict == Verdict::indeterminate)) {
    concluded_ = true;
    result_.verdict = Verdict::fail;
  }
  conclude(Verdict::pass, {});
  if (result_.verdict == Verdict::pass) result_.exchanges.clear();
  if (answered_) co_await tear_down();
  result_.duration_us = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - start).count();
  co_return std::move(result_);
}

}  // namespace blobgauge::replayer
