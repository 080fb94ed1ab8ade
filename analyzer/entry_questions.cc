#include "analyzer/entry_questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace blobgauge::analyzer {
namespace {

using model::Presence;
using model::Proof;

constexpr std::size_t most_named = 3;  // stores and reasons of one field

struct Verdict {
  Chance holds = Chance::yes, fails = Chance::no;
  std::set<std::string> reasons, stores;

  void note(const Verdict& other) {
    reasons.insert(other.reasons.begin(), other.reasons.end());
    stores.insert(other.stores.begin(), other.stores.end());
  }
};

// Does the library alone say it, whoever calls it?
bool settled(const Truth& source) {
  return source.holds == Chance::no || (source.holds == Chance::yes && source.fails == Chance::no);
}

Verdict test(const Condition& condition, const EntryQuestions& questions, Proof ways) {
  Verdict v;
  if (condition.word.means == Word::Means::nothing) {
    v.holds = v.fails = Chance::doubt;
    v.reasons.insert(condition.source.doubt.empty() ? "no argument decides " + condition.text : condition.source.doubt);
    return v;
  }
  const auto answer = questions.ask({condition.function, condition.word}, ways);
  if (!answer.zero && !answer.nonzero && !answer.unknown) {
    v.holds = v.fails = Chance::doubt;
    v.reasons.insert("no call of it was found");
    return v;
  }
  const auto doubt = answer.unknown ? Chance::doubt : Chance::no;
  const auto set = answer.nonzero ? Chance::yes : doubt, unset = answer.zero ? Chance::yes : doubt;
  switch (condition.word.means) {
    case Word::Means::unset:
      v.holds = unset;
      v.fails = set;
      break;
    case Word::Means::needs:  // a map that is there may still be empty
      v.holds = set;
      v.fails = Chance::yes;
      break;
    default:
      v.holds = set;
      v.fails = unset;
  }
  v.stores.insert(answer.stores.begin(), answer.stores.end());
  v.reasons.insert(answer.reasons.begin(), answer.reasons.end());
  if (answer.unknown && answer.reasons.empty()) v.reasons.insert("its value is not followed");
  return v;
}

Verdict evaluate(const Condition& condition, const EntryQuestions& questions, Proof ways) {
  if (settled(condition.source)) return {condition.source.holds, condition.source.fails, {}, {}};
  if (condition.kind == Condition::Kind::test) return test(condition, questions, ways);
  const bool all = condition.kind == Condition::Kind::all;
  Verdict v;
  v.holds = all ? Chance::yes : Chance::no;
  v.fails = all ? Chance::no : Chance::yes;
  for (const auto& part : condition.parts) {
    const auto one = evaluate(part, questions, ways);
    // What cannot hold needs no reasons beside its own.
    if (all && one.holds == Chance::no) return one;
    v.holds = all ? std::min(v.holds, one.holds) : std::max(v.holds, one.holds);
    v.fails = all ? std::max(v.fails, one.fails) : std::min(v.fails, one.fails);
    v.note(one);
  }
  return v;
}

EntryDecision decide_by(const ShapedField& field, const EntryQuestions& questions, Proof ways) {
  bool always = false, conditional = false, removed = false;
  Verdict found;
  for (const auto& e : field.emissions) {
    if (e.by_policy) continue;
    const auto v = evaluate(e.condition, questions, ways);
    if (e.write->act == FieldWrite::Act::remove) {
      removed = removed || v.holds != Chance::no;
      continue;
    }
    if (v.holds == Chance::no) continue;
    found.note(v);
    always = always || (v.holds == Chance::yes && v.fails == Chance::no);
    conditional = conditional || v.holds == Chance::yes;
  }
  if (field.name.back() == '*') always = false;
  EntryDecision out;
  out.presence = always && !removed      ? Presence::always
                 : always || conditional ? Presence::conditional
                 : found.reasons.empty() ? Presence::never
                                         : Presence::undecided;
  for (const auto& store : found.stores)
    if (out.stores.size() < most_named) out.stores.push_back(store);
  std::vector<std::string> reasons(found.reasons.begin(), found.reasons.end());
  if (reasons.size() > most_named) reasons.resize(most_named);
  if (out.presence == Presence::undecided) out.reason = fmt::format("{}", fmt::join(reasons, "; "));
  return out;
}

void collect(const Condition& condition, std::vector<EntryQuestion>& into) {
  if (settled(condition.source)) return;
  if (condition.word.means != Word::Means::nothing) into.push_back({condition.function, condition.word});
  for (const auto& part : condition.parts) collect(part, into);
}

std::string said(const EntryAnswer& answer) {
  std::vector<std::string> parts;
  if (answer.zero) parts.emplace_back("unset");
  if (answer.nonzero) parts.emplace_back("set");
  if (answer.unknown) parts.emplace_back("unknown");
  return parts.empty() ? "no call found" : fmt::format("{}", fmt::join(parts, ", "));
}

void explain(const Condition& condition, const EntryQuestions& questions, std::vector<std::string>& lines) {
  if (settled(condition.source)) return;
  for (const auto& part : condition.parts) explain(part, questions, lines);
  if (condition.word.means == Word::Means::nothing) {
    if (condition.kind == Condition::Kind::test) lines.push_back(condition.text + ": decided by no argument");
    return;
  }
  const auto all = questions.ask({condition.function, condition.word}, Proof::all_ways);
  const auto open = questions.ask({condition.function, condition.word}, Proof::open_ways);
  lines.push_back(fmt::format("{}: {} by all ways; {} by feasible ones", condition.text, said(all), said(open)));
  for (std::size_t i = 0; i < all.stores.size(); ++i) {
    const auto from = i < all.stored_from.size() ? all.stored_from[i] : std::string();
    lines.push_back("  stored: " + all.stores[i] + (from.empty() ? "" : ", " + from));
  }
  for (const auto& reason : all.reasons) lines.push_back("  unknown: " + reason);
}

}  // namespace

std::vector<EntryQuestion> questions_of(const ShapedField& field) {
  std::vector<EntryQuestion> list;
  for (const auto& e : field.emissions)
    if (!e.by_policy) collect(e.condition, list);
  return list;
}

EntryDecision decide(const ShapedField& field, const EntryQuestions& questions) {
  const auto is_sure = [](const EntryDecision& d) {
    return d.presence == Presence::always || d.presence == Presence::never;
  };
  const auto policy = policy_reason(field);
  const auto with_policy = [&](EntryDecision d) {
    if (policy.empty() || (d.presence != Presence::never && d.presence != Presence::undecided)) return d;
    EntryDecision out{Presence::undecided, Proof::none, policy, {}, {}};
    if (d.presence != Presence::undecided) out.option = model::OwnOption{d.presence, d.proof};
    return out;
  };
  auto all = decide_by(field, questions, Proof::all_ways);
  if (is_sure(all)) {
    all.proof = Proof::all_ways;
    return with_policy(std::move(all));
  }
  auto open = decide_by(field, questions, Proof::open_ways);
  if (is_sure(open)) {
    open.proof = Proof::open_ways;
    return with_policy(std::move(open));
  }
  return with_policy(all.presence == Presence::conditional || open.presence != Presence::conditional ? std::move(all)
                                                                                                     : std::move(open));
}

std::vector<std::string> explain(const Condition& condition, const EntryQuestions& questions) {
  std::vector<std::string> lines;
  explain(condition, questions, lines);
  return lines;
}

}  // namespace blobgauge::analyzer
