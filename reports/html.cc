#include "reports/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/gate.h"
#include "model/text.h"
#include "reports/before.h"
#include "reports/case_text.h"
#include "reports/gate.h"
#include "reports/html_case.h"
#include "reports/html_element.h"
#include "reports/html_style.h"

namespace blobgauge::reports {
namespace {

using model::Finding;
using model::Verdict;
using model::Weight;

class HtmlPage {
 public:
  HtmlPage(const Input& input, const Overview& overview, const HtmlOptions& options)
      : input_(input), overview_(overview), options_(options) {}

  std::string write() {
    out_ += "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
    // Whatever an endpoint answered stands in this page: nothing may be loaded, and nothing but our own script runs.
    out_ +=
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n";
    out_ += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    out_ +=
        fmt::format("<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n", html_text(options_.title), page_style);
    header();
    navigation();
    out_ += "<main>\n";
    gates();
    commands();
    figures();
    before();
    roles();
    failures();
    differences();
    all_cases();
    words();
    out_ += "</main>\n";
    footer();
    out_ += fmt::format("<script>{}</script>\n</body>\n</html>\n", page_script);
    return std::move(out_);
  }

 private:
  bool has_baseline() const {
    for (const auto& column : input_.columns)
      for (const auto& results : column.results)
        if (results.baseline) return true;
    return false;
  }

  bool has_failures() const {
    return std::any_of(overview_.groups.begin(), overview_.groups.end(),
                       [](const auto& each) { return !each.empty(); });
  }

  bool has_differences() const {
    for (const auto& row : overview_.cases)
      for (const auto* item : row.cells)
        if (item && std::any_of(item->findings.begin(), item->findings.end(),
                                [](const Finding& f) { return f.weight == Weight::differs; }))
          return true;
    return false;
  }

  void header() {
    out_ += "<header><div>\n";
    out_ += fmt::format("<h1>{}</h1>\n", html_text(options_.title));
    out_ += "<div class=\"cards\">\n";
    for (std::size_t i = 0; i < overview_.labels.size(); ++i) card(i);
    out_ += "</div>\n";
    // Below the answer, which they qualify.
    for (const auto& note : overview_.notes) out_ += fmt::format("<p class=\"note\">{}</p>\n", html_text(note));
    out_ += "</div></header>\n";
  }

