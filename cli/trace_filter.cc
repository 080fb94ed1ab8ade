#include "cli/trace_filter.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cctype>
#include <ctime>

#include "model/text.h"

namespace blobgauge::cli {
namespace {

model::Result<std::int64_t> parse_time(const std::string& text) {
  std::tm time{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  if (!end || (*end != '\0' && std::string_view(end) != "Z"))
    return model::fail(model::Category::usage, "not a time: '" + text + "'", "give it as 2026-11-21T12:00:00Z, in UTC");
  if (time.tm_year < 70 || time.tm_year > 355)
    return model::fail(model::Category::usage, "no trace has times like '" + text + "'",
                       "give a year from 1970 to 2255");
  return static_cast<std::int64_t>(::timegm(&time)) * 1'000'000'000;
}

std::string clock(std::int64_t ns) {
  if (ns == 0) return "-";
  return fmt::format("{:%H:%M:%S}.{:03}", fmt::gmtime(static_cast<std::time_t>(ns / 1'000'000'000)),
                     ns / 1'000'000 % 1000);
}

// Control characters would drive the terminal.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::iscntrl(static_cast<unsigned char>(c)) != 0 && c != '\n')
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out;
}

std::string body_text(std::string_view name, const model::Body& body) {
  std::string out;
  if (body.size > 0 || !body.complete)
    out +=
        fmt::format("  {} body: {} bytes{}{}{}{}\n", name, body.size,
                    body.sha256.empty() ? "" : ", sha256 " + body.sha256, body.md5.empty() ? "" : ", md5 " + body.md5,
                    body.crc64.empty() ? "" : ", crc64 " + body.crc64, body.complete ? "" : ", broke off");
  if (body.bytes) out += printable(*body.bytes) + "\n";
  return out;
}

}  // namespace

std::string status_text(const model::Response& response) {
  return response.status_known ? std::to_string(response.status) : "?";
}

void TraceFilter::define(CLI::App& app) {
  app.add_option("--operation", operation, "name of the operation (glob)");
  app.add_option("--status", status, "404, 4xx, 0 for no answer, or ? where it was not recorded");
  app.add_option("--host", host, "host (glob)");
  app.add_option("--method", method, "GET, PUT...");
  app.add_option("--after", after, "not before this time, as 2026-11-21T12:00:00Z");
  app.add_option("--before", before, "before this time");
  app.add_flag("--marked", marked, "only exchanges that were changed or broke");
}

model::Status TraceFilter::prepare() {
  const auto digits = status.substr(0, status.size() == 3 && status.substr(1) == "xx" ? 1 : std::string::npos);
  if (!status.empty() && status != "?" && !model::parse_number(digits))
    return model::fail(model::Category::usage, "not a status: '" + status + "'", "give it as 404, 4xx, 0 or ?");
  if (!after.empty()) {
    BLOBGAUGE_TRY(after_ns_, parse_time(after));
  }
  if (!before.empty()) {
    BLOBGAUGE_TRY(before_ns_, parse_time(before));
  }
  return {};
}

bool TraceFilter::matches(const model::Exchange& exchange) const {
  const auto& request = exchange.request;
  const auto code = status_text(exchange.response);
  const bool group = status.ends_with("xx");
  if (!operation.empty() && !model::glob_match(operation, exchange.operation)) return false;
  if (!host.empty() && !model::glob_match(host, request.host.substr(0, request.host.find(':')))) return false;
  if (!method.empty() && !model::iequals(method, request.method)) return false;
  if (!status.empty() && (group ? code.size() != 3 || code[0] != status[0] : code != status)) return false;
  if (after_ns_ && exchange.started_ns < after_ns_) return false;
  if (before_ns_ && exchange.started_ns >= before_ns_) return false;
  return !marked || !exchange.marks.empty();
}

std::string to_line(const model::Exchange& exchange) {
  const auto& request = exchange.request;
  return printable(fmt::format("#{} {} {} {}{} {} {} {}>{} {} ms{}", exchange.number, clock(exchange.started_ns),
                               request.method, request.host, request.target, status_text(exchange.response),
                               exchange.operation.empty() ? "-" : exchange.operation, request.body.size,
                               exchange.response.body.size, exchange.total_ns / 1'000'000,
                               exchange.marks.empty() ? "" : fmt::format(" ({} marks)", exchange.marks.size())));
}

std::string to_page(const model::Exchange& exchange) {
  std::string out = to_line(exchange) + "\n";
  if (exchange.process.id) out += fmt::format("  by {} ({})\n", printable(exchange.process.name), exchange.process.id);
  for (const auto& [side, facts] : {std::pair("client", exchange.client_tls), {"server", exchange.server_tls}})
    if (facts) out += printable(fmt::format("  {} by {}, {}", side, facts->version, facts->cipher)) + "\n";
  if (exchange.attempt > 1) out += fmt::format("  try {}\n", exchange.attempt);
  for (const auto& mark : exchange.marks) out += "  ! " + printable(mark) + "\n";
  for (const auto& header : exchange.request.headers)
    out += fmt::format("  > {}: {}\n", printable(header.name), printable(header.value));
  out += body_text("request", exchange.request.body);
  out += fmt::format("  < {} {}\n", status_text(exchange.response), printable(exchange.response.reason));
  for (const auto& header : exchange.response.headers)
    out += fmt::format("  < {}: {}\n", printable(header.name), printable(header.value));
  return out + body_text("response", exchange.response.body);
}

}  // namespace blobgauge::cli
