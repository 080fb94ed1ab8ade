// One exchange as one JSON line (docs/formats/trace.md). Written by hand because it is on the recorder's hot path.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <concepts>
#include <cstring>
#include <iterator>

#include "model/text.h"
#include "model/trace_line.h"

namespace blobgauge::model {
namespace {

class JsonText {
 public:
  explicit JsonText(std::string& out) : out_(out) {}

  void open(char bracket) {
    out_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }
  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  void key(std::string_view name) {
    out_ += first_ ? std::string_view("\"") : std::string_view(",\"");
    first_ = false;
    out_ += name;
    out_ += "\":";
  }
  // JSON has no bytes: what is not UTF-8 becomes {"base64": ...}, so that nothing sent is lost or guessed.
  void bytes(std::string_view text) {
    if (is_plain(text)) {
      out_ += '"';
      out_ += text;
      out_ += '"';
      return;
    }
    if (!simdjson::validate_utf8(text.data(), text.size())) {
      out_ += R"({"base64":")" + base64(text) + "\"}";
      return;
    }
    out_ += '"';
    while (!text.empty()) {
      const auto plain = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), escapes) - text.begin());
      out_.append(text, 0, plain);
      text.remove_prefix(plain);
      if (text.empty()) break;
      escape(text.front());
      text.remove_prefix(1);
    }
    out_ += '"';
  }
  void item(std::string_view text) {
    comma();
    bytes(text);
  }
  void field(std::string_view name, std::string_view text) {
    key(name);
    bytes(text);
  }
  void maybe(std::string_view name, std::string_view text) {
    if (!text.empty()) field(name, text);
  }
  void number(std::string_view name, std::integral auto value) {
    key(name);
    const fmt::format_int digits(value);
    out_.append(digits.data(), digits.size());
  }
  void maybe(std::string_view name, std::integral auto value) {
    if (value) number(name, value);
  }
  void flag(std::string_view name, bool value) {
    key(name);
    out_ += value ? "true" : "false";
  }
  void list(std::string_view name, const std::vector<std::string>& items) {
    if (items.empty()) return;
    key(name);
    open('[');
    for (const auto& each : items) item(each);
    close(']');
  }

 private:
  // Nothing but ASCII that stands for itself, as nearly all heads are: seen eight bytes at a time (Bit Twiddling Hacks,
  // "Determine if a word has a zero byte" and "a byte less than n").
  static bool is_plain(std::string_view text) {
    constexpr std::uint64_t ones = ~std::uint64_t{0} / 255, tops = ones * 0x80;
    const auto none = [](std::uint64_t word) { return (word - ones) & ~word; };
    for (std::uint64_t word; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
      std::memcpy(&word, text.data(), sizeof word);
      const auto special =
          word | ((word - ones * 0x20) & ~word) | none(word ^ (ones * '"')) | none(word ^ (ones * '\\'));
      if (special & tops) return false;
    }
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return escapes(c) || static_cast<unsigned char>(c) > 0x7F; });
  }
  static bool escapes(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }
  void escape(char c) {
    if (c == '\n')
      out_ += "\\n";
    else if (c == '"' || c == '\\')
      out_.append({'\\', c});
    else
      fmt::format_to(std::back_inserter(out_), "\\u{:04x}", static_cast<unsigned char>(c));
  }

  std::string& out_;
  bool first_ = true;
};

void write_headers(JsonText& json, std::string_view key, const Headers& headers) {
  json.key(key);
  json.open('[');
  for (const auto& header : headers) {
    json.comma();
    json.open('[');
    json.item(header.name);
    json.item(header.value);
    if (header.before != " " || !header.after.empty()) {
      json.item(header.before);
      json.item(header.after);
    }
    json.close(']');
  }
  json.close(']');
}

