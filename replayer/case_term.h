#pragma once
// Names one or many cases in a word: an id with wildcards ("put-blob/*"), "tag:NAME", "tier:NAME" or "operation:GLOB".
// The command line (`--select`) and a baseline's entries speak the same words.
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"

namespace blobgauge::replayer {

struct CaseTerm {
  enum class About { id, tag, tier, operation };
  About about = About::id;
  std::string text;

  // What it looks at; a view of somebody's strings.
  struct Subject {
    std::string_view id, operation, tier;
    const std::vector<std::string>& tags;
  };
  bool matches(const Subject& subject) const;
  std::string word() const;  // as it is typed
};

// Category::usage for another kind than these four, or an empty word.
model::Result<CaseTerm> parse_case_term(std::string_view word);

}  // namespace blobgauge::replayer