  void card(std::size_t column) {
    const auto sum = score(overview_, column);
    const model::Figures cases = overview_.figures.empty() ? model::Figures{} : overview_.figures.front().cells[column];
    // Where no client was tried, the cases speak.
    const bool bad = sum.tried() ? sum.breaks != 0 : cases.fail != 0;
    const bool good = sum.tried() ? sum.works == sum.tried() : cases.total && cases.pass == cases.total;
    const auto kind = bad ? "no" : good ? "yes" : "unknown";
    const auto& label = overview_.labels[column];
    out_ += fmt::format("<section class=\"card {}\">\n<h2>{}", kind, html_text(label));
    for (const auto& results : input_.columns[column].results)
      if (!results.endpoint.empty() && results.endpoint != label) {
        out_ += fmt::format(" <span>{}</span>", html_text(results.endpoint));
        break;
      }
    out_ += "</h2>\n";
    if (sum.tried()) {
      const auto answer = sum.breaks    ? fmt::format("{} of {} client commands {}", sum.breaks, sum.tried(),
                                                   sum.breaks == 1 ? "breaks" : "break")
                          : sum.unknown ? fmt::format("{} of {} client commands: unknown", sum.unknown, sum.tried())
                                        : fmt::format("All {} client commands work", sum.tried());
      out_ += fmt::format("<p class=\"answer {}\">{}</p>\n", kind, answer);
      out_ += fmt::format("<div class=\"bar\" role=\"img\" aria-label=\"{} work, {} break, {} unknown\">", sum.works,
                          sum.breaks, sum.unknown);
      for (const auto& [name, n] : {std::pair{"yes", sum.works}, {"no", sum.breaks}, {"unknown", sum.unknown}})
        if (n) out_ += fmt::format("<i class=\"{}\" style=\"flex:{}\"></i>", name, n);
      out_ += "</div>\n";
      if (sum.breaks || sum.unknown)
        out_ += fmt::format("<p class=\"legend\">{} work, {} {}, {} unknown</p>\n", sum.works, sum.breaks,
                            sum.breaks == 1 ? "breaks" : "break", sum.unknown);
    } else {
      out_ +=
          fmt::format("<p class=\"answer {}\">{}</p>\n", kind, cases.total ? case_count(cases) : "Nothing was tried");
      out_ += "<p class=\"legend\">No client ran here, and none is predicted.</p>\n";
    }
    if (cases.total) {
      out_ += fmt::format(
          "<div class=\"pair\"><div><b>{}</b><span class=\"soft small\">divergence</span></div>"
          "<div><b>{}</b><span class=\"soft small\">coverage</span></div>"
          "<div><b>{}</b><span class=\"soft small\">cases</span></div></div>\n",
          html_text(percent(cases.divergence())), html_text(percent(cases.coverage())), cases.total);
    }
    if (!overview_.causes[column].empty()) {
      out_ += "<ul class=\"causes\">\n";
      for (const auto& cause : overview_.causes[column]) {
        out_ += fmt::format("<li><b>{}</b> breaks {}<br>", html_code(cause.exchange),
                            html_count(cause.commands.size(), "command", "commands"));
        // The whole exchange of the first: what to look for in a log.
        auto first = cause.commands.front()->cells[column].broken_by();
        const auto operation = cause.exchange.substr(0, cause.exchange.find(" -> ")) + ": ";
        if (first.rfind(operation, 0) == 0) first.erase(0, operation.size());
        if (!first.empty()) out_ += fmt::format("<code class=\"exchange\">{}</code><br>", html_text(first));
        out_ += "<span class=\"small\">";
        for (std::size_t i = 0; i < cause.commands.size(); ++i) {
          const auto& row = *cause.commands[i];
          out_ +=
              fmt::format("{}<a href=\"#{}\">{}</a>", i ? ", " : "",
                          html_anchor("command", 0, row.client + "-" + row.id), html_text(row.client + " " + row.id));
        }
        out_ += "</span></li>\n";
      }
      out_ += "</ul>\n";
    }
    out_ += "</section>\n";
  }

  void navigation() {
    out_ += "<nav aria-label=\"Sections\"><div>";
    if (has_baseline()) out_ += "<a href=\"#gate\">Gate</a>";
    if (!overview_.commands.empty()) out_ += "<a href=\"#commands\">Client commands</a>";
    if (!overview_.figures.empty()) out_ += "<a href=\"#figures\">Divergence and coverage</a>";
    if (!overview_.before.empty()) out_ += "<a href=\"#before\">Before the first request</a>";
    if (has_failures()) out_ += "<a href=\"#failures\">Cases that do not pass</a>";
    if (has_differences()) out_ += "<a href=\"#differences\">Differences</a>";
    if (!overview_.cases.empty()) out_ += "<a href=\"#cases\">All cases</a>";
    out_ += "<a href=\"#words\">What the words mean</a></div></nav>\n";
  }

  std::string state(const CommandCell& cell) const {
    static const std::map<Works, std::string> names = {
        {Works::yes, "works"}, {Works::no, "breaks"}, {Works::unknown, "unknown"}, {Works::absent, "not tried"}};
    std::string text = html_badge(html_class(cell.works), names.at(cell.works));
    if (cell.works != Works::absent && !cell.run) text += " <span class=\"soft small\">predicted</span>";
    if (cell.disagree()) text += " <span class=\"soft small\">predicted otherwise</span>";
    return text;
  }

  // What got worse since the baseline, before all that was known.
  void gates() {
    if (!has_baseline()) return;
    out_ += "<section id=\"gate\">\n<h2>Gate</h2>\n";
    for (std::size_t column = 0; column < input_.columns.size(); ++column)
      for (const auto& results : input_.columns[column].results)
        if (results.baseline) one_gate(results, column);
    out_ += "</section>\n";
  }

