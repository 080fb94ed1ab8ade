#include "recorder/har_entry.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "model/text.h"
#include "model/trace.h"
#include "model/url.h"
#include "recorder/json_text.h"
#include "wire/digest.h"

namespace blobgauge::recorder {
namespace {

using model::Category;
using model::Exchange;
using model::fail;
using model::Framing;
using model::Headers;
using model::Result;
using Json = nlohmann::ordered_json;
namespace dom = simdjson::dom;

constexpr std::string_view own_key = "_blobgauge";
constexpr std::string_view unknown_type = "x-unknown";  // as Chromium says it
// Beyond it a double has no whole milliseconds, and no exchange takes that long.
constexpr double longest_ms = 1e12;
// In the year 2255: nanoseconds since 1970 fit into 64 bits until 2262.
constexpr std::int64_t latest_s = 9'000'000'000;

tl::unexpected<model::Error> no_har_entry(std::string message) {
  return fail(Category::input, std::move(message), "docs/formats/har.md says what is read");
}

// ---- reading

// Milliseconds as nanoseconds; nothing where there is no such number, or a negative one, which says "does not apply".
std::optional<std::int64_t> ns_of(const dom::object& object, std::string_view key) {
  double ms = 0;
  if (object.at_key(key).get(ms) || !(ms >= 0) || ms > longest_ms) return std::nullopt;
  return std::llround(ms * 1e6);
}

std::int64_t size_of(const dom::object& object, std::string_view key) {
  double size = 0;
  if (object.at_key(key).get(size) || !(size >= 0) || size > 9e15) return -1;
  return static_cast<std::int64_t>(size);
}

// "2026-11-21T15:58:12.774123Z", with any offset and any number of decimals.
std::optional<std::int64_t> parse_moment(std::string_view text) {
  std::tm time{};
  const std::string copy(text);
  const char* end = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  if (!end) return std::nullopt;
  std::string_view rest(end);
  std::int64_t ns = 0, unit = 100'000'000;
  if (rest.starts_with('.')) {
    for (rest.remove_prefix(1); !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; rest.remove_prefix(1)) {
      ns += (rest[0] - '0') * unit;
      unit /= 10;
    }
  }
  std::int64_t offset = 0;
  if (rest.size() >= 5 && (rest[0] == '+' || rest[0] == '-')) {
    const auto hours = model::parse_number(rest.substr(1, 2)),
               minutes = model::parse_number(rest.substr(rest.size() - 2));
    if (!hours || !minutes || rest.size() > 6) return std::nullopt;
    offset = static_cast<std::int64_t>(*hours * 60 + *minutes) * (rest[0] == '-' ? -60 : 60);
  } else if (!rest.empty() && rest != "Z") {
    return std::nullopt;
  }
  const auto seconds = static_cast<std::int64_t>(::timegm(&time)) - offset;
  if (std::abs(seconds) > latest_s) return std::nullopt;
  return seconds * 1'000'000'000 + ns;
}

// Chromium gives "h2" and "http/2.0" for the same.
std::string version_of(std::string_view text) {
  auto version = model::lower(text);
  if (version.empty() || version == "unknown") return "HTTP/1.1";
  if (version == "h2" || version == "http/2.0") return "HTTP/2";
  if (version == "h3" || version == "http/3.0") return "HTTP/3";
  for (auto& c : version)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return version;
}

Result<Headers> json_headers(const dom::object& message, std::string_view side) {
  Headers out;
  dom::array list;
  if (message.at_key("headers").get(list)) return no_har_entry(fmt::format("the {} has no list of headers", side));
  for (const auto item : list) {
    dom::object header;
    std::string_view name, value;
    if (item.get(header) || header.at_key("name").get(name) || header.at_key("value").get(value))
      return no_har_entry(fmt::format("a header of the {} is no name with a value", side));
    if (name.starts_with(':')) continue;  // HTTP/2 keeps method, address and status there
    // Chromium joins fields of one name with line feeds, which no value can have.
    for (const auto part : model::split(value, '\n')) out.add(std::string(name), std::string(model::trim(part)));
  }
  return out;
}

Framing framing_shown(const Headers& headers, bool body_possible) {
  if (!body_possible) return Framing::none;
  if (const auto coding = headers.find("Transfer-Encoding"); coding && model::iequals(*coding, "chunked"))
    return Framing::chunked;
  return headers.has("Content-Length") ? Framing::length : Framing::none;
}

bool is_document_type(std::string_view type) {
  const auto lower = model::lower(type);
  return lower.find("xml") != std::string::npos || lower.find("json") != std::string::npos;
}

struct BodySource {
  std::string_view side;
  std::int64_t wire_size;  // as transferred; -1: not known
  bool document;
  bool ours;  // this program wrote it, perhaps masked: its size need not be that of the text
};

// `holder` has text and perhaps its encoding.
void read_har_body(const dom::object& holder, const BodySource& source, const HarEntryOptions& options,
                   const Headers& headers, Exchange& out, model::Body& body) {
  const auto wire_size = source.wire_size;
  if (wire_size > 0) body.size = static_cast<std::uint64_t>(wire_size);
  std::string_view text;
  if (holder.at_key("text").get(text) || text.empty()) return;
  const auto encoding = json_text(holder, "encoding");
  const bool base64 = encoding == "base64" || json_text(holder, "_encoding") == "base64";
  std::optional<std::string> bytes = base64 ? model::from_base64(text) : std::string(text);
  const auto coding = headers.get("Content-Encoding");
  const auto mark = [&](std::string_view why) { out.marks.push_back(fmt::format("{} body: {}", source.side, why)); };
  if (!bytes) return mark("the HAR says base64 and has something else");
  if (!source.ours && !coding.empty() && !model::iequals(coding, "identity"))
    return mark("the HAR has it only after its content coding was undone");
  if (wire_size < 0) body.size = bytes->size();
  // Text was decoded from the charset of the answer; only its length shows that nothing was replaced.
  if (!source.ours && bytes->size() != body.size) return mark("its size is not that of the text in the HAR");
  body.sha256 = wire::hex(wire::digest(wire::Algorithm::sha256, *bytes));
  if (options.keep_bodies || (source.document && bytes->size() <= options.longest_document))
    body.bytes = std::move(*bytes);
}

// Half a surrogate pair, as Python writes a byte that is no character.
std::size_t replace_lone_surrogates(std::string& text) {
  std::size_t replaced = 0;
  const auto unit = [&](std::size_t at) -> int {
    if (text.compare(at, 2, "\\u") != 0 || at + 6 > text.size()) return -1;
    int value = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
      const int digit = model::hex_digit(text[i]);
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return value;
  };
  for (auto at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
    const int code = unit(at);
    if (code < 0xD800 || code > 0xDFFF) {
      at += code < 0 ? 2 : 6;
      continue;
    }
    const int low = code < 0xDC00 ? unit(at + 6) : -1;
    if (low >= 0xDC00 && low <= 0xDFFF) {
      at += 12;
      continue;
    }
    text.replace(at, 6, "\\ufffd");
    at += 6;
    ++replaced;
  }
  return replaced;
}

// ---- writing

// JSON is UTF-8; bytes that are none are given as if they were Latin-1, and kept beside.
bool is_text(std::string_view bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

std::string as_utf8_text(std::string_view bytes) {
  if (is_text(bytes)) return std::string(bytes);
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0U | byte >> 6U);
      out += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return out;
}

// RFC 3986: what may not stand in a URL is percent-encoded, so that the field is one whatever was sent.
std::string url_of(const model::Request& request) {
  const std::string raw = (request.scheme.empty() ? "http" : request.scheme) + "://" +
                          (request.host.empty() ? "unknown.invalid" : request.host) +
                          (request.target.starts_with('/') ? "" : "/") + request.target;
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const auto byte = static_cast<unsigned char>(raw[i]);
    const bool escape =
        raw[i] == '%' && i + 2 < raw.size() && model::hex_digit(raw[i + 1]) >= 0 && model::hex_digit(raw[i + 2]) >= 0;
    const bool allowed =
        byte > 0x20 && byte < 0x7F && std::string_view("\"<>\\^`{|}#").find(raw[i]) == std::string_view::npos;
    if (allowed && (raw[i] != '%' || escape))
      out += raw[i];
    else
      out += fmt::format("%{:02X}", byte);
  }
  return out;
}

std::string moment_text(std::int64_t ns) {
  const auto known = std::max<std::int64_t>(ns, 0);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:09}Z", fmt::gmtime(static_cast<std::time_t>(known / 1'000'000'000)),
                     known % 1'000'000'000);
}

