#include "analyzer/gobinary/request_code.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <iterator>
#include <map>
#include <set>
#include <thread>

#include "analyzer/gobinary/frame_reader.h"
#include "analyzer/gobinary/references.h"
#include "analyzer/gobinary/type_table.h"

namespace blobgauge::analyzer::gobinary {

// `request.Header["X"] = []string{"v"}` compiles to
//
//   newobject(string)                  the slice's memory, into which the text's address and its length are stored
//   mapassign_faststr(type, map, "X")  gives the place of the map's value, into which the slice is stored
//
// and Header.Set and Values.Set, which are small, end up as the same two calls in their caller; Header.Set calls
// CanonicalMIMEHeaderKey before. So the type that mapassign gets tells headers from parameters, the words beside it are
// the name, and the stores behind its result lead to the value.

namespace {

struct MapType {
  std::string_view package, name;
  CodeWrite::Part part;
};
constexpr MapType map_types[] = {{"net/http", "http.Header", CodeWrite::Part::header},
                                 {"net/textproto", "textproto.MIMEHeader", CodeWrite::Part::header},
                                 {"net/url", "url.Values", CodeWrite::Part::query}};

struct Setter {
  std::string_view symbol;
  CodeWrite::Part part;
};
constexpr Setter setters[] = {{"net/http.Header.Set", CodeWrite::Part::header},
                              {"net/http.Header.Add", CodeWrite::Part::header},
                              {"net/textproto.MIMEHeader.Set", CodeWrite::Part::header},
                              {"net/textproto.MIMEHeader.Add", CodeWrite::Part::header},
                              {"net/url.Values.Set", CodeWrite::Part::query},
                              {"net/url.Values.Add", CodeWrite::Part::query}};
constexpr std::string_view map_assign = "runtime.mapassign_faststr", new_object = "runtime.newobject",
                           canonical = "net/textproto.CanonicalMIMEHeaderKey";

// What the machine code of one function does to the requests that it makes.
class RequestReader {
 public:
  RequestReader(FrameTools& tools, const TypeTable& types, FunctionId id)
      : executable_(tools.executable()), tools_(tools), types_(types), id_(id), frame_(tools, id) {}

  void read(CodeRequest& request, std::uint32_t method_word) {
    if (!frame_.understood()) return;
    const auto site = graph().step_at(request.address);
    const auto* call = site == CodeGraph::none ? nullptr : frame_.flow().call_at(site);
    if (!call) return;
    request.method = frame_.text(frame_.argument(*call, method_word), frame_.argument(*call, method_word + 1));
    for (const auto& event : frame_.flow().calls())
      if (auto write = write_of(event); write && belongs(write->address, request.builder))
        request.writes.push_back(*write);
    std::sort(request.writes.begin(), request.writes.end(),
              [](const auto& a, const auto& b) { return a.address < b.address; });
    find_always(request, site);
  }

 private:
  const CodeGraph& graph() { return frame_.flow().graph(); }
  const Origin& origin(OriginId id) { return frame_.flow().origins()[id]; }

  // A header's name may have been brought into its usual form first.
  std::optional<std::string_view> name(ValueId address, ValueId length) {
    if (auto plain = frame_.text(address, length)) return plain;
    std::optional<std::string_view> found;
    for (const auto id : frame_.members(address)) {
      const auto made = origin(id);
      const bool is_result = made.kind == OriginKind::result || made.kind == OriginKind::stack_result;
      const auto* call = is_result ? frame_.flow().call_at(made.site) : nullptr;
      if (!call || frame_.callee(*call) != canonical || made != frame_.result(made.site, 2, 0)) return std::nullopt;
      const auto before = frame_.text(frame_.argument(*call, 0), frame_.argument(*call, 1));
      if (!before || (found && *found != *before)) return std::nullopt;
      found = before;
    }
    return found;
  }

