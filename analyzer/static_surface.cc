#include "analyzer/static_surface.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analyzer/address_query.h"
#include "analyzer/answer_fields.h"
#include "analyzer/call_paths.h"
#include "analyzer/explanation.h"
#include "analyzer/operation_join.h"
#include "analyzer/request_forms.h"
#include "analyzer/request_shape.h"
#include "analyzer/value_flow.h"
#include "model/classifier.h"
#include "model/text.h"

namespace blobgauge::analyzer {
namespace {

using model::Category;
using model::Field;
using model::OperationSurface;
using model::Presence;
using model::Result;
using model::Surface;

constexpr std::size_t most_witnesses = 3;

bool matches(const std::vector<std::string>& globs, const std::string& text) {
  return std::any_of(globs.begin(), globs.end(), [&](const auto& glob) { return model::glob_match(glob, text); });
}

class Inference {
 public:
  Inference(const Facts& facts, const ClientRules& rules, const model::Catalogue& catalogue, const Ways& ways,
            const StaticOptions& options)
      : facts_(facts),
        rules_(rules),
        catalogue_(catalogue),
        options_(options),
        classifier_(catalogue),
        flow_(facts),
        ways_(ways),
        explanation_(facts, flow_, ways, {options.explain_operation, options.explain_header, options.paths}),
        answer_(facts, flow_, ways, [this](std::vector<std::string> lines) { return note("path", std::move(lines)); }) {
  }

  Result<StaticResult> run() {
    auto& surface = result_.surface;
    surface.kind = "static";
    surface.client = rules_.client;
    surface.release = release();
    if (!facts_.platform.empty()) surface.platforms = {facts_.platform};
    for (const auto& function : facts_.functions)
      if (!function.module.empty()) used_modules_.insert(function.module);
    for (const auto& module : facts_.modules)
      if (used_modules_.count(module.substr(0, module.find('@'))))
        surface.sources.insert(module.back() == '@' && !options_.revision.empty() ? module + options_.revision
                                                                                  : module);
    if (!options_.tool.empty()) surface.sources.insert("tool " + options_.tool);
    surface.sources.insert("toolchain " + facts_.toolchain + " " + facts_.platform);
    for (const auto& shape : shape_requests(facts_, flow_, {rules_.outside, {}, header_tests()}))
      BLOBGAUGE_CHECK(add(shape));
    answer_.compare([this](int request) { return operations_of_[request]; }, surface);
    explanation_.add_answer(surface);
    result_.explanation = std::move(explanation_.text);
    if (surface.operations.empty())
      return model::fail(
          Category::input,
          fmt::format("{}: none of its {} requests is one of this service", facts_.module, facts_.requests.size() - 1),
          "the client's file names the packages in scope and the path that each address stands for");
    for (const auto& call : facts_.unresolved)
      surface.unresolved.push_back(fmt::format("{}: {}", frame(facts_.functions[call.function], call.at), call.what));
    std::sort(surface.unresolved.begin(), surface.unresolved.end());
    say_chosen();
    model::renumber_evidence(surface);
    return std::move(result_);
  }

  Result<StaticResult> run(const ExecutableProgram& program) {
    executable_ = true;
    auto& surface = result_.surface;
    surface.kind = "executable";
    surface.client = rules_.client;
    surface.release = program.release;
    surface.sources = program.sources;
    surface.unresolved = program.unresolved;
    entries_ = program.options;
    surface.operations_only = !program.without_source.empty();
    if (surface.operations_only)
      surface.unresolved.push_back("headers and parameters of all operations are missing: " + program.without_source);
    if (!program.unread.empty()) {
      unread_ = program.unread;
      surface.unresolved.push_back("what hangs on options is undecided: " + unread_);
    }
    const auto passed = [this](int function) { return ways_.reachable(function); };
    const auto shapes = shape_requests(facts_, flow_, {rules_.outside, passed, header_tests()});
    explanation_.of_executable(entries_, unread_);
    if (entries_) entries_->prepare(questions(shapes));
    // The surest builders of an operation say what it looks like; weaker ones add nothing to it.
    for (const auto level : {model::Level::reachable, model::Level::by_reflection, model::Level::safe_bound})
      for (const auto& shape : shapes)
        if (ways_.level(facts_.requests[shape.request].function) == level) BLOBGAUGE_CHECK(add(shape));
    result_.explanation = std::move(explanation_.text);
    model::renumber_evidence(surface);
    return std::move(result_);
  }

