#include "recorder/azcopy_log_entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "model/redaction.h"
#include "model/text.h"
#include "model/url.h"

namespace blobgauge::recorder {
namespace {

using Entry = AzcopyLogEntry;
using model::Category;
using model::fail;
using model::Headers;
using model::Result;

constexpr std::string_view outgoing = "==> OUTGOING REQUEST (Try=";
constexpr std::string_view answered = "==> REQUEST/RESPONSE (Try=";
constexpr std::string_view indent = "   ";
constexpr std::string_view dashes = "----------";
constexpr std::string_view status_line = "RESPONSE Status: ";
constexpr std::string_view error_line = "ERROR:";
constexpr std::string_view details_line = "Response Details: ";
constexpr std::string_view stack_line = "goroutine ";
// Texts of errors are quoted in marks up to here.
constexpr std::size_t longest_quote = 500;

tl::unexpected<model::Error> no_log_entry(std::string message) {
  return fail(Category::input, std::move(message), "the forms are in docs/formats/azcopy-log.md");
}

// "WARN: " and "[P#0-T#12] " stand before some entries, depending on the release.
std::string_view after_prefixes(std::string_view line) {
  const auto colon = line.find(": ");
  if (colon != std::string_view::npos && colon > 0 && colon <= 8 &&
      std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                  [](char c) { return c >= 'A' && c <= 'Z'; }))
    line.remove_prefix(colon + 2);
  if (line.starts_with("[P#"))
    if (const auto end = line.find("] "); end != std::string_view::npos && end < 40) line.remove_prefix(end + 2);
  return line;
}

// Takes the text up to `end` off `text`; the whole where it is not there.
std::string_view take_until(std::string_view& text, std::string_view end) {
  const auto at = std::min(text.find(end), text.size());
  const auto taken = text.substr(0, at);
  text.remove_prefix(std::min(text.size(), at + end.size()));
  return taken;
}

std::string_view take_line(std::string_view& text) {
  auto line = take_until(text, "\n");
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string quote(std::string_view text) {
  std::string out(text.substr(0, longest_quote));
  if (text.size() > longest_quote) out += "...";
  return out;
}

bool is_masked(std::string_view value) { return value.find(model::redacted) != std::string_view::npos; }

// Go prints a list of values as "[value]". What the log's own masking ate may have taken the brackets along.
bool looks_bracketed(const Headers& headers) {
  bool any = false;
  for (const auto& header : headers) {
    const auto& value = header.value;
    const bool open = value.starts_with('['), closed = value.ends_with(']');
    if (open && closed && value.size() >= 2)
      any = true;
    else if (!is_masked(value))
      return false;
  }
  return any;
}

void strip_brackets(Headers& headers) {
  for (auto& header : headers) {
    auto& value = header.value;
    const bool open = value.starts_with('['), closed = value.ends_with(']');
    if (!(open && closed) && !is_masked(value)) continue;
    if (closed && (open || is_masked(value))) value.pop_back();
    if (open) value.erase(0, 1);
  }
}

// "(Try=2/4.1s[SLOW >3s], OpTime=9.2s) -- RESPONSE SUCCESSFULLY RECEIVED", from the number on.
Result<Entry> parse_first_line(std::string_view line) {
  Entry out;
  const bool is_outgoing = line.starts_with(outgoing);
  line.remove_prefix(is_outgoing ? outgoing.size() : answered.size());
  const auto bad = [] { return no_log_entry("an entry with a try, but not with its times and outcome"); };
  if (is_outgoing) {
    const auto number = model::parse_number(take_until(line, ")"));
    if (!number || *number > UINT32_MAX) return bad();
    out.exchange.attempt = static_cast<std::uint32_t>(*number);
    return out;
  }
  auto timing = take_until(line, ") -- ");
  const auto number = model::parse_number(take_until(timing, "/"));
  if (!number || *number > UINT32_MAX) return bad();
  out.exchange.attempt = static_cast<std::uint32_t>(*number);
  auto duration = take_until(timing, ", OpTime=");
  const auto waited = parse_go_duration(take_until(duration, "["));
  out.slow = duration.starts_with("SLOW");
  out.whole_us = parse_go_duration(timing);
  if (!waited || !out.whole_us) return bad();
  out.exchange.wait_ns = *waited * 1000;
  if (line.starts_with("REQUEST ERROR")) {
    out.kind = Entry::Kind::failed;
  } else if (line.starts_with("RESPONSE STATUS CODE ERROR")) {
    out.kind = Entry::Kind::answered;
    out.refused = true;
  } else if (line.starts_with("RESPONSE SUCCESSFULLY RECEIVED")) {
    out.kind = Entry::Kind::answered;
  } else {
    return bad();
  }
  return out;
}

// Messages do not quote the line: it can hold a secret.
model::Status parse_request_line(std::string_view line, Entry& out) {
  if (!line.starts_with(indent)) return no_log_entry("no request follows the entry's first line");
  line.remove_prefix(indent.size());
  auto& request = out.exchange.request;
  request.method = take_until(line, " ");
  const bool word =
      std::all_of(request.method.begin(), request.method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (request.method.empty() || !word || line.empty())
    return no_log_entry("no method and URL follow the entry's first line");
  const auto scheme = line.substr(0, line.find("://"));
  out.foreign = scheme.size() < line.size() && !model::iequals(scheme, "http") && !model::iequals(scheme, "https");
  if (out.foreign) return {};
  const auto url = model::parse_url(line);
  if (!url) return no_log_entry("the logged request has no URL of a server");
  request.scheme = url->scheme;
  request.host = url->authority();
  request.target = url->target();
  return {};
}

void parse_status(std::string_view line, model::Response& response) {
  const auto code = take_until(line, " ");
  const auto status = model::parse_number(code);
  if (!status || *status < 100 || *status > 999) return;
  response.status = static_cast<int>(*status);
  response.reason = line;
  response.status_known = true;
}

// What the headers say of bodies that nobody kept.
void measure(model::Exchange& exchange) {
  auto& request = exchange.request;
  auto& response = exchange.response;
  if (const auto length = model::parse_number(request.headers.get("Content-Length"))) {
    request.framing = model::Framing::length;
    request.body.size = *length;
  }
  const bool no_body = request.method == "HEAD" || response.status == 204 || response.status == 304;
  if (const auto length = model::parse_number(response.headers.get("Content-Length")); length && !no_body) {
    response.framing = model::Framing::length;
    response.body.size = *length;
  }
}

}  // namespace

std::optional<std::int64_t> parse_go_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double us;
  };
  // Longest names first.
  static constexpr Unit units[] = {{"ns", 1e-3}, {"µs", 1},   {"μs", 1},   {"us", 1},
                                   {"ms", 1e3},  {"h", 36e8}, {"m", 60e6}, {"s", 1e6}};
  if (text.empty()) return std::nullopt;
  double sum = 0;
  while (!text.empty()) {
    double number = 0, scale = 1;
    bool digits = false, fraction = false;
    while (!text.empty() && ((text[0] >= '0' && text[0] <= '9') || (text[0] == '.' && !fraction))) {
      if (text[0] == '.') {
        fraction = true;
      } else {
        number = number * 10 + (text[0] - '0');
        if (fraction) scale *= 10;
        digits = true;
      }
      text.remove_prefix(1);
    }
    const auto* unit =
        std::find_if(std::begin(units), std::end(units), [&](const Unit& each) { return text.starts_with(each.name); });
    if (!digits || unit == std::end(units)) return std::nullopt;
    sum += number / scale * unit->us;
    text.remove_prefix(unit->name.size());
  }
  if (!(sum < 1e15)) return std::nullopt;
  return std::llround(sum);
}

