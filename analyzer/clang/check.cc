#include "analyzer/clang/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "model/text.h"

namespace blobgauge::analyzer::clang {
namespace {

using Does = CallRule::Does;
using Kind = Code::Kind;

const char* what_it_does(Does does) {
  switch (does) {
    case Does::add_query:
      return "adds a query parameter";
    case Does::add_header:
      return "adds a header";
    case Does::reset:
      return "empties a list";
    case Does::copy:
      return "copies a list";
    case Does::merge:
      return "merges two lists";
    case Does::same:
      return "passes its argument on";
    case Does::format:
      return "makes a text";
    case Does::create:
      return "makes something new";
    case Does::ignore:
      return "looks at a request and changes nothing";
    case Does::option:
      return "sets an option of a request";
    case Does::set:
      return "sets up a request";
    case Does::send:
      return "sends a request";
    case Does::sign:
      return "signs a request";
    case Does::status:
      return "gives the status of an answer";
    case Does::success:
      return "asks whether an answer is a success";
    case Does::read:
      return "reads a header of an answer";
    case Does::element:
      return "reads an XML element";
    case Does::make_element:
      return "writes an XML element";
  }
  return "";
}

// An expression as the analyser has it.
std::string shown(const Code& c, int depth = 0) {
  if (depth > 6) return "...";
  switch (c.kind) {
    case Kind::string:
      return "\"" + c.text + "\"";
    case Kind::character:
      return "'" + c.text + "'";
    case Kind::integer:
      return c.text.empty() ? std::to_string(c.number) : c.text;
    case Kind::null:
      return "null";
    case Kind::self:
      return "this";
    case Kind::parameter:
      return fmt::format("parameter {}", c.number);
    case Kind::local:
    case Kind::global:
    case Kind::function:
      return c.text;
    case Kind::member:
      return (c.parts.empty() ? "?" : shown(c.parts[0], depth + 1)) + "." + c.text;
    case Kind::call: {
      std::string text = c.text + "(";
      for (std::size_t i = 1; i < c.parts.size(); ++i) text += (i > 1 ? ", " : "") + shown(c.parts[i], depth + 1);
      return text + ")";
    }
    case Kind::record: {
      std::string text = c.text + "{";
      for (std::size_t i = 0; i < c.parts.size() && i < c.names.size(); ++i)
        text += (i ? ", ." : ".") + c.names[i] + " = " + shown(c.parts[i], depth + 1);
      return text + "}";
    }
    case Kind::construct: {
      std::string text = c.text + "(";
      for (std::size_t i = 0; i < c.parts.size(); ++i) text += (i ? ", " : "") + shown(c.parts[i], depth + 1);
      return text + ")";
    }
    case Kind::choose:
      return c.parts.size() == 3 ? "(" + shown(c.parts[0], depth + 1) + " ? " + shown(c.parts[1], depth + 1) + " : " +
                                       shown(c.parts[2], depth + 1) + ")"
                                 : "?";
    case Kind::test:
      return c.text;
    case Kind::unary:
      return c.text + (c.parts.empty() ? "?" : shown(c.parts[0], depth + 1));
    case Kind::binary:
      return c.parts.size() == 2 ? shown(c.parts[0], depth + 1) + " " + (c.text.empty() ? "?" : c.text) + " " +
                                       shown(c.parts[1], depth + 1)
                                 : "?";
    case Kind::make_new:
      return "new " + c.text;
    case Kind::lambda:
      return "a lambda";
    default:
      return c.parts.size() == 1 ? shown(c.parts[0], depth + 1) : "something that is not followed";
  }
}

// A shortest way from a root.
std::vector<std::string> way_to(const Program& program, int function) {
  std::map<int, const CallMade*> towards;
  std::deque<int> work{function};
  std::set<int> seen{function};
  while (!work.empty()) {
    const int f = work.front();
    work.pop_front();
    if (!program.functions()[static_cast<std::size_t>(f)].root.empty()) {
      std::vector<std::string> lines;
      for (int g = f; g != function; g = towards[g]->to)
        lines.push_back(fmt::format("{} {} ({})", program.functions()[static_cast<std::size_t>(g)].name, towards[g]->at,
                                    towards[g]->how));
      lines.push_back(program.functions()[static_cast<std::size_t>(function)].name);
      return lines;
    }
    for (const auto& call : program.calls())
      if (call.to == f && seen.insert(call.from).second) {
        towards[call.from] = &call;
        work.push_back(call.from);
      }
  }
  return {};
}

bool same_file(const std::string& path, const std::string& wanted) {
  return path == wanted ||
         (path.size() > wanted.size() && path.ends_with(wanted) && path[path.size() - wanted.size() - 1] == '/');
}

void show_request(const FoundRequest& found, std::string& out) {
  const auto& hit = found.hit;
  out += fmt::format("  request: {} {}\n", fmt::join(hit.verbs, " or "), hit.path.empty() ? "(no path)" : hit.path);
  for (const auto& a : hit.additions) {
    std::string why;
    for (const auto& atom : a.guards) why += (why.empty() ? " if " : " && ") + text_of(atom);
    out += fmt::format("    {} {} = {}{}  [{}]\n", a.query ? "query " : "header", a.name,
                       fmt::join(a.value.as_texts(), " | "), why, a.at);
  }
  if (hit.body != "none") out += fmt::format("    body: {} {}\n", hit.body, fmt::join(hit.body_elements, ", "));
  if (!hit.answer.statuses.empty()) {
    out += "    statuses asked for:";
    for (const auto& [code, at] : hit.answer.statuses) out += fmt::format(" {}", code);
    out += "\n";
  }
  if (!hit.signed_verbs.empty()) out += fmt::format("    signed as {}\n", fmt::join(hit.signed_verbs, " or "));
}

}  // namespace

std::string check_line(const Program& program, const SourceRules& rules, const RequestsRead& read,
                       const std::string& file, int line) {
  std::string out;
  bool any_function = false, any_call = false;
  for (std::size_t i = 1; i < program.functions().size(); ++i) {
    const auto& f = program.functions()[i];
    if (!same_file(f.body->file, file) || line < f.body->line || line > f.body->last) continue;
    any_function = true;
    const int number = static_cast<int>(i);
    out += fmt::format("{}:{}: in {}\n", f.body->file, line, f.name);
    if (!f.reachable) {
      out += "  no root leads here: name one in \"roots\" (or \"called_outside\") of the client's file\n";
    } else {
      out += "  reached from\n";
      for (const auto& step : way_to(program, number)) out += "    " + step + "\n";
    }
    if (f.reachable && !read.relevant.count(number))
      out += "  it calls nothing that the client's file names, so it is not followed\n";
    each(f.body->body, [&](const Code& c) {
      if ((c.kind != Kind::call && c.kind != Kind::call_value && c.kind != Kind::construct) || c.line != line) return;
      if (c.kind == Kind::construct && !program.find(c.usr) && !rules.find({c.text})) return;
      any_call = true;
      out +=
          "  " +
          (c.kind == Kind::call_value ? "call through " + (c.parts.empty() ? c.text : shown(c.parts[0])) : shown(c)) +
          "\n";
      if (c.kind == Kind::call_value) return;
      const auto names = program.names_of(c.usr, c.text);
      if (const auto* rule = rules.find(names)) {
        out += fmt::format("    {}: it {} ({}:{})\n", rule->function, what_it_does(rule->does), rule->file,
                           rule->line_number);
        return;
      }
      const auto targets = program.targets(c.usr, c.dynamic, c.type, {});
      if (!targets.empty()) {
        for (const int t : targets)
          out += fmt::format("    no rule names it; its code is {}: {} {}:{}\n",
                             read.relevant.count(t) ? "followed" : "read for its value alone",
                             program.functions()[static_cast<std::size_t>(t)].name,
                             program.functions()[static_cast<std::size_t>(t)].body->file,
                             program.functions()[static_cast<std::size_t>(t)].body->line);
        return;
      }
      std::vector<std::string> known;
      for (const auto& rule : rules.calls) known.push_back(rule.function);
      const auto near = model::closest(c.text, known);
      out += fmt::format("    no rule names \"{}\", and its code is not among what was read{}\n", c.text,
                         near ? fmt::format("; \"{}\"?", *near) : "");
    });
  }
  const auto place = [&](const std::string& at) {
    const auto colon = at.rfind(':');
    return colon != std::string::npos && same_file(at.substr(0, colon), file) &&
           at.substr(colon + 1) == std::to_string(line);
  };
  for (const auto& found : read.requests) {
    const bool adds = std::any_of(found.hit.additions.begin(), found.hit.additions.end(),
                                  [&](const Addition& a) { return place(a.at); });
    if (!place(found.at) && !adds) continue;
    out += place(found.at) ? "" : fmt::format("  adds to the request of {}\n", found.at);
    show_request(found, out);
  }
  if (!any_function)
    return fmt::format("{}:{}: no function that was read has this line; is the file among the units?\n", file, line);
  if (!any_call) out += "  no call stands on this line; a call that a macro makes stands where the macro is used\n";
  return out;
}

}  // namespace blobgauge::analyzer::clang
