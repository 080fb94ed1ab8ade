#include "tests/flow/tiny_program.h"

#include <fmt/format.h>

#include <memory>

namespace blobgauge::flow {
namespace {

using Random = std::mt19937_64;

int below(Random& random, int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); }

std::string some_text(Random& random) {
  static constexpr const char* texts[] = {"a", "b", "c", ""};
  return texts[below(random, 4)];
}

Condition some_condition(Random& random) {
  Condition c;
  c.kind = std::array{Condition::Kind::input, Condition::Kind::input, Condition::Kind::variable,
                      Condition::Kind::field}[static_cast<std::size_t>(below(random, 4))];
  c.input = below(random, input_count);
  c.variable = below(random, variable_count);
  c.field = below(random, field_count);
  c.negated = below(random, 2) == 0;
  return c;
}

std::vector<Statement> some_statements(Random& random, int count, int depth, int helpers, bool may_leave);

Statement some_statement(Random& random, int depth, int helpers, bool may_leave) {
  using Kind = Statement::Kind;
  Statement s;
  s.v = below(random, variable_count);
  s.w = below(random, variable_count);
  s.f = below(random, field_count);
  s.g = below(random, field_count);
  s.text = some_text(random);
  s.condition = some_condition(random);
  for (;;) {
    s.kind = static_cast<Kind>(below(random, static_cast<int>(Kind::leave) + 1));
    const bool nested = s.kind == Kind::choose || s.kind == Kind::repeat || s.kind == Kind::enclose;
    if (nested && depth == 0) continue;
    if (s.kind == Kind::leave && (!may_leave || below(random, 4) != 0)) continue;
    if (s.kind == Kind::forget && below(random, 2) != 0) continue;
    if (s.kind == Kind::call) {
      if (helpers == 0) continue;
      s.helper = below(random, helpers);
    }
    if (s.kind == Kind::make)
      for (int f = 0; f < field_count; ++f)
        if (below(random, 3) == 0) s.fields.emplace_back(f, some_text(random));
    if (nested) {
      s.body = some_statements(random, 1 + below(random, 3), depth - 1, helpers, may_leave && s.kind != Kind::enclose);
      if (s.kind == Kind::choose && below(random, 2) == 0)
        s.other = some_statements(random, 1 + below(random, 2), depth - 1, helpers, may_leave);
    }
    return s;
  }
}

std::vector<Statement> some_statements(Random& random, int count, int depth, int helpers, bool may_leave) {
  std::vector<Statement> list;
  for (int i = 0; i < count; ++i) list.push_back(some_statement(random, depth, helpers, may_leave));
  return list;
}

constexpr const char* variables[] = {"o", "p", "q"};

// Source, line by line.
class Writer {
 public:
  Writer(int id, int& line) : id_(id), line_(line) {}

  void operator()(const std::string& text) {
    text_ += text + "\n";
    ++line_;
  }

  void statements(const std::vector<Statement>& list) {
    for (const auto& s : list) statement(s);
  }

  std::string take() { return std::move(text_); }
  std::string literal(const std::string& text) const { return fmt::format("text(\"{}\")", text); }

 private:
  std::string condition(const Condition& c) const {
    switch (c.kind) {
      case Condition::Kind::input:
        return fmt::format("{}b{}", c.negated ? "!" : "", c.input);
      case Condition::Kind::variable:
        return fmt::format("{} {} nil", variables[c.variable], c.negated ? "==" : "!=");
      case Condition::Kind::field:
        return fmt::format("{0} != nil && {0}.F{1} {2} nil", variables[c.variable], c.field, c.negated ? "==" : "!=");
    }
    return {};
  }

  void statement(const Statement& s) {
    using Kind = Statement::Kind;
    const std::string v = variables[s.v], w = variables[s.w];
    auto& out = *this;
    switch (s.kind) {
      case Kind::make: {
        std::string fields;
        for (const auto& [f, text] : s.fields)
          fields += fmt::format("{}F{}: {}", fields.empty() ? "" : ", ", f, literal(text));
        return out(fmt::format("{} = &options{}{{{}}}", v, id_, fields));
      }
      case Kind::forget:
        return out(v + " = nil");
      case Kind::alias:
        return v == w ? void() : out(v + " = " + w);
      case Kind::copy:
        return out(fmt::format("if {1} != nil {{ c := *{1}; {0} = &c }}", v, w));
      case Kind::set:
        return out(fmt::format("if {0} != nil {{ {0}.F{1} = {2} }}", v, s.f, literal(s.text)));
      case Kind::clear:
        return out(fmt::format("if {0} != nil {{ {0}.F{1} = nil }}", v, s.f));
      case Kind::move:
        if (v == w && s.f == s.g) return;
        return out(fmt::format("if {0} != nil && {1} != nil {{ {0}.F{2} = {1}.F{3} }}", v, w, s.f, s.g));
      case Kind::choose:
        out("if " + condition(s.condition) + " {");
        statements(s.body);
        if (!s.other.empty()) {
          out("} else {");
          statements(s.other);
        }
        return out("}");
      case Kind::repeat:
        out("for range 2 {");
        statements(s.body);
        return out("}");
      case Kind::enclose:
        out("func() {");
        statements(s.body);
        return out("}()");
      case Kind::call:
        return out(fmt::format("{} = help{}x{}({}, b0, b1, b2)", v, id_, s.helper, w));
      case Kind::apply:
        return out(fmt::format("apply{}(b{}, {})", id_, s.condition.input, v));
      case Kind::keep:
        return out(fmt::format("kept{} = {}", id_, v));
      case Kind::take:
        return out(fmt::format("{} = kept{}", v, id_));
      case Kind::leave:
        return out("if " + condition(s.condition) + " { return }");
    }
  }