std::optional<AzcopyLogTime> azcopy_log_time(std::string_view line) {
  // "2026/11/21 15:58:12 "
  constexpr std::string_view shape = "0000/00/00 00:00:00 ";
  if (line.size() < shape.size()) return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == '0' ? line[i] < '0' || line[i] > '9' : line[i] != shape[i]) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t count) {
    return static_cast<int>(model::parse_number(line.substr(at, count)).value_or(0));
  };
  std::tm time{};
  time.tm_year = number(0, 4) - 1900;
  time.tm_mon = number(5, 2) - 1;
  time.tm_mday = number(8, 2);
  time.tm_hour = number(11, 2);
  time.tm_min = number(14, 2);
  time.tm_sec = number(17, 2);
  // Nanoseconds since 1970 fit into 64 bits until 2262.
  if (time.tm_year < 70 || time.tm_year > 355 || time.tm_mon < 0 || time.tm_mon > 11 || time.tm_mday < 1 ||
      time.tm_mday > 31 || time.tm_hour > 23 || time.tm_min > 59 || time.tm_sec > 60)
    return std::nullopt;
  return AzcopyLogTime{static_cast<std::int64_t>(::timegm(&time)) * 1'000'000, shape.size()};
}

bool is_azcopy_request(std::string_view first_line) {
  const auto line = after_prefixes(first_line);
  return line.starts_with(outgoing) || line.starts_with(answered);
}

