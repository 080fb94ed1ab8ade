#pragma once
// The search behind EntryFlow: what stands behind a word, followed backwards through stores, calls and returns. The
// rules stand in flow_query.cc.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/gobinary/call_sites.h"
#include "analyzer/gobinary/entry_flow.h"
#include "analyzer/gobinary/frame_flow.h"
#include "analyzer/gobinary/type_index.h"

namespace blobgauge::analyzer::gobinary {

// Places by function and address, reasons by function.
struct Answer {
  bool zero = false, nonzero = false, unknown = false;
  // What is other than zero, as far as it is an address in the image; `unnamed` where it is not, or they are too many.
  std::vector<std::uint64_t> addresses;
  bool unnamed = false;
  std::vector<std::pair<FunctionId, std::uint64_t>> stores;
  std::vector<std::pair<FunctionId, Reason>> reasons;
  void add(const Answer& other);
  bool empty() const { return !zero && !nonzero && !unknown; }
};

// Not thread-safe.
class FlowQuery {
 public:
  FlowQuery(const Executable& executable, const Reach& reach, const CallSites& sites, const RuntimeCalls& runtime,
            std::uint64_t most_work);

  Answer ask(FunctionId function, const EntryWord& word, Grade grade);

 private:
  using Path = std::vector<std::int32_t>;
  static constexpr std::size_t longest_path = 8;
  static constexpr std::int64_t farthest = 1 << 20;  // a place behind a pointer
  // One activation of a function: entered by a call that the search came through, or (context 0) by any.
  struct Frame {
    FunctionId function = 0;
    std::uint32_t context = 0;
    auto operator<=>(const Frame&) const = default;
  };
  struct Context {
    Frame caller;
    std::uint32_t site = 0;
    auto operator<=>(const Context&) const = default;
  };
  // When a place is looked at: before a step; `any_time` for what may happen at any moment. `through` is the register
  // by which the search came up through the call at that step.
  static constexpr std::uint32_t any_time = 0xffffffff;
  static constexpr std::uint8_t not_through = 255;
  struct When {
    std::uint32_t step = any_time;
    std::uint8_t through = not_through;
    std::uint32_t beside = 0;  // before a return: the registers of other results that the caller uses, as bits
    auto operator<=>(const When&) const = default;
  };
  enum class Question : std::uint8_t { word, callers, effects };
  struct Key {
    Question question = Question::word;
    Frame frame;
    OriginId origin = 0;
    Path path;
    When when;
    auto operator<=>(const Key&) const = default;
  };
  struct Effect {
    Answer answer;
    bool surely = false;  // what was there before is gone
  };

  Answer word(Frame frame, OriginId origin, Path path, When when);
  Answer words(Frame frame, ValueId value, const Path& path, When when);
  Answer behind(Frame frame, OriginId root, const Path& path, When when);
  Answer first(Frame frame, OriginId root, const Path& path, When when);
  // The object by another pointer of the same function.
  struct Name {
    OriginId pointer = 0;
    Path path;
    bool operator==(const Name&) const = default;
  };
  using AddName = std::function<void(OriginId, std::int64_t, const Path&, std::size_t)>;
  bool take_back(Frame frame, const CallEvent& call, const PointerUses::Handed& handed, const Path& path,
                 const AddName& add_name);
  Effect effects(Frame frame, OriginId root, const Path& path, When when);
  Answer handed_to(Frame frame, const CallEvent& call, std::uint8_t reg, std::int64_t slot, const Path& path);
  Answer written_by(Frame callee, OriginId parameter, const Path& path);
  Answer from_callers(Frame frame, OriginId root, const Path& path);
  Answer from_call(Frame frame, const Site& call, const Origin& root, const Path& path);
  Answer from_makers(FunctionId closure, const Path& path);
  Answer from_callee(Frame frame, const Origin& root, const Path& path);
  Answer data_word(FunctionId function, std::uint64_t address, Path rest);
  Answer remembered(Key key, const std::function<Answer()>& compute);

  // Types of words (flow_types.cc).
  TypedPlace pointed_at(FunctionId function, OriginId id, int depth);
  TypedPlace word_type(FunctionId function, OriginId id, int depth);
  TypedPlace find_word_type(FunctionId function, OriginId id, int depth);
  TypedPlace type_of_all(FunctionId function, ValueId value, int depth, bool& agree, TypedPlace sofar);
  TypedPlace argument_type(FunctionId function, std::uint8_t reg, int depth);
  TypedPlace returned_type(FunctionId callee, std::uint8_t reg, int depth);
  TypedPlace captured_type(FunctionId closure, std::int64_t offset, int depth);
  std::uint64_t closure_type(FunctionId closure);
  std::uint64_t interface_called(FunctionId function, OriginId target, std::size_t& slot, int depth);
  std::uint64_t interface_called(FunctionId function, const CallEvent& call, std::size_t& slot, int depth);
  bool enters_implementations(FunctionId function, OriginId target, std::vector<FunctionId>& into);