Json headers_json(const Headers& headers) {
  Json out = Json::array();
  for (const auto& header : headers)
    out.push_back({{"name", as_utf8_text(header.name)}, {"value", as_utf8_text(header.value)}});
  return out;
}

bool all_text(const Headers& headers) {
  return std::all_of(headers.begin(), headers.end(),
                     [](const auto& header) { return is_text(header.name) && is_text(header.value); });
}

void write_bytes(Json& holder, const model::Body& body, std::string_view encoding_key) {
  if (!body.bytes) return;
  if (is_text(*body.bytes)) {
    holder["text"] = *body.bytes;
  } else {
    holder["text"] = model::base64(*body.bytes);
    holder[std::string(encoding_key)] = "base64";
  }
}

// The exchange without what the standard fields say as well.
Json own_part(const Exchange& exchange) {
  Exchange bare = exchange;
  if (all_text(bare.request.headers)) bare.request.headers = {};
  if (all_text(bare.response.headers)) bare.response.headers = {};
  bare.request.body.bytes.reset();
  bare.response.body.bytes.reset();
  return Json::parse(model::to_json_line(bare));
}

// ---- both

// Takes over what this program wrote beside the standard fields; where a person changed one of those, it stays.
void restore(const dom::element& element, std::string_view url, Exchange& out) {
  const auto own = model::from_json_line(simdjson::minify(element));
  if (!own) return;
  out.connection = own->connection;
  out.attempt = own->attempt;
  if (out.total_ns == std::max({own->total_ns, own->wait_ns, std::int64_t{0}})) {
    out.wait_ns = own->wait_ns;
    out.total_ns = own->total_ns;
  }
  out.source = own->source;
  out.label = own->label;
  out.marks = own->marks;
  if (url_of(own->request) == url) {
    out.request.scheme = own->request.scheme;
    out.request.host = own->request.host;
    out.request.target = own->request.target;
  }
  out.request.headers_complete = own->request.headers_complete;
  out.response.status_known = own->response.status_known || out.response.status != 0;
  const auto message = [](auto& into, const auto& from) {
    into.version = from.version;
    into.framing = from.framing;
    if (from.headers.size() == into.headers.size() && !from.headers.empty()) into.headers = from.headers;
    // Of what crossed the wire, whatever was masked or left out of its bytes since.
    into.body.size = from.body.size;
    into.body.sha256 = from.body.sha256;
    into.body.md5 = from.body.md5;
    into.body.crc64 = from.body.crc64;
    into.body.complete = from.body.complete;
  };
  message(out.request, own->request);
  message(out.response, own->response);
}

}  // namespace

