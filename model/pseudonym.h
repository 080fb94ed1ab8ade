#pragma once
// Other names for names, keyed and stable: the same name under the same key has the same pseudonym, wherever it stands.
// A pseudonym keeps what a client's and a service's behaviour may hang on: the number of bytes, case, digits, every
// character that is neither letter nor digit (all that escaping is about), accents and the width of other scripts,
// slashes, and the extension.
//
// Each character is moved within its class by an amount that the key and the characters before it, from the last slash
// on, decide. So names that begin alike have pseudonyms that begin alike: a listing still shows what its prefix asked
// for, with any delimiter. The price: who knows some names and sees their pseudonyms can read the beginnings that
// others share with them. Pseudonyms hide names from a reader; they do not make a trace anonymous.
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::model {

// A keyed hash (HMAC-SHA-256), at least 16 bytes of it. Thread-safe.
using KeyedHash = std::function<std::string(std::string_view)>;

// Thread-safe. What it gives has as many bytes as what it was given.
class Pseudonym {
 public:
  // `kept`: names that mean the same to everybody. `kept_below`: segments below which everything stays.
  // `suffixes`: ends of names that stay.
  struct Exceptions {
    std::vector<std::string> kept, kept_below, suffixes;
  };
  Pseudonym(KeyedHash hash, Exceptions exceptions);
  ~Pseudonym();

  // A name with slashes. Segments that begin with '$', "true" and "false" stay, and so does an extension (what follows
  // a segment's last dot: up to eight letters and digits, one of them a letter). An identifier in the form of RFC 4122
  // becomes another one.
  std::string name(std::string_view path) const;
  // Every IPv4 and IPv6 address in a text becomes another one of its form; loopback stays.
  std::string addresses(std::string_view text) const;
  // Every identifier in the form of RFC 4122.
  std::string identifiers(std::string_view text) const;
  // Tells keys apart, without telling the key.
  std::string key_id() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace blobgauge::model
