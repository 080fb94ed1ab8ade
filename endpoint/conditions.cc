#include "endpoint/conditions.h"

#include <algorithm>

#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

std::string_view unquoted(std::string_view tag) {
  tag = model::trim(tag);
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
  return tag;
}

std::vector<std::string> tags(std::optional<std::string_view> value) {
  std::vector<std::string> out;
  if (!value) return out;
  for (const auto part : model::split(*value, ','))
    if (const auto tag = unquoted(part); !tag.empty()) out.emplace_back(tag);
  return out;
}

bool matches(const std::vector<std::string>& tags, std::optional<Moment> modified) {
  if (!modified) return false;
  const auto own = etag_of(*modified);
  return std::any_of(tags.begin(), tags.end(), [&](const auto& tag) { return tag == "*" || tag == unquoted(own); });
}

Outcome<void> permit(const Request& request, std::optional<Moment> modified, bool reads) {
  const auto conditions = read_conditions(request.headers);
  if (!conditions) return refuse(conditions.error());
  if (reads && conditions->any_etag()) return refuse(errors::unsatisfiable_condition);
  switch (evaluate(*conditions, modified)) {
    case ConditionOutcome::met:
      return {};
    case ConditionOutcome::not_modified:
      return refuse(reads ? errors::not_modified : errors::condition_not_met);
    case ConditionOutcome::failed:
      break;
  }
  return refuse(errors::condition_not_met);
}

}  // namespace

bool Conditions::any_etag() const { return std::find(none_match.begin(), none_match.end(), "*") != none_match.end(); }

Outcome<Conditions> read_conditions(const model::Headers& headers, std::string_view prefix) {
  const auto name = [&](std::string_view standard) { return std::string(prefix) + std::string(standard); };
  Conditions out;
  out.match = tags(headers.find(name("If-Match")));
  out.none_match = tags(headers.find(name("If-None-Match")));
  const auto date = [&](std::string_view standard, std::optional<Moment>& into) -> Outcome<void> {
    const auto value = headers.find(name(standard));
    if (!value || value->empty()) return {};
    into = parse_http_date(*value);
    if (!into) return refuse(bad_header(name(standard), *value));
    return {};
  };
  BLOBGAUGE_CHECK(date("If-Modified-Since", out.modified_since));
  BLOBGAUGE_CHECK(date("If-Unmodified-Since", out.unmodified_since));
  return out;
}

ConditionOutcome evaluate(const Conditions& conditions, std::optional<Moment> modified) {
  if (!conditions.match.empty()) {
    if (!matches(conditions.match, modified)) return ConditionOutcome::failed;
  } else if (conditions.unmodified_since && modified && modified->seconds() > *conditions.unmodified_since) {
    return ConditionOutcome::failed;
  }
  if (!conditions.none_match.empty()) {
    if (matches(conditions.none_match, modified)) return ConditionOutcome::not_modified;
  } else if (conditions.modified_since && modified && modified->seconds() <= *conditions.modified_since) {
    return ConditionOutcome::not_modified;
  }
  return ConditionOutcome::met;
}

Outcome<void> permit_read(const Request& request, Moment modified) { return permit(request, modified, true); }

Outcome<void> permit_write(const Request& request, std::optional<Moment> modified) {
  return permit(request, modified, false);
}

Outcome<void> permit_replace(const Request& request, std::optional<Moment> modified) {
  const auto conditions = read_conditions(request.headers);
  if (!conditions) return refuse(conditions.error());
  if (modified && conditions->any_etag()) return refuse(errors::blob_exists);
  return permit(request, modified, false);
}

}  // namespace blobgauge::endpoint
