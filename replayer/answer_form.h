#pragma once
// The shapes that a rule can ask of a text, by name: standards' own, none of a service. Cheap, since `check` asks some
// ten of them for every answer.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::replayer {

using AnswerForm = bool (*)(std::string_view text);

// Null where there is no such form.
AnswerForm answer_form(std::string_view name);
std::vector<std::string> answer_form_names();

// The ends of "bytes 0-9/100"; `first` > `last` for "bytes */100".
struct ContentRange {
  std::uint64_t first = 1, last = 0, size = 0;
};
// False where it is none (RFC 9110 section 14.4); one of an unknown size is none.
bool parse_content_range(std::string_view text, ContentRange& out);

}  // namespace blobgauge::replayer
