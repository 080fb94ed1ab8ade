#pragma once
// One request with its response, as they crossed the wire: the unit of every trace.
#include <cstdint>
#include <memory>
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
  // Of a chunked body: the fields after its last chunk, and the extensions (RFC 9112 section 7.1.1) of those chunks
  // that have one, in order, each from its semicolon on. Of the latter a recorder keeps the first 4 KiB.
  Headers trailers;
  std::vector<std::string> extensions;
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

// What both ends of a TLS connection agreed on.
struct TlsFacts {
  std::string version;      // "TLSv1.3"
  std::string cipher;       // as OpenSSL names it: "TLS_AES_256_GCM_SHA384"
  std::string server_name;  // that the client asked for (SNI), or empty
  std::string protocol;     // of ALPN, or empty where the client offered none
  bool operator==(const TlsFacts&) const = default;
};

// The process at the client's end of a connection.
struct ClientProcess {
  std::int64_t id = 0;  // 0: not known
  std::string name;     // as the system lists it, its first 15 bytes
  bool operator==(const ClientProcess&) const = default;
};

struct Exchange {
  std::uint64_t number = 0;      // position in its trace, from 1
  std::uint64_t connection = 0;  // which client connection carried it
  std::uint64_t sequence = 0;    // its place on that connection, from 1; 0: not known
  std::uint32_t attempt = 0;     // the client's own count of its tries at one operation, from 1; 0: not known
  // When the request's head had come, since 1970, and from then on; 0 where not known or where it did not happen.
  std::int64_t started_ns = 0;
  std::int64_t connect_ns = 0;     // it took to open the server's connection (name look-up, TCP, an upstream proxy's
                                   // tunnel); 0 too where an earlier exchange had opened it
  std::int64_t tls_ns = 0;         // and its TLS handshake
  std::int64_t first_byte_ns = 0;  // from the start to the end of the answer's head
  std::int64_t wait_ns = 0;        // from the request's last byte to the end of the answer's head
  std::int64_t total_ns = 0;       // from the start to the answer's last byte
  // Of the client's and the server's connection; null: plain, or not known. Exchanges of a connection share them.
  std::shared_ptr<const TlsFacts> client_tls, server_tls;
  ClientProcess process;
  std::string source;     // recording it came from, or empty
  std::string label;      // operation named by the recording, or empty; never trusted by the classifier
  std::string operation;  // what the classifier said, or empty
  // Changes on the way, each "what: why" ("x-ms-copy-source: host mapped to 127.0.0.1:10000"), and faults seen.
  std::vector<std::string> marks;
  Request request;
  Response response;
};

}  // namespace blobgauge::model
