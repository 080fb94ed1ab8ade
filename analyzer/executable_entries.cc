#include "analyzer/executable_entries.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <thread>

#include "analyzer/executable_ways.h"

namespace blobgauge::analyzer {
namespace {

using gobinary::FunctionId;
using model::Proof;

constexpr std::size_t most_lines = 3;

void add(std::vector<std::string>& list, std::string line) {
  if (list.size() < most_lines && std::find(list.begin(), list.end(), line) == list.end())
    list.push_back(std::move(line));
}

}  // namespace

gobinary::EntryWord entry_word(const Word& word) {
  // As instructions number them.
  static const std::map<std::string_view, std::int32_t> numbers{
      {"AX", 0}, {"CX", 1}, {"BX", 3}, {"SI", 6}, {"DI", 7}, {"R8", 8}, {"R9", 9}, {"R10", 10}, {"R11", 11}};
  gobinary::EntryWord out;
  const auto found = numbers.find(word.in);
  out.in_register = found != numbers.end();
  out.place = out.in_register ? found->second : word.at;
  out.path = word.path;
  out.width = word.width;
  return out;
}

ExecutableEntries::ExecutableEntries(const Facts& facts, const gobinary::Executable& executable,
                                     const gobinary::Reach& reach, Engine engine, unsigned threads, LedFrom led_from)
    : facts_(facts),
      executable_(executable),
      reach_(reach),
      engine_(std::move(engine)),
      threads_(threads),
      led_from_(std::move(led_from)) {}

void ExecutableEntries::prepare(const std::vector<EntryQuestion>& questions) {
  std::vector<std::pair<EntryQuestion, Proof>> all;
  for (const auto& question : questions)
    for (const auto ways : {Proof::all_ways, Proof::open_ways}) all.emplace_back(question, ways);
  std::vector<EntryAnswer> answers(all.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < all.size(); i = next++) answers[i] = find(all[i].first, all[i].second);
  };
  const unsigned count = threads_ ? threads_ : std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < count; ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < all.size(); ++i) known_.insert_or_assign(std::move(all[i]), std::move(answers[i]));
}

EntryAnswer ExecutableEntries::ask(const EntryQuestion& question, Proof ways) const {
  const auto [found, fresh] = known_.try_emplace({question, ways});
  if (fresh) found->second = find(question, ways);
  return found->second;
}

// A function of the source may be several of the program, and what is true of one of them may happen.
EntryAnswer ExecutableEntries::find(const EntryQuestion& question, Proof ways) const {
  EntryAnswer out;
  const auto word = entry_word(question.word);
  const auto grade = ways == Proof::all_ways ? gobinary::Grade::safest : gobinary::Grade::precise;
  for (const FunctionId id : executable_.named(linker_symbol(facts_.functions[question.function]))) {
    if (reach_.level(id) == model::Level::none) continue;
    const auto hosted = [&](FunctionId host) { return reach_.level(host) != model::Level::none; };
    if (std::any_of(executable_.hosts_begin(id), executable_.hosts_end(id), hosted)) {
      out.unknown = true;
      add(out.reasons, "the compiler put it into its callers, where it has no arguments");
    }
    if (id >= executable_.physical_count()) continue;
    const auto chance = engine_(id, word, grade);
    out.zero = out.zero || chance.zero;
    out.nonzero = out.nonzero || chance.nonzero;
    out.unknown = out.unknown || chance.unknown;
    for (const auto& store : chance.stores) {
      const auto before = out.stores.size();
      add(out.stores, frame({store.function, store.at, gobinary::Edge::call, {}}));
      if (!led_from_ || out.stores.size() == before) continue;
      const auto ids = executable_.named(store.function);
      out.stored_from.push_back(ids.empty() ? std::string() : led_from_(ids.front()));
    }
    for (const auto& reason : chance.reasons) add(out.reasons, reason);
  }
  return out;
}

}  // namespace blobgauge::analyzer
