#include "wire/head.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/text.h"
#include "wire/characters.h"

namespace blobgauge::wire {

using model::Category;
using model::fail;

std::string HeadField::text() const {
  if (!folded) return std::string(value);
  std::string out;
  std::string_view rest = value;
  while (!rest.empty()) {
    const auto fold = rest.find(crlf);
    out.append(model::trim(rest.substr(0, fold)));
    if (fold == std::string_view::npos) break;
    rest.remove_prefix(fold);
    while (!rest.empty() && (rest.front() == '\r' || rest.front() == '\n' || is_blank(rest.front())))
      rest.remove_prefix(1);
    out.push_back(' ');
  }
  return out;
}

const HeadField* Head::find(std::string_view name) const {
  for (const auto& field : fields)
    if (model::iequals(field.name, name)) return &field;
  return nullptr;
}

std::size_t Head::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(), [&](const HeadField& field) { return model::iequals(field.name, name); }));
}

std::string Head::text(std::string_view name) const {
  const auto* field = find(name);
  return field ? field->text() : std::string();
}

bool Head::lists(std::string_view name, std::string_view token) const {
  for (const auto& field : fields) {
    if (!model::iequals(field.name, name)) continue;
    const auto unfolded = field.folded ? field.text() : std::string();
    std::string_view rest = field.folded ? unfolded : field.value;
    for (bool more = true; more;) {
      const auto comma = rest.find(',');
      if (model::iequals(model::trim(rest.substr(0, comma)), token)) return true;
      more = comma != std::string_view::npos;
      if (more) rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

bool Head::has_folds() const {
  return std::any_of(fields.begin(), fields.end(), [](const HeadField& field) { return field.folded; });
}

bool Head::keep_alive() const {
  if (lists("Connection", "close")) return false;
  return minor_version == 1 || lists("Connection", "keep-alive");
}

model::Header parse_field_line(std::string_view line) {
  constexpr std::string_view blanks = " \t";
  const auto colon = std::min(line.find(':'), line.size());
  const auto rest = line.substr(std::min(colon + 1, line.size()));
  const auto begin = std::min(rest.find_first_not_of(blanks), rest.size());
  const auto end = std::max(rest.find_last_not_of(blanks) + 1, begin);
  return {std::string(line.substr(0, colon)), std::string(rest.substr(begin, end - begin)),
          std::string(rest.substr(0, begin)), std::string(rest.substr(end))};
}

model::Headers Head::headers() const {
  model::Headers out;
  out.reserve(fields.size());
  for (const auto& field : fields) {
    const auto line = field.line.substr(0, field.line.size() - crlf.size());
    if (field.folded || field.value.empty()) {
      auto header = parse_field_line(line);
      if (field.folded) header.value = field.text();
      out.add(std::move(header));
      continue;
    }
    // The parser knows already where they are.
    const auto begin = static_cast<std::size_t>(field.value.data() - line.data());
    const auto before = field.name.size() + 1;
    out.add(field.name, field.value, line.substr(before, begin - before), line.substr(begin + field.value.size()));
  }
  return out;
}

Result<std::string> make_field_lines(const model::Headers& headers) {
  std::string out;
  for (const auto& field : headers) {
    if (!is_token(field.name)) return fail(Category::input, fmt::format("'{}' cannot be a field name", field.name));
    if (const char* bad = bad_character(field.value))
      return fail(Category::input, fmt::format("the value of field {} has {}", field.name, bad));
    out.append(field.name).append(": ").append(field.value).append(crlf);
  }
  return out;
}

Result<std::string> make_request_head(std::string_view method, std::string_view target, const model::Headers& headers) {
  if (!is_token(method)) return fail(Category::input, fmt::format("'{}' cannot be a method", method));
  if (target.empty() || bad_character(target) || std::any_of(target.begin(), target.end(), is_blank))
    return fail(Category::input, "a request target is empty or has white space or control characters in it");
  BLOBGAUGE_TRY(const auto lines, make_field_lines(headers));
  return fmt::format("{} {} HTTP/1.1\r\n{}\r\n", method, target, lines);
}

Result<std::string> make_response_head(int status, std::string_view reason, const model::Headers& headers) {
  if (status < 100 || status > 999) return fail(Category::input, fmt::format("{} cannot be a status", status));
  if (bad_character(reason)) return fail(Category::input, "a reason phrase has control characters in it");
  BLOBGAUGE_TRY(const auto lines, make_field_lines(headers));
  return fmt::format("HTTP/1.1 {} {}\r\n{}\r\n", status, reason, lines);
}

}  // namespace blobgauge::wire
