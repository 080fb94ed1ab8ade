#pragma once
// Puts pseudonyms (model/pseudonym.h) in the place of names in whole exchanges: accounts, containers, blobs, metadata
// and tag values, owners, tenants, addresses of clients, in every position in which they cross the wire. Which position
// has what is data (`pseudonyms` of specs/catalogue/api.yaml); docs/formats/trace.md says what stays. Every text keeps
// its length, its syntax and its encoding, so an exchange is the same operation before and after.
//
// Applied once, by the Redaction that has it: a pseudonym's pseudonym is another one.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/catalogue.h"
#include "model/exchange.h"
#include "model/pseudonym.h"

namespace blobgauge::model {

// Thread-safe.
class Pseudonyms {
 public:
  Pseudonyms(const Catalogue& catalogue, KeyedHash hash);
  ~Pseudonyms();

  // A kept body that changed is marked.
  void apply(Exchange& exchange) const;
  // URLs of storage services and their hosts in a text for people.
  std::string text(std::string_view text) const;
  // The program's name, its options' names, numbers, and the words before its first option or path stay.
  std::vector<std::string> command(const std::vector<std::string>& arguments) const;
  std::string key_id() const;

 private:
  class Pass;
  struct Rules;
  std::unique_ptr<const Rules> rules_;
};

}  // namespace blobgauge::model
