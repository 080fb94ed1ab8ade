// JSON lines of a trace (docs/formats/trace.md) read with simdjson On Demand, which visits each field once, into memory
// that is used again for the next line.
#include "model/trace_line.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "model/plain_pairs.h"
#include "model/text.h"
#include "model/word_hash.h"

namespace blobgauge::model {
namespace {

namespace sj = simdjson::ondemand;

// Thrown inside this file only, beside simdjson's own exception; TraceLineParser::parse turns both into an Error.
struct Malformed {
  std::string message;
};

// Much stands at the same place in the last line.
void set(std::string& to, std::string_view text) {
  if (to.size() != text.size() || !same_bytes(to.data(), text.data(), text.size())) to = text;
}

// A text without escapes, as nearly all are, is copied once and not first put together in the parser's own memory.
void read_bytes(sj::value value, std::string& out) {
  const char* const token = value.raw_json_token().data();
  if (*token == '"') {
    const char* const end = end_of_plain(token + 1);
    if (*end == '"') {
      value.get_raw_json_string().value();
      return set(out, {token + 1, static_cast<std::size_t>(end - token - 1)});
    }
  } else if (value.type() == sj::json_type::object) {
    if (!from_base64(std::string_view(value.get_object()["base64"].get_string()), out))
      throw Malformed{"'base64' is not base64"};
    return;
  }
  out = std::string_view(value.get_string());
}

// Keys of ours have no escapes.
std::string_view key_of(simdjson::simdjson_result<sj::field>& field) {
  const char* const key = field.key().value().raw();
  const char* const end = end_of_plain(key);
  return *end == '"' ? std::string_view(key, static_cast<std::size_t>(end - key)) : field.unescaped_key().value();
}

void read_list(sj::value value, std::vector<std::string>& out) {
  std::size_t count = 0;
  for (auto each : value.get_array()) {
    if (count == out.size()) out.emplace_back();
    read_bytes(each.value(), out[count++]);
  }
  out.resize(count);
}

Framing read_framing(sj::value value) {
  const std::string_view name = value.get_string();
  const auto found = std::find(trace_framings.begin(), trace_framings.end(), name);
  if (found == trace_framings.end()) throw Malformed{fmt::format("no framing is called '{}'", name)};
  return static_cast<Framing>(found - trace_framings.begin());
}

// Connections have many exchanges, which share what is known of their TLS.
void read_tls(sj::value value, std::shared_ptr<const TlsFacts>& last, std::shared_ptr<const TlsFacts>& out) {
  TlsFacts facts;
  for (auto field : value.get_object()) {
    const auto key = key_of(field);
    if (key == "version") read_bytes(field.value(), facts.version);
    if (key == "cipher") read_bytes(field.value(), facts.cipher);
    if (key == "server_name") read_bytes(field.value(), facts.server_name);
    if (key == "protocol") read_bytes(field.value(), facts.protocol);
  }
  if (!last || *last != facts) last = std::make_shared<const TlsFacts>(std::move(facts));
  out = last;
}

void read_process(sj::value value, ClientProcess& process) {
  process.id = 0;
  process.name.clear();
  for (auto field : value.get_object()) {
    const auto key = key_of(field);
    if (key == "pid") process.id = field.value().get_int64();
    if (key == "name") read_bytes(field.value(), process.name);
  }
}

// Reads exchanges into memory of earlier ones. What a smaller exchange has no use for waits here for a larger one.
class ExchangeReader {
 public:
  // All but request and response as in a new exchange.
  static void clear(Exchange& exchange) {
    exchange.number = exchange.connection = exchange.sequence = 0;
    exchange.attempt = 0;
    exchange.started_ns = exchange.connect_ns = exchange.tls_ns = 0;
    exchange.first_byte_ns = exchange.wait_ns = exchange.total_ns = 0;
    exchange.client_tls.reset();
    exchange.server_tls.reset();
    exchange.process.id = 0;
    for (auto* text : {&exchange.process.name, &exchange.source, &exchange.label, &exchange.operation}) text->clear();
    exchange.marks.clear();
  }

  void clear(Response& response) {
    begin(response);
    truncate(response.headers, 0);
  }

  // False where the key is none of an exchange.
  bool read(Exchange& exchange, std::string_view key, sj::value value) {
    if (key == "n")
      exchange.number = value.get_uint64();
    else if (key == "request")
      read(exchange.request, value);
    else if (key == "response")
      read(exchange.response, value);
    else if (key == "connection")
      exchange.connection = value.get_uint64();
    else if (key == "sequence")
      exchange.sequence = value.get_uint64();
    else if (key == "try")
      exchange.attempt = static_cast<std::uint32_t>(std::uint64_t(value.get_uint64()));
    else if (key == "started_ns")
      exchange.started_ns = value.get_int64();
    else if (key == "connect_ns")
      exchange.connect_ns = value.get_int64();
    else if (key == "tls_ns")
      exchange.tls_ns = value.get_int64();
    else if (key == "first_byte_ns")
      exchange.first_byte_ns = value.get_int64();
    else if (key == "wait_ns")
      exchange.wait_ns = value.get_int64();
    else if (key == "total_ns")
      exchange.total_ns = value.get_int64();
    else if (key == "client_tls")
      read_tls(value, client_tls_, exchange.client_tls);
    else if (key == "server_tls")
      read_tls(value, server_tls_, exchange.server_tls);
    else if (key == "process")
      read_process(value, exchange.process);
    else if (key == "source")
      read_bytes(value, exchange.source);
    else if (key == "label")
      read_bytes(value, exchange.label);
    else if (key == "operation")
      read_bytes(value, exchange.operation);
    else if (key == "marks")
      read_list(value, exchange.marks);
    else
      return false;
    return true;
  }

