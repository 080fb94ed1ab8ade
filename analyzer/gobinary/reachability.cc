#include "analyzer/gobinary/reachability.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/gobinary/worklist.h"

namespace blobgauge::analyzer::gobinary {

std::string_view to_string(Edge edge) {
  switch (edge) {
    case Edge::root:
      return "root";
    case Edge::call:
      return "call";
    case Edge::inlined:
      return "inlined";
    case Edge::closure:
      return "closure";
    case Edge::itab:
      return "itab";
    case Edge::dynamic_itab:
      return "dynamic itab";
    case Edge::reflection:
      break;
  }
  return "reflection";
}

// What is the same whatever the roots are.
struct Tables {
  TypeTable types;
  References references;
  DataMap data;

  Tables(const Executable& program, unsigned threads)
      : types(program.image(), program.module_data()),
        references(program.image(), program.functions(), types, program.build_info().go_minor, threads),
        data(program.image(), program.module_data(), references.data_addresses()) {}
};

struct Reach::Parts {
  const Executable& executable;
  std::shared_ptr<const Tables> tables;
  Worklist worklist;

  Parts(const Executable& program, std::shared_ptr<const Tables> of)
      : executable(program),
        tables(std::move(of)),
        worklist(program, tables->types, tables->references, tables->data) {}

  std::string via(const Cause& cause) const {
    const auto& types = tables->types;
    const auto name = [&](std::uint64_t type) {
      return types.is_type(type) ? std::string(types.read(type).name) : std::string("?");
    };
    if (!cause.type) return {};
    return cause.interface ? fmt::format("{} as {}", name(cause.type), name(cause.interface)) : name(cause.type);
  }

  // Functions with code on the way to `id`, the root first.
  std::vector<FunctionId> path(FunctionId id) const {
    std::vector<FunctionId> path;
    for (; id != FunctionTable::none; id = worklist.cause(id).from) path.push_back(id);
    std::reverse(path.begin(), path.end());
    return path;
  }

  // Where `id` has its own code, or runs inside another's: a place of the best level with the shortest path.
  FunctionId best_place(FunctionId id) const {
    auto best = FunctionTable::none;
    std::size_t length = 0;
    const auto consider = [&](FunctionId place, std::size_t more) {
      const auto level = worklist.level(place);
      if (level == Level::none) return;
      const auto steps = path(place).size() + more;
      if (best == FunctionTable::none || level < worklist.level(best) ||
          (level == worklist.level(best) && steps < length)) {
        best = place;
        length = steps;
      }
    };
    if (id < executable.physical_count()) consider(id, 0);
    for (const auto* host = executable.hosts_begin(id); host != executable.hosts_end(id); ++host) consider(*host, 1);
    return best;
  }
};

Reach::Reach(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Reach::Reach(Reach&&) noexcept = default;
Reach& Reach::operator=(Reach&&) noexcept = default;
Reach::~Reach() = default;

model::Result<Reach> Reach::compute(const Executable& executable, const ReachOptions& options) {
  auto parts = std::make_unique<Parts>(executable, std::make_shared<const Tables>(executable, options.threads));
  BLOBGAUGE_CHECK(parts->worklist.run());
  return Reach(std::move(parts));
}

Reach Reach::from(FunctionId root) const {
  auto parts = std::make_unique<Parts>(parts_->executable, parts_->tables);
  if (root < parts_->executable.physical_count()) parts->worklist.run_from(root);
  return Reach(std::move(parts));
}

Level Reach::level(FunctionId id) const {
  auto level = Level::none;
  if (id < parts_->executable.physical_count()) level = parts_->worklist.level(id);
  for (const auto* host = parts_->executable.hosts_begin(id); host != parts_->executable.hosts_end(id); ++host)
    level = std::min(level, parts_->worklist.level(*host));
  return level;
}

Level Reach::level_by_value(FunctionId id) const { return parts_->worklist.level_by_value(id); }

Level Reach::level_by_address(FunctionId id) const { return parts_->worklist.level_by_address(id); }

Level Reach::level_by_assertion(FunctionId id) const { return parts_->worklist.level_by_assertion(id); }

const TypeTable& Reach::type_table() const { return parts_->tables->types; }

std::vector<std::uint64_t> Reach::types() const { return parts_->worklist.types(); }

const References& Reach::references() const { return parts_->tables->references; }

std::size_t Reach::count(Level level) const {
  std::size_t count = 0;
  for (FunctionId id = 0; id < parts_->executable.physical_count(); ++id) count += parts_->worklist.level(id) == level;
  return count;
}

std::vector<Frame> Reach::chain(FunctionId id) const {
  const auto& program = parts_->executable;
  const auto place = parts_->best_place(id);
  std::vector<Frame> chain;
  if (place == FunctionTable::none) return chain;
  const auto path = parts_->path(place);
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto& cause = parts_->worklist.cause(path[i]);
    const bool last = i + 1 == path.size();
    std::vector<InlinedFrame> frames;
    if (!last) {
      frames = program.frames_at(path[i], program.image().base() + parts_->worklist.cause(path[i + 1]).at);
    } else if (place != id) {
      frames = program.frames_at(place, program.functions().place_of(id, place));
      while (frames.size() > 1 && frames.back().function != program.name(id)) frames.pop_back();
    } else {
      frames.push_back({program.name(id), {}});
    }
    for (std::size_t k = 0; k < frames.size(); ++k)
      chain.push_back({frames[k].function, frames[k].at, k == 0 ? cause.edge : Edge::inlined,
                       k == 0 ? parts_->via(cause) : std::string()});
  }
  chain.back().at = program.position(id);
  return chain;
}

}  // namespace blobgauge::analyzer::gobinary
