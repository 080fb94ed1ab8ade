#include "model/curl.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/text.h"

namespace blobgauge::model {
namespace {

bool is_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./:=@%+,").find(c) != std::string_view::npos;
}

// curl makes these of what it is told.
bool is_made_by_curl(const Exchange& exchange, const Header& field) {
  if (iequals(field.name, "Host")) return field.value == exchange.request.host;
  if (iequals(field.name, "Content-Length")) return exchange.request.body.size > 0;
  return false;
}

}  // namespace

std::string shell_quote(std::string_view text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_safe)) return std::string(text);
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

std::string curl_line(const Exchange& exchange) {
  const auto& request = exchange.request;
  // Without --path-as-is it would resolve dots, and without the globbing option read brackets as ranges.
  std::string out = "curl -sS -i -g --path-as-is";
  // With -X HEAD it would wait for a body.
  out += request.method == "HEAD" ? " -I" : " -X " + shell_quote(request.method);
  for (const auto& field : request.headers) {
    if (is_made_by_curl(exchange, field)) continue;
    if (iequals(field.name, "Authorization")) {
      out += " -H \"Authorization: $AUTHORIZATION\"";
      continue;
    }
    // An empty value is written with a semicolon.
    out += " -H " + shell_quote(field.value.empty() ? field.name + ";" : field.name + ": " + field.value);
  }
  if (request.body.size > 0) out += " --data-binary @body.bin";
  return out + " " + shell_quote(fmt::format("{}://{}{}", request.scheme, request.host, request.target));
}

}  // namespace blobgauge::model
