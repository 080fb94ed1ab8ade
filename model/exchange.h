#pragma once
// One request with its response, as they crossed the wire: the unit of every trace.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/header.h"
#include "model/url.h"

namespace blobgauge::model {

// A body is measured and hashed as it streams; its bytes are kept only when the writer was asked to.
struct Body {
  std::uint64_t size = 0;            // payload bytes, without chunk framing
  std::string sha256;                // lower-case hex; empty where the bytes were never seen, or not hashed
  std::string md5, crc64;            // likewise; CRC64 as it travels, least significant byte first
  std::optional<std::string> bytes;  // the payload, where kept
  bool complete = true;              // false: the connection ended before its framing said so
};

// What delimits the body on the wire (RFC 9112 section 6.3).
enum class Framing { none, length, chunked, close };

struct Request {
  std::string method;
  std::string scheme;  // "http" or "https", as the client believes it
  std::string host;    // authority as the client sees it, port included where it sent one
  std::string target;  // origin form as sent, raw
  std::string version = "HTTP/1.1";
  Headers headers;
  // False for recordings that kept no request headers, or not all: absence then shows nothing.
  bool headers_complete = true;
  Framing framing = Framing::none;
  Body body;
};

struct Response {
  int status = 0;  // 0: no answer came
  // False where the recording does not say which status it was, or whether an answer came at all; `status` is 0 then.
  bool status_known = true;
  std::string reason;
  std::string version = "HTTP/1.1";
  Headers headers;
  Framing framing = Framing::none;
  Body body;
};

struct Exchange {
  std::uint64_t number = 0;      // position in its trace, from 1
  std::uint64_t connection = 0;  // which client connection carried it
  std::uint32_t attempt = 0;     // the client's own count of its tries at one operation, from 1; 0: not known
  std::int64_t started_us = 0;   // microseconds since 1970; 0 where unknown
  std::int64_t wait_us = 0;      // from the request's last byte to the response head's last byte
  std::int64_t total_us = 0;     // from the request's first byte to the response's last byte
  std::string source;            // recording it came from, or empty
  std::string label;             // operation named by the recording, or empty; never trusted by the classifier
  std::string operation;         // what the classifier said, or empty
  // Changes on the way, each "what: why" ("x-ms-copy-source: host mapped to 127.0.0.1:10000"), and faults seen.
  std::vector<std::string> marks;
  Request request;
  Response response;
};

}  // namespace blobgauge::model
