#pragma once
// What changed between two surfaces, for people (text, Markdown) and for machines (JSON, docs/formats/diff.md).
// Whatever comes from a surface may come from a recording, so it is shown as text and never as markup.
#include <string>
#include <vector>

#include "model/surface_diff.h"

namespace blobgauge::reports {

struct Changes {
  std::string before, after;  // "azcopy 10.31.1 (static)"
  std::vector<model::SurfaceChange> list;
  // How an endpoint deals with each change, beside `list`: "answered (4 cases)", "failing: ID", "untested"; empty: not
  // asked.
  std::vector<std::string> marks;
};

Changes changes_between(const model::Surface& before, const model::Surface& after);

std::string to_text(const Changes& changes);
std::string to_markdown(const Changes& changes);
std::string to_json(const Changes& changes);

}  // namespace blobgauge::reports
