#include "analyzer/gobinary/entry_flow.h"

#include <fmt/format.h>

#include <mutex>

#include "analyzer/gobinary/flow_query.h"

namespace blobgauge::analyzer::gobinary {

struct EntryFlow::Parts {
  const Executable& executable;
  const Reach& reach;
  CallSites sites;
  RuntimeCalls runtime;
  FlowQuery query;
  std::mutex one_at_a_time;

  Parts(const Executable& program, const Reach& reached, std::uint64_t most_steps)
      : executable(program),
        reach(reached),
        sites(program, reached),
        runtime(program.functions()),
        query(program, reached, sites, runtime, most_steps) {}
};

EntryFlow::EntryFlow(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
EntryFlow::EntryFlow(EntryFlow&&) noexcept = default;
EntryFlow& EntryFlow::operator=(EntryFlow&&) noexcept = default;
EntryFlow::~EntryFlow() = default;

model::Result<EntryFlow> EntryFlow::make(const Executable& executable, const Reach& reach,
                                         const EntryFlowOptions& options) {
  constexpr int first_with_registers = 17;
  constexpr std::uint64_t default_steps = 300'000;
  if (executable.build_info().go_minor < first_with_registers)
    return model::fail(model::Category::input,
                       fmt::format("is of {}, whose functions take their arguments in another way",
                                   executable.build_info().go_version),
                       "what its requests' options can be is read from Go 1.17 on", {executable.image().name(), 0, 0});
  return EntryFlow(std::make_unique<Parts>(executable, reach, options.most_steps ? options.most_steps : default_steps));
}

Chance EntryFlow::ask(FunctionId function, const EntryWord& word, Grade grade) const {
  Chance chance;
  if (function >= parts_->executable.physical_count() || word.place < 0 || (word.in_register && word.place > 15)) {
    chance.unknown = true;
    chance.reasons.emplace_back("there is no such argument");
    return chance;
  }
  Answer answer;
  {
    const std::lock_guard lock(parts_->one_at_a_time);
    answer = parts_->query.ask(function, word, grade);
  }
  chance.zero = answer.zero;
  chance.nonzero = answer.nonzero;
  chance.unknown = answer.unknown;
  for (const auto& [where, address] : answer.stores) {
    const auto frame = parts_->executable.frames_at(where, address).back();
    chance.stores.push_back({frame.function, frame.at});
  }
  for (const auto& [where, reason] : answer.reasons)
    chance.reasons.push_back(fmt::format("{}: {}", parts_->executable.name(where), reason_text(reason)));
  return chance;
}

}  // namespace blobgauge::analyzer::gobinary
