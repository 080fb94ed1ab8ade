#include "replayer/case_term.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/text.h"

namespace blobgauge::replayer {

using model::Category;
using model::fail;
using model::Result;

bool CaseTerm::matches(const Subject& subject) const {
  switch (about) {
    case About::id:
      return model::glob_match(text, subject.id);
    case About::tag:
      return std::find(subject.tags.begin(), subject.tags.end(), text) != subject.tags.end();
    case About::tier:
      return subject.tier == text;
    case About::operation:
      return model::glob_match(text, subject.operation);
  }
  return false;
}

std::string CaseTerm::word() const {
  switch (about) {
    case About::id:
      return text;
    case About::tag:
      return "tag:" + text;
    case About::tier:
      return "tier:" + text;
    case About::operation:
      return "operation:" + text;
  }
  return text;
}

Result<CaseTerm> parse_case_term(std::string_view raw) {
  const auto word = model::trim(raw);
  const auto colon = word.find(':');
  CaseTerm term;
  term.text = std::string(model::trim(colon == std::string_view::npos ? word : word.substr(colon + 1)));
  const auto kind = colon == std::string_view::npos ? std::string_view{} : word.substr(0, colon);
  if (kind == "tag")
    term.about = CaseTerm::About::tag;
  else if (kind == "tier")
    term.about = CaseTerm::About::tier;
  else if (kind == "operation")
    term.about = CaseTerm::About::operation;
  else if (!kind.empty() || colon == 0)
    term.text.clear();
  if (term.text.empty())
    return fail(Category::usage, fmt::format("'{}' selects nothing", word),
                "write an id with wildcards, tag:NAME, tier:NAME or operation:GLOB");
  return term;
}

}  // namespace blobgauge::replayer