void write_tls(JsonText& json, std::string_view key, const TlsFacts* facts) {
  if (!facts) return;
  json.key(key);
  json.open('{');
  json.maybe("version", facts->version);
  json.maybe("cipher", facts->cipher);
  json.maybe("server_name", facts->server_name);
  json.maybe("protocol", facts->protocol);
  json.close('}');
}

void write_message(JsonText& json, const std::string& version, const Headers& headers, Framing framing,
                   const Body& body) {
  if (version != "HTTP/1.1") json.field("version", version);
  write_headers(json, "headers", headers);
  if (framing != Framing::none) json.field("framing", trace_framings[static_cast<std::size_t>(framing)]);
  json.key("body");
  json.open('{');
  json.number("size", body.size);
  json.maybe("sha256", body.sha256);
  json.maybe("md5", body.md5);
  json.maybe("crc64", body.crc64);
  if (body.bytes) json.field("bytes", *body.bytes);
  if (!body.complete) json.flag("complete", false);
  json.list("extensions", body.extensions);
  if (!body.trailers.empty()) write_headers(json, "trailers", body.trailers);
  json.close('}');
}

}  // namespace

void append_json_line(const Exchange& exchange, std::string& out) {
  JsonText json(out);
  json.open('{');
  json.number("n", exchange.number);
  json.maybe("connection", exchange.connection);
  json.maybe("sequence", exchange.sequence);
  json.maybe("try", exchange.attempt);
  json.maybe("started_ns", exchange.started_ns);
  json.maybe("connect_ns", exchange.connect_ns);
  json.maybe("tls_ns", exchange.tls_ns);
  json.maybe("first_byte_ns", exchange.first_byte_ns);
  json.maybe("wait_ns", exchange.wait_ns);
  json.maybe("total_ns", exchange.total_ns);
  write_tls(json, "client_tls", exchange.client_tls.get());
  write_tls(json, "server_tls", exchange.server_tls.get());
  if (exchange.process.id) {
    json.key("process");
    json.open('{');
    json.number("pid", exchange.process.id);
    json.maybe("name", exchange.process.name);
    json.close('}');
  }
  json.maybe("source", exchange.source);
  json.maybe("label", exchange.label);
  json.maybe("operation", exchange.operation);
  json.list("marks", exchange.marks);
  json.key("request");
  json.open('{');
  const auto& request = exchange.request;
  json.field("method", request.method);
  json.maybe("scheme", request.scheme);
  json.maybe("host", request.host);
  json.field("target", request.target);
  if (!request.headers_complete) json.flag("headers_complete", false);
  write_message(json, request.version, request.headers, request.framing, request.body);
  json.close('}');
  json.key("response");
  json.open('{');
  const auto& response = exchange.response;
  json.number("status", response.status);
  if (!response.status_known) json.flag("status_known", false);
  json.maybe("reason", response.reason);
  write_message(json, response.version, response.headers, response.framing, response.body);
  json.close('}');
  json.close('}');
}

std::string to_json_line(const Exchange& exchange) {
  std::string out;
  append_json_line(exchange, out);
  return out;
}

std::string to_json_line(const TraceHead& head) {
  std::string out;
  JsonText json(out);
  json.open('{');
  json.field("blobgauge", "trace");
  json.number("version", trace_version);
  json.maybe("tool", head.tool);
  json.maybe("client", head.client);
  json.maybe("release", head.release);
  json.maybe("scenario", head.scenario);
  json.list("command", head.command);
  json.maybe("partial", head.partial);
  json.list("omits", head.omits);
  json.maybe("pseudonyms", head.pseudonyms);
  json.close('}');
  return out;
}

std::string to_json_line(const TraceEnd& end) {
  std::string out;
  JsonText json(out);
  json.open('{');
  json.flag("end", true);
  json.number("exchanges", end.exchanges);
  json.maybe("dropped", end.dropped);
  if (end.client_exit >= 0) json.number("client_exit", end.client_exit);
  json.list("notes", end.notes);
  json.close('}');
  return out;
}

}  // namespace blobgauge::model
