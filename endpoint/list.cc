#include "endpoint/list.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

constexpr std::string_view end_of_time = "9999-12-31T23:59:59.9999999Z";

// Whether the entries under a name from `moment` on are wanted, seen from the place where the page begins.
bool reached(const std::optional<ListPlace>& from, std::string_view name, std::string_view moment) {
  if (!from || name != from->name) return true;
  return moment.empty() || (!from->moment.empty() && moment >= from->moment);
}

}  // namespace

std::string encode_marker(const ListPlace& place) {
  const auto moment = place.moment.empty() ? std::string(end_of_time) : place.moment;
  auto text = model::base64(fmt::format("{:06}!{}!{:06}!{}!", place.name.size(), place.name, moment.size(), moment));
  std::replace(text.begin(), text.end(), '=', '-');
  return fmt::format("2!{}!{}", text.size(), text);
}

std::optional<ListPlace> decode_marker(std::string_view marker) {
  if (!marker.starts_with("2!")) return std::nullopt;
  marker.remove_prefix(2);
  const auto mark = marker.find('!');
  if (mark == std::string_view::npos) return std::nullopt;
  const auto size = model::parse_number(marker.substr(0, mark));
  std::string text(marker.substr(mark + 1));
  if (!size || *size != text.size()) return std::nullopt;
  std::replace(text.begin(), text.end(), '-', '=');
  const auto bytes = model::from_base64(text);
  if (!bytes) return std::nullopt;
  std::string_view rest = *bytes;
  const auto field = [&]() -> std::optional<std::string> {
    if (rest.size() < 8 || rest[6] != '!') return std::nullopt;
    const auto length = model::parse_number(rest.substr(0, 6));
    if (!length || rest.size() < 8 + *length || rest[7 + *length] != '!') return std::nullopt;
    std::string out(rest.substr(7, *length));
    rest.remove_prefix(8 + *length);
    return out;
  };
  auto name = field();
  auto moment = field();
  if (!name || !moment || !rest.empty()) return std::nullopt;
  if (*moment == end_of_time) moment->clear();
  return ListPlace{std::move(*name), std::move(*moment)};
}

ListPage list_page(const Container& container, const ListQuery& query) {
  ListPage page;
  const auto& blobs = container.blobs;
  NameOrder before;
  auto at = blobs.lower_bound(query.from && before(query.prefix, query.from->name) ? query.from->name : query.prefix);
  // True if the page was full: then `place` is where the next one begins.
  const auto full = [&](std::string_view name, std::string_view moment) {
    if (page.entries.size() < query.limit) return false;
    page.next = ListPlace{std::string(name), std::string(moment)};
    return true;
  };
  while (at != blobs.end()) {
    const auto& [name, entry] = *at;
    if (!name.starts_with(query.prefix)) {
      if (before(query.prefix, name)) break;  // all names with the prefix stand together
      ++at;
      continue;
    }
    const bool current = entry.current || (query.uncommitted && !entry.uncommitted.empty());
    const bool shown = current || (query.snapshots && !entry.snapshots.empty());
    if (!shown) {
      ++at;
      continue;
    }
    if (!query.delimiter.empty()) {
      const auto cut = name.find(query.delimiter, query.prefix.size());
      if (cut != std::string::npos) {
        const auto common = name.substr(0, cut + query.delimiter.size());
        if (full(common, {})) return page;
        page.entries.emplace_back(ListedPrefix{common});
        // Past every name that begins with it; a later marker inside the prefix can't be made by us.
        while (at != blobs.end() && at->first.starts_with(common)) ++at;
        continue;
      }
    }
    if (query.snapshots)
      for (const auto& [moment, blob] : entry.snapshots) {
        if (!reached(query.from, name, moment)) continue;
        if (full(name, moment)) return page;
        page.entries.emplace_back(ListedBlob{name, &blob, moment});
      }
    if (current) {
      if (full(name, {})) return page;
      page.entries.emplace_back(ListedBlob{name, entry.current ? &*entry.current : nullptr, {}});
    }
    ++at;
  }
  return page;
}

Outcome<std::size_t> read_max_results(const Request& request) {
  const auto text = request.parameter("maxresults");
  if (text.empty()) return 5000;
  const auto number = model::parse_number(text);
  if (!number) return refuse(bad_query("maxresults", text));
  if (*number == 0)
    return refuse(errors::out_of_range_query, {{"QueryParameterName", "maxresults"},
                                               {"QueryParameterValue", std::string(text)},
                                               {"MinimumAllowed", "1"},
                                               {"MaximumAllowed", "2147483647"}});
  return static_cast<std::size_t>(std::min<std::uint64_t>(*number, 5000));
}

void echo_list_parameters(XmlWriter& xml, const Request& request) {
  for (const auto& [name, element] : {std::pair{"prefix", "Prefix"}, std::pair{"marker", "Marker"},
                                      std::pair{"maxresults", "MaxResults"}, std::pair{"delimiter", "Delimiter"}})
    if (const auto value = request.parameter(name); !value.empty()) {
      if (fits_xml(value)) {
        xml.leaf(element, value);
      } else {
        xml.leaf(element, model::percent_encode(value), {{"Encoded", "true"}});
      }
    }
}

std::string service_endpoint(const Request& request) {
  return fmt::format("{}://{}/{}", request.secure ? "https" : "http", request.authority,
                     request.address.path_style ? request.address.account + "/" : "");
}

void write_metadata(XmlWriter& xml, const model::Headers& metadata) {
  if (metadata.empty()) return xml.leaf("Metadata", "");
  xml.open("Metadata");
  for (const auto& field : metadata) xml.leaf(field.name, field.value);
  xml.close("Metadata");
}

}  // namespace blobgauge::endpoint