  std::optional<CodeWrite::Part> part_of_map(ValueId type) {
    const auto address = frame_.number(type);
    if (!address || !types_.is_type(*address)) return std::nullopt;
    const auto read = types_.read(*address);
    for (const auto& known : map_types)
      if (read.name == known.name && read.package == known.package) return known.part;
    return std::nullopt;
  }

  std::optional<CodeWrite> write_of(const CallEvent& call) {
    const auto symbol = frame_.callee(call);
    CodeWrite write;
    write.address = graph().steps()[call.site].address;
    if (symbol == map_assign) {
      const auto part = part_of_map(frame_.argument(call, 0));
      if (!part) return std::nullopt;
      write.part = *part;
      write.name = name(frame_.argument(call, 2), frame_.argument(call, 3));
      write.value = only_element(frame_.result(call.site, 4, 0));
      return write;
    }
    for (const auto& setter : setters)
      if (symbol == setter.symbol) {
        write.part = setter.part;
        write.name = name(frame_.argument(call, 1), frame_.argument(call, 2));
        write.value = frame_.text(frame_.argument(call, 3), frame_.argument(call, 4));
        return write;
      }
    return std::nullopt;
  }

  // The text of a slice of one, whose three words are stored behind `place`.
  std::optional<std::string_view> only_element(const Origin& place) {
    const auto memory = frame_.members(frame_.stored(place, 0));
    if (memory.size() != 1 || frame_.number(frame_.stored(place, 8)) != std::uint64_t{1}) return std::nullopt;
    const auto made = origin(memory.front());
    if (made.kind == OriginKind::stack_result) {
      const auto* call = frame_.flow().call_at(made.site);
      if (!call || frame_.callee(*call) != new_object) return std::nullopt;
    } else if (made.kind != OriginKind::fresh) {
      return std::nullopt;
    }
    return frame_.text(frame_.stored(made, 0), frame_.stored(made, 8));
  }

  // Is this code of the function that makes the request, as the source has it?
  bool belongs(std::uint64_t address, std::string_view builder) const {
    if (executable_.name(id_) == builder) return true;
    const auto frames = executable_.frames_at(id_, address);
    return std::any_of(frames.begin(), frames.end(), [&](const auto& frame) { return frame.function == builder; });
  }

  // The type's word of the error that builders give beside the request; nil where there is none.
  ValueId error_of(const ReturnEvent& event) const {
    if (!tools_.context().stack_arguments) return event.registers[FrameFlow::argument_registers[1]];
    const auto at = tools_.context().functions.arguments_size(id_) - 16;
    for (const auto& [slot, value] : event.stack)
      if (slot == at) return value;
    return Origins::nothing;
  }

  // Ends of the ways that count: returns without an error, all returns where none is known for such; and where an
  // inlined builder is left.
  std::vector<bool> ends(std::string_view builder) {
    std::vector<bool> out(graph().blocks().size());
    if (executable_.name(id_) != builder) {
      for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = !belongs(graph().steps()[graph().blocks()[i].begin].address, builder);
      return out;
    }
    bool any = false;
    for (const auto& event : frame_.flow().returns())
      for (const auto id : frame_.members(error_of(event)))
        if (origin(id).kind == OriginKind::constant && origin(id).value == 0)
          out[graph().block_of(event.site)] = any = true;
    if (!any)
      for (const auto& event : frame_.flow().returns()) out[graph().block_of(event.site)] = true;
    return out;
  }

  using Edges = std::set<std::pair<std::uint32_t, std::uint32_t>>;  // from one block to another

  // Taken where making the request failed.
  Edges failures(std::uint32_t made) {
    Edges out;
    for (const auto& test : frame_.flow().tests()) {
      if (test.if_zero == test.if_not) continue;
      const auto tested = frame_.members(test.value);
      if (tested.size() != 1 || origin(tested.front()).site != made) continue;
      const auto kind = origin(tested.front()).kind;
      if (kind == OriginKind::result || kind == OriginKind::stack_result) out.emplace(test.block, test.if_not);
    }
    return out;
  }

