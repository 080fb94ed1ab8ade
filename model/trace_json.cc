// One exchange as one JSON line and back (docs/formats/trace.md). Written by hand because it is on the recorder's hot
// path; read with simdjson On Demand, which visits each field once.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "model/text.h"
#include "model/trace_line.h"

namespace blobgauge::model {
namespace {

namespace sj = simdjson::ondemand;

constexpr std::string_view framing_names[] = {"none", "length", "chunked", "close"};

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
  void number(std::string_view name, std::int64_t value) {
    key(name);
    const fmt::format_int digits(value);
    out_.append(digits.data(), digits.size());
  }
  void maybe(std::string_view name, std::int64_t value) {
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
  if (framing != Framing::none) json.field("framing", framing_names[static_cast<int>(framing)]);
  json.key("body");
  json.open('{');
  json.number("size", static_cast<std::int64_t>(body.size));
  json.maybe("sha256", body.sha256);
  json.maybe("md5", body.md5);
  json.maybe("crc64", body.crc64);
  if (body.bytes) json.field("bytes", *body.bytes);
  if (!body.complete) json.flag("complete", false);
  json.list("extensions", body.extensions);
  if (!body.trailers.empty()) write_headers(json, "trailers", body.trailers);
  json.close('}');
}

// Thrown inside this file only, beside simdjson's own exception; parse_trace_line turns both into an Error.
struct Malformed {
  std::string message;
};

std::string read_bytes(sj::value value) {
  if (value.type() != sj::json_type::object) return std::string(std::string_view(value.get_string()));
  auto decoded = from_base64(std::string_view(value.get_object()["base64"].get_string()));
  if (!decoded) throw Malformed{"'base64' is not base64"};
  return std::move(*decoded);
}

std::vector<std::string> read_list(sj::value value) {
  std::vector<std::string> out;
  for (auto each : value.get_array()) out.push_back(read_bytes(each.value()));
  return out;
}

Headers read_headers(sj::value value) {
  Headers headers;
  for (auto pair : value.get_array()) {
    auto parts = read_list(pair.value());
    if (parts.size() != 2 && parts.size() != 4) throw Malformed{"a header is not a pair of name and value"};
    Header header{std::move(parts[0]), std::move(parts[1])};
    if (parts.size() == 4) {
      header.before = std::move(parts[2]);
      header.after = std::move(parts[3]);
    }
    headers.add(std::move(header));
  }
  return headers;
}

Framing read_framing(sj::value value) {
  const std::string_view name = value.get_string();
  const auto found = std::find(std::begin(framing_names), std::end(framing_names), name);
  if (found == std::end(framing_names)) throw Malformed{fmt::format("no framing is called '{}'", name)};
  return static_cast<Framing>(found - std::begin(framing_names));
}

Body read_body(sj::value value) {
  Body body;
  for (auto field : value.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key == "size") body.size = field.value().get_uint64();
    if (key == "sha256") body.sha256 = read_bytes(field.value());
    if (key == "md5") body.md5 = read_bytes(field.value());
    if (key == "crc64") body.crc64 = read_bytes(field.value());
    if (key == "bytes") body.bytes = read_bytes(field.value());
    if (key == "complete") body.complete = field.value().get_bool();
    if (key == "extensions") body.extensions = read_list(field.value());
    if (key == "trailers") body.trailers = read_headers(field.value());
  }
  return body;
}

std::shared_ptr<const TlsFacts> read_tls(sj::value value) {
  TlsFacts facts;
  for (auto field : value.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key == "version") facts.version = read_bytes(field.value());
    if (key == "cipher") facts.cipher = read_bytes(field.value());
    if (key == "server_name") facts.server_name = read_bytes(field.value());
    if (key == "protocol") facts.protocol = read_bytes(field.value());
  }
  return std::make_shared<const TlsFacts>(std::move(facts));
}

ClientProcess read_process(sj::value value) {
  ClientProcess process;
  for (auto field : value.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key == "pid") process.id = field.value().get_int64();
    if (key == "name") process.name = read_bytes(field.value());
  }
  return process;
}

template <class Message>
void read_message_field(Message& message, std::string_view key, sj::value value) {
  if (key == "version") message.version = read_bytes(value);
  if (key == "headers") message.headers = read_headers(value);
  if (key == "framing") message.framing = read_framing(value);
  if (key == "body") message.body = read_body(value);
}

Request read_request(sj::value value) {
  Request request;
  for (auto field : value.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key == "method") request.method = read_bytes(field.value());
    if (key == "scheme") request.scheme = read_bytes(field.value());
    if (key == "host") request.host = read_bytes(field.value());
    if (key == "target") request.target = read_bytes(field.value());
    if (key == "headers_complete") request.headers_complete = field.value().get_bool();
    read_message_field(request, key, field.value());
  }
  return request;
}

Response read_response(sj::value value) {
  Response response;
  for (auto field : value.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key == "status") response.status = static_cast<int>(std::int64_t(field.value().get_int64()));
    if (key == "status_known") response.status_known = field.value().get_bool();
    if (key == "reason") response.reason = read_bytes(field.value());
    read_message_field(response, key, field.value());
  }
  return response;
}

}  // namespace

