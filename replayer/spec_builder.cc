#include "replayer/spec_builder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "model/text.h"

namespace blobgauge::replayer {
namespace {

using model::ContractLine;
using model::OperationSurface;
using model::Spec;
using model::SpecOperation;
using model::Surface;
using model::Weight;

const OperationSurface* find(const Surface& surface, const std::string& operation) {
  const auto found = surface.operations.find(operation);
  return found == surface.operations.end() ? nullptr : &found->second;
}

std::string name_of(const Surface& surface) {
  if (surface.release.empty()) return fmt::format("{}-{}", surface.client, surface.kind);
  return fmt::format("{}-{}-{}", surface.client, surface.release, surface.kind);
}

// The lines behind evidence ids, for people.
std::vector<std::string> lines(const Surface& surface, const std::vector<std::string>& ids) {
  std::vector<std::string> out;
  for (const auto& id : ids)
    if (const auto found = surface.evidence.find(id); found != surface.evidence.end())
      out.push_back(fmt::format("{}: {}", found->second.kind, fmt::join(found->second.lines, " > ")));
  return out;
}

class Builder {
 public:
  explicit Builder(SpecInputs inputs) : in_(std::move(inputs)) {
    // The order in which files were named on a command line must not show.
    std::sort(in_.clients.begin(), in_.clients.end(),
              [](const Surface& a, const Surface& b) { return name_of(a) < name_of(b); });
  }

  Spec build() {
    Spec spec;
    spec.service = in_.suite.service;
    std::vector<std::string> sources;
    for (const auto& surface : in_.clients) sources.push_back(name_of(surface));
    if (in_.real_service) sources.push_back(name_of(*in_.real_service));
    spec.generated_from = fmt::format("{}", fmt::join(sources, ", "));
    for (const auto& entry : in_.catalogue.operations())
      if (auto operation = build(entry.full_name); !operation.emitters.empty())
        spec.operations.push_back(std::move(operation));
    for (const auto& line : in_.scenarios) add_scenario(line, spec);
    spec.answers = in_.answers;
    add_preconditions(spec);
    return spec;
  }

 private:
  SpecOperation build(const std::string& name) const {
    SpecOperation out;
    out.operation = name;
    for (const auto& surface : in_.clients) {
      const auto* seen = find(surface, name);
      if (!seen || surface.kind != "observed") continue;
      model::Emitter emitter;
      emitter.client = surface.client;
      emitter.release = surface.release;
      emitter.exchanges = seen->exchanges;
      emitter.scenarios.assign(seen->scenarios.begin(), seen->scenarios.end());
      emitter.evidence = lines(surface, seen->evidence);
      add_static_evidence(surface.client, name, emitter);
      out.emitters.push_back(std::move(emitter));
      out.dialects.push_back(dialect(surface, *seen));
    }
    if (out.emitters.empty()) return out;
    decide_tier(out);
    add_statuses(out);
    add_headers(out);
    add_body(out);
    add_errors(out);
    for (const auto& item : in_.suite.cases)
      if (item.operation == name) out.cases.push_back(item.id);
    return out;
  }

  // What source and executables say of an operation that was seen: from where it is sent. An executable shows no more
  // than that code can be reached, so it makes nobody an emitter, puts no header into a dialect and weighs nothing.
  void add_static_evidence(const std::string& client, const std::string& operation, model::Emitter& emitter) const {
    for (const auto& surface : in_.clients) {
      const bool executable = model::is_executable(surface);
      if (surface.client != client || (surface.kind != "static" && !executable)) continue;
      const auto* read = find(surface, operation);
      if (!read) continue;
      for (auto& line : lines(surface, read->evidence))
        emitter.evidence.push_back(
            executable ? fmt::format("executable {}, {}: {}", surface.release, model::name_of(read->level), line)
                       : std::move(line));
    }
  }

  model::Dialect dialect(const Surface& surface, const OperationSurface& seen) const {
    model::Dialect out;
    out.id = fmt::format("{}-{}", surface.client, surface.release);
    for (const auto& [key, field] : seen.query) out.query.push_back(field.name);
    for (const auto& [key, field] : seen.request_headers) {
      out.headers.emplace_back(field.name, std::string(model::name_of(field.presence)));
      // What stands in the place of a secret is the same everywhere, and no habit of the client.
      const bool secret = model::matches_any(in_.catalogue.secrets("headers"), field.name);
      if (!secret && is_everywhere(surface, key, field))
        out.constants.emplace_back(field.name, *field.value.values.begin());
    }
    return out;
  }