  void one_gate(const model::Results& results, std::size_t column) {
    const bool shut = model::gate_is_shut(results);
    out_ += fmt::format("<h3>{} {}</h3>\n", html_text(overview_.labels[column]),
                        html_badge(shut ? "no" : "yes", gate_line(results)));
    for (const auto& note : results.baseline->notes) out_ += fmt::format("<p class=\"note\">{}</p>\n", html_text(note));
    const auto groups = changes_of(results);
    if (groups.empty()) return;
    out_ +=
        "<div class=\"scroll\"><table>\n<caption>Every case that is not as it was in the run that the baseline "
        "accepted, and every failure that it expects.</caption>\n<thead><tr><th scope=\"col\">change</th><th "
        "scope=\"col\">case</th><th scope=\"col\">was</th><th scope=\"col\">now</th></tr></thead>\n<tbody>\n";
    for (const auto& group : groups) {
      const auto mark = html_badge(group.gates                                   ? "no"
                                   : group.change == model::CaseChange::expected ? "absent"
                                                                                 : "unknown",
                                   name_of(group.change));
      if (group.cases.empty())
        for (const auto& gone : results.baseline->vanished)
          out_ += fmt::format("<tr><td>{}</td><th scope=\"row\">{}</th><td>{}</td><td>no such case</td></tr>\n", mark,
                              html_text(gone.id), name_of(gone.was));
      for (const auto* item : group.cases) {
        const auto id = needs_a_look(*item) ? fmt::format("<a href=\"#{}\">{}</a>",
                                                          html_anchor("case", column, item->id), html_text(item->id))
                                            : html_text(item->id);
        out_ += fmt::format("<tr><td>{}</td><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n", mark, id,
                            item->was ? name_of(*item->was) : "", html_text(headline(*item)));
      }
    }
    out_ += "</tbody>\n</table></div>\n";
  }

  void commands() {
    if (overview_.commands.empty()) return;
    out_ +=
        "<section id=\"commands\">\n<h2>Client commands</h2>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
        "aria-label=\"Client commands\"><table>\n<caption>One row per command of a real client. A command that "
        "breaks shows the first exchange that the client could not work with.</caption>\n<thead><tr><th "
        "scope=\"col\">command</th><th scope=\"col\">what it does</th>";
    for (const auto& label : overview_.labels) out_ += fmt::format("<th scope=\"col\">{}</th>", html_text(label));
    out_ += "</tr></thead>\n";
    std::string client;
    const std::size_t columns = 2 + overview_.labels.size();
    for (const auto& row : overview_.commands) {
      if (row.client != client || client.empty()) {
        out_ += client.empty() ? "<tbody>\n" : "</tbody>\n<tbody>\n";
        client = row.client;
        out_ += fmt::format("<tr class=\"group\"><th colspan=\"{}\" scope=\"rowgroup\">{}</th></tr>\n", columns,
                            html_text(row.release.empty() ? client : client + " " + row.release));
      }
      out_ +=
          fmt::format("<tr id=\"{}\"><th scope=\"row\" class=\"name\">{}</th><td>{}</td>",
                      html_anchor("command", 0, row.client + "-" + row.id), html_text(row.id), html_text(row.title));
      for (const auto& cell : row.cells) out_ += "<td>" + state(cell) + "</td>";
      out_ += "</tr>\n";
      for (std::size_t i = 0; i < row.cells.size(); ++i) why(row.cells[i], i, columns);
    }
    out_ += "</tbody>\n</table></div>\n</section>\n";
  }

