#pragma once
// The requests of a connection as a server got them, from its bytes alone: this shares no parser with what it judges.
#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::peers {

struct SeenRequest {
  std::string line;                  // without its line break
  std::vector<std::string> headers;  // whole lines as they came: order, casing, white space
  std::string body;                  // with its framing, where it is chunked
};

// Takes apart what a client sent over one connection. Throws where the bytes are no sequence of requests.
std::vector<SeenRequest> requests_of(std::string_view sent);

// The request as text, with a star for what two runs of one command never have in common: dates, ids of requests,
// signatures, entity tags of the server, and ids of blocks where a client makes them from random numbers. A body is its
// length and SHA-256.
std::string comparable(const SeenRequest& request);

}  // namespace blobgauge::peers