 private:
  std::map<std::string, std::string> header_tests() const {
    std::map<std::string, std::string> tests;
    for (const auto& test : rules_.header_tests) tests[test.function] = test.header;
    return tests;
  }

  // The version of the client's own module, which need not be the one that was loaded: a driver program may stand
  // around it. A checkout has none but what it is called.
  std::string release() const {
    std::string version = facts_.release;
    for (const auto& module : facts_.modules)
      if (module.rfind(rules_.module + "@", 0) == 0) version = module.substr(rules_.module.size() + 1);
    if (version.empty()) version = options_.release;
    return version.rfind('v', 0) == 0 ? version.substr(1) : version;
  }

  std::vector<EntryQuestion> questions(const std::vector<RequestShape>& shapes) const {
    std::vector<EntryQuestion> list;
    for (const auto& shape : shapes) {
      if (!described(shape)) continue;
      for (const auto* fields : {&shape.query, &shape.headers})
        for (const auto& [key, field] : *fields)
          if (field.presence != Presence::always)
            for (auto& question : questions_of(field)) list.push_back(std::move(question));
    }
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
  }

  // Is it of the catalogue's service, and does the program come to it?
  bool described(const RequestShape& shape) const {
    const auto& made = facts_.requests[shape.request];
    const auto& package = facts_.functions[made.function].package;
    const auto* builder = builder_of(package);
    return !is_foreign(shape, builder) && (builder || matches(rules_.scope, package)) && ways_.reachable(made.function);
  }

  static bool is_foreign(const RequestShape& shape, const BuilderRule* builder) {
    return builder && !builder->service.empty() && !has_always(shape, builder->unless_query);
  }

  model::Status add(const RequestShape& shape) {
    const auto& made = facts_.requests[shape.request];
    const auto& function = facts_.functions[made.function];
    const auto place = frame(function, made.at);
    const auto* builder = builder_of(function.package);
    if (is_foreign(shape, builder)) {
      result_.surface.other_services[builder->service].insert(foreign(shape));
      return {};
    }
    if (!builder && !matches(rules_.scope, function.package)) {
      result_.other_requests.push_back(place + ": " + describe(made.endpoint));
      return {};
    }
    if (!ways_.reachable(made.function)) return {};
    if (flow_.truth(made.guard).holds == Chance::no) {
      explanation_.never_sent(place);
      return {};
    }
    const auto path = path_of(made);
    if (path.empty() && !result_.surface.operations_only)
      return model::fail(Category::input,
                         fmt::format("{}: nobody says which path this address is: {}", place, describe(made.endpoint)),
                         "add it to \"paths\" in the client's file");
    auto forms =
        path.empty() ? std::vector<RequestForm>{} : forms_of(shape, path, catalogue_, classifier_, executable_);
    if (forms.empty()) forms.push_back({std::string(model::unclassified), {}, {}, {}, {}});
    for (const auto& form : forms) {
      result_.builders.push_back({form.operation, made.function});
      operations_of_[shape.request].insert(form.operation);
      auto operation = describe_form(shape, form);
      note_chosen(form.operation, shape);
      auto [found, fresh] = result_.surface.operations.emplace(form.operation, operation);
      if (!fresh && found->second.level == operation.level) join(found->second, operation);
    }
    return {};
  }

  // Why one of several requests of a place has a field that the others lack.
  void note_chosen(const std::string& operation, const RequestShape& shape) {
    for (const bool query : {true, false})
      for (const auto& [key, field] : query ? shape.query : shape.headers)
        for (const auto& guard : field.chosen) chosen_[operation + (query ? " ?" : " ") + key].insert(guard);
  }

  void say_chosen() {
    for (auto& [name, operation] : result_.surface.operations)
      for (const bool query : {true, false})
        for (auto& [key, field] : query ? operation.query : operation.request_headers) {
          if (field.presence != Presence::conditional || !field.guards.empty()) continue;
          const auto why = chosen_.find(name + (query ? " ?" : " ") + key);
          if (why == chosen_.end()) continue;
          for (const auto& guard : why->second)
            if (field.guards.size() < 6) field.guards.push_back(guard);
        }
  }

