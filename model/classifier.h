#pragma once
// Names the operation of a request from its method, address, query and headers: one classifier for the analyser, the
// recorder, the replayer and the reports. What it cannot name is unclassified, never folded into a neighbour; what
// cannot be known because a recording kept no headers is said so ("Put Blob (type unrecorded)").
#include <string>
#include <string_view>
#include <vector>

#include "model/catalogue.h"
#include "model/exchange.h"

namespace blobgauge::model {

struct Classification {
  const Operation* operation = nullptr;  // null: unclassified, or known by name only
  std::string name;                      // full name, "... (unrecorded)" form, or "unclassified"
  std::string reason;                    // why, for people: which selector decided or was missing
  std::string account, container, blob;  // decoded address; empty where the path has no such part
};

// Stateless and thread-safe; keeps a reference to the catalogue.
class Classifier {
 public:
  explicit Classifier(const Catalogue& catalogue);
  Classification classify(const Request& request) const;
  // The response can tell apart what an unrecorded request header hides (docs/formats/catalogue.md).
  Classification classify(const Exchange& exchange) const;

 private:
  const Catalogue& catalogue_;
};

}  // namespace blobgauge::model
