#pragma once
// How far a classifier says what the labels of a recording say. A label names what whoever made the recording knew; the
// classifier never sees it.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/classifier.h"
#include "model/exchange.h"

namespace blobgauge::model {

struct Disagreement {
  std::uint64_t number = 0;     // of the exchange in its trace
  std::string source, request;  // "PUT https://host/target", as far as it fits on a line
  std::string label, said, reason;
};

struct LabelCount {
  std::uint64_t exchanges = 0, agreed = 0;
  std::uint64_t uncertain = 0;  // agreed, but some other form could not be excluded
};

class Agreement {
 public:
  void add(const Exchange& exchange, const Classification& said);

  std::uint64_t exchanges() const { return exchanges_; }  // labelled ones
  std::uint64_t agreed() const { return agreed_; }
  std::uint64_t unlabelled() const { return unlabelled_; }
  const std::map<std::string, LabelCount>& by_label() const { return by_label_; }
  const std::vector<Disagreement>& disagreements() const { return disagreements_; }

 private:
  std::uint64_t exchanges_ = 0, agreed_ = 0, unlabelled_ = 0;
  std::map<std::string, LabelCount> by_label_;
  std::vector<Disagreement> disagreements_;
};

// A table by label, the sum, and every disagreement with its reason, for a terminal or a document.
std::string to_text(const Agreement& agreement);

}  // namespace blobgauge::model
