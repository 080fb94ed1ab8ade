#include "model/url.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/text.h"

namespace blobgauge::model {
namespace {

void split_target(std::string_view text, Url& url) {
  text = text.substr(0, text.find('#'));
  const auto mark = text.find('?');
  url.path = std::string(text.substr(0, mark));
  url.has_query = mark != std::string_view::npos;
  if (url.has_query) url.query = std::string(text.substr(mark + 1));
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port ? fmt::format("{}:{}", name, port) : name;
}

std::string Url::target() const {
  std::string out = path.empty() ? "/" : path;
  if (has_query) out += "?" + query;
  return out;
}

std::string Url::text() const { return scheme.empty() ? target() : scheme + "://" + authority() + target(); }

namespace {

// For messages: a query can hold a signature, user information a password.
std::string without_secrets(std::string_view text) {
  const auto mark = text.find('?');
  auto shown = text.substr(0, std::min<std::size_t>(mark, 80));
  const auto at = shown.rfind('@');
  const auto scheme = shown.find("://");
  const auto begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  std::string out(shown);
  if (at != std::string_view::npos && at >= begin) out.replace(begin, at - begin, "...");
  return mark == std::string_view::npos ? out : out + "?...";
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return fail(Category::usage, fmt::format("not a URL: '{}' ({})", without_secrets(text), why),
                "give it as http://HOST[:PORT][/PATH]");
  };
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return bad("no scheme");
  Url url;
  url.scheme = lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return bad("the scheme must be http or https");
  auto rest = text.substr(colon + 3);
  const auto end = rest.find_first_of("/?#");
  auto authority = rest.substr(0, end);
  split_target(end == std::string_view::npos ? std::string_view{} : rest.substr(end), url);
  if (authority.find('@') != std::string_view::npos) return bad("user information is not accepted");
  std::string_view port;
  if (!authority.empty() && authority.front() == '[') {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return bad("'[' without ']'");
    url.host = std::string(authority.substr(1, close - 1));
    port = authority.substr(close + 1);
  } else {
    const auto mark = authority.find(':');
    url.host = std::string(authority.substr(0, mark));
    if (mark != std::string_view::npos) port = authority.substr(mark);
  }
  if (url.host.empty()) return bad("no host");
  if (!port.empty()) {
    const auto number = port.front() == ':' ? parse_number(port.substr(1)) : std::nullopt;
    if (!number || *number == 0 || *number > 65535) return bad("the port must be 1 to 65535");
    url.port = static_cast<std::uint16_t>(*number);
  }
  return url;
}

Result<Url> parse_target(std::string_view target) {
  if (target.find("://") != std::string_view::npos && !target.starts_with('/')) return parse_url(target);
  if (!target.starts_with('/') && target != "*")
    return fail(Category::input, fmt::format("not a request target: '{}'", without_secrets(target)));
  Url url;
  split_target(target, url);
  return url;
}

std::vector<QueryParameter> parse_query(std::string_view raw) {
  std::vector<QueryParameter> out;
  for (const auto part : split(raw, '&')) {
    if (part.empty()) continue;
    const auto mark = part.find('=');
    QueryParameter parameter;
    parameter.name = percent_decode(part.substr(0, mark));
    parameter.has_value = mark != std::string_view::npos;
    if (parameter.has_value) parameter.value = percent_decode(part.substr(mark + 1));
    out.push_back(std::move(parameter));
  }
  return out;
}

std::optional<std::string> query_value(std::string_view raw, std::string_view name) {
  for (auto& parameter : parse_query(raw))
    if (parameter.name == name) return std::move(parameter.value);
  return std::nullopt;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string percent_encode(std::string_view text, std::string_view keep) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~' || keep.find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

}  // namespace blobgauge::model
