#include "analyzer/gobinary/flow_query.h"

#include <algorithm>

namespace blobgauge::analyzer::gobinary {

// The question "what stands at the end of this path of pointers" goes backwards: a parameter's word to the calls of its
// function, a call's result to what the callee returns, a loaded word to the memory it was loaded from. Memory is what
// was there first and what was stored since (flow_effects.cc); what was there first is zero in a new object, the slots'
// state in the frame, and for what came in as a parameter or a result the memory as the caller had it or the callee
// left it. Calls and returns match: a callee entered through a call is left through the same call.
//
// A nil pointer on the way ends it with zero: the guard that reads through it is false then.
//
// Ways are united, so a question that comes back to itself adds nothing, and is cut. What was found under such a cut is
// complete for the question at the top of the circle only, and is not remembered for those inside.

namespace {

constexpr std::size_t most_remembered = 8, deepest = 120, longest_path = 8;
constexpr std::int64_t farthest = 1 << 20;

template <class T>
void add_once(std::vector<T>& into, const std::vector<T>& more) {
  for (const auto& item : more)
    if (into.size() < most_remembered && std::find(into.begin(), into.end(), item) == into.end()) into.push_back(item);
}

}  // namespace

void Answer::add(const Answer& other) {
  zero |= other.zero;
  nonzero |= other.nonzero;
  unknown |= other.unknown;
  add_once(stores, other.stores);
  add_once(reasons, other.reasons);
}

FlowQuery::FlowQuery(const Executable& executable, const Reach& reach, const CallSites& sites,
                     const RuntimeCalls& runtime, std::uint64_t most_work)
    : executable_(executable),
      reach_(reach),
      sites_(sites),
      runtime_(runtime),
      most_work_(most_work),
      parameters_(executable.image(), executable.functions()),
      context_{executable.image(), executable.functions(), runtime, parameters_},
      contexts_(1) {}

Answer FlowQuery::unknown(FunctionId function, Reason reason) const {
  Answer answer;
  answer.unknown = true;
  answer.reasons.emplace_back(function, reason);
  return answer;
}

FrameFlow& FlowQuery::flow(FunctionId id) {
  auto& flow = flows_[id];
  if (!flow) {
    flow = std::make_unique<FrameFlow>(context_, id, decoder_);
    work_ += 50 * flow->graph().steps().size();
  }
  return *flow;
}

// Functions that run only if reflection calls methods by names that stand in strings: for the safe grade they run.
bool FlowQuery::counts(FunctionId id) const {
  return reach_.level(id) <= (grade_ == Grade::safest ? Level::by_reflection : Level::reachable);
}

std::uint32_t FlowQuery::enter(Frame caller, std::uint32_t site) {
  const Context context{caller, site};
  const auto [place, fresh] = context_numbers_.emplace(context, static_cast<std::uint32_t>(contexts_.size()));
  if (fresh) contexts_.push_back(context);
  return place->second;
}

bool FlowQuery::is_constant(std::uint64_t address) const {
  for (const auto& segment : executable_.image().segments())
    if (address >= segment.address && address - segment.address < segment.bytes.size()) return !segment.writable;
  return false;
}

Answer FlowQuery::remembered(Key key, const std::function<Answer()>& compute) {
  auto& known = known_[static_cast<int>(grade_)];
  if (const auto found = known.find(key); found != known.end()) return found->second;
  if (const auto found = open_.find(key); found != open_.end()) {
    lowest_cut_ = std::min(lowest_cut_, found->second);
    return {};
  }
  const auto depth = open_.size();
  if (depth >= deepest) {
    lowest_cut_ = 0;
    return unknown(key.frame.function, Reason::too_deep);
  }
  work_ += 20;
  if (work_ > most_work_) {
    lowest_cut_ = 0;
    return unknown(key.frame.function, Reason::too_many_steps);
  }
  const auto cut_before = lowest_cut_;
  lowest_cut_ = any_time;
  open_.emplace(key, depth);
  auto answer = compute();
  open_.erase(key);
  if (lowest_cut_ >= depth) known.emplace(std::move(key), answer);
  lowest_cut_ = std::min(cut_before, lowest_cut_ >= depth ? std::size_t{any_time} : lowest_cut_);
  return answer;
}

Answer FlowQuery::ask(FunctionId function, const EntryWord& word, Grade grade) {
  grade_ = grade;
  work_ = 0;
  lowest_cut_ = any_time;
  auto& origins = flow(function).origins();
  const auto root = word.in_register
                        ? origins.intern({OriginKind::parameter, Reason::none, 8, 0, 0, word.place})
                        : origins.intern({OriginKind::entry_slot, Reason::none,
                                          word.path.empty() ? word.width : std::uint8_t{8}, 0, 0, word.place + 8});
  return from_callers({function, 0}, root, word.path);
}

Answer FlowQuery::words(Frame frame, ValueId value, const Path& path, When when) {
  Answer answer;
  for (const auto origin : std::vector(flow(frame.function).origins().members(value)))
    answer.add(word(frame, origin, path, when));
  return answer;
}

Answer FlowQuery::word(Frame frame, OriginId id, Path path, When when) {
  auto& origins = flow(frame.function).origins();
  const auto [root, distance] = origins.split(id);
  const auto origin = origins[root];
  const auto& steps = flow(frame.function).graph().steps();
  const auto nonzero = [&] {
    Answer answer;
    answer.nonzero = true;
    const auto site = when.step != any_time ? when.step : origin.site;
    if (site < steps.size()) answer.stores.emplace_back(frame.function, steps[site].address);
    return answer;
  };
  Answer zero;
  zero.zero = true;
  if (!path.empty()) {
    const auto place = path[0] + distance;
    if (place < -farthest || place > farthest) return unknown(frame.function, Reason::element);
    if (path.size() > longest_path) return unknown(frame.function, Reason::too_deep);
    path[0] = static_cast<std::int32_t>(place);
  }
  switch (origin.kind) {
    case OriginKind::touched:
      return {};
    case OriginKind::unknown:
      return unknown(frame.function, origin.reason);
    case OriginKind::constant:
      if (origin.value == 0) return zero;
      return path.empty() ? nonzero() : unknown(frame.function, Reason::computed);
    case OriginKind::data:
      if (path.empty()) return nonzero();
      return data_word(frame.function, static_cast<std::uint64_t>(origin.value + path[0]),
                       Path(path.begin() + 1, path.end()));
    case OriginKind::element: {
      const auto kind = origins[origin.base].kind;
      const bool address = kind == OriginKind::frame || kind == OriginKind::data || kind == OriginKind::fresh;
      return path.empty() && address ? nonzero() : unknown(frame.function, Reason::element);
    }
    case OriginKind::frame:
      if (path.empty()) return nonzero();
      path[0] = static_cast<std::int32_t>(path[0] + origin.value);
      return behind(frame, origins.intern({OriginKind::frame, Reason::none, 8, 0, 0, 0}), path, when);
    case OriginKind::fresh:
      return path.empty() ? nonzero() : behind(frame, root, path, when);
    default:
      break;
  }
  if (!path.empty()) return behind(frame, root, path, when);
  // Not every number that something is added to is a pointer.
  if (distance != 0) return unknown(frame.function, Reason::computed);
  return remembered({Question::word, frame, root, path, when}, [&] { return first(frame, root, path, when); });
}

// The memory behind a pointer: what was there first, unless that is gone, and what was stored since.
Answer FlowQuery::behind(Frame frame, OriginId root, const Path& path, When when) {
  return remembered({Question::word, frame, root, path, when}, [&] {
    auto& flow = this->flow(frame.function);
    if (!flow.understood()) return unknown(frame.function, Reason::not_understood);
    // Slots of the frame have their state at each point; nothing is stored since.
    if (flow.origins()[root].kind == OriginKind::frame && when.step != any_time) return first(frame, root, path, when);
    auto effect = effects(frame, root, path, when);
    if (!effect.surely) effect.answer.add(first(frame, root, path, when));
    return effect.answer;
  });
}

Answer FlowQuery::first(Frame frame, OriginId root, const Path& path, When when) {
  auto& flow = this->flow(frame.function);
  const auto origin = flow.origins()[root];
  switch (origin.kind) {
    case OriginKind::fresh: {
      Answer zero;
      zero.zero = true;
      return zero;
    }
    case OriginKind::frame: {
      if (when.step == any_time) return {};  // the stores are all there is
      const auto value = flow.slot_before(when.step, path[0], 8);
      auto answer = words(frame, value, Path(path.begin() + 1, path.end()), when);
      if (flow.origins().contains(value, OriginKind::touched)) answer.add(effects(frame, root, path, when).answer);
      return answer;
    }
    case OriginKind::parameter:
    case OriginKind::entry_slot:
      return from_callers(frame, root, path);
    case OriginKind::load: {
      Path longer{static_cast<std::int32_t>(origin.value)};
      if (origin.value < -farthest || origin.value > farthest) return unknown(frame.function, Reason::element);
      longer.insert(longer.end(), path.begin(), path.end());
      return word(frame, origin.base, std::move(longer), {origin.site, not_through});
    }
    case OriginKind::result:
    case OriginKind::stack_result:
      return from_callee(frame, origin, path);
    default:
      return unknown(frame.function, Reason::not_understood);
  }
}

Answer FlowQuery::data_word(FunctionId function, std::uint64_t address, Path rest) {
  const auto value = executable_.image().word(address);
  if (!value || !is_constant(address)) return unknown(function, Reason::global);
  Answer answer;
  if (*value == 0)
    answer.zero = true;
  else if (rest.empty())
    answer.nonzero = true;
  else
    return data_word(function, *value + static_cast<std::uint64_t>(std::int64_t{rest[0]}),
                     Path(rest.begin() + 1, rest.end()));
  return answer;
}

Answer FlowQuery::from_call(Frame frame, const Site& site, const Origin& root, const Path& path) {
  auto& flow = this->flow(frame.function);
  if (!flow.understood()) return unknown(frame.function, Reason::not_understood);
  const auto step = flow.graph().step_at(site.address);
  const auto* call = step == CodeGraph::none ? nullptr : flow.call_at(step);
  if (!call) return {};  // no way leads there
  if (root.kind == OriginKind::parameter)
    return words(frame, call->registers[static_cast<std::size_t>(root.value) % FrameState::general], path,
                 {step, static_cast<std::uint8_t>(root.value)});
  return words(frame, flow.slot_before(step, call->frame + root.value, root.width), path, {step, not_through});
}

Answer FlowQuery::from_callers(Frame frame, OriginId root_id, const Path& path) {
  const auto root = flow(frame.function).origins()[root_id];
  if (frame.context != 0) {
    const auto context = contexts_[frame.context];
    const auto& steps = flow(context.caller.function).graph().steps();
    return from_call(context.caller, {context.caller.function, steps[context.site].address}, root, path);
  }
  return remembered({Question::callers, frame, root_id, path, {}}, [&] {
    Answer answer;
    if (root.kind == OriginKind::parameter && !(parameters_.of(frame.function) >> root.value & 1))
      return answer;  // a leftover of the caller's
    const auto most = grade_ == Grade::safest ? Level::by_reflection : Level::reachable;
    if (root.kind == OriginKind::parameter && root.value == FrameFlow::closure_register && !path.empty())
      return from_makers(frame.function, path);
    if (reach_.level_by_value(frame.function) <= most)
      answer.add(
          unknown(frame.function, sites_.makers(frame.function).empty() ? Reason::by_interface : Reason::by_value));
    for (const auto& site : sites_.calls(frame.function))
      if (counts(site.function)) answer.add(from_call({site.function, 0}, site, root, path));
    return answer;
  });
}

// What a closure captured, wherever it is made; it may run at any moment after.
Answer FlowQuery::from_makers(FunctionId closure, const Path& path) {
  Answer answer;
  const auto code = static_cast<std::int64_t>(executable_.entry(closure));
  for (const auto& maker : sites_.makers(closure)) {
    if (!counts(maker.function)) continue;
    auto& flow = this->flow(maker.function);
    bool found = false;
    for (const auto& store : flow.stores()) {
      const auto* stored = flow.origins().single(store.value, OriginKind::data);
      if (!stored || stored->value != code) continue;
      found = true;
      answer.add(word({maker.function, 0}, store.base, path, {any_time, not_through}));
    }
    if (!found) answer.add(unknown(maker.function, Reason::not_understood));
  }
  if (sites_.makers(closure).empty()) answer.add(unknown(closure, Reason::by_value));
  return answer;
}

Answer FlowQuery::from_callee(Frame frame, const Origin& root, const Path& path) {
  auto& flow = this->flow(frame.function);
  const auto* call = flow.call_at(root.site);
  if (!call) return {};
  bool all = false;
  Answer answer;
  for (const auto callee : callees(flow, *call, all)) {
    switch (runtime_.of(callee)) {
      case RuntimeCall::none:
        break;
      case RuntimeCall::never_returns:
        continue;
      case RuntimeCall::reads:
        if (path.empty() && root.kind == OriginKind::result && root.value == 0) {
          answer.nonzero = true;
          continue;
        }
        [[fallthrough]];
      default:
        answer.add(unknown(callee, Reason::runtime_made));
        continue;
    }
    auto& inner = this->flow(callee);
    if (!inner.understood()) {
      answer.add(unknown(callee, Reason::not_understood));
      continue;
    }
    const Frame entered{callee, enter(frame, root.site)};
    std::uint32_t beside = 0;
    for (const auto reg : FrameFlow::argument_registers)
      if (root.kind != OriginKind::result || root.value != reg)
        beside |=
            std::uint32_t{flow.uses(flow.origins().find({OriginKind::result, Reason::none, 8, root.site, 0, reg}))}
            << reg;
    for (const auto& back : inner.returns()) {
      const auto value = root.kind == OriginKind::result ? back.registers[static_cast<std::size_t>(root.value)]
                                                         : inner.slot_before(back.site, 8 + root.value, 8);
      answer.add(words(entered, value, path, {back.site, not_through, beside}));
    }
  }
  if (!all) answer.add(unknown(frame.function, Reason::dynamic_result));
  return answer;
}

// The functions that a call can enter; `all` is false where there can be others.
std::vector<FunctionId> FlowQuery::callees(FrameFlow& flow, const CallEvent& call, bool& all) {
  all = true;
  std::vector<FunctionId> found;
  if (call.callee != FunctionTable::none) return {call.callee};
  const auto& functions = executable_.functions();
  auto& origins = flow.origins();
  for (const auto id : std::vector(origins.members(call.target))) {
    const auto target = origins[id];
    auto callee = FunctionTable::none;
    if (target.kind == OriginKind::data) {
      callee = functions.starting_at(static_cast<std::uint64_t>(target.value));
    } else if (target.kind == OriginKind::load) {
      const auto base = origins[target.base];
      const auto at = static_cast<std::uint64_t>(base.value + target.value);
      std::int64_t begin = 0;
      if (base.kind == OriginKind::data && is_constant(at))
        callee = functions.starting_at(executable_.image().word(at).value_or(0));
      else if (base.kind == OriginKind::fresh || base.kind == OriginKind::frame)
        callee = code_of_closure(flow, target.base, target.value, begin);
    }
    if (callee == FunctionTable::none)
      all = false;
    else
      found.push_back(callee);
  }
  return found;
}

}  // namespace blobgauge::analyzer::gobinary