 private:
  void read(Request& request, sj::value value) {
    for (auto* text : {&request.method, &request.scheme, &request.host, &request.target}) text->clear();
    request.headers_complete = true;
    clear_message(request);
    bool headed = false;
    for (auto field : value.get_object()) {
      const auto key = key_of(field);
      if (key == "method")
        read_bytes(field.value(), request.method);
      else if (key == "scheme")
        read_bytes(field.value(), request.scheme);
      else if (key == "host")
        read_bytes(field.value(), request.host);
      else if (key == "target")
        read_bytes(field.value(), request.target);
      else if (key == "headers_complete")
        request.headers_complete = field.value().get_bool();
      else
        headed |= read_message(request, key, field.value());
    }
    if (!headed) truncate(request.headers, 0);
  }

  void read(Response& response, sj::value value) {
    begin(response);
    bool headed = false;
    for (auto field : value.get_object()) {
      const auto key = key_of(field);
      if (key == "status")
        response.status = static_cast<int>(std::int64_t(field.value().get_int64()));
      else if (key == "status_known")
        response.status_known = field.value().get_bool();
      else if (key == "reason")
        read_bytes(field.value(), response.reason);
      else
        headed |= read_message(response, key, field.value());
    }
    if (!headed) truncate(response.headers, 0);
  }

  // All but the headers, which are mostly read over.
  void begin(Response& response) {
    response.status = 0;
    response.status_known = true;
    response.reason.clear();
    clear_message(response);
  }

  template <class Message>
  void clear_message(Message& message) {
    if (message.version != "HTTP/1.1") message.version = "HTTP/1.1";
    message.framing = Framing::none;
    clear(message.body);
  }

  // True where these were the headers.
  template <class Message>
  bool read_message(Message& message, std::string_view key, sj::value value) {
    if (key == "headers") {
      read_headers(value, message.headers);
      return true;
    }
    if (key == "body")
      read_body(value, message.body);
    else if (key == "version")
      read_bytes(value, message.version);
    else if (key == "framing")
      message.framing = read_framing(value);
    return false;
  }

  void clear(Body& body) {
    body.size = 0;
    for (auto* text : {&body.sha256, &body.md5, &body.crc64}) text->clear();
    if (body.bytes && texts_.size() < most_texts) texts_.push_back(std::move(*body.bytes));
    body.bytes.reset();
    body.complete = true;
    truncate(body.trailers, 0);
    body.extensions.clear();
  }

  void read_body(sj::value value, Body& body) {
    clear(body);
    for (auto field : value.get_object()) {
      const auto key = key_of(field);
      if (key == "size")
        body.size = field.value().get_uint64();
      else if (key == "bytes")
        read_bytes(field.value(), kept_bytes(body));
      else if (key == "sha256")
        read_bytes(field.value(), body.sha256);
      else if (key == "md5")
        read_bytes(field.value(), body.md5);
      else if (key == "crc64")
        read_bytes(field.value(), body.crc64);
      else if (key == "complete")
        body.complete = field.value().get_bool();
      else if (key == "extensions")
        read_list(field.value(), body.extensions);
      else if (key == "trailers")
        read_headers(field.value(), body.trailers);
    }
  }

  std::string& kept_bytes(Body& body) {
    if (body.bytes) return *body.bytes;
    if (texts_.empty()) return body.bytes.emplace();
    body.bytes = std::move(texts_.back());
    texts_.pop_back();
    return *body.bytes;
  }

  void read_headers(sj::value value, Headers& headers) {
    std::size_t count = 0;
    const auto next_field = [&]() -> Header& {
      if (count == headers.size()) grow(headers);
      return headers.begin()[static_cast<std::ptrdiff_t>(count++)];
    };
    pairs_.begin(std::string_view(value.raw_json_token()).data());
    for (std::string_view name, text; pairs_.next(name, text);) {
      auto& field = next_field();
      set(field.name, name);
      set(field.value, text);
      set_usual_blanks(field);
    }
    if (!pairs_.whole()) {
      count = 0;
      for (auto pair : value.get_array()) read_header(pair.value(), next_field());
    }
    truncate(headers, count);
  }

  static void set_usual_blanks(Header& field) {
    if (field.before != " ") field.before = ' ';
    if (!field.after.empty()) field.after.clear();
  }