void append_json_line(const Exchange& exchange, std::string& out) {
  JsonText json(out);
  json.open('{');
  json.number("n", static_cast<std::int64_t>(exchange.number));
  json.maybe("connection", static_cast<std::int64_t>(exchange.connection));
  json.maybe("sequence", static_cast<std::int64_t>(exchange.sequence));
  json.maybe("try", static_cast<std::int64_t>(exchange.attempt));
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
  json.number("exchanges", static_cast<std::int64_t>(end.exchanges));
  json.maybe("dropped", static_cast<std::int64_t>(end.dropped));
  if (end.client_exit >= 0) json.number("client_exit", end.client_exit);
  json.list("notes", end.notes);
  json.close('}');
  return out;
}

struct TraceLineParser::Impl {
  sj::parser parser;
};

TraceLineParser::TraceLineParser() : impl_(std::make_unique<Impl>()) {}
TraceLineParser::~TraceLineParser() = default;

Result<TraceLine> TraceLineParser::parse(const char* data, std::size_t size, std::size_t capacity) {
  const auto bad = [](std::string message) { return fail(Category::input, std::move(message)); };
  try {
    Exchange exchange;
    TraceHead head;
    TraceEnd end;
    bool is_head = false, is_end = false, is_exchange = false;
    std::int64_t version = 0;
    sj::document document = impl_->parser.iterate(data, size, capacity);
    for (auto field : document.get_object()) {
      const std::string_view key = field.unescaped_key();
      sj::value value = field.value();
      if (key == "blobgauge") {
        is_head = true;
        if (std::string_view(value.get_string()) != "trace") return bad("another blobgauge format, not a trace");
      } else if (key == "version") {
        version = value.get_int64();
      } else if (key == "tool") {
        head.tool = read_bytes(value);
      } else if (key == "client") {
        head.client = read_bytes(value);
      } else if (key == "release") {
        head.release = read_bytes(value);
      } else if (key == "scenario") {
        head.scenario = read_bytes(value);
      } else if (key == "command") {
        head.command = read_list(value);
      } else if (key == "partial") {
        head.partial = read_bytes(value);
      } else if (key == "omits") {
        head.omits = read_list(value);
      } else if (key == "pseudonyms") {
        head.pseudonyms = read_bytes(value);
      } else if (key == "end") {
        is_end = value.get_bool();
      } else if (key == "exchanges") {
        end.exchanges = value.get_uint64();
      } else if (key == "dropped") {
        end.dropped = value.get_uint64();
      } else if (key == "client_exit") {
        end.client_exit = static_cast<int>(std::int64_t(value.get_int64()));
      } else if (key == "notes") {
        end.notes = read_list(value);
      } else if (key == "n") {
        exchange.number = value.get_uint64();
      } else if (key == "connection") {
        exchange.connection = value.get_uint64();
      } else if (key == "process") {
        exchange.process = read_process(value);
      } else if (key == "sequence") {
        exchange.sequence = value.get_uint64();
      } else if (key == "try") {
        exchange.attempt = static_cast<std::uint32_t>(std::uint64_t(value.get_uint64()));
      } else if (key == "started_ns") {
        exchange.started_ns = value.get_int64();
      } else if (key == "connect_ns") {
        exchange.connect_ns = value.get_int64();
      } else if (key == "tls_ns") {
        exchange.tls_ns = value.get_int64();
      } else if (key == "first_byte_ns") {
        exchange.first_byte_ns = value.get_int64();
      } else if (key == "client_tls") {
        exchange.client_tls = read_tls(value);
      } else if (key == "server_tls") {
        exchange.server_tls = read_tls(value);
      } else if (key == "wait_ns") {
        exchange.wait_ns = value.get_int64();
      } else if (key == "total_ns") {
        exchange.total_ns = value.get_int64();
      } else if (key == "source") {
        exchange.source = read_bytes(value);
      } else if (key == "label") {
        exchange.label = read_bytes(value);
      } else if (key == "operation") {
        exchange.operation = read_bytes(value);
      } else if (key == "marks") {
        exchange.marks = read_list(value);
      } else if (key == "request") {
        is_exchange = true;
        exchange.request = read_request(value);
      } else if (key == "response") {
        exchange.response = read_response(value);
      }
    }
    const char* rest = nullptr;  // an error says that nothing is left
    if (!document.current_location().get(rest)) return bad("more after the object");
    if (is_head) {
      if (version < 1 || version > trace_version)
        return fail(Category::input, fmt::format("trace version {} is not known, {} is", version, trace_version),
                    "use a newer blobgauge");
      return TraceLine{std::move(head)};
    }
    if (is_end) {
      end.complete = true;
      return TraceLine{std::move(end)};
    }
    if (!is_exchange) return bad("neither an exchange nor the head or end of a trace");
    return TraceLine{std::move(exchange)};
  } catch (const simdjson::simdjson_error& error) {
    return bad(fmt::format("not a line of a trace: {}", error.what()));
  } catch (const Malformed& error) {
    return bad(error.message);
  }
}

Result<Exchange> from_json_line(std::string_view line) {
  const simdjson::padded_string padded(line);
  TraceLineParser parser;
  BLOBGAUGE_TRY(auto parsed, parser.parse(padded.data(), padded.size(), padded.size() + simdjson::SIMDJSON_PADDING));
  auto* exchange = std::get_if<Exchange>(&parsed);
  if (!exchange) return fail(Category::input, "the head or end of a trace where an exchange was expected");
  return std::move(*exchange);
}

}  // namespace blobgauge::model
