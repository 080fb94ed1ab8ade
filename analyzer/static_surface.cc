#include "analyzer/static_surface.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analyzer/call_paths.h"
#include "analyzer/request_shape.h"
#include "analyzer/value_flow.h"
#include "model/classifier.h"
#include "model/text.h"
#include "model/value.h"

namespace blobgauge::analyzer {
namespace {

using model::Category;
using model::Field;
using model::OperationSurface;
using model::Presence;
using model::Result;
using model::Surface;

constexpr std::size_t most_choices = 8;    // values of one field that are tried on the classifier
constexpr std::size_t most_requests = 64;  // combinations of them
constexpr std::size_t most_witnesses = 3;

// What stands for a value that is not known when the classifier is asked.
constexpr const char* any_value = "x";

constexpr const char* unread_options = "whether the program sets what the guard needs is not read from its code";

bool matches(const std::vector<std::string>& globs, const std::string& text) {
  return std::any_of(globs.begin(), globs.end(), [&](const auto& glob) { return model::glob_match(glob, text); });
}

// A name that a request form was given, with what the form needed beside what is always sent.
struct Form {
  std::string operation;
  std::string query, header, value;  // the conditional field that makes this form; empty: none
};

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
        ways_(ways) {}

  Result<StaticResult> run() {
    auto& surface = result_.surface;
    surface.kind = "static";
    surface.client = rules_.client;
    surface.release = release();
    for (const auto& function : facts_.functions)
      if (!function.module.empty()) used_modules_.insert(function.module);
    for (const auto& module : facts_.modules)
      if (used_modules_.count(module.substr(0, module.find('@'))))
        surface.sources.insert(module.back() == '@' && !options_.revision.empty() ? module + options_.revision
                                                                                  : module);
    if (!options_.tool.empty()) surface.sources.insert("tool " + options_.tool);
    surface.sources.insert("toolchain " + facts_.toolchain + " " + facts_.platform);
    for (const auto& shape : shape_requests(facts_, flow_, {rules_.outside, {}})) BLOBGAUGE_CHECK(add(shape));
    if (surface.operations.empty())
      return model::fail(
          Category::input,
          fmt::format("{}: none of its {} requests is one of this service", facts_.module, facts_.requests.size() - 1),
          "the client's file names the packages in scope and the path that each address stands for");
    for (const auto& call : facts_.unresolved)
      surface.unresolved.push_back(fmt::format("{}: {}", frame(facts_.functions[call.function], call.at), call.what));
    std::sort(surface.unresolved.begin(), surface.unresolved.end());
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
    const auto shapes = shape_requests(facts_, flow_, {rules_.outside, passed});
    if (entries_) entries_->prepare(questions(shapes));
    // The surest builders of an operation say what it looks like; weaker ones add nothing to it.
    for (const auto level : {model::Level::reachable, model::Level::by_reflection, model::Level::safe_bound})
      for (const auto& shape : shapes)
        if (ways_.level(facts_.requests[shape.request].function) == level) BLOBGAUGE_CHECK(add(shape));
    model::renumber_evidence(surface);
    return std::move(result_);
  }

 private:
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
    const auto path = path_of(made);
    if (path.empty() && !result_.surface.operations_only)
      return model::fail(Category::input,
                         fmt::format("{}: nobody says which path this address is: {}", place, describe(made.endpoint)),
                         "add it to \"paths\" in the client's file");
    auto forms = path.empty() ? std::vector<Form>{} : classify(shape, path);
    if (forms.empty()) forms.push_back({std::string(model::unclassified), {}, {}, {}});
    for (const auto& form : forms) {
      result_.builders.push_back({form.operation, made.function});
      auto operation = describe_form(shape, form);
      auto [found, fresh] = result_.surface.operations.emplace(form.operation, operation);
      if (!fresh && found->second.level == operation.level) join(found->second, operation);
    }
    return {};
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

  std::vector<std::string> choices(const ShapedField& field, bool query) const {
    const auto& value = field.value;
    // What a program puts there nobody has read; an empty parameter may mean another operation than a filled one.
    if (executable_ && query && value.kind == model::ValueKind::dynamic) return {any_value, ""};
    if (value.kind != model::ValueKind::constant && value.kind != model::ValueKind::one_of) return {any_value};
    std::vector<std::string> list(value.values.begin(), value.values.end());
    if (list.size() > most_choices) return {any_value};
    return list;
  }