  int id_;
  int& line_;
  std::string text_;
};

struct Object {
  std::array<std::optional<std::string>, field_count> fields;
};
using Pointer = std::shared_ptr<Object>;

class Interpreter {
 public:
  Interpreter(const Program& program, std::array<bool, input_count> inputs) : program_(program), inputs_(inputs) {}

  Sent run() {
    Frame frame;
    Sent sent;
    if (!all(program_.main, frame)) return sent;
    sent.request = true;
    Pointer formatted;
    if (const auto& o = frame[0]) {
      formatted = std::make_shared<Object>();
      for (std::size_t f = 0; f < field_count; ++f)
        if (const auto from = program_.formats[f]) formatted->fields[f] = o->fields[static_cast<std::size_t>(*from)];
    }
    for (const auto& write : program_.writes) put(write, formatted, sent.headers);
    return sent;
  }

 private:
  using Frame = std::array<Pointer, variable_count>;

  static void put(const HeaderWrite& write, const Pointer& formatted, std::map<std::string, std::string>& headers) {
    using Kind = HeaderWrite::Kind;
    const auto field =
        formatted ? formatted->fields[static_cast<std::size_t>(write.field)] : std::optional<std::string>();
    switch (write.kind) {
      case Kind::plain:
        headers[write.name] = write.text;
        return;
      case Kind::there:
        if (formatted) headers[write.name] = write.text;
        return;
      case Kind::set:
        if (field) headers[write.name] = *field;
        return;
      case Kind::filled:
        if (field && !field->empty()) headers[write.name] = *field;
        return;
      case Kind::fallback:
      case Kind::replaced:
        headers[write.name] = field ? *field : write.text;
        return;
      case Kind::removed:
        if (!field) headers[write.name] = write.text;
        return;
    }
  }

  bool holds(const Condition& c, const Frame& frame) const {
    const auto& pointer = frame[static_cast<std::size_t>(c.variable)];
    switch (c.kind) {
      case Condition::Kind::input:
        return inputs_[static_cast<std::size_t>(c.input)] != c.negated;
      case Condition::Kind::variable:
        return (pointer != nullptr) != c.negated;
      case Condition::Kind::field:
        return pointer && pointer->fields[static_cast<std::size_t>(c.field)].has_value() != c.negated;
    }
    return false;
  }

  // False where the function was left.
  bool all(const std::vector<Statement>& list, Frame& frame) {
    for (const auto& s : list)
      if (!one(s, frame)) return false;
    return true;
  }

  bool one(const Statement& s, Frame& frame) {
    using Kind = Statement::Kind;
    auto& v = frame[static_cast<std::size_t>(s.v)];
    auto& w = frame[static_cast<std::size_t>(s.w)];
    const auto f = static_cast<std::size_t>(s.f), g = static_cast<std::size_t>(s.g);
    switch (s.kind) {
      case Kind::make:
        v = std::make_shared<Object>();
        for (const auto& [field, text] : s.fields) v->fields[static_cast<std::size_t>(field)] = text;
        return true;
      case Kind::forget:
        v = nullptr;
        return true;
      case Kind::alias:
        v = w;
        return true;
      case Kind::copy:
        if (w) v = std::make_shared<Object>(*w);
        return true;
      case Kind::set:
        if (v) v->fields[f] = s.text;
        return true;
      case Kind::clear:
        if (v) v->fields[f] = {};
        return true;
      case Kind::move:
        if (v && w) v->fields[f] = w->fields[g];
        return true;
      case Kind::choose:
        return all(holds(s.condition, frame) ? s.body : s.other, frame);
      case Kind::repeat:
        return all(s.body, frame) && all(s.body, frame);
      case Kind::enclose:
        return all(s.body, frame);
      case Kind::call: {
        const auto& helper = program_.helpers[static_cast<std::size_t>(s.helper)];
        Frame inner{w, nullptr, nullptr};
        all(helper.body, inner);
        v = inner[static_cast<std::size_t>(helper.result)];
        return true;
      }
      case Kind::apply:
        if (v) {
          const auto& [field, text] = program_.setters[inputs_[static_cast<std::size_t>(s.condition.input)] ? 1 : 0];
          v->fields[static_cast<std::size_t>(field)] = text;
        }
        return true;
      case Kind::keep:
        kept_ = v;
        return true;
      case Kind::take:
        v = kept_;
        return true;
      case Kind::leave:
        return !holds(s.condition, frame);
    }
    return true;
  }

