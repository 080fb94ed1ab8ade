#include "recorder/mapping.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/text.h"

namespace blobgauge::recorder {
namespace {

using model::Category;

// "host:port" or "[v6]:port" without the port and the brackets.
std::string_view name_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

// The account is the first label of the host, or what the user gave as path of the target.
std::string path_prefix(const MapRule& rule, std::string_view host) {
  if (rule.target.path.size() > 1) {
    std::string path = rule.target.path;
    while (path.ends_with('/')) path.pop_back();
    return path;
  }
  const auto name = name_of(host);
  return "/" + std::string(name.substr(0, name.find('.')));
}

}  // namespace

model::Result<MapRule> MapRule::parse(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return model::fail(Category::usage, fmt::format("not a mapping: '{}' ({})", text, why),
                       "give it as HOSTGLOB=URL, such as '*.blob.core.windows.net=http://127.0.0.1:10000'");
  };
  const auto mark = text.find('=');
  if (mark == std::string_view::npos || mark == 0) return bad("no '='");
  MapRule rule;
  rule.host = std::string(text.substr(0, mark));
  if (rule.host.find_first_of("/:") != std::string::npos) return bad("a host has no scheme, port or path");
  auto target = model::parse_url(text.substr(mark + 1));
  if (!target) return bad(target.error().message);
  if (target->has_query) return bad("a target has no query");
  rule.target = std::move(*target);
  return rule;
}

Mapping::Mapping(std::vector<MapRule> rules, MapStyle style) : rules_(std::move(rules)), style_(style) {}

const MapRule* Mapping::find(std::string_view host) const {
  const auto name = name_of(host);
  for (const auto& rule : rules_)
    if (model::glob_match(rule.host, name)) return &rule;
  return nullptr;
}

Route Mapping::route(const MapRule& rule, std::string_view host, std::string_view target) const {
  Route route{rule.target, std::string(target), {}};
  if (style_ == MapStyle::host) return route;
  route.host = rule.target.authority();
  // "*" asks about the whole server.
  if (target.starts_with('/')) route.target = path_prefix(rule, host) + std::string(target);
  return route;
}

std::optional<std::string> Mapping::address(std::string_view url) const {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  const auto rest = url.substr(scheme + 3);
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  const auto authority = rest.substr(0, end);
  const MapRule* rule = find(authority);
  if (!rule) return std::nullopt;
  // The rest stays byte for byte: it may be signed.
  return fmt::format("{}://{}{}{}", rule->target.scheme, rule->target.authority(), path_prefix(*rule, authority),
                     rest.substr(end));
}

}  // namespace blobgauge::recorder
