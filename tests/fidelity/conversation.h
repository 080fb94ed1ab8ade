#pragma once
// Random conversations on one connection: what the client says and when, what the server says and when, and what a
// faithful recorder must tell of it. Made from rules of RFC 9110 and 9112 by writing messages down, not by parsing.
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/fidelity/peer.h"

namespace blobgauge::fidelity {

using Random = std::mt19937_64;

// Uniform over [0, most].
inline std::size_t below_or(Random& random, std::size_t most) {
  return std::uniform_int_distribution<std::size_t>(0, most)(random);
}
inline bool one_in(Random& random, std::size_t n) { return below_or(random, n - 1) == 0; }

enum class Form { origin, absolute };

using Fields = std::vector<std::pair<std::string, std::string>>;  // values without outer white space

struct Side {
  Fields fields;
  std::string framing;  // "none", "length", "chunked", "close"
  std::string payload;
  bool complete = true;
};

struct Expected {
  std::string method, target, version;
  int status = 0;
  std::string reason, answer_version;
  Side request, answer;
  std::vector<std::string> interim;  // "103 Early"
};

struct Conversation {
  Script client, server;
  std::string asked, seen;  // all that the client says, and what the server must see of it
  std::string answered;     // all that the client must see
  std::vector<Expected> exchanges;
  std::string id;         // is in every target
  std::string authority;  // the Host of every request
};

// `authority` is the server's. In absolute form the client says "http://AUTHORITY" before its targets; nothing else
// depends on the form or the way, so the same seed gives the same conversation on each.
Conversation random_conversation(std::uint64_t seed, const std::string& authority, Form form);

// For a failure's message: printable, cut where long.
std::string shown(std::string_view bytes);
// Where two byte strings part, with what is around; empty if they don't.
std::string difference(std::string_view expected, std::string_view got);
std::string dump(const Conversation& conversation);

}  // namespace blobgauge::fidelity