  // The names of the requests that this shape can become: what is always sent, with each of its constants, and again
  // with each field that is only sometimes there.
  std::vector<Form> classify(const RequestShape& shape, const std::string& path) const {
    struct Part {
      bool query;
      std::string name, value;
    };
    std::vector<std::vector<Part>> fixed{{}};
    std::vector<Part> sometimes;
    for (const bool query : {true, false})
      for (const auto& [key, field] : query ? shape.query : shape.headers) {
        if (field.presence == Presence::never || field.name.back() == '*') continue;
        if (field.presence != Presence::always) {
          // A policy's doings tell no operations apart.
          if (field.presence == Presence::conditional && !field.on_the_way)
            for (const auto& value : choices(field, query)) sometimes.push_back({query, field.name, value});
          continue;
        }
        std::vector<std::vector<Part>> longer;
        for (const auto& head : fixed)
          for (const auto& value : choices(field, query)) {
            if (longer.size() >= most_requests) break;
            longer.push_back(head);
            longer.back().push_back({query, field.name, value});
          }
        fixed = std::move(longer);
      }
    std::vector<Form> forms;
    const auto ask = [&](const std::vector<Part>& parts, const Part* extra) {
      for (const auto& method : shape.method.constants) {
        model::Request request;
        request.method = method;
        request.scheme = "https";
        request.host = host();
        request.headers_complete = true;
        std::string target, query;
        for (const auto part : model::split(path, '/'))
          if (!part.empty()) target += "/" + std::string(part.front() == '{' ? part.substr(1, part.size() - 2) : part);
        request.target = target.empty() ? "/" : target;
        const auto put = [&](const Part& part) {
          if (part.query)
            query += fmt::format("{}{}={}", query.empty() ? "?" : "&", model::percent_encode(part.name),
                                 model::percent_encode(part.value));
          else
            request.headers.add(part.name, part.value);
        };
        for (const auto& part : parts) put(part);
        if (extra) put(*extra);
        request.target += query;
        const std::string name(classifier_.classify(request).name);
        if (extra && name == model::unclassified) continue;
        if (std::any_of(forms.begin(), forms.end(), [&](const Form& f) { return f.operation == name; })) continue;
        Form form{name, {}, {}, {}};
        if (extra) (extra->query ? form.query : form.header) = extra->name, form.value = extra->value;
        forms.push_back(std::move(form));
      }
    };
    for (const auto& parts : fixed) ask(parts, nullptr);
    for (const auto& parts : fixed)
      for (const auto& extra : sometimes) ask(parts, &extra);
    return forms;
  }

  // A host of the service by the catalogue's first form, with a name for each glob.
  std::string host() const {
    const auto& forms = catalogue_.addressing("host-style");
    if (forms.empty()) return "account.localhost";
    std::string host;
    for (const char c : forms.front()) {
      if (c == '*')
        host += "account";
      else
        host += c;
    }
    return host;
  }

