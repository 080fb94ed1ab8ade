#include "endpoint/request.h"

#include <algorithm>

#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t more = lead < 0x80 ? 0 : lead >= 0xC2 && lead < 0xE0 ? 1 : (lead & 0xF0) == 0xE0 ? 2 : 3;
    if ((more == 3 && (lead < 0xF0 || lead > 0xF4)) || i + more >= text.size()) return false;
    for (std::size_t k = 1; k <= more; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    const auto second = more ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) || (lead == 0xF0 && second < 0x90) ||
        (lead == 0xF4 && second >= 0x90))
      return false;
    i += more + 1;
  }
  return true;
}

// "ACCOUNT.blob.anything": the account, or nothing.
std::optional<std::string> account_of_host(std::string_view host) {
  const auto dot = host.find('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  const auto rest = model::lower(host.substr(dot));
  if (!rest.starts_with(".blob.")) return std::nullopt;
  std::string account = model::lower(host.substr(0, dot));
  constexpr std::string_view secondary = "-secondary";
  if (account.ends_with(secondary)) account.resize(account.size() - secondary.size());
  return account;
}

std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

// The first segment of a raw path that begins with '/', and what follows it without the slash between.
std::pair<std::string_view, std::string_view> first_segment(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const auto slash = path.find('/');
  return slash == std::string_view::npos ? std::pair{path, std::string_view{}}
                                         : std::pair{path.substr(0, slash), path.substr(slash + 1)};
}

}  // namespace

Outcome<Address> parse_address(std::string_view authority, std::string_view raw_path, bool container_asked) {
  Address out;
  std::string_view path = raw_path;
  if (auto account = account_of_host(host_of(authority))) {
    out.account = std::move(*account);
  } else {
    out.path_style = true;
    const auto [account_text, rest] = first_segment(path);
    out.account = model::percent_decode(account_text);
    path = rest;
  }
  const auto [container, blob] = first_segment(path);
  out.container = model::percent_decode(container);
  out.blob = model::percent_decode(blob);
  // A single segment is a blob of the root container, unless the request says that it means a container.
  if (out.blob.empty() && !out.container.empty() && !container_asked) {
    out.blob = std::move(out.container);
    out.container = "$root";
  }
  if (!is_utf8(out.container) || !is_utf8(out.blob) || out.blob.find('\0') != std::string::npos) {
    auto wrong = refusal(errors::invalid_uri, {{"UriPath", std::string(raw_path)}});
    wrong.in_front = true;
    wrong.echo = false;
    return refuse(std::move(wrong));
  }
  return out;
}

bool Grant::allows(char permission) const {
  return kind == Kind::shared_key || kind == Kind::bearer ||
         (sas && sas->get("sp").find(permission) != std::string::npos);
}

std::string_view Request::parameter(std::string_view name) const {
  for (const auto& candidate : query)
    if (model::iequals(candidate.name, name)) return candidate.value;
  return {};
}

bool Request::has_parameter(std::string_view name) const {
  return std::any_of(query.begin(), query.end(),
                     [&](const auto& candidate) { return model::iequals(candidate.name, name); });
}

Outcome<std::string> body_text(const Request& request, std::uint64_t limit) {
  if (request.body.size() > limit) return refuse(errors::request_too_large, {{"MaxLimit", std::to_string(limit)}});
  std::string out(request.body.size(), '\0');
  if (auto read = request.body.content.read(0, out); !read) return refuse(internal_error(read.error().message));
  return out;
}

}  // namespace blobgauge::endpoint
