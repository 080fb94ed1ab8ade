#include "reports/badge.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/gate.h"
#include "reports/gate.h"
#include "reports/xml.h"

namespace blobgauge::reports {
namespace {

struct Colour {
  static constexpr auto good = "#2a7a3b", bad = "#b3261e", unknown = "#6b6b6b", partly = "#8a6100";
};

struct Message {
  std::string text;
  const char* colour = Colour::unknown;
};

Message commands(const Overview& overview) {
  if (overview.labels.empty()) return {"no results", Colour::unknown};
  const auto sum = score(overview, 0);
  if (!sum.tried()) return {"no client command judged", Colour::unknown};
  auto text = fmt::format("{} of {} client commands work", sum.works, sum.tried());
  if (sum.unknown) text += fmt::format(", {} unknown", sum.unknown);
  return {std::move(text), sum.breaks ? Colour::bad : sum.unknown ? Colour::partly : Colour::good};
}

Message cases(const Overview& overview) {
  if (overview.figures.empty() || !overview.figures.front().cells.front().total)
    return {"no case judged", Colour::unknown};
  const auto& figures = overview.figures.front().cells.front();
  return {fmt::format("divergence {}, coverage {}", percent(figures.divergence()), percent(figures.coverage())),
          figures.fail             ? Colour::bad
          : figures.coverage() < 1 ? Colour::partly
                                   : Colour::good};
}

Message gate(const Input& input) {
  Message out{"no results", Colour::unknown};
  for (const auto& column : input.columns) {
    for (const auto& results : column.results) {
      if (results.cases.empty()) continue;
      const auto line = gate_line(results);
      // What is only said besides has no room here.
      out = {"gate " + line.substr(0, line.find(line.starts_with("open") ? ":" : ";")),
             model::gate_is_shut(results) ? Colour::bad : Colour::good};
    }
    break;
  }
  return out;
}

// Width in pixels at 11 px of a common sans-serif face. No face is loaded, so this only has to be wide enough; what is
// not ASCII counts as wide.
double width_of(const std::string& text) {
  double sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c & 0xc0) == 0x80) continue;
    if (c >= 0x80)
      sum += 11;
    else if (std::string_view("ijlI.,:;'|!()[] ").find(text[i]) != std::string_view::npos)
      sum += 4.2;
    else if (std::string_view("mwMW@%").find(text[i]) != std::string_view::npos)
      sum += 10;
    else
      sum += c >= 'A' && c <= 'Z' ? 8 : 6.8;
  }
  return sum;
}

}  // namespace

std::string to_badge(const Input& input, const Overview& overview, BadgeFigure figure, const std::string& label) {
  const auto message = figure == BadgeFigure::commands ? commands(overview)
                       : figure == BadgeFigure::cases  ? cases(overview)
                                                       : gate(input);
  auto left = visible(!label.empty() ? label : overview.labels.empty() ? std::string("blobgauge") : overview.labels[0]);
  const auto right = visible(message.text);
  const auto left_width = static_cast<int>(width_of(left)) + 12, right_width = static_cast<int>(width_of(right)) + 12;
  const auto width = left_width + right_width;
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"20\" viewBox=\"0 0 {0} 20\" role=\"img\" "
      "aria-label=\"{1}: {2}\">\n"
      "<title>{1}: {2}</title>\n"
      // Without ids: several badges may stand in one page.
      "<rect width=\"{0}\" height=\"20\" rx=\"3\" fill=\"#444\"/>"
      "<path d=\"M{3} 0h{10}a3 3 0 0 1 3 3v14a3 3 0 0 1 -3 3h-{10}z\" fill=\"{5}\"/>\n"
      "<g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\" text-anchor=\"middle\">"
      "<text x=\"{6}\" y=\"14\" textLength=\"{7}\" lengthAdjust=\"spacingAndGlyphs\">{1}</text>"
      "<text x=\"{8}\" y=\"14\" textLength=\"{9}\" lengthAdjust=\"spacingAndGlyphs\">{2}</text></g>\n</svg>\n",
      width, xml_text(left), xml_text(right), left_width, right_width, message.colour, left_width / 2, left_width - 12,
      left_width + right_width / 2, right_width - 12, right_width - 3);
}

}  // namespace blobgauge::reports