  const Program& program_;
  std::array<bool, input_count> inputs_;
  Pointer kept_;
};

std::vector<std::string> lines_of(const HeaderWrite& write) {
  using Kind = HeaderWrite::Kind;
  const auto put = [&](const std::string& value) {
    return fmt::format("req.Header[\"{}\"] = []string{{{}}}", write.name, value);
  };
  const auto own = put(fmt::format("\"{}\"", write.text)), its = put(fmt::format("*in.F{}", write.field));
  const auto set = fmt::format("in != nil && in.F{} != nil", write.field);
  switch (write.kind) {
    case Kind::plain:
      return {own};
    case Kind::there:
      return {"if in != nil {", own, "}"};
    case Kind::set:
      return {"if " + set + " {", its, "}"};
    case Kind::filled:
      return {fmt::format("if {} && *in.F{} != \"\" {{", set, write.field), its, "}"};
    case Kind::fallback:
      return {"if " + set + " {", its, "} else {", own, "}"};
    case Kind::replaced:
      return {own, "if " + set + " {", its, "}"};
    case Kind::removed:
      return {own, "if " + set + " {", fmt::format("delete(req.Header, \"{}\")", write.name), "}"};
  }
  return {};
}

}  // namespace

Program Program::random(Random& random) {
  Program program;
  const int helpers = below(random, 3);
  for (int h = 0; h < helpers; ++h) {
    auto body = some_statements(random, 1 + below(random, 4), 1, h, false);
    program.helpers.push_back({std::move(body), below(random, variable_count)});
  }
  for (auto& from : program.formats)
    if (below(random, 4) != 0) from = below(random, field_count);
  for (auto& setter : program.setters) setter = {below(random, field_count), some_text(random)};
  program.main = some_statements(random, 3 + below(random, 6), 2, helpers, true);
  const int writes = 3 + below(random, 4);
  for (int i = 0; i < writes; ++i)
    program.writes.push_back({static_cast<HeaderWrite::Kind>(below(random, 7)), below(random, field_count),
                              fmt::format("x-{}", i), "w" + std::to_string(i)});
  return program;
}

std::string Program::source(int id, int& line, int& request) const {
  Writer out(id, line);
  out(fmt::format("type options{} struct {{ F0, F1, F2, F3 *string }}", id));
  out(fmt::format("type inner{} struct {{ F0, F1, F2, F3 *string }}", id));
  out(fmt::format("var kept{0} *options{0}", id));
  out(fmt::format("type setter{0} interface {{ set(o *options{0}) }}", id));
  for (std::size_t i = 0; i < setters.size(); ++i) {
    out(fmt::format("type setter{}x{} struct{{}}", id, i));
    out(fmt::format("func (setter{0}x{1}) set(o *options{0}) {{ o.F{2} = {3} }}", id, i, setters[i].first,
                    out.literal(setters[i].second)));
  }
  out(fmt::format("func apply{0}(second bool, o *options{0}) {{", id));
  out(fmt::format("var s setter{0} = setter{0}x0{{}}", id));
  out(fmt::format("if second {{ s = setter{0}x1{{}} }}", id));
  out("if o != nil { s.set(o) }");
  out("}");
  out(fmt::format("func (o *options{0}) format() *inner{0} {{", id));
  out("if o == nil { return nil }");
  std::string moved;
  for (std::size_t f = 0; f < formats.size(); ++f)
    if (formats[f]) moved += fmt::format("{}F{}: o.F{}", moved.empty() ? "" : ", ", f, *formats[f]);
  out(fmt::format("return &inner{}{{{}}}", id, moved));
  out("}");
  for (std::size_t h = 0; h < helpers.size(); ++h) {
    out(fmt::format("func help{0}x{1}(o *options{0}, b0, b1, b2 bool) *options{0} {{", id, h));
    out(fmt::format("var p, q *options{}", id));
    out.statements(helpers[h].body);
    out("_, _ = p, q");
    out(fmt::format("return {}", variables[helpers[h].result]));
    out("}");
  }
  out(fmt::format("func build{0}(in *inner{0}) {{", id));
  request = line + 1;
  out("req, err := http.NewRequest(\"PUT\", \"https://host\", nil)");
  out("if err != nil { return }");
  for (const auto& write : writes)
    for (const auto& text : lines_of(write)) out(text);
  out("}");
  out(fmt::format("func Run{}(b0, b1, b2 bool) {{", id));
  out(fmt::format("var o, p, q *options{}", id));
  out.statements(main);
  out("_, _ = p, q");
  out(fmt::format("build{}(o.format())", id));
  out("}");
  return out.take();
}

Sent Program::run(std::array<bool, input_count> inputs) const { return Interpreter(*this, inputs).run(); }

}  // namespace blobgauge::flow
