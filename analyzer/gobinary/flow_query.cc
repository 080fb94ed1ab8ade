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
// complete for the question at the top of the circle only; for those inside it is forgotten when that is answered.

namespace {

constexpr std::size_t most_remembered = 8, deepest_question = 120;

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
  unnamed |= other.unnamed;
  add_once(addresses, other.addresses);
  unnamed |= addresses.size() == most_remembered;
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
      types_(executable, reach.type_table(), reach.types()),
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
    kept_steps_ += flow->graph().steps().size();
  }
  return *flow;
}

// Functions that run only if reflection calls methods by names that stand in strings: for the safe grade they run.
bool FlowQuery::counts(FunctionId id) const {
  return reach_.level(id) <= (grade_ == Grade::safest ? Level::by_reflection : Level::reachable);
}

std::uint32_t FlowQuery::enter(Frame caller, std::uint32_t site) {
  const Context context{caller, site};
  // A call that is under way already may come round any number of times: then all calls count.
  for (auto frame = caller; frame.context != 0; frame = contexts_[frame.context].caller)
    if (contexts_[frame.context].site == site && contexts_[frame.context].caller.function == caller.function) return 0;
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
  if (const auto found = partial_.find(key); found != partial_.end()) {
    lowest_cut_ = std::min(lowest_cut_, found->second.cut);
    return found->second.answer;
  }
  const auto depth = open_.size();
  if (depth >= deepest_question) {
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
  if (depth < partial_at_.size()) {
    for (const auto& part : partial_at_[depth]) partial_.erase(part);
    partial_at_[depth].clear();
  }
  if (lowest_cut_ >= depth) {
    known.emplace(std::move(key), answer);
  } else {
    if (lowest_cut_ >= partial_at_.size()) partial_at_.resize(lowest_cut_ + 1);
    partial_at_[lowest_cut_].push_back(key);
    partial_.emplace(std::move(key), Partial{answer, lowest_cut_});
  }
  lowest_cut_ = std::min(cut_before, lowest_cut_ >= depth ? std::size_t{any_time} : lowest_cut_);
  return answer;
}

Answer FlowQuery::ask(FunctionId function, const EntryWord& word, Grade grade) {
  // Origins are numbered anew with their function, so all that knows them goes at once.
  constexpr std::size_t most_steps_kept = 2'000'000, most_answers_kept = 1'000'000;
  if (kept_steps_ > most_steps_kept || known_[0].size() + known_[1].size() > most_answers_kept) {
    flows_.clear();
    ways_back_.clear();
    word_types_.clear();
    contexts_.resize(1);
    context_numbers_.clear();
    for (int i = 0; i < 2; ++i) {
      known_[i].clear();
      harmless_[i].clear();
    }
    kept_steps_ = 0;
  }
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
    if (origin.kind == OriginKind::data)
      answer.addresses.push_back(static_cast<std::uint64_t>(origin.value));
    else
      answer.unnamed = true;
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
  if (*value == 0) {
    answer.zero = true;
  } else if (rest.empty()) {
    answer.nonzero = true;
    answer.addresses.push_back(*value);
  } else
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
    if (root.kind == OriginKind::parameter && root.value == FrameFlow::closure_register && !path.empty())
      return from_makers(frame.function, path);
    // Methods that reflection calls by a name in some string are counted where that is the only way to them, and where
    // the name is seen at the call: a template's names would be those of half the program.
    if (reach_.level_by_value(frame.function) == Level::reachable || reach_.level(frame.function) != Level::reachable ||
        called_by_name(frame.function)) {
      const auto* callers = only_itabs_lead_to(frame.function) ? &callers_by_interface(frame.function) : nullptr;
      if (!callers || callers->lost)
        answer.add(
            unknown(frame.function, sites_.makers(frame.function).empty() ? Reason::by_interface : Reason::by_value));
      if (callers)
        for (const auto& site : callers->calls) answer.add(from_call({site.function, 0}, site, root, path));
    }
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
  for (const auto callee : callees(frame, *call, all)) {
    switch (runtime_.of(callee)) {
      case RuntimeCall::none:
        break;
      case RuntimeCall::never_returns:
        continue;
      case RuntimeCall::reads:
        if (path.empty() && root.kind == OriginKind::result && root.value == 0) {
          answer.nonzero = answer.unnamed = true;
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
std::vector<FunctionId> FlowQuery::callees(Frame frame, const CallEvent& call, bool& all) {
  all = true;
  if (call.callee != FunctionTable::none) return {call.callee};
  std::vector<FunctionId> found;
  for (const auto id : std::vector(flow(frame.function).origins().members(call.target)))
    all &= enters_target(frame, id, call.site, found);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

// Code's address in a closure, in an itab or in a constant. A word that is always zero is never called.
bool FlowQuery::enters_target(Frame frame, OriginId target, std::uint32_t site, std::vector<FunctionId>& into) {
  // Where the type of the interface leaves one method only, its values need not be looked for.
  std::vector<FunctionId> by_type;
  const bool typed = enters_implementations(frame.function, target, by_type);
  if (typed && by_type.size() == 1) {
    into.push_back(by_type.front());
    return true;
  }
  const auto cut_before = lowest_cut_;
  lowest_cut_ = any_time;
  const auto answer = word(frame, target, {}, {site, not_through});
  // Where the question came back to itself the answer is not the whole.
  const bool whole = lowest_cut_ == any_time;
  lowest_cut_ = std::min(cut_before, lowest_cut_);
  bool known = whole && !answer.unknown && !answer.unnamed;
  if (!known && typed) {
    into.insert(into.end(), by_type.begin(), by_type.end());
    return true;
  }
  for (const auto address : answer.addresses) {
    const auto callee = executable_.functions().starting_at(address);
    known &= callee != FunctionTable::none;
    if (callee != FunctionTable::none) into.push_back(callee);
  }
  return known;
}

bool FlowQuery::called_by_name(FunctionId id) {
  if (!called_names_) read_called_names();
  const auto name = executable_.name(id);
  return called_names_->contains(name.substr(name.rfind('.') + 1));
}

// The constants that code hands to reflect's MethodByName.
void FlowQuery::read_called_names() {
  called_names_.emplace();
  for (const auto lookup : executable_.named("reflect.Value.MethodByName")) {
    for (const auto& site : sites_.calls(lookup)) {
      auto& flow = this->flow(site.function);
      const auto step = flow.understood() ? flow.graph().step_at(site.address) : CodeGraph::none;
      const auto* call = step == CodeGraph::none ? nullptr : flow.call_at(step);
      if (!call) continue;
      // Behind the three words of the value.
      for (const auto text : flow.origins().members(call->registers[FrameFlow::argument_registers[3]]))
        for (const auto length : flow.origins().members(call->registers[FrameFlow::argument_registers[4]])) {
          const auto &at = flow.origins()[text], &size = flow.origins()[length];
          if (at.kind != OriginKind::data || size.kind != OriginKind::constant || size.value <= 0) continue;
          const auto bytes =
              executable_.image().at(static_cast<std::uint64_t>(at.value), static_cast<std::uint64_t>(size.value));
          called_names_->emplace(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        }
    }
  }
}

}  // namespace blobgauge::analyzer::gobinary
