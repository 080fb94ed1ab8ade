#include "endpoint/answer.h"

#include <fmt/format.h>

#include "endpoint/xml.h"
#include "model/text.h"

namespace blobgauge::endpoint {

Answer& Answer::stamped(Moment modified) {
  return with("ETag", etag_of(modified)).with("Last-Modified", http_date(modified));
}

Answer answer(int status) {
  Answer out;
  out.status = status;
  return out;
}

Answer document(std::string xml) {
  Answer out;
  out.text = std::move(xml);
  out.chunked = true;
  out.with("Content-Type", "application/xml");
  return out;
}

Answer completed(Answer answer, const Request& request, Moment now) {
  model::Headers headers;
  headers.add("x-ms-request-id", request.request_id);
  // Echoed since the version that brought CRC64, and only if it is short enough to be one.
  const auto id = request.header("x-ms-client-request-id");
  if (!id.empty() && id.size() <= 1024 && request.version >= version_of_crc64)
    headers.add("x-ms-client-request-id", std::string(id));
  headers.add("Server", "blobgauge-endpoint/0.1");
  headers.add("x-ms-version", request.version);
  for (auto& field : answer.headers) headers.add(std::move(field.name), std::move(field.value));
  headers.add("Date", http_date(now));
  answer.headers = std::move(headers);
  return answer;
}

Answer error_answer(const Refusal& refusal, const Request& request, Moment now) {
  Answer out = answer(refusal.status);
  const bool bodyless = request.is_head() || refusal.status == 304;
  if (!bodyless) {
    const bool tags = model::iequals(request.parameter("comp"), "tags");
    XmlWriter xml(tags ? XmlWriter::Start::line_break : XmlWriter::Start::plain);
    xml.open("Error");
    xml.leaf("Code", refusal.code);
    xml.leaf("Message", fmt::format("{}\nRequestId:{}\nTime:{}", refusal.message, request.request_id, iso_time(now)));
    for (const auto& [name, value] : refusal.details) xml.leaf(name, value);
    xml.close("Error");
    out.text = xml.take();
    out.with("Content-Type", "application/xml");
  }
  // A HEAD error has no length: the service sends it chunked and empty.
  out.chunked = request.is_head() && refusal.status != 304;
  for (const auto& field : refusal.headers) out.headers.add(field.name, field.value);
  if (request.version >= version_of_error_code || refusal.in_front) out.with("x-ms-error-code", refusal.code);
  auto all = completed(std::move(out), request, now);
  if (refusal.in_front) {
    all.headers.remove("x-ms-version");
    if (!refusal.echo) all.headers.remove("x-ms-client-request-id");
  }
  return all;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 416:
      return "Range Not Satisfiable";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Unknown";
  }
}

}  // namespace blobgauge::endpoint