Result<Entry> parse_azcopy_entry(std::string_view text, bool cut) {
  const auto first = after_prefixes(take_line(text));
  if (!is_azcopy_request(first)) return no_log_entry("no entry that tells of a request");
  BLOBGAUGE_TRY(auto out, parse_first_line(first));
  BLOBGAUGE_CHECK(parse_request_line(take_line(text), out));
  if (out.foreign) return out;
  auto& exchange = out.exchange;
  exchange.request.headers_complete = false;
  exchange.response.status_known = out.kind == Entry::Kind::failed;

  // Until a rule the headers are the request's; without one, as at level INFO, they are the answer's.
  Headers upper;
  Headers* into = &upper;
  std::size_t strange = 0;
  bool ruled = false;
  std::string error;
  while (!text.empty()) {
    auto line = take_line(text);
    if (line.empty()) continue;
    if (line.starts_with(details_line)) {
      exchange.marks.push_back("answer: " + quote(line.substr(details_line.size())));
      continue;
    }
    if (line.starts_with(stack_line)) break;
    if (!into) {  // the text of an error, to the end
      error += (error.empty() ? "" : " ") + std::string(model::trim(line));
      continue;
    }
    if (!line.starts_with(indent)) {
      ++strange;
      continue;
    }
    line.remove_prefix(indent.size());
    if (line.starts_with(dashes)) {
      ruled = true;
      into = &exchange.response.headers;
    } else if (ruled && line.starts_with(status_line)) {
      parse_status(line.substr(status_line.size()), exchange.response);
    } else if (ruled && line == error_line) {
      into = nullptr;
    } else if (line != "(no headers)") {
      const auto colon = line.find(':');
      if (colon == 0 || colon == std::string_view::npos) {
        ++strange;
        continue;
      }
      into->add(std::string(line.substr(0, colon)), std::string(model::trim(line.substr(colon + 1))));
    }
  }
  if (strange) exchange.marks.push_back(fmt::format("log: {} lines of this entry were not understood", strange));
  if (!error.empty()) exchange.marks.push_back("error: " + quote(error));

  out.full = ruled || out.kind == Entry::Kind::outgoing;
  if (cut) {
    exchange.marks.emplace_back("log: it ends within this entry");
    // Which side the headers are of is not known, nor whether the last one is whole.
    if (!out.full) upper = {};
  }
  auto& owner = out.full ? exchange.request.headers : exchange.response.headers;
  owner = std::move(upper);
  const auto& sample = exchange.request.headers.empty() ? exchange.response.headers : exchange.request.headers;
  out.bracketed = looks_bracketed(sample);
  if (out.bracketed) {
    strip_brackets(exchange.request.headers);
    strip_brackets(exchange.response.headers);
  }
  measure(exchange);
  return out;
}

}  // namespace blobgauge::recorder