Result<HarEntry> parse_har_entry(std::string& text, const HarEntryOptions& options) {
  HarEntry out;
  auto& exchange = out.exchange;
  const auto replaced = replace_lone_surrogates(text);
  static thread_local dom::parser parser;
  dom::object entry, request, response, content, timings;
  if (const auto error = parser.parse(text).get(entry))
    return no_har_entry(fmt::format("an entry is not JSON: {}", simdjson::error_message(error)));
  if (entry.at_key("request").get(request)) return no_har_entry("an entry has no 'request'");
  const auto url_text = json_text(request, "url");
  const auto scheme = model::lower(url_text.substr(0, url_text.find(':')));
  if (scheme != "http" && scheme != "https") {
    if (url_text.find(':') == std::string_view::npos) return no_har_entry("a request has no URL");
    out.skip = HarSkip::scheme;
    return out;
  }
  if (std::string_view cached; !entry.at_key("_fromCache").get(cached)) {
    out.skip = HarSkip::cache;
    return out;
  }
  // The message of the parser quotes the URL, and that can hold a secret.
  const auto url = model::parse_url(url_text);
  if (!url) return no_har_entry("a request's URL is none of a server");
  exchange.request.scheme = url->scheme;
  exchange.request.host = url->authority();
  exchange.request.target = url->target();
  exchange.request.method = json_text(request, "method");
  if (exchange.request.method.empty()) return no_har_entry("a request has no 'method'");
  exchange.request.version = version_of(json_text(request, "httpVersion"));
  BLOBGAUGE_TRY(exchange.request.headers, json_headers(request, "request"));
  exchange.request.headers_complete = options.complete_heads;
  if (!options.complete_heads)
    exchange.marks.emplace_back("request headers: this HAR's writer does not say whether they are whole");
  if (exchange.request.version != "HTTP/1.1" && exchange.request.version != "HTTP/1.0")
    exchange.marks.push_back(fmt::format("{}: names in lower case, no framing", exchange.request.version));
  if (replaced) exchange.marks.push_back(fmt::format("har: {} bytes that are no characters were replaced", replaced));

  if (entry.at_key("response").get(response)) return no_har_entry("an entry has no 'response'");
  const auto status = size_of(response, "status");
  if (status < 0 || status > 999) return no_har_entry("a response has no 'status'");
  exchange.response.status = static_cast<int>(status);
  exchange.response.reason = json_text(response, "statusText");
  exchange.response.version = version_of(json_text(response, "httpVersion"));
  BLOBGAUGE_TRY(exchange.response.headers, json_headers(response, "response"));
  if (const auto error = json_text(response, "_error"); !error.empty())
    exchange.marks.push_back("error: " + std::string(error.substr(0, 500)));

  const auto started = parse_moment(json_text(entry, "startedDateTime"));
  if (!started) return no_har_entry("an entry has no 'startedDateTime'");
  exchange.started_ns = std::max<std::int64_t>(*started, 0);
  if (!entry.at_key("timings").get(timings)) {
    const auto send = ns_of(timings, "send"), wait = ns_of(timings, "wait"), receive = ns_of(timings, "receive");
    exchange.wait_ns = wait.value_or(0);
    exchange.total_ns = send.value_or(0) + wait.value_or(0) + receive.value_or(0);
  }
  if (const auto connection = model::parse_number(json_text(entry, "connection"))) exchange.connection = *connection;

  auto& sent = exchange.request;
  auto& received = exchange.response;
  dom::element own;
  const bool ours = !entry.at_key(own_key).get(own);
  sent.framing = framing_shown(sent.headers, true);
  received.framing = framing_shown(received.headers, sent.method != "HEAD" && status != 204 && status != 304);
  dom::object posted;
  if (const auto length = model::parse_number(sent.headers.get("Content-Length"))) sent.body.size = *length;
  if (!request.at_key("postData").get(posted)) {
    const auto length = model::parse_number(sent.headers.get("Content-Length"));
    const auto size = length ? static_cast<std::int64_t>(*length) : size_of(request, "bodySize");
    read_har_body(posted, {"request", size, is_document_type(json_text(posted, "mimeType")), ours}, options,
                  sent.headers, exchange, sent.body);
  }
  if (!response.at_key("content").get(content)) {
    const bool plain = !received.headers.has("Content-Encoding");
    const auto size = plain ? size_of(content, "size") : size_of(response, "bodySize");
    const bool document = status >= 400 || is_document_type(json_text(content, "mimeType"));
    read_har_body(content, {"response", size, document, ours}, options, received.headers, exchange, received.body);
  }
  if (ours) restore(own, url_text, exchange);
  return out;
}

