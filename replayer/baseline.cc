#include "replayer/baseline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "model/text.h"
#include "replayer/transition.h"

namespace blobgauge::replayer {
namespace {

using model::CaseChange;
using model::CaseResult;
using model::Category;
using model::fail;
using model::Result;
using model::Results;
using model::Verdict;

bool wants_an_entry(Verdict verdict) {
  const auto plain = model::plain(verdict);
  return plain != Verdict::pass && plain != Verdict::skipped;
}

bool covers(const ExpectedFailure& entry, const CaseResult& item) {
  return std::any_of(entry.cases.begin(), entry.cases.end(), [&](const CaseTerm& term) {
    return term.matches({item.id, item.operation, item.tier, item.tags});
  });
}

bool in_force(const ExpectedFailure& entry, std::string_view today) { return entry.expires >= today; }

std::string difference_name(const model::Finding& finding) {
  return finding.step.empty() ? finding.expectation : finding.step + ": " + finding.expectation;
}

std::vector<std::string> differences_of(const CaseResult& item) {
  std::set<std::string> names;
  for (const auto& finding : item.findings)
    if (finding.weight == model::Weight::differs) names.insert(difference_name(finding));
  return {names.begin(), names.end()};
}

std::string name_of_entry(const ExpectedFailure& entry) {
  std::vector<std::string> words;
  for (const auto& term : entry.cases) words.push_back(term.word());
  const auto more = words.size() > 3 ? fmt::format(" and {} more", words.size() - 3) : std::string{};
  if (words.size() > 3) words.resize(3);
  return fmt::format("{}{} ({})", fmt::join(words, ", "), more, entry.ticket);
}

// An entry per operation, so that people can give each a reason of its own.
void add_entries(Baseline& baseline, const std::vector<const CaseResult*>& items, const NewEntry& entry,
                 const std::string& endpoint_version) {
  std::vector<std::string> operations;
  for (const auto* item : items)
    if (std::find(operations.begin(), operations.end(), item->operation) == operations.end())
      operations.push_back(item->operation);
  for (const auto& operation : operations) {
    ExpectedFailure made;
    for (const auto* item : items)
      if (item->operation == operation) made.cases.push_back({CaseTerm::About::id, item->id});
    made.reason = entry.reason;
    made.ticket = entry.ticket;
    made.expires = entry.expires;
    made.endpoint_version = endpoint_version;
    baseline.expected.push_back(std::move(made));
  }
}

// What the accepted run asked and this one, which is of everything, did not: a profile that lost its token must not
// look like one that is as good as before.
std::string not_run(const Baseline& baseline, const std::set<std::string>& known, const Results& results) {
  if (!results.selection.empty() || results.shard || !results.complete) return {};
  std::set<std::string> run;
  for (const auto* item : results.all()) run.insert(item->id);
  std::vector<std::string> ids;
  for (const auto& [id, was] : baseline.accepted)
    if (was != Verdict::skipped && known.count(id) && !run.count(id)) ids.push_back(id);
  if (ids.empty()) return {};
  return fmt::format(
      "{} accepted {} not asked this time, {} first; has the profile less than it had (token, second, roles)?",
      ids.size(), ids.size() == 1 ? "case was" : "cases were", ids.front());
}

model::Status usable(const Results& results) {
  if (!results.complete)
    return fail(Category::usage, "these results are of an interrupted run", "finish it: blobgauge replay --resume");
  if (results.shard)
    return fail(Category::usage,
                fmt::format("these results are shard {} of {}", results.shard->index, results.shard->count),
                "put the shards together: blobgauge results merge");
  if (results.cases.empty()) return fail(Category::usage, "these results have no case");
  return {};
}

void accept(Baseline& baseline, const Results& results, std::string_view today) {
  baseline.endpoint = results.endpoint;
  baseline.endpoint_version = results.endpoint_version;
  baseline.spec_digest = results.spec_digest;
  baseline.made = std::string(today);
  for (const auto* item : results.all()) {
    baseline.accepted[item->id] = model::plain(item->verdict);
    baseline.differences.erase(item->id);
    if (auto names = differences_of(*item); !names.empty()) baseline.differences[item->id] = std::move(names);
  }
}

}  // namespace

model::Status check_tags(const Baseline& baseline, const Suite& suite) {
  for (const auto& entry : baseline.expected)
    for (const auto& term : entry.cases)
      if (term.about == CaseTerm::About::tag && !suite.tags.count(term.text))
        return fail(Category::input, fmt::format("no tag '{}'", term.text), "suite.yaml lists the tags", entry.where);
  return {};
}

void forget_baseline(CaseResult& item) {
  item.verdict = model::plain(item.verdict);
  item.change = CaseChange::none;
  item.was.reset();
  item.excuse.reset();
  for (auto& finding : item.findings) finding.accepted = false;
}

void apply(const Baseline& baseline, const std::string& file, const std::vector<std::string>& known,
           std::string_view today, Results& results) {
  model::BaselineUse use;
  use.file = file;
  use.endpoint_version = baseline.endpoint_version;
  use.made = baseline.made;
  std::vector<bool> expired(baseline.expected.size(), false), stands(baseline.expected.size(), false);
  const auto hold = [&](CaseResult& item) {
    forget_baseline(item);
    auto cover = Cover::none;
    const ExpectedFailure* entry = nullptr;
    for (std::size_t i = 0; i < baseline.expected.size(); ++i) {
      const auto& each = baseline.expected[i];
      if (!covers(each, item)) continue;
      stands[i] = true;
      const bool valid = in_force(each, today);
      if (!valid && wants_an_entry(item.verdict)) expired[i] = true;
      if (cover == Cover::in_force || (!valid && entry)) continue;
      cover = valid ? Cover::in_force : Cover::expired;
      entry = &each;
    }
    const auto then = baseline.accepted.find(item.id);
    const auto was = then == baseline.accepted.end() ? std::nullopt : std::optional(then->second);
    // A run that ended early says nothing of what it did not come to.
    if (!results.complete && item.verdict == Verdict::indeterminate) return;
    item.was = was;
    item.change = settle(was, item.verdict, cover);
    if (entry && (wants_an_entry(item.verdict) || item.change == CaseChange::unexpected_pass))
      item.excuse = model::Excuse{entry->reason, entry->ticket, entry->expires};
    if (item.verdict == Verdict::fail && (item.change == CaseChange::expected || item.change == CaseChange::excused))
      item.verdict = Verdict::xfail;
    if (item.verdict == Verdict::pass && item.change == CaseChange::unexpected_pass && entry)
      item.verdict = Verdict::xpass;
    if (const auto accepted = baseline.differences.find(item.id); accepted != baseline.differences.end())
      for (auto& finding : item.findings)
        finding.accepted = finding.weight == model::Weight::differs &&
                           std::find(accepted->second.begin(), accepted->second.end(), difference_name(finding)) !=
                               accepted->second.end();
  };
  for (auto* list : {&results.before, &results.cases})
    for (auto& item : *list) hold(item);
  const std::set<std::string> there(known.begin(), known.end());
  for (const auto& [id, was] : baseline.accepted)
    if (!there.count(id)) use.vanished.push_back({id, was});
  for (std::size_t i = 0; i < baseline.expected.size(); ++i) {
    const auto& entry = baseline.expected[i];
    if (expired[i])
      use.notes.push_back(
          fmt::format("{} expired on {} and excuses nothing any more", name_of_entry(entry), entry.expires));
    else if (!stands[i] && results.selection.empty() && !results.shard)
      use.notes.push_back(fmt::format("{} stands for no case", name_of_entry(entry)));
  }
  if (const auto note = not_run(baseline, there, results); !note.empty()) use.notes.push_back(note);
  results.baseline = std::move(use);
}

Result<Baseline> make_baseline(const Results& results, const NewEntry& entry, std::string_view today) {
  BLOBGAUGE_CHECK(usable(results));
  Baseline out;
  accept(out, results, today);
  std::vector<const CaseResult*> items;
  for (const auto* item : results.all())
    if (wants_an_entry(item->verdict)) items.push_back(item);
  add_entries(out, items, entry, results.endpoint_version);
  return out;
}

Result<Baseline> update_baseline(Baseline baseline, const Results& results, const NewEntry& entry,
                                 std::string_view today) {
  BLOBGAUGE_CHECK(usable(results));
  std::vector<const CaseResult*> bare;
  for (const auto* item : results.all()) {
    if (!wants_an_entry(item->verdict)) continue;
    const bool covered =
        std::any_of(baseline.expected.begin(), baseline.expected.end(),
                    [&](const ExpectedFailure& each) { return in_force(each, today) && covers(each, *item); });
    if (!covered) bare.push_back(item);
  }
  if (!bare.empty() && !entry.complete()) {
    std::vector<std::string> ids;
    for (const auto* item : bare) ids.push_back(item->id);
    const auto count = ids.size();
    if (ids.size() > 5) ids.resize(5);
    return fail(Category::usage,
                fmt::format("{} {} no entry in force: {}{}", count, count == 1 ? "case has" : "cases have",
                            fmt::join(ids, ", "), count > 5 ? ", ..." : ""),
                "accept them with --reason, --ticket and --expires");
  }
  if (results.selection.empty()) {
    // What is not there any more is no longer missed.
    std::set<std::string> there;
    for (const auto* item : results.all()) there.insert(item->id);
    std::erase_if(baseline.accepted, [&](const auto& each) { return !there.count(each.first); });
    std::erase_if(baseline.differences, [&](const auto& each) { return !there.count(each.first); });
  }
  accept(baseline, results, today);
  // An entry goes when all that it stood for in this run passes, or when another one stands for it now.
  std::erase_if(baseline.expected, [&](ExpectedFailure& each) {
    bool seen = false, needed = false;
    for (const auto* item : results.all()) {
      if (!covers(each, *item)) continue;
      seen = true;
      needed |= wants_an_entry(item->verdict) && in_force(each, today);
    }
    if (!seen) return results.selection.empty();
    // Of a list of ids, those that pass go one by one.
    std::erase_if(each.cases, [&](const CaseTerm& term) {
      const auto all = results.all();
      return term.about == CaseTerm::About::id && std::any_of(all.begin(), all.end(), [&](const CaseResult* item) {
               return item->id == term.text && !wants_an_entry(item->verdict);
             });
    });
    return !needed || each.cases.empty();
  });
  add_entries(baseline, bare, entry, results.endpoint_version);
  return baseline;
}

}  // namespace blobgauge::replayer