  const BuilderRule* builder_of(const std::string& package) const {
    const auto found = std::find_if(rules_.builders.begin(), rules_.builders.end(),
                                    [&](const BuilderRule& rule) { return rule.package == package; });
    return found == rules_.builders.end() ? nullptr : &*found;
  }

  static bool has_always(const RequestShape& shape, const std::string& query) {
    const auto found = shape.query.find(query);
    return found != shape.query.end() && found->second.presence == Presence::always;
  }

  // "PUT ?comp=block&blockid=...": what is always sent.
  static std::string request_line(const RequestShape& shape) {
    std::string query;
    for (const auto& [key, field] : shape.query)
      if (field.presence == Presence::always)
        query += fmt::format("{}{}={}", query.empty() ? " ?" : "&", field.name,
                             field.value.kind == model::ValueKind::constant ? *field.value.values.begin() : "...");
    return fmt::format("{}{}", fmt::join(shape.method.constants, " or "), query);
  }

  // A request of a service without a catalogue: "PUT ?resource=file, (*generated.PathClient).create path.go:20".
  std::string foreign(const RequestShape& shape) const {
    const auto& made = facts_.requests[shape.request];
    auto line = fmt::format("{}, {}", request_line(shape), frame(facts_.functions[made.function], made.at));
    if (const auto level = ways_.level(made.function); level != model::Level::none)
      line += fmt::format(": {}", model::name_of(level));
    return line;
  }

  std::string describe(const Expr& e) const {
    if (e.kind == Expr::Kind::node) return facts_.nodes[e.id].name;
    const auto value = flow_.domain(e).value();
    if (!value.values.empty()) return *value.values.begin();
    return e.text.empty() ? "an address made at run time" : e.text;
  }

  // The address is a field of a client, or comes from one by way of parameters; or the type of the client tells.
  std::string path_of(const RequestMade& made) const {
    const auto& name = facts_.functions[made.function].name;
    if (const auto type = rules_.paths.find(receiver(name)); type != rules_.paths.end()) return type->second;
    // A front end that knows the address as a template says so.
    if (made.endpoint.kind == Expr::Kind::constant && made.endpoint.text.rfind('/', 0) == 0) return made.endpoint.text;
    std::set<int> seen;
    std::vector<const Expr*> work{&made.endpoint};
    while (!work.empty()) {
      const auto* e = work.back();
      work.pop_back();
      for (const auto& part : e->parts) work.push_back(&part);
      if (e->kind != Expr::Kind::node || !seen.insert(e->id).second) continue;
      const auto& node = facts_.nodes[e->id];
      const auto known = rules_.paths.find(node.name);
      if (known != rules_.paths.end()) return known->second;
      if (node.kind == "field") continue;  // fields of other types would lead anywhere
      for (const auto& inflow : node.inflows) work.push_back(&inflow.from);
    }
    return {};
  }

  // "(*pkg.Client).Get" -> "pkg.Client"; empty for what is no method.
  static std::string receiver(const std::string& function) {
    const auto end = function.find(')');
    if (function.empty() || function.front() != '(' || end == std::string::npos) return {};
    const std::size_t from = function[1] == '*' ? 2 : 1;
    return function.substr(from, end - from);
  }

  OperationSurface describe_form(const RequestShape& shape, const RequestForm& form) {
    const auto& made = facts_.requests[shape.request];
    OperationSurface operation;
    operation.operation = form.operation;
    operation.level = ways_.level(made.function);
    for (auto& path : ways_.to(made.function, made.at, options_.paths))
      operation.evidence.push_back(note("path", std::move(path)));
    if (result_.surface.operations_only) {
      explanation_.add_line(shape, operation, request_line(shape));
      return operation;
    }
    for (const auto& [key, shaped] : shape.query) operation.query[key] = field(shaped, form.query == shaped.name);
    const auto* named = catalogue_.find(form.operation);
    for (const auto& [key, shaped] : shape.headers) {
      const auto name = header_name(named, shaped.name);
      auto described = field(shaped, !form.header.empty() && form.header == shaped.name);
      described.name = name;
      if (form.without.count(shaped.name)) {
        described.presence = Presence::never;
        described.value = {};
        described.guards.clear();
      }
      auto [found, fresh] = operation.request_headers.emplace(model::lower(name), described);
      if (!fresh) join(found->second, described);
    }
    come_with_the_address(shape, operation);
    left_to_the_library(shape, operation);
    for (const int status : shape.statuses) operation.statuses[status] = 0;
    answer_.read(shape, operation);
    explanation_.add(shape, operation, [&](const std::string& name) { return header_name(named, name); });
    return operation;
  }

