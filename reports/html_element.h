#pragma once
// The small things that the page is made of. All text that comes in is escaped here, so that what an endpoint said
// stays text; the kinds ("yes", "no", "unknown", "absent") are classes of reports/html_style.h. Pure functions.
#include <cstddef>
#include <string>
#include <string_view>

#include "model/results.h"
#include "reports/overview.h"

namespace blobgauge::reports {

// Text that HTML shows as it is, in content and in quoted attributes.
std::string html_text(std::string_view text);

// The kind whose colour shows it.
std::string_view html_class(Works works);
std::string_view html_class(model::Verdict verdict);

std::string html_badge(std::string_view kind, std::string_view text);

// "nothing" in a soft colour where the text is empty: an empty value is an answer too.
std::string html_code(std::string_view text);

// Text whose https addresses can be followed; what an endpoint said never comes here.
std::string html_linked(std::string_view text);

// An element's id: letters, digits and dashes. The column keeps two endpoints apart.
std::string html_anchor(std::string_view kind, std::size_t column, std::string_view id);

// "1 case", "2 cases".
std::string html_count(std::size_t n, std::string_view one, std::string_view many);

}  // namespace blobgauge::reports