  void find_always(CodeRequest& request, std::uint32_t made) {
    const auto last = ends(request.builder);
    const auto failed = failures(made);
    std::map<std::pair<CodeWrite::Part, std::string_view>, std::set<std::uint32_t>> places;
    for (const auto& write : request.writes)
      if (write.name) places[{write.part, *write.name}].insert(graph().step_at(write.address));
    const auto start = graph().block_of(made);
    for (auto& write : request.writes) {
      if (!write.name) continue;
      std::set<std::uint32_t> closed;
      bool at_once = false;
      for (const auto site : places[{write.part, *write.name}]) {
        const auto block = graph().block_of(site);
        if (block != start) closed.insert(block);
        at_once = at_once || (block == start && site > made);
      }
      write.always = at_once || !leads_past(start, closed, last, failed);
    }
  }

  bool leads_past(std::uint32_t start, const std::set<std::uint32_t>& closed, const std::vector<bool>& last,
                  const Edges& failed) {
    const auto& blocks = graph().blocks();
    std::vector<bool> seen(blocks.size());
    std::deque<std::uint32_t> work{start};
    seen[start] = true;
    while (!work.empty()) {
      const auto block = work.front();
      work.pop_front();
      if (last[block]) return true;
      for (const auto next : blocks[block].next) {
        if (seen[next] || closed.count(next) || blocks[next].recovers || failed.count({block, next})) continue;
        seen[next] = true;
        work.push_back(next);
      }
    }
    return false;
  }

  const Executable& executable_;
  FrameTools& tools_;
  const TypeTable& types_;
  const FunctionId id_;
  FrameReader frame_;
};

}  // namespace

std::vector<CodeRequest> find_requests(const Executable& executable, const Reach& reach,
                                       const std::vector<CodeMaker>& makers,
                                       const std::function<bool(std::string_view symbol)>& is_builder) {
  std::map<FunctionId, const CodeMaker*> wanted;
  std::set<std::string_view> names;
  for (const auto& maker : makers) {
    names.insert(maker.symbol);
    for (const auto id : executable.named(maker.symbol))
      if (id < executable.physical_count()) wanted[id] = &maker;
  }
  // The requests of one function with code.
  const auto read = [&](FrameTools& tools, FunctionId id, std::vector<CodeRequest>& requests) {
    std::optional<RequestReader> reader;
    for (const auto& reference : reach.references().of(id)) {
      if (reference.kind != Reference::Kind::call) continue;
      const auto maker = wanted.find(executable.functions().starting_at(executable.image().base() + reference.target));
      if (maker == wanted.end()) continue;
      CodeRequest request;
      request.function = id;
      request.address = executable.image().base() + reference.at;
      request.maker = maker->second->symbol;
      for (const auto& frame : executable.frames_at(id, request.address))
        if (!names.count(frame.function)) request.builder = frame.function;
      if (request.builder.empty() || !is_builder(request.builder)) continue;
      if (!reader) reader.emplace(tools, reach.type_table(), id);
      reader->read(request, maker->second->method_word);
      requests.push_back(std::move(request));
    }
  };
  std::vector<std::vector<CodeRequest>> found(wanted.empty() ? 0 : executable.physical_count());
  std::atomic<FunctionId> next{0};
  const auto work = [&] {
    std::optional<FrameTools> tools;
    for (auto id = next++; id < found.size(); id = next++) {
      if (!tools) tools.emplace(executable);
      read(*tools, id, found[id]);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::thread::hardware_concurrency() && !found.empty(); ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  std::vector<CodeRequest> requests;
  for (auto& some : found) std::move(some.begin(), some.end(), std::back_inserter(requests));
  return requests;
}

}  // namespace blobgauge::analyzer::gobinary
