#pragma once
// The names of an XML body: "EnumerationResults/Blobs/Blob/Name", attributes as "EnumerationResults/@ServiceEndpoint".
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::analyzer {

inline constexpr std::size_t deepest_element = 16, most_elements = 512;

// Each path once; nothing where the text is no XML document. The children of an element named in `open` are "*".
// Elements below the bound on depth and paths beyond the bound on their number are left out.
std::optional<std::set<std::string>> element_paths(std::string_view xml, const std::vector<std::string>& open);

}  // namespace blobgauge::analyzer