  OperationSurface describe_form(const RequestShape& shape, const Form& form) {
    const auto& made = facts_.requests[shape.request];
    OperationSurface operation;
    operation.operation = form.operation;
    operation.level = ways_.level(made.function);
    for (auto& path : ways_.to(made.function, made.at, options_.paths))
      operation.evidence.push_back(note("path", std::move(path)));
    if (result_.surface.operations_only) {
      explain(shape, operation);
      return operation;
    }
    for (const auto& [key, shaped] : shape.query) operation.query[key] = field(shaped, form.query == shaped.name);
    const auto* named = catalogue_.find(form.operation);
    for (const auto& [key, shaped] : shape.headers) {
      const auto name = header_name(named, shaped.name);
      auto described = field(shaped, !form.header.empty() && form.header == shaped.name);
      described.name = name;
      auto [found, fresh] = operation.request_headers.emplace(model::lower(name), described);
      if (!fresh) join(found->second, described);
    }
    // An address that nothing is known of is merged with what its owner put into it.
    for (const auto& header : rules_.implicit) {
      auto& known = operation.request_headers[model::lower(header.name)];
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
    for (const int status : shape.statuses) operation.statuses[status] = 0;
    for (const auto& [key, reads] : shape.reads) {
      Field f;
      f.presence = Presence::always;
      const auto* read = reads.front();
      for (const auto& name : flow_.domain(read->key).constants)
        if (model::lower(name) == key) f.name = name;  // one read may try several names
      std::vector<std::string> lines{frame(facts_.functions[read->function], read->at)};
      for (const auto& into : read->into) lines.push_back("into " + frame({into, {}, {}, {}, {}}, {}));
      f.evidence = {note("path", std::move(lines))};
      operation.response_headers[key] = std::move(f);
    }
    explain(shape, operation);
    return operation;
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

  static std::string short_name(const std::string& line) {
    const auto space = line.rfind(' ');
    return frame({line.substr(0, space), {}, {}, {}, {}}, line.substr(space + 1));
  }

  void join(OperationSurface& into, const OperationSurface& from) const {
    join(into.query, from.query);
    join(into.request_headers, from.request_headers);
    for (const auto& [key, field] : from.response_headers) into.response_headers.emplace(key, field);
    into.statuses.insert(from.statuses.begin(), from.statuses.end());
    into.evidence.insert(into.evidence.end(), from.evidence.begin(), from.evidence.end());
  }

  // Two builders of one operation: what only one of them sends is not always sent.
  static void join(std::map<std::string, Field>& into, const std::map<std::string, Field>& from) {
    const auto not_always = [](Field& field) {
      if (field.option && field.option->presence == Presence::always)
        field.option = model::OwnOption{Presence::conditional, model::Proof::none};
      if (field.presence != Presence::always) return;
      field.presence = Presence::conditional;
      field.proof = model::Proof::none;
    };
    for (auto& [key, field] : into)
      if (!from.count(key)) not_always(field);
    for (const auto& [key, field] : from) {
      auto [found, fresh] = into.emplace(key, field);
      if (!fresh)
        join(found->second, field);
      else
        not_always(found->second);
    }
  }

  static model::OwnOption join(const model::OwnOption& a, const model::OwnOption& b) {
    if (a.presence == b.presence) return {a.presence, std::max(a.proof, b.proof)};
    const auto strength = [](Presence p) { return p == Presence::never ? 0 : p == Presence::undecided ? 1 : 2; };
    // What one builder surely does sometimes is done sometimes, whatever is not known of the other.
    const bool both = strength(a.presence) == 2 && strength(b.presence) == 2;
    const auto stronger = strength(b.presence) > strength(a.presence) ? b.presence : a.presence;
    return {both || stronger == Presence::always ? Presence::conditional : stronger, model::Proof::none};
  }

  static void join(Field& into, const Field& from) {
    const auto option = join(model::option_of(into), model::option_of(from));
    const auto joined = join(model::OwnOption{into.presence, into.proof}, {from.presence, from.proof});
    into.presence = joined.presence;
    into.proof = joined.proof;
    model::keep_option(into, option);
    if (into.presence != Presence::undecided)
      into.reason.clear();
    else if (into.reason.empty())
      into.reason = from.reason;
    into.value = either_value(into.value, from.value);
    for (const auto& guard : from.guards)
      if (std::find(into.guards.begin(), into.guards.end(), guard) == into.guards.end()) into.guards.push_back(guard);
    into.evidence.insert(into.evidence.end(), from.evidence.begin(), from.evidence.end());
  }

  // Templates of source code have holes where the code has something unknown; their constants stay what they are.
  static model::Value either_value(const model::Value& a, const model::Value& b) {
    using model::ValueKind;
    if (a.kind == ValueKind::dynamic || b.kind == ValueKind::dynamic) return {};
    model::Value value = a;
    value.values.insert(b.values.begin(), b.values.end());
    if (value.values.size() > model::most_values) return {};
    value.kind = a.kind == ValueKind::pattern || b.kind == ValueKind::pattern ? ValueKind::pattern
                 : value.values.size() > 1                                    ? ValueKind::one_of
                                                                              : ValueKind::constant;
    return value;
  }

  std::string note(std::string kind, std::vector<std::string> lines) {
    model::Evidence evidence{std::move(kind), std::move(lines)};
    for (const auto& [id, known] : result_.surface.evidence)
      if (known == evidence) return id;
    auto id = fmt::format("p{}", result_.surface.evidence.size() + 1);
    result_.surface.evidence.emplace(id, std::move(evidence));
    return id;
  }

  void explain(const RequestShape& shape, const OperationSurface& operation) {
    if (options_.explain_operation.empty() || operation.operation != options_.explain_operation) return;
    auto& out = result_.explanation;
    const auto& made = facts_.requests[shape.request];
    out += fmt::format("{}{}{}\n  made by {}\n", operation.operation, executable_ ? ": " : "",
                       model::name_of(operation.level), frame(facts_.functions[made.function], made.at));
    for (const auto& path : ways_.to(made.function, made.at, options_.paths)) {
      out += "  called from\n";
      for (const auto& line : path) out += "    " + line + "\n";
    }
    std::vector<std::string> without;
    for (const auto& way : ways_.from_entries(made.function, made.at)) {
      if (way.frames.empty()) {
        without.push_back(way.entry);
        continue;
      }
      out += fmt::format("  from {}\n", way.entry);
      for (const auto& line : way.frames) out += "    " + line + "\n";
    }
    if (!without.empty()) out += fmt::format("  no chain of their own from: {}\n", fmt::join(without, "; "));
    if (result_.surface.operations_only) {
      out += "  named by its machine code: " + request_line(shape) + "\n";
      return;
    }
    const auto* named = catalogue_.find(operation.operation);
    for (const bool query : {true, false})
      for (const auto& [key, field] : query ? shape.query : shape.headers) {
        if (!options_.explain_header.empty() && !model::iequals(field.name, options_.explain_header)) continue;
        const auto& described = query ? operation.query : operation.request_headers;
        const auto known = described.find(query ? key : model::lower(header_name(named, field.name)));
        const auto& f = known == described.end() ? Field{} : known->second;
        const auto grade = model::name_of(f.presence, f.proof);
        out += fmt::format("  {} {}: {}{}{}{}\n", query ? "query" : "header", field.name, model::name_of(f.presence),
                           grade.empty() ? "" : ", ", grade, f.reason.empty() ? "" : " (" + f.reason + ")");
        for (const auto& e : field.emissions) explain(e, out);
      }
  }

  void explain(const Emission& e, std::string& out) const {
    out += fmt::format("    written by {}{}\n", frame(facts_.functions[e.write->function], e.write->at),
                       e.by_policy ? ", for every request that passes there"
                       : e.stage   ? ", a stage of pipelines"
                                   : "");
    const auto whether = e.truth.holds == Chance::yes  ? "yes"
                         : e.truth.holds == Chance::no ? "no, no reachable code stores what it needs"
                                                       : "unknown, " + e.truth.doubt;
    const bool asked = executable_ && e.truth.fails != Chance::no && e.truth.holds != Chance::no;
    out += fmt::format("      guard: {}", e.guard.empty() ? "none" : e.guard);
    if (!asked)
      out += "; can hold: " + whether + "\n";
    else if (e.by_policy || !entries_)
      out += "; can hold: unknown, " + (e.by_policy ? std::string(unread_options) : unread_) + "\n";
    else
      out += "\n";
    if (asked && entries_ && !e.by_policy)
      for (const auto& line : analyzer::explain(e.condition, *entries_)) out += "      " + line + "\n";
    if (!options_.explain_header.empty() && !executable_) explain_guard(e.write->guard, out);
  }

  void explain_guard(const Guard& guard, std::string& out) const {
    for (const auto& part : guard.parts) explain_guard(part, out);
    if (guard.value.kind != Expr::Kind::node) return;
    const auto& node = facts_.nodes[guard.value.id];
    out += fmt::format("      {}: {} {}\n", guard.text, node.kind, node.name);
    const auto found = flow_.witnesses(guard.value, 12);
    if (found.empty())
      out += flow_.domain(guard.value).present() == Chance::no ? "        no store that gives it a value\n"
                                                               : "        handed over by callers\n";
    for (const auto& line : found) out += "        stored: " + short_name(line) + "\n";
  }

  const Facts& facts_;
  const ClientRules& rules_;
  const model::Catalogue& catalogue_;
  const StaticOptions& options_;
  const model::Classifier classifier_;
  const ValueFlow flow_;
  const Ways& ways_;
  bool executable_ = false;
  EntryQuestions* entries_ = nullptr;
  std::string unread_ = unread_options;
  std::set<std::string> used_modules_;
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
