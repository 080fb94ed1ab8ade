#include "wire/head_edit.h"

#include <fmt/format.h>

#include "wire/characters.h"

namespace blobgauge::wire {

using model::Category;
using model::fail;

HeadEdit::HeadEdit(const Head& head) : head_(head), values_(head.fields.size()), removed_(head.fields.size()) {}

void HeadEdit::start_line(std::string text) { start_line_ = std::move(text); }
void HeadEdit::value(std::size_t index, std::string_view value) { values_.at(index) = std::string(value); }
void HeadEdit::remove(std::size_t index) { removed_.at(index) = true; }
void HeadEdit::append(std::string_view name, std::string_view value) {
  appended_.add(std::string(name), std::string(value));
}

Result<std::string> HeadEdit::bytes() const {
  BLOBGAUGE_TRY(const auto more, make_field_lines(appended_));
  if (start_line_ && bad_character(*start_line_))
    return fail(Category::input, "a start line has control characters in it");
  const auto before = static_cast<std::size_t>(head_.start_line.data() - head_.bytes().data());
  std::string out(head_.bytes().substr(0, before));
  out.append(start_line_ ? std::string_view(*start_line_) : head_.start_line).append(crlf);
  for (std::size_t i = 0; i < head_.fields.size(); ++i) {
    const auto& field = head_.fields[i];
    if (removed_[i]) continue;
    if (!values_[i]) {
      out.append(field.line);
      continue;
    }
    if (const char* bad = bad_character(*values_[i]))
      return fail(Category::input, fmt::format("the value of field {} has {}", field.name, bad));
    const auto prefix = static_cast<std::size_t>(field.value.data() - field.line.data());
    out.append(field.line.substr(0, prefix)).append(*values_[i]).append(crlf);
  }
  return out.append(more).append(crlf);
}

}  // namespace blobgauge::wire