  // The client sends this value with every operation: its own habit, not part of what an operation means.
  static bool is_everywhere(const Surface& surface, const std::string& key, const model::Field& field) {
    if (field.value.kind != model::ValueKind::constant || field.value.values.size() != 1) return false;
    return std::all_of(surface.operations.begin(), surface.operations.end(), [&](const auto& item) {
      const auto same = item.second.request_headers.find(key);
      return same != item.second.request_headers.end() && same->second.presence == model::Presence::always &&
             same->second.value == field.value;
    });
  }

  // Flags of a scenario that alone bring the operation into it.
  std::vector<std::string> flags_behind(const std::string& client, const std::string& scenario,
                                        const std::string& operation) const {
    std::vector<std::string> out;
    for (const auto& line : in_.scenarios) {
      if (line.id != scenario || line.client != client) continue;
      for (const auto& flag : line.flags) {
        const auto known = in_.policy.flags.find(flag);
        if (known == in_.policy.flags.end()) continue;
        const auto& operations = known->second.operations;
        if (std::find(operations.begin(), operations.end(), operation) != operations.end()) out.push_back(flag);
      }
    }
    return out;
  }

  void decide_tier(SpecOperation& out) const {
    const auto& policy = in_.policy;
    const auto sends = std::find_if(out.emitters.begin(), out.emitters.end(),
                                    [&](const auto& emitter) { return emitter.client == policy.mvp_client; });
    if (sends == out.emitters.end()) {
      const auto second = std::any_of(out.emitters.begin(), out.emitters.end(),
                                      [&](const auto& emitter) { return emitter.client == policy.second_client; });
      out.tier = second ? policy.second_client : "informative";
      out.rationale = fmt::format("{} sends it, {} does not", out.emitters.front().client, policy.mvp_client);
      return;
    }
    std::vector<std::string> plain;
    std::set<std::string> flags;
    for (const auto& scenario : sends->scenarios) {
      const auto behind = flags_behind(sends->client, scenario, out.operation);
      if (behind.empty()) plain.push_back(scenario);
      flags.insert(behind.begin(), behind.end());
    }
    if (plain.empty() && !flags.empty()) {
      std::vector<std::string> words;
      for (const auto& flag : flags) words.push_back(fmt::format("{} ({})", flag, policy.flags.at(flag).reason));
      out.tier = "extended";
      out.rationale = fmt::format("{} sends it with {} only", sends->client, fmt::join(words, ", "));
      return;
    }
    out.tier = "mvp";
    out.rationale = fmt::format("{} {} sends it with default flags", sends->client, sends->release);
    if (!plain.empty()) out.rationale += fmt::format(": {}", fmt::join(plain, ", "));
  }

  void add_statuses(SpecOperation& out) const {
    const auto* real = in_.real_service ? find(*in_.real_service, out.operation) : nullptr;
    if (!real) return;
    for (const auto& [status, count] : real->statuses) {
      ContractLine line;
      line.name = std::to_string(status);
      line.always = false;
      line.reason = fmt::format("{} recorded answers of the real service", count);
      out.statuses.push_back(std::move(line));
    }
  }

  // Success answers of the real service that count, added up.
  model::Answers successes(const std::string& operation) const {
    model::Answers sum;
    const auto* real = in_.real_service ? find(*in_.real_service, operation) : nullptr;
    if (!real) return sum;
    for (const auto& [key, answers] : real->answers) {
      if (key.first < 200 || key.first > 299 || key.second < in_.policy.since) continue;
      sum.count += answers.count;
      sum.bodies += answers.bodies;
      for (const auto& [name, count] : answers.headers) sum.headers[name] += count;
      for (const auto& [name, count] : answers.elements) sum.elements[name] += count;
      sum.recorders.insert(answers.recorders.begin(), answers.recorders.end());
      sum.accounts.insert(answers.accounts.begin(), answers.accounts.end());
      sum.years.insert(answers.years.begin(), answers.years.end());
    }
    return sum;
  }

  // The oldest and the newest version among them, as "2019-12-12 to 2026-10-06".
  std::string versions(const std::string& operation) const {
    std::set<std::string> out;
    for (const auto& [key, answers] : find(*in_.real_service, operation)->answers)
      if (key.first >= 200 && key.first <= 299 && key.second >= in_.policy.since && answers.count)
        out.insert(key.second);
    return from_to(out);
  }

  static std::string from_to(const std::set<std::string>& texts) {
    if (texts.empty()) return "unknown";
    return texts.size() == 1 ? *texts.begin() : fmt::format("{} to {}", *texts.begin(), *texts.rbegin());
  }