  static void read_header(sj::value value, Header& header) {
    std::array<std::string*, 4> parts = {&header.name, &header.value, &header.before, &header.after};
    std::size_t count = 0;
    for (auto part : value.get_array()) {
      if (count == parts.size()) throw Malformed{not_a_pair};
      read_bytes(part.value(), *parts[count++]);
    }
    if (count != 2 && count != 4) throw Malformed{not_a_pair};
    if (count == 2) set_usual_blanks(header);
  }

  void grow(Headers& headers) {
    if (headers_.empty()) return headers.add(Header{});
    headers.add(std::move(headers_.back()));
    headers_.pop_back();
  }

  void truncate(Headers& headers, std::size_t count) {
    while (headers.size() > count) {
      auto field = headers.take_last();
      if (headers_.size() < most_headers) headers_.push_back(std::move(field));
    }
  }

  static constexpr const char* not_a_pair = "a header is not a pair of name and value";
  static constexpr std::size_t most_headers = 256, most_texts = 2;

  PlainPairs pairs_;
  std::vector<Header> headers_;
  std::vector<std::string> texts_;  // of bodies
  std::shared_ptr<const TlsFacts> client_tls_, server_tls_;
};

// A line that is no exchange, of which a trace has two.
struct OtherLine {
  void read(std::string_view key, sj::value value) {
    if (key == "blobgauge") {
      is_head = true;
      if (std::string_view(value.get_string()) != "trace") throw Malformed{"another blobgauge format, not a trace"};
    } else if (key == "version") {
      version = value.get_int64();
    } else if (key == "tool") {
      read_bytes(value, head.tool);
    } else if (key == "client") {
      read_bytes(value, head.client);
    } else if (key == "release") {
      read_bytes(value, head.release);
    } else if (key == "scenario") {
      read_bytes(value, head.scenario);
    } else if (key == "command") {
      read_list(value, head.command);
    } else if (key == "partial") {
      read_bytes(value, head.partial);
    } else if (key == "omits") {
      read_list(value, head.omits);
    } else if (key == "pseudonyms") {
      read_bytes(value, head.pseudonyms);
    } else if (key == "end") {
      is_end = value.get_bool();
    } else if (key == "exchanges") {
      end.exchanges = value.get_uint64();
    } else if (key == "dropped") {
      end.dropped = value.get_uint64();
    } else if (key == "client_exit") {
      end.client_exit = static_cast<int>(std::int64_t(value.get_int64()));
    } else if (key == "notes") {
      read_list(value, end.notes);
    }
  }

  TraceHead head;
  TraceEnd end;
  bool is_head = false, is_end = false;
  std::int64_t version = 0;
};

}  // namespace

struct TraceLineParser::Impl {
  sj::parser parser;
  ExchangeReader exchanges;
  TraceHead head;
  TraceEnd end;
};

TraceLineParser::TraceLineParser() : impl_(std::make_unique<Impl>()) {}
TraceLineParser::TraceLineParser(TraceLineParser&&) noexcept = default;
TraceLineParser::~TraceLineParser() = default;

TraceHead& TraceLineParser::head() { return impl_->head; }
TraceEnd& TraceLineParser::end() { return impl_->end; }

Result<TraceLine> TraceLineParser::parse(const char* data, std::size_t size, std::size_t capacity, Exchange& exchange) {
  const auto bad = [](std::string message) { return fail(Category::input, std::move(message)); };
  try {
    std::optional<OtherLine> other;
    bool is_exchange = false, is_answered = false;
    ExchangeReader::clear(exchange);
    sj::document document = impl_->parser.iterate(data, size, capacity);
    for (auto field : document.get_object()) {
      const auto key = key_of(field);
      sj::value value = field.value();
      is_exchange = is_exchange || key == "request";
      is_answered = is_answered || key == "response";
      if (impl_->exchanges.read(exchange, key, value)) continue;
      if (!other) other.emplace();
      other->read(key, value);
    }
    const char* rest = nullptr;  // an error says that nothing is left
    if (!document.current_location().get(rest)) return bad("more after the object");
    if (other && other->is_head) {
      if (other->version < 1 || other->version > trace_version)
        return fail(Category::input, fmt::format("trace version {} is not known, {} is", other->version, trace_version),
                    "use a newer blobgauge");
      impl_->head = std::move(other->head);
      return TraceLine::head;
    }
    if (other && other->is_end) {
      other->end.complete = true;
      impl_->end = std::move(other->end);
      return TraceLine::end;
    }
    if (!is_exchange) return bad("neither an exchange nor the head or end of a trace");
    if (!is_answered) impl_->exchanges.clear(exchange.response);
    return TraceLine::exchange;
  } catch (const simdjson::simdjson_error& error) {
    return bad(fmt::format("not a line of a trace: {}", error.what()));
  } catch (const Malformed& error) {
    return bad(error.message);
  }
}

Result<Exchange> from_json_line(std::string_view line) {
  const simdjson::padded_string padded(line);
  TraceLineParser parser;
  Exchange exchange;
  BLOBGAUGE_TRY(const auto kind,
                parser.parse(padded.data(), padded.size(), padded.size() + simdjson::SIMDJSON_PADDING, exchange));
  if (kind != TraceLine::exchange)
    return fail(Category::input, "the head or end of a trace where an exchange was expected");
  return exchange;
}

}  // namespace blobgauge::model
