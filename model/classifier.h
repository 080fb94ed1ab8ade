#pragma once
// Names the operation of a request from its method, address, query and headers: one classifier for the analyser, the
// recorder, the replayer and the reports. What it cannot name is unclassified, never folded into a neighbour; what
// cannot be known because a recording kept no headers is said so ("Put Blob (type unrecorded)").
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/address.h"
#include "model/catalogue.h"
#include "model/exchange.h"

namespace blobgauge::model {

inline constexpr std::string_view unclassified = "unclassified";

struct Classification {
  const Operation* operation = nullptr;  // null: unclassified, or one of `candidates` and nobody can say which
  std::string_view name = unclassified;  // full name, the "(unrecorded)" form or "unclassified"; lives in the catalogue
  bool certain = true;                   // false: the most that the recorded headers and the response allow to say
  // For people, why it is unclassified, undecided or uncertain. Empty where `operation->rule()` says it all.
  std::string reason;
  std::vector<const Operation*> candidates;  // filled where undecided
  Address address;
};

// Stateless and thread-safe; the catalogue must outlive it and what it returned.
class Classifier {
 public:
  explicit Classifier(const Catalogue& catalogue, AddressHints hints = {});
  ~Classifier();
  Classifier(Classifier&&) noexcept;
  Classifier& operator=(Classifier&&) noexcept;

  Classification classify(const Request& request) const;
  // With headers incomplete, the response can tell forms apart (the catalogue's `proof`).
  Classification classify(const Exchange& exchange) const;
  // The same without `reason` and `candidates`, which are for people and cost most: for many exchanges.
  Classification identify(const Exchange& exchange) const;

 private:
  struct Table;
  std::unique_ptr<const Table> table_;
};

}  // namespace blobgauge::model
