#pragma once
// The names of an XML body: "EnumerationResults/Blobs/Blob/Name", attributes as "EnumerationResults/@ServiceEndpoint".
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::analyzer {

inline constexpr std::size_t deepest_element = 16, most_elements = 512;

struct Elements {
  std::set<std::string> paths;  // each once
  std::string wanted;           // text of the first element with the path that was asked for, or empty
};

// Cheap; false for most of what is no XML, as blobs are.
bool may_be_xml(std::string_view text);

// Nothing where the text is no XML document. The children of an element named in `open` are "*". Elements below the
// bound on depth and paths beyond the bound on their number are left out.
std::optional<Elements> read_elements(std::string_view xml, const std::vector<std::string>& open,
                                      std::string_view wanted = {});

}  // namespace blobgauge::analyzer
