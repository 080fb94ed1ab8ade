#include "recorder/import_recordings.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <utility>

#include "model/text.h"
#include "recorder/json_text.h"
#include "recorder/line_source.h"
#include "wire/digest.h"

namespace blobgauge::recorder {
namespace {

using model::Category;
using model::Exchange;
using model::fail;
using model::Framing;
using model::Headers;
using model::Result;
namespace dom = simdjson::dom;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

tl::unexpected<model::Error> refuse(std::string message) {
  return fail(Category::input, std::move(message), "the form is in docs/formats/recordings.md");
}

// Recorders write a value as text, or as a list where the library that they sit in splits or repeats fields.
Result<Headers> headers_of(const dom::object& line, std::string_view key) {
  Headers out;
  const auto field = line.at_key(key);
  if (field.error() || field.value_unsafe().is_null()) return out;
  dom::object fields;
  if (field.get(fields)) return refuse(fmt::format("'{}' is no map", key));
  for (const auto& [name, value] : fields) {
    std::string_view text;
    dom::array list;
    if (!value.get(text)) {
      out.add(std::string(name), std::string(text));
      continue;
    }
    if (value.get(list)) return refuse(fmt::format("the value of {} is neither text nor a list", name));
    std::string joined;
    // A product list is one field whose parts .NET gives apart; anything else was sent as several fields.
    const bool products = model::iequals(name, "Server") || model::iequals(name, "User-Agent");
    for (const auto item : list) {
      if (item.get(text)) return refuse(fmt::format("a value of {} is no text", name));
      if (!products)
        out.add(std::string(name), std::string(text));
      else
        joined += (joined.empty() ? "" : " ") + std::string(text);
    }
    if (products) out.add(std::string(name), std::move(joined));
  }
  return out;
}

Framing framing_of(const Headers& headers, std::string_view method, int status) {
  if (method == "HEAD" || status == 204 || status == 304) return Framing::none;
  if (const auto coding = headers.find("Transfer-Encoding"); coding && model::iequals(*coding, "chunked"))
    return Framing::chunked;
  return headers.has("Content-Length") ? Framing::length : Framing::none;
}

void fill(model::Body& body, std::string bytes, bool keep) {
  body.size = bytes.size();
  if (!bytes.empty()) body.sha256 = wire::hex(wire::digest(wire::Algorithm::sha256, bytes));
  if (keep) body.bytes = std::move(bytes);
}

// The recorded text as bytes, if it has the length that is known from elsewhere: recordings hold text, base64 or a
// part, and do not always say which.
std::optional<std::string> bytes_of(std::string_view recorded, std::uint64_t size) {
  if (recorded.size() == size) return std::string(recorded);
  if (recorded.size() + byte_order_mark.size() == size) return std::string(byte_order_mark) + std::string(recorded);
  if (auto decoded = model::from_base64(recorded); decoded && decoded->size() == size) return decoded;
  return std::nullopt;
}

void read_request_body(const dom::object& line, bool keep, Exchange& out) {
  const auto recorded = json_text(line, "request_body");
  const auto length = model::parse_number(out.request.headers.get("Content-Length"));
  if (length) out.request.body.size = *length;
  if (recorded.empty()) return;
  if (!length) {
    out.marks.emplace_back("request body: its length was not recorded, so its bytes are not known to be whole");
  } else if (auto bytes = bytes_of(recorded, *length)) {
    fill(out.request.body, std::move(*bytes), keep);
  } else {
    out.marks.emplace_back("request body: the recording holds a part of it");
  }
}

// False where the bytes were lost.
bool read_response_body(const dom::object& line, bool keep, Exchange& out) {
  std::int64_t size = 0;
  if (line.at_key("response_body_bytes").get(size) || size < 0) size = 0;
  auto& body = out.response.body;
  body.size = static_cast<std::uint64_t>(size);
  if (size == 0) return true;
  const auto note = json_text(line, "response_body_note");
  if (auto bytes = bytes_of(json_text(line, "response_body"), body.size)) {
    fill(body, std::move(*bytes), keep);
    return true;
  }
  out.marks.push_back(note.empty() ? "response body: not whole in the recording"
                                   : fmt::format("response body: {}", note));
  return false;
}

}  // namespace

Result<Exchange> parse_recording(std::string_view text, const ImportOptions& options) {
  // The parser keeps its buffers between lines.
  static thread_local dom::parser parser;
  dom::object line;
  if (const auto error = parser.parse(text.data(), text.size()).get(line))
    return refuse(fmt::format("not a recorded exchange: {}", simdjson::error_message(error)));
  Exchange out;
  out.label = json_text(line, "operation");
  out.source = json_text(line, "source");
  auto& request = out.request;
  request.method = json_text(line, "method");
  if (request.method.empty()) return refuse("not a recorded exchange: it has no 'method'");
  const auto url = model::parse_url(json_text(line, "url"));
  if (!url) return refuse("not a recorded exchange: " + url.error().message);
  request.scheme = url->scheme;
  request.host = url->authority();
  request.target = url->target();
  std::int64_t status = 0;
  if (line.at_key("status").get(status) || status < 100 || status > 999)
    return refuse("not a recorded exchange: 'status' is no HTTP status");
  out.response.status = static_cast<int>(status);
  out.response.reason = json_text(line, "reason");
  BLOBGAUGE_TRY(request.headers, headers_of(line, "request_headers"));
  BLOBGAUGE_TRY(out.response.headers, headers_of(line, "response_headers"));

  const auto lost = json_text(line, "request_headers_scrubbed");
  const auto recorded = line.at_key("request_headers");
  request.headers_complete = lost.empty() && !recorded.error() && !recorded.value_unsafe().is_null();
  if (!request.headers_complete)
    out.marks.push_back(fmt::format("request headers: {}", lost.empty() ? "not recorded" : lost));
  request.framing = framing_of(request.headers, {}, 0);
  out.response.framing = framing_of(out.response.headers, request.method, out.response.status);
  read_request_body(line, options.keep_bodies, out);
  read_response_body(line, options.keep_bodies, out);
  return out;
}

Result<ImportSummary> import_recordings(const std::string& path, const ImportOptions& options, const ImportSink& sink) {
  BLOBGAUGE_TRY(auto lines, LineSource::open(path));
  ImportSummary summary;
  std::string_view line;
  for (;;) {
    BLOBGAUGE_TRY(const bool more, lines.next(line));
    if (!more) return summary;
    if (model::trim(line).empty()) continue;
    auto exchange = parse_recording(line, options);
    if (!exchange) {
      auto error = std::move(exchange).error();
      error.where = {path, lines.line_number(), 1};
      return tl::unexpected<model::Error>(std::move(error));
    }
    exchange->number = ++summary.exchanges;
    summary.labelled += !exchange->label.empty();
    summary.headers_incomplete += !exchange->request.headers_complete;
    for (const auto& mark : exchange->marks) summary.bodies_lost += mark.starts_with("response body");
    BLOBGAUGE_CHECK(sink(std::move(*exchange)));
  }
}

}  // namespace blobgauge::recorder