  // A parameter that no option sets may still come with the address.
  void come_with_the_address(const RequestShape& shape, OperationSurface& operation) {
    const auto lacks = [](const auto& entry) { return entry.second.presence == Presence::never; };
    if (executable_ || std::none_of(operation.query.begin(), operation.query.end(), lacks)) return;
    for (const auto& [name, place] : address_parameters(facts_, flow_, facts_.requests[shape.request].endpoint)) {
      const auto found = std::find_if(operation.query.begin(), operation.query.end(),
                                      [&](const auto& entry) { return model::iequals(entry.first, name); });
      if (found == operation.query.end() || !lacks(*found)) continue;
      auto& f = found->second;
      f.presence = Presence::conditional;
      f.guards = {"the address that the client was made for has it"};
      f.evidence = {note("path", {place.at.empty() ? "an address" : short_name(place.function + " " + place.at)})};
    }
  }

  // Where the facts tell which pipelines lead to the stage that writes a header, they say what is to be said of it, but
  // for the methods that the stage leaves out.
  bool followed(const ImplicitHeader& header, const RequestShape& shape, const std::string& key,
                OperationSurface& operation) {
    const auto by_stage = [&](const FieldWrite& write) {
      return facts_.functions[write.function].name == header.stage;
    };
    if (header.stage.empty() || std::none_of(facts_.writes.begin(), facts_.writes.end(), by_stage)) return false;
    const auto at = shape.headers.find(key);
    if (at == shape.headers.end()) {
      auto& never = operation.request_headers[key];
      never.name = header.name;
      never.presence = Presence::never;
      never.guards = {"no transport that it is sent by asks for it"};
      never.evidence = {note("path", {"HTTP library: " + header.stage})};
      return true;
    }
    const auto& field = at->second;
    const bool alone = std::all_of(field.emissions.begin(), field.emissions.end(),
                                   [&](const Emission& e) { return by_stage(*e.write); });
    if (!header.methods.empty() && alone) {
      operation.request_headers.erase(key);
      return false;
    }
    // Of what is sent by no pipeline that is known, the general rule is all that can be said.
    return std::none_of(field.emissions.begin(), field.emissions.end(), [](const Emission& e) { return e.by_policy; });
  }

  // What the HTTP library writes, where the program does not.
  void left_to_the_library(const RequestShape& shape, OperationSurface& operation) {
    std::set<std::string> decided;
    for (const auto& header : rules_.implicit) {
      if (header.with_body && facts_.requests[shape.request].body == "none") continue;
      const auto key = model::lower(header.name);
      const auto& methods = shape.method.constants;
      const bool about =
          header.methods.empty() ||
          (!methods.empty() && std::all_of(methods.begin(), methods.end(), [&](const auto& method) {
            return std::find(header.methods.begin(), header.methods.end(), method) != header.methods.end();
          }));
      if (!about || !decided.insert(key).second) continue;
      if (followed(header, shape, key, operation)) continue;
      auto& known = operation.request_headers[key];
      const bool sure = header.presence == Presence::always && known.presence != Presence::always;
      if (!known.name.empty() && known.presence != Presence::never && known.presence != Presence::undecided && !sure)
        continue;
      const auto value = known.value;
      known = {};
      known.name = header.name;
      known.presence = header.presence;
      if (header.presence != Presence::always) known.guards = {header.reason};
      known.value = value;
      known.evidence = {note("path", {"HTTP library: " + header.reason})};
    }
  }

  // A header with an open end stands under the catalogue's pattern for it.
  std::string header_name(const model::Operation* operation, const std::string& name) const {
    if (!operation) return name;
    const auto prefix = name.back() == '*' ? name.substr(0, name.size() - 1) : name;
    for (const auto& glob : operation->accepts)
      if (glob.size() > 1 && glob.back() == '*' && prefix.size() >= glob.size() - 1 && model::glob_match(glob, name))
        return prefix.substr(0, glob.size() - 1) + "*";
    return name;
  }

