#pragma once
// One answer before it is framed: status, fields in the service's order, and at most one kind of body.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "endpoint/content.h"
#include "endpoint/moment.h"
#include "endpoint/refusal.h"
#include "endpoint/request.h"

namespace blobgauge::endpoint {

// How an answer goes out where a fault says that it does not go out well (docs/formats/faults.md).
struct Delivery {
  std::chrono::milliseconds late{0};
  bool never = false;  // the connection ends in its place
  // The connection ends after so many bytes of a longer body; none: it goes out whole.
  std::optional<std::uint64_t> cut_after;
};

struct Answer {
  int status = 200;
  model::Headers headers;
  std::string text;                // XML
  std::optional<Content> content;  // a blob's bytes
  bool chunked = false;            // lists go out without a length, as the service sends them
  Delivery delivery;

  Answer& with(std::string name, std::string value) {
    headers.add(std::move(name), std::move(value));
    return *this;
  }
  // ETag and Last-Modified.
  Answer& stamped(Moment modified);
};

Answer answer(int status);
// An XML document, sent chunked.
Answer document(std::string xml);

// Adds what every answer has, in front of the rest: request id, client request id, Server, API version; and Date.
Answer completed(Answer answer, const Request& request, Moment now);
// An error as the service writes it, complete.
Answer error_answer(const Refusal& refusal, const Request& request, Moment now);

// The standard phrase.
std::string_view reason_phrase(int status);

}  // namespace blobgauge::endpoint
