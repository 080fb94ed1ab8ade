#include "reports/html_element.h"

#include <fmt/format.h>

#include "model/text.h"
#include "reports/xml.h"

namespace blobgauge::reports {

using model::Verdict;

std::string html_text(std::string_view text) { return xml_text(text); }

std::string_view html_class(Works works) {
  switch (works) {
    case Works::yes:
      return "yes";
    case Works::no:
      return "no";
    case Works::unknown:
      return "unknown";
    case Works::absent:
      return "absent";
  }
  return "absent";
}

std::string_view html_class(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
    case Verdict::xpass:
      return "yes";
    case Verdict::fail:
    case Verdict::xfail:
    case Verdict::unsupported:
      return "no";
    case Verdict::skipped:
      return "absent";
    default:
      return "unknown";
  }
}

std::string html_badge(std::string_view kind, std::string_view text) {
  return fmt::format("<span class=\"badge {}\">{}</span>", kind, html_text(text));
}

std::string html_code(std::string_view text) {
  return text.empty() ? std::string("<span class=\"soft\">nothing</span>")
                      : fmt::format("<code>{}</code>", html_text(text));
}

std::string html_linked(std::string_view text) {
  std::string out;
  for (const auto word : model::split(text, ' ')) {
    if (!out.empty()) out += ' ';
    const auto safe = html_text(word);
    out += word.starts_with("https://") ? fmt::format("<a href=\"{}\" rel=\"noreferrer\">{}</a>", safe, safe) : safe;
  }
  return out;
}

std::string html_count(std::size_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string html_anchor(std::string_view kind, std::size_t column, std::string_view id) {
  std::string out = fmt::format("{}-{}-", kind, column);
  for (const char c : id) {
    const char low = model::ascii_lower(c);
    out += (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9') ? low : '-';
  }
  return out;
}

}  // namespace blobgauge::reports