  void why(const CommandCell& cell, std::size_t column, std::size_t columns) {
    if (cell.works != Works::no && cell.works != Works::unknown) return;
    out_ += fmt::format("<tr class=\"why\"><td colspan=\"{}\"><span class=\"soft small\">{}:</span> ", columns,
                        html_text(overview_.labels[column]));
    const auto broken_by = cell.broken_by();
    if (!broken_by.empty()) out_ += html_code(broken_by);
    const auto* said = cell.run ? cell.run : cell.predicted;
    if (said && !said->detail.empty())
      out_ +=
          fmt::format("{}<span class=\"small\">{}</span>", broken_by.empty() ? "" : "<br>", html_text(said->detail));
    if (cell.predicted && !cell.predicted->cases.empty()) {
      out_ += "<br><span class=\"small\">cases: ";
      for (std::size_t i = 0; i < cell.predicted->cases.size(); ++i) {
        const auto& id = cell.predicted->cases[i];
        out_ += fmt::format("{}<a href=\"#{}\">{}</a>", i ? ", " : "", html_anchor("case", column, id), html_text(id));
      }
      out_ += "</span>";
    }
    out_ += "</td></tr>\n";
  }

  static std::string share(double part, std::string_view kind) {
    return fmt::format(
        "<td class=\"share\">{}<div class=\"bar\" aria-hidden=\"true\"><i class=\"{}\" "
        "style=\"width:{:.2f}%\"></i></div></td>",
        html_text(percent(part)), kind, part * 100);
  }

  void figures() {
    if (overview_.figures.empty()) return;
    out_ +=
        "<section id=\"figures\">\n<h2>Divergence and coverage</h2>\n<p class=\"soft\">Divergence = fail / total. "
        "Coverage = (pass + fail) / total. The total is every selected case, whatever became of it. The two are "
        "never added up.</p>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
        "aria-label=\"Figures\"><table>\n<thead><tr>";
    for (const auto* name : {"cases", "endpoint", "divergence", "coverage"})
      out_ += fmt::format("<th scope=\"col\">{}</th>", name);
    for (const auto* name : {"total", "pass", "fail", "unsupported", "blocked", "indeterminate", "skipped", "error"})
      out_ += fmt::format("<th scope=\"col\" class=\"number\">{}</th>", name);
    out_ += "</tr></thead>\n<tbody>\n";
    for (const auto& row : overview_.figures) {
      const auto lines = std::count_if(row.cells.begin(), row.cells.end(), [](const auto& f) { return f.total != 0; });
      bool first = true;
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const auto& f = row.cells[i];
        if (!f.total) continue;
        out_ += "<tr>";
        if (first) out_ += fmt::format("<th scope=\"rowgroup\" rowspan=\"{}\">{}</th>", lines, html_text(row.scope));
        first = false;
        out_ += fmt::format("<td>{}</td>{}{}", html_text(overview_.labels[i]), share(f.divergence(), "no"),
                            share(f.coverage(), "yes"));
        for (const auto n : {f.total, f.pass, f.fail, f.unsupported, f.blocked, f.indeterminate, f.skipped, f.error})
          out_ += fmt::format("<td class=\"number{}\">{}</td>", n ? "" : " soft", n);
        out_ += "</tr>\n";
      }
    }
    out_ += "</tbody>\n</table></div>\n</section>\n";
  }

  void before() {
    if (overview_.before.empty()) return;
    out_ +=
        "<section id=\"before\">\n<h2>Before the first request</h2>\n<p class=\"soft\">What a client needs to get as "
        "far "
        "as asking. It stands in no figure.</p>\n<div class=\"scroll\"><table>\n<thead><tr><th>needs</th><th>tier</th>";
    for (const auto& label : overview_.labels) out_ += fmt::format("<th>{}</th>", html_text(label));
    out_ += "</tr></thead>\n<tbody>\n";
    for (const auto& row : overview_.before) {
      out_ += fmt::format("<tr><td>{}</td><td>{}</td>", html_text(row.title), html_text(row.tier));
      for (const auto* item : row.cells) out_ += fmt::format("<td>{}</td>", html_text(before_words(item)));
      out_ += "</tr>\n";
    }
    out_ += "</tbody></table></div>\n</section>\n";
  }

