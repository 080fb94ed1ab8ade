#include "reports/html_case.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/curl.h"
#include "model/text.h"
#include "reports/html_element.h"

namespace blobgauge::reports {

using model::CaseResult;
using model::Finding;
using model::Weight;

void html_findings(std::string& out, const CaseResult& item, Weight weight) {
  const bool any =
      std::any_of(item.findings.begin(), item.findings.end(), [&](const Finding& f) { return f.weight == weight; });
  if (!any) return;
  out +=
      "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">step</th><th scope=\"col\">expectation</th><th "
      "scope=\"col\">expected</th><th scope=\"col\">actual</th><th scope=\"col\">why it "
      "matters</th></tr></thead>\n<tbody>\n";
  for (const auto& finding : item.findings) {
    if (finding.weight != weight) continue;
    out += fmt::format("<tr><td>{}</td><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                       html_text(finding.step), html_text(finding.expectation), html_code(finding.expected),
                       html_code(finding.actual), html_linked(finding.reason));
    if (!finding.exchange.empty())
      out += fmt::format("<tr class=\"why\"><td></td><td colspan=\"4\">{}</td></tr>\n", html_code(finding.exchange));
  }
  out += "</tbody>\n</table></div>\n";
}

namespace {

// Its head as it went over the wire, and its body where the results kept it.
void exchange(std::string& out, const model::Exchange& item, bool open) {
  const auto answer = item.response.status ? fmt::to_string(item.response.status) : std::string("no answer");
  out += fmt::format("<details{}><summary class=\"small\">{}</summary><div>\n", open ? " open" : "",
                     html_code(fmt::format("{} {} -> {}", item.request.method, item.request.target, answer)));
  std::string text = fmt::format("{} {} {}\nHost: {}\n", item.request.method, item.request.target, item.request.version,
                                 item.request.host);
  for (const auto& header : item.request.headers)
    if (!model::iequals(header.name, "host")) text += header.name + ": " + header.value + "\n";
  if (item.request.body.size) text += fmt::format("[{} bytes]\n", item.request.body.size);
  text += '\n';
  if (item.response.status == 0) {
    text += "no answer\n";
  } else {
    text += fmt::format("{} {} {}\n", item.response.version, item.response.status, item.response.reason);
    for (const auto& header : item.response.headers) text += header.name + ": " + header.value + "\n";
    if (item.response.body.bytes)
      text += "\n" + *item.response.body.bytes + "\n";
    else if (item.response.body.size)
      text += fmt::format("[{} bytes]\n", item.response.body.size);
  }
  std::string shown;
  for (const auto line : model::split(text, '\n')) shown += html_text(line) + "\n";
  while (!shown.empty() && shown.back() == '\n') shown.pop_back();
  out += "<pre>" + shown + "</pre>\n</div></details>\n";
}

void one_case(std::string& out, const CaseRow& row, const HtmlCaseOptions& options) {
  const auto column = options.column;
  const auto& item = *row.cells[column];
  out += fmt::format("<details id=\"{}\"><summary>{}<span class=\"title\"><b>{}</b> {}</span></summary><div>\n",
                     html_anchor("case", column, row.id),
                     html_badge(html_class(item.verdict), model::name_of(item.verdict)), html_text(row.id),
                     html_text(row.title));
  out += fmt::format("<p class=\"soft small\">{} on {}{}</p>\n", html_text(row.operation), html_text(options.label),
                     row.tier.empty() ? "" : ", tier " + html_text(row.tier));
  if (!item.detail.empty()) out += "<p>" + html_text(item.detail) + "</p>\n";
  html_findings(out, item, Weight::breaks);
  // The last one is what the case stumbled on; those before it prepared the ground.
  const auto n = item.exchanges.size();
  const auto first = n > options.most_exchanges ? n - options.most_exchanges : 0;
  if (first) out += fmt::format("<p class=\"soft small\">{} earlier exchanges are in the results file</p>\n", first);
  for (std::size_t i = first; i < n; ++i) exchange(out, item.exchanges[i], i + 1 == n);
  if (n)
    out += "<p class=\"soft small\">Again by hand:</p>\n<pre>" + html_text(model::curl_line(item.exchanges.back())) +
           "</pre>\n";
  out += "</div></details>\n";
}

}  // namespace

void html_group(std::string& out, const CaseGroup& group, const HtmlCaseOptions& options) {
  if (group.rows.size() == 1) return one_case(out, *group.rows.front(), options);
  const auto name = fmt::format("{} {}", group.rows.size(), model::name_of(group.verdict));
  const auto why = group.expectation.empty()
                       ? html_code(group.actual)
                       : fmt::format("{}: {}", html_text(group.expectation), html_code(group.actual));
  const auto frees = group.frees.empty()
                         ? std::string()
                         : fmt::format(" <span class=\"soft small\">would free {}</span>",
                                       html_count(group.frees.size(), "client command", "client commands"));
  out += fmt::format("<details><summary>{}<span class=\"title\"><b>{}</b> {}{}</span></summary><div>\n",
                     html_badge(html_class(group.verdict), name), html_text(group.operation), why, frees);
  for (const auto* row : group.rows) one_case(out, *row, options);
  out += "</div></details>\n";
}

}  // namespace blobgauge::reports
