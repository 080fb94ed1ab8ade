#include "model/address.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/text.h"
#include "model/url.h"

namespace blobgauge::model {
namespace {

std::string first_or_empty(const std::vector<std::string>& values) { return values.empty() ? "" : values.front(); }

// Host of "host", "host:port" or "[v6]:port", without the root's dot.
std::string_view host_only(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  if (std::count(authority.begin(), authority.end(), ':') == 1) authority = authority.substr(0, authority.find(':'));
  if (authority.ends_with('.')) authority.remove_suffix(1);
  return authority;
}

bool is_ip_address(std::string_view host) {
  if (host.find(':') != std::string_view::npos) return true;
  const auto parts = split(host, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           const auto number = parse_number(part);
           return number && *number <= 255;
         });
}

// The target's path and query; an absolute form's authority goes to `authority`.
struct Target {
  std::string_view authority, path, query;
};

Target split_request_target(std::string_view text) {
  Target out;
  if (!text.starts_with('/')) {
    if (const auto mark = text.find("://"); mark != std::string_view::npos) {
      text.remove_prefix(mark + 3);
      const auto end = text.find_first_of("/?");
      out.authority = text.substr(0, end);
      text = end == std::string_view::npos ? std::string_view{} : text.substr(end);
    }
  }
  const auto mark = text.find('?');
  out.path = text.substr(0, mark);
  if (mark != std::string_view::npos) out.query = text.substr(mark + 1);
  return out;
}

// Takes the first part off a path without its leading slash.
std::string_view take_part(std::string_view& path) {
  const auto slash = path.find('/');
  const auto part = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  return part;
}

// "storage/v1/b/{container}/o/{blob}" against a path, both without their leading slash: `{container}` is one part,
// `{blob}` all the rest, everything else stands for itself.
bool take_by_template(std::string_view form, std::string_view path, std::string_view& container,
                      std::string_view& blob) {
  container = blob = {};
  while (!form.empty()) {
    const auto want = take_part(form);
    if (want == "{blob}") {
      blob = path;
      return !blob.empty();
    }
    const auto part = take_part(path);
    if (want == "{container}" ? part.empty() : part != want) return false;
    if (want == "{container}") container = part;
  }
  return path.empty();
}

std::string decoded(std::string_view text) {
  return text.find('%') == std::string_view::npos ? std::string(text) : percent_decode(text);
}

}  // namespace

AddressReader::AddressReader(const Catalogue& catalogue, const AddressHints& hints)
    : hinted_path_style_(hints.path_style),
      hinted_host_style_(hints.host_style),
      host_style_(catalogue.addressing("host-style")),
      path_style_(catalogue.addressing("path-style")),
      foreign_(catalogue.addressing("foreign")),
      evidence_headers_(catalogue.addressing("evidence-headers")),
      evidence_queries_(catalogue.addressing("evidence-queries")),
      schemes_(catalogue.addressing("account-schemes")),
      templates_(catalogue.addressing("templates")),
      secondary_suffix_(first_or_empty(catalogue.addressing("secondary-suffix"))),
      root_container_(first_or_empty(catalogue.addressing("root-container"))) {}

AddressReader::Style AddressReader::style(std::string_view host) const {
  if (host.empty()) return Style::host;  // an analyser knows paths without hosts
  if (hinted_path_style_.contains(host)) return Style::path;
  if (hinted_host_style_.contains(host)) return Style::host;
  if (host_style_.contains(host)) return Style::host;
  if (foreign_.contains(host)) return Style::foreign;
  if (path_style_.contains(host) || is_ip_address(host) || host.find('.') == std::string_view::npos) return Style::path;
  return Style::unknown;
}

bool AddressReader::speaks_this_api(const Request& request, std::string_view query) const {
  for (const auto& header : request.headers)
    if (evidence_headers_.contains(header.name)) return true;
  for (const auto part : split(query, '&'))
    if (evidence_queries_.contains(part.substr(0, part.find('=')))) return true;
  return false;
}

// "acct" of "SCHEME acct:signature".
std::string_view AddressReader::signing_account(const Request& request) const {
  const auto value = request.headers.get("Authorization");
  const auto space = value.find(' ');
  if (space == std::string_view::npos || !schemes_.contains(value.substr(0, space))) return {};
  const auto rest = value.substr(space + 1);
  const auto colon = rest.find(':');
  return colon == std::string_view::npos ? std::string_view{} : rest.substr(0, colon);
}

Address AddressReader::read(const Request& request) const {
  Address out;
  const auto target = split_request_target(request.target);
  const auto host = host_only(request.host.empty() ? target.authority : std::string_view(request.host));
  const auto kind = style(host);
  if (kind == Style::foreign) {
    out.problem = fmt::format("{} is no host of this service", host);
    return out;
  }
  if (kind == Style::unknown && !speaks_this_api(request, target.query)) {
    out.problem = fmt::format("{} is not known as a host of this service, and nothing in the request tells", host);
    return out;
  }
  auto path = target.path;
  if (!path.empty() && !path.starts_with('/')) {
    out.problem = fmt::format("'{}' is no path", path.substr(0, 40));
    return out;
  }
  if (!path.empty()) path.remove_prefix(1);

  std::string_view account;
  out.path_style = kind == Style::path;
  if (kind == Style::unknown) {
    // A host of the user's own: where the signature's account is also the first part of the path, that is no accident.
    account = signing_account(request);
    out.path_style = !account.empty() && path.substr(0, path.find('/')) == account;
  }
  if (out.path_style) {
    account = take_part(path);
    if (account.empty()) {
      out.problem = "no account in the path";
      return out;
    }
  } else if (kind == Style::host) {
    account = host.substr(0, host.find('.'));
  }
  if (!secondary_suffix_.empty() && account.ends_with(secondary_suffix_) && account.size() > secondary_suffix_.size()) {
    out.secondary = true;
    account.remove_suffix(secondary_suffix_.size());
  }
  out.account = std::string(account);
  if (!templates_.empty()) {
    std::string_view container, blob;
    const bool known = std::any_of(templates_.begin(), templates_.end(), [&](const std::string& form) {
      return take_by_template(std::string_view(form).substr(1), path, container, blob);
    });
    out.container = decoded(known ? container : std::string_view{});
    out.blob = decoded(known ? blob : std::string_view{});
    if (!known) out.problem = "no path of this API";
    return out;
  }
  const bool more = !path.empty();
  out.container = decoded(take_part(path));
  out.blob = decoded(path);
  if (more && out.container.empty()) out.problem = "an empty container name";
  return out;
}

}  // namespace blobgauge::model