  // What is asked of an endpoint that is more than a destination.
  void roles() {
    const auto other = [](const CaseRow& row) {
      const auto role = role_of(row);
      return !role.empty() && role != "destination";
    };
    if (std::none_of(overview_.cases.begin(), overview_.cases.end(), other)) return;
    out_ +=
        "<section id=\"roles\">\n<h2>Other roles</h2>\n<p class=\"soft\">What is asked of the endpoint as a source "
        "that "
        "others read, or as a reader of foreign sources. Their figures stand above.</p>\n<div "
        "class=\"scroll\"><table>\n"
        "<thead><tr><th>role</th><th>case</th><th>checks</th>";
    for (const auto& label : overview_.labels) out_ += fmt::format("<th>{}</th>", html_text(label));
    out_ += "</tr></thead>\n<tbody>\n";
    for (const auto& row : overview_.cases) {
      if (!other(row)) continue;
      out_ += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td>", html_text(role_of(row)), html_text(row.id),
                          html_text(row.title));
      for (const auto* item : row.cells)
        out_ += fmt::format("<td>{}</td>", item ? html_badge(html_class(item->verdict), model::name_of(item->verdict))
                                                : html_badge("absent", "not run"));
      out_ += "</tr>\n";
    }
    out_ += "</tbody></table></div>\n</section>\n";
  }

  void failures() {
    if (!has_failures()) return;
    out_ +=
        "<section id=\"failures\">\n<h2>Cases that do not pass</h2>\n<p class=\"soft\">Grouped by cause: cases of one "
        "operation with the same expectation and answer. Open one for expected against actual and the exchange.</p>\n";
    for (std::size_t column = 0; column < overview_.labels.size(); ++column) {
      const auto& groups = overview_.groups[column];
      if (!groups.empty()) out_ += fmt::format("<h3>{}</h3>\n", html_text(overview_.labels[column]));
      for (const auto& group : groups)
        html_group(out_, group, {column, overview_.labels[column], options_.most_exchanges});
    }
    out_ += "</section>\n";
  }

  void differences() {
    if (!has_differences()) return;
    out_ +=
        "<section id=\"differences\">\n<h2>Differences that break no known client</h2>\n<p class=\"soft\">Real Azure "
        "answers otherwise, and no client is known to notice. They do not count as failures.</p>\n";
    for (std::size_t column = 0; column < overview_.labels.size(); ++column) {
      bool heading = false;
      for (const auto& row : overview_.cases) {
        const auto* item = row.cells[column];
        if (!item) continue;
        const auto n = std::count_if(item->findings.begin(), item->findings.end(),
                                     [](const Finding& f) { return f.weight == Weight::differs; });
        if (!n) continue;
        if (!heading) out_ += fmt::format("<h3>{}</h3>\n", html_text(overview_.labels[column]));
        heading = true;
        out_ += fmt::format("<details><summary>{}<span class=\"title\"><b>{}</b> {}</span></summary><div>\n",
                            html_badge("absent", html_count(static_cast<std::size_t>(n), "difference", "differences")),
                            html_text(row.id), html_text(row.title));
        html_findings(out_, *item, Weight::differs);
        out_ += "</div></details>\n";
      }
    }
    out_ += "</section>\n";
  }