  Field field(const ShapedField& shaped, bool makes_form) {
    Field f;
    f.name = shaped.name;
    f.presence = makes_form ? Presence::always : shaped.presence;
    f.value = shaped.value;
    f.guards = shaped.guards;
    f.reason = shaped.reason;
    std::vector<std::string> set_by;
    if (executable_ && !makes_form && shaped.presence != Presence::always) set_by = hangs_on_options(shaped, f);
    std::vector<std::string> lines;
    for (const auto& e : shaped.emissions) {
      if (e.truth.holds == Chance::no && shaped.presence != Presence::never) continue;
      lines.push_back(frame(facts_.functions[e.write->function], e.write->at));
    }
    std::sort(lines.begin(), lines.end());
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    if (shaped.presence == Presence::conditional && !executable_)
      for (auto& line : stores(shaped)) lines.push_back(std::move(line));
    for (auto& line : set_by) lines.push_back("stored: " + std::move(line));
    if (!lines.empty()) f.evidence = {note("path", std::move(lines))};
    return f;
  }

  // What the machine code says of the options that the field's guards need; gives where they are set.
  std::vector<std::string> hangs_on_options(const ShapedField& shaped, Field& f) const {
    f.guards.clear();  // of policies there is the reason
    for (const auto& e : shaped.emissions)
      if (!e.by_policy && !e.guard.empty() && std::find(f.guards.begin(), f.guards.end(), e.guard) == f.guards.end())
        f.guards.push_back(e.guard);
    if (!entries_) {
      if (f.presence != Presence::conditional) return {};
      f.presence = Presence::undecided;
      f.reason = unread_;
      return {};
    }
    auto decision = decide(shaped, *entries_);
    f.presence = decision.presence;
    f.proof = decision.proof;
    f.option = decision.option;
    f.reason = decision.reason;
    return std::move(decision.stores);
  }

  // Where the program gives a guard's value something.
  std::vector<std::string> stores(const ShapedField& shaped) const {
    std::vector<std::string> lines;
    for (const auto& e : shaped.emissions) {
      std::vector<const Guard*> work{&e.write->guard};
      while (!work.empty() && lines.size() < most_witnesses) {
        const auto* guard = work.back();
        work.pop_back();
        for (const auto& part : guard->parts) work.push_back(&part);
        if (guard->value.kind != Expr::Kind::node) continue;
        const auto& kind = facts_.nodes[guard->value.id].kind;
        if (kind != "field" && kind != "path") continue;
        for (auto& line : flow_.witnesses(guard->value, most_witnesses)) lines.push_back("stored: " + short_name(line));
      }
    }
    return lines;
  }

  std::string note(std::string kind, std::vector<std::string> lines) {
    model::Evidence evidence{std::move(kind), std::move(lines)};
    for (const auto& [id, known] : result_.surface.evidence)
      if (known == evidence) return id;
    auto id = fmt::format("p{}", result_.surface.evidence.size() + 1);
    result_.surface.evidence.emplace(id, std::move(evidence));
    return id;
  }

  const Facts& facts_;
  const ClientRules& rules_;
  const model::Catalogue& catalogue_;
  const StaticOptions& options_;
  const model::Classifier classifier_;
  const ValueFlow flow_;
  const Ways& ways_;
  Explanation explanation_;
  AnswerFields answer_;
  std::map<int, std::set<std::string>> operations_of_;  // by request
  bool executable_ = false;
  EntryQuestions* entries_ = nullptr;
  std::string unread_ = unread_options;
  std::set<std::string> used_modules_;
  std::map<std::string, std::set<std::string>> chosen_;  // by operation and field
  StaticResult result_;
};

}  // namespace

Result<StaticResult> infer_static(const Facts& facts, const ClientRules& rules, const model::Catalogue& catalogue,
                                  const StaticOptions& options) {
  const CallPaths paths(facts);
  return Inference(facts, rules, catalogue, paths, options).run();
}

Result<StaticResult> infer_executable(const Facts& facts, const ClientRules& rules, const model::Catalogue& catalogue,
                                      const ExecutableProgram& program, const StaticOptions& options) {
  return Inference(facts, rules, catalogue, *program.ways, options).run(program);
}

}  // namespace blobgauge::analyzer