std::string to_har_entry(const Exchange& exchange) {
  const auto& request = exchange.request;
  const auto& response = exchange.response;
  Json query = Json::array();
  const auto mark = request.target.find('?');
  if (mark != std::string::npos)
    for (const auto& parameter : model::parse_query(std::string_view(request.target).substr(mark + 1)))
      query.push_back({{"name", as_utf8_text(parameter.name)}, {"value", as_utf8_text(parameter.value)}});
  Json out;
  out["startedDateTime"] = moment_text(exchange.started_ns);
  const auto wait = std::max<std::int64_t>(exchange.wait_ns, 0);
  const auto total = std::max(wait, exchange.total_ns);
  out["time"] = static_cast<double>(total) / 1e6;
  out["request"] = {{"method", as_utf8_text(request.method)},
                    {"url", url_of(request)},
                    {"httpVersion", as_utf8_text(request.version)},
                    {"cookies", Json::array()},
                    {"headers", headers_json(request.headers)},
                    {"queryString", std::move(query)},
                    {"headersSize", -1},
                    {"bodySize", request.body.size}};
  if (request.body.bytes) {
    Json posted = {{"mimeType", as_utf8_text(request.headers.get("Content-Type"))}};
    write_bytes(posted, request.body, "_encoding");
    out["request"]["postData"] = std::move(posted);
  }
  const auto type = response.headers.get("Content-Type");
  Json content = {{"size", response.body.size},
                  {"mimeType", type.empty() ? std::string(unknown_type) : as_utf8_text(type)}};
  write_bytes(content, response.body, "encoding");
  out["response"] = {{"status", response.status},
                     {"statusText", as_utf8_text(response.reason)},
                     {"httpVersion", as_utf8_text(response.version)},
                     {"cookies", Json::array()},
                     {"headers", headers_json(response.headers)},
                     {"content", std::move(content)},
                     {"redirectURL", as_utf8_text(response.headers.get("Location"))},
                     {"headersSize", -1},
                     {"bodySize", response.body.size}};
  if (!response.status_known) out["response"]["comment"] = "the recording does not say which status it was";
  out["cache"] = Json::object();
  // The trace does not part sending from receiving; HAR wants three numbers whose sum is `time`.
  out["timings"] = {
      {"send", 0}, {"wait", static_cast<double>(wait) / 1e6}, {"receive", static_cast<double>(total - wait) / 1e6}};
  if (exchange.connection) out["connection"] = std::to_string(exchange.connection);
  if (!exchange.operation.empty()) out["comment"] = as_utf8_text(exchange.operation);
  out[std::string(own_key)] = own_part(exchange);
  return out.dump();
}

}  // namespace blobgauge::recorder