  void all_cases() {
    if (overview_.cases.empty()) return;
    out_ +=
        "<section id=\"cases\">\n<h2>All cases</h2>\n<div id=\"filters\" class=\"filters\" hidden><div><label "
        "for=\"filter-text\">contains</label><input id=\"filter-text\" type=\"search\" "
        "autocomplete=\"off\"></div><div><label "
        "for=\"filter-verdict\">verdict</label><select id=\"filter-verdict\"><option value=\"\">any</option>";
    for (const auto verdict :
         {Verdict::pass, Verdict::fail, Verdict::unsupported, Verdict::blocked, Verdict::indeterminate,
          Verdict::skipped, Verdict::xfail, Verdict::xpass, Verdict::error})
      out_ += fmt::format("<option>{}</option>", model::name_of(verdict));
    out_ += "</select></div><span id=\"filter-count\" class=\"soft small\" role=\"status\"></span></div>\n";
    out_ +=
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"All cases\"><table "
        "id=\"all-cases\">\n<thead><tr>"
        "<th scope=\"col\">case</th><th scope=\"col\">operation</th><th scope=\"col\">tier</th><th "
        "scope=\"col\">checks</th>";
    for (const auto& label : overview_.labels) out_ += fmt::format("<th scope=\"col\">{}</th>", html_text(label));
    out_ += "</tr></thead>\n<tbody>\n";
    for (const auto& row : overview_.cases) {
      std::string verdicts, cells, attested;
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const auto* item = row.cells[i];
        if (!item) {
          cells += "<td>" + html_badge("absent", "not run") + "</td>";
          continue;
        }
        attested = item->attested;
        verdicts += (verdicts.empty() ? "" : " ") + std::string(model::name_of(item->verdict));
        const auto mark = html_badge(html_class(item->verdict), model::name_of(item->verdict));
        cells += needs_a_look(*item)
                     ? fmt::format("<td><a href=\"#{}\">{}</a></td>", html_anchor("case", i, row.id), mark)
                     : "<td>" + mark + "</td>";
      }
      out_ += fmt::format(
          "<tr data-verdicts=\"{}\"><th scope=\"row\" class=\"name\">{}</th><td>{}</td><td>{}</td><td>{}</td>{}</tr>\n",
          verdicts, html_text(row.id), html_text(row.operation), html_text(row.tier),
          html_text(row.title) + (attested.empty()
                                      ? std::string()
                                      : fmt::format("<br><span class=\"soft small\">{}</span>", html_text(attested))),
          cells);
    }
    out_ += "</tbody>\n</table></div>\n</section>\n";
  }

  void words() {
    static constexpr std::pair<const char*, const char*> list[] = {
        {"works, breaks",
         "what the real client did with this endpoint: exit code, and the bytes that it left behind. "
         "Marked predicted where no client ran: then a command breaks if a case that it stands on fails."},
        {"pass, fail", "every expectation that a known client depends on holds; or at least one does not."},
        {"unsupported", "the endpoint says itself that it does not know the operation."},
        {"blocked", "what the case needs could not be made there first."},
        {"indeterminate",
         "no answer came in time, or a copy broke whose source the endpoint was not told how to reach; never counted "
         "as "
         "wrong."},
        {"skipped", "does not apply to this endpoint."},
        {"error", "a mistake of the case or of the tool, not of the endpoint."},
        {"difference", "Azure answers otherwise and no client is known to notice."},
    };
    out_ += "<section id=\"words\">\n<h2>What the words mean</h2>\n<dl>\n";
    for (const auto& [word, meaning] : list) out_ += fmt::format("<dt>{}</dt><dd>{}</dd>\n", word, meaning);
    out_ += "</dl>\n</section>\n";
  }

  void footer() {
    out_ += "<footer><div>\n<p>Where this comes from:</p>\n<ul>\n";
    for (const auto& column : input_.columns)
      for (const auto& results : column.results) {
        out_ += fmt::format("<li>{}: {} of {}", html_text(column.label), html_text(results.kind),
                            html_code(results.endpoint));
        if (!results.spec.empty()) out_ += fmt::format(" with {}", html_text(results.spec));
        if (!results.started.empty()) out_ += fmt::format(", started {}", html_text(results.started));
        out_ += fmt::format(", {:.1f} s, by {}</li>\n", static_cast<double>(results.duration_us) / 1e6,
                            html_text(results.tool));
      }
    out_ += "</ul>\n</div></footer>\n";
  }

  const Input& input_;
  const Overview& overview_;
  const HtmlOptions& options_;
  std::string out_;
};

}  // namespace

std::string to_html(const Input& input, const Overview& overview, const HtmlOptions& options) {
  return HtmlPage(input, overview, options).write();
}

}  // namespace blobgauge::reports