  // What the recorded answers say for a line, and why they might not say it of every account.
  void weigh(ContractLine& line, const std::string& operation, const model::Answers& sum, std::uint64_t seen,
             std::uint64_t of) const {
    if (!of) return;
    line.basis =
        fmt::format("{} of {} answers; {} {}, at least {} {}; versions {}; years {}", seen, of, sum.recorders.size(),
                    sum.recorders.size() == 1 ? "recorder" : "recorders", sum.accounts.size(),
                    sum.accounts.size() == 1 ? "account" : "accounts", versions(operation), from_to(sum.years));
    std::vector<std::string> doubts;
    if (of < in_.policy.minimum) doubts.push_back(fmt::format("fewer than {} answers", in_.policy.minimum));
    if (sum.recorders.size() < 2) doubts.push_back("not more than one recorder");
    if (const auto feature = in_.policy.account_features.find(model::lower(line.name));
        feature != in_.policy.account_features.end())
      doubts.push_back(fmt::format("depends on {}", feature->second));
    line.doubt = fmt::format("{}", fmt::join(doubts, "; "));
  }

  // Which clients read a field of the answer, with the call path.
  std::vector<std::string> readers(const std::string& operation, const std::string& name, bool header) const {
    std::vector<std::string> out;
    for (const auto& surface : in_.clients) {
      const auto* read = surface.kind == "static" ? find(surface, operation) : nullptr;
      if (!read) continue;
      const auto& fields = header ? read->response_headers : read->response_body;
      const auto field = fields.find(name);
      if (field == fields.end() || field->second.presence == model::Presence::never) continue;
      out.push_back(reader(surface, field->second, "reads it"));
    }
    return out;
  }

  static std::string reader(const Surface& surface, const model::Field& field, std::string_view what) {
    const auto paths = lines(surface, field.evidence);
    return fmt::format("{} {} {}{}", surface.client, surface.release, what,
                       paths.empty() ? "" : " (" + paths.front() + ")");
  }

  // Recorded answers of the real service to this operation that had the code.
  std::uint64_t answers_with(const std::string& code, const std::string& operation) const {
    std::uint64_t sum = 0;
    const auto* real = in_.real_service ? find(*in_.real_service, operation) : nullptr;
    if (!real) return sum;
    for (const auto& [key, answers] : real->answers)
      if (const auto found = answers.error_codes.find(code); found != answers.error_codes.end()) sum += found->second;
    return sum;
  }

  // The codes that a client tells apart: what it does next hangs on them. One that only may be compared, since the
  // errors of several operations come to the same place, breaks nobody by itself.
  void add_errors(SpecOperation& out) const {
    std::map<std::string, ContractLine> lines_of;
    for (const auto& surface : in_.clients) {
      const auto* known = surface.kind == "static" ? find(surface, out.operation) : nullptr;
      if (!known) continue;
      for (const auto& [code, field] : known->compared_codes) {
        auto& line = lines_of[code];
        line.name = code;
        line.always = false;
        const bool surely = field.presence == model::Presence::always;
        if (surely) line.weight = Weight::breaks;
        line.evidence.push_back(reader(surface, field, surely ? "compares it" : "compares it with " + field.reason));
      }
    }
    for (auto& [code, line] : lines_of) {
      const auto recorded = answers_with(code, out.operation);
      line.reason = fmt::format("{} with the code of its error",
                                line.weight == Weight::breaks ? "a client compares it" : "a client may compare it");
      line.basis = fmt::format("{} recorded answers of the real service have it", recorded);
      if (!recorded) line.doubt = "no recorded answer to this operation has it";
      out.errors.push_back(std::move(line));
    }
  }

  ContractLine line(const std::string& operation, const std::string& name, const model::Answers& sum,
                    std::uint64_t seen, bool header) const {
    const auto of = header ? sum.count : sum.bodies;
    ContractLine out;
    out.name = name;
    out.always = seen == of && of >= in_.policy.minimum;
    out.from = in_.policy.since;
    out.evidence = readers(operation, name, header);
    weigh(out, operation, sum, seen, of);
    const bool breaks = out.always && !out.evidence.empty() && out.doubt.empty();
    out.weight = breaks ? Weight::breaks : Weight::differs;
    out.reason = fmt::format("{} of {} success answers of the real service since {}", seen, of, in_.policy.since);
    return out;
  }