  // Calls through interfaces, found from where the interfaces are made (flow_trace.cc).
  struct ItabSlot {
    std::uint64_t itab = 0;
    std::int64_t offset = 0;
  };
  struct Callers {
    std::vector<Site> calls;
    bool lost = false;  // there may be others
  };
  using Traced = std::pair<FunctionId, OriginId>;  // a word that may hold the itab's address
  using AddTraced = std::function<void(FunctionId, OriginId)>;
  const std::vector<ItabSlot>& itabs_with(FunctionId function);
  void read_itabs();
  bool stands_in_data(std::uint64_t address);
  bool only_itabs_lead_to(FunctionId function);
  const Callers& callers_by_interface(FunctionId function);
  void trace(std::vector<Traced> wanted, std::int64_t slot, FunctionId method, Callers& found);
  bool trace_into(FunctionId function, const CallEvent& call, std::uint8_t reg, std::int64_t slot, OriginId word,
                  FunctionId method, std::int64_t method_slot, const AddTraced& add);
  bool trace_slot(FunctionId function, std::int64_t place, const AddTraced& add);
  bool trace_stored(FunctionId function, const StoreEvent& store, const AddTraced& add);
  void trace_back(FunctionId function, OriginId word, const AddTraced& add, bool& lost);

  FrameFlow& flow(FunctionId id);
  std::vector<FunctionId> callees(Frame frame, const CallEvent& call, bool& all);
  bool enters_target(Frame frame, OriginId target, std::uint32_t site, std::vector<FunctionId>& into);
  bool called_by_name(FunctionId id);
  void read_called_names();
  FunctionId code_of_closure(FrameFlow& flow, OriginId container, std::int64_t offset, std::int64_t& begin);
  struct WayBack {
    std::uint8_t result = 0;  // the register
    Path loads;
    std::int64_t distance = 0;
    auto operator<=>(const WayBack&) const = default;
  };
  struct WaysBack {
    std::set<WayBack> exact;
    std::uint32_t others = 0;         // registers, as bits, that can hold it in ways that are not known
    std::set<std::int64_t> on_stack;  // places above the return address
    bool none() const { return exact.empty() && others == 0 && on_stack.empty(); }
  };
  WaysBack find_ways_back(FunctionId function, OriginId parameter);
  const WaysBack& ways_back(FunctionId function, OriginId parameter);
  OriginId parameter_of(FunctionId function, std::uint8_t reg, std::int64_t slot);
  bool is_constant(std::uint64_t address) const;
  bool counts(FunctionId id) const;
  std::uint32_t enter(Frame caller, std::uint32_t site);
  Answer unknown(FunctionId function, Reason reason) const;

  const Executable& executable_;
  const Reach& reach_;
  const CallSites& sites_;
  const RuntimeCalls& runtime_;
  const std::uint64_t most_work_;
  const TypeIndex types_;
  ParameterRegisters parameters_;
  FlowContext context_;
  Decoder decoder_;
  std::unordered_map<FunctionId, std::unique_ptr<FrameFlow>> flows_;
  std::vector<Context> contexts_;
  std::map<Context, std::uint32_t> context_numbers_;
  std::map<Key, Answer> known_[2];  // by grade
  std::set<std::pair<FunctionId, std::pair<std::int64_t, Path>>> harmless_[2];
  std::map<std::pair<FunctionId, OriginId>, WaysBack> ways_back_;
  // Found under a cut: whole as far as the question at the cut's depth goes, and kept until that is answered.
  struct Partial {
    Answer answer;
    std::size_t cut = 0;
  };
  std::map<Key, Partial> partial_;
  std::vector<std::vector<Key>> partial_at_;  // by the cut's depth
  std::map<Key, std::size_t> open_;           // being computed, by depth
  std::size_t lowest_cut_ = 0;
  std::optional<std::set<std::string_view>> called_names_;
  std::map<std::pair<FunctionId, OriginId>, TypedPlace> word_types_;
  std::unordered_map<FunctionId, std::uint64_t> closure_types_;
  std::map<std::pair<std::uint64_t, std::size_t>, std::vector<FunctionId>> implementations_;
  std::optional<std::unordered_map<FunctionId, std::vector<ItabSlot>>> itab_slots_;
  std::unordered_map<std::uint64_t, std::vector<FunctionId>> itab_takers_;  // functions whose code takes its address
  std::set<std::uint64_t> itabs_read_;        // of which code reads words by their own addresses
  std::map<FunctionId, Callers> callers_[2];  // by grade
  std::size_t ways_back_depth_ = 0;
  std::uint64_t kept_steps_ = 0;  // of all functions in flows_
  std::uint64_t work_ = 0;        // of the question that is being answered: events looked at, about
  Grade grade_ = Grade::safest;
};

}  // namespace blobgauge::analyzer::gobinary