  void add_headers(SpecOperation& out) const {
    const auto sum = successes(out.operation);
    std::set<std::string> named;
    if (const auto own = in_.suite.answers.find(out.operation); own != in_.suite.answers.end())
      for (const auto& item : own->second.headers) {
        named.insert(model::lower(item.name));
        if (item.test == Expectation::Test::absent) continue;
        ContractLine line;
        line.name = item.name;
        line.reason = item.why;
        line.from = item.from;
        line.weight = item.weight;
        line.evidence = readers(out.operation, model::lower(item.name), true);
        const auto counted = sum.headers.find(model::lower(item.name));
        weigh(line, out.operation, sum, counted == sum.headers.end() ? 0 : counted->second, sum.count);
        // A case may know better, and says why.
        if (!line.evidence.empty() && line.doubt.empty()) line.weight = Weight::breaks;
        out.headers.push_back(std::move(line));
      }
    for (const auto& [name, seen] : sum.headers) {
      if (named.count(name) || in_.policy.not_asserted.count(name)) continue;
      auto made = line(out.operation, name, sum, seen, true);
      // What comes at times matters to a reader of the spec only where a client looks for it.
      if (made.always || !made.evidence.empty()) out.headers.push_back(std::move(made));
    }
    std::sort(out.headers.begin(), out.headers.end(),
              [](const auto& a, const auto& b) { return model::lower(a.name) < model::lower(b.name); });
  }

  void add_body(SpecOperation& out) const {
    const auto sum = successes(out.operation);
    for (const auto& [name, seen] : sum.elements) {
      auto made = line(out.operation, name, sum, seen, false);
      if (made.always || !made.evidence.empty()) out.body.push_back(std::move(made));
    }
  }

  std::string tier_of(const model::Precondition& item) const {
    if (!item.needs.empty()) return "extended";
    if (item.client == in_.policy.mvp_client) return "mvp";
    return item.client == in_.policy.second_client ? in_.policy.second_client : "informative";
  }

  // What the policy says, and the API versions that each observed release was seen to send.
  void add_preconditions(Spec& spec) const {
    auto all = in_.before;
    const auto header = model::lower(in_.catalogue.role("api-version"));
    for (const auto& surface : in_.clients) {
      if (surface.kind != "observed") continue;
      std::set<std::string> sent;
      for (const auto& [name, operation] : surface.operations)
        if (const auto field = operation.request_headers.find(header);
            field != operation.request_headers.end() && field->second.value.kind != model::ValueKind::dynamic)
          sent.insert(field->second.value.values.begin(), field->second.value.values.end());
      if (sent.empty()) continue;
      model::Precondition made;
      made.id = fmt::format("{}-{}/version", surface.client, surface.release);
      made.kind = model::Precondition::Kind::version;
      made.client = surface.client;
      made.releases = {surface.release};
      made.title = fmt::format("takes the API version that {} {} sends", surface.client, surface.release);
      made.reason = "a refused API version fails every request";
      made.values.assign(sent.begin(), sent.end());
      made.evidence = {fmt::format("observed in {} requests", requests_of(surface))};
      all.push_back(std::move(made));
    }
    for (auto& item : all) item.tier = tier_of(item);
    spec.before = std::move(all);
  }

  static std::uint64_t requests_of(const Surface& surface) {
    std::uint64_t out = 0;
    for (const auto& [name, operation] : surface.operations) out += operation.exchanges;
    return out;
  }

  void add_scenario(const ScenarioLine& line, Spec& spec) const {
    model::SpecScenario out;
    out.id = line.id;
    out.client = line.client;
    out.title = line.title;
    for (const auto& operation : spec.operations)
      for (const auto& emitter : operation.emitters) {
        const auto& shown = emitter.scenarios;
        if (emitter.client != line.client || std::find(shown.begin(), shown.end(), line.id) == shown.end()) continue;
        out.release = emitter.release;
        out.operations.push_back(operation.operation);
        break;
      }
    // A scenario that no surface shows says nothing about what it stands on.
    if (!out.operations.empty()) spec.scenarios.push_back(std::move(out));
  }

  SpecInputs in_;
};

}  // namespace

model::Result<Spec> build_spec(const SpecInputs& inputs) {
  const auto& client = inputs.policy.mvp_client;
  const bool seen = std::any_of(inputs.clients.begin(), inputs.clients.end(), [&](const Surface& surface) {
    return surface.kind == "observed" && surface.client == client;
  });
  if (!seen)
    return model::fail(model::Category::usage, fmt::format("no observed surface of {} is given", client),
                       "record its scenarios and infer a surface, or take one of specs/surfaces");
  for (const auto& item : inputs.suite.cases)
    if (!inputs.catalogue.find(item.operation))
      return model::fail(model::Category::input, fmt::format("the catalogue has no operation '{}'", item.operation), {},
                         item.where);
  return Builder(inputs).build();
}

}  // namespace blobgauge::replayer
