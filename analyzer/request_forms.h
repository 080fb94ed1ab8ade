#pragma once
// The names of the requests that one shape can become: what is always sent, with each of its constants, and again with
// each field that is only sometimes there. The classifier names them, as it names requests on the wire.
#include <set>
#include <string>
#include <vector>

#include "analyzer/request_shape.h"
#include "model/catalogue.h"
#include "model/classifier.h"

namespace blobgauge::analyzer {

struct RequestForm {
  std::string operation;
  std::string query, header, value;  // the conditional field that makes this form; empty: none
  std::set<std::string> without;     // conditional headers that would make another form of it: never there
};

// `path` is a template ("/{container}/{blob}"). Of an executable nobody has read what the program puts into a
// parameter. Empty where the classifier knows none.
std::vector<RequestForm> forms_of(const RequestShape& shape, const std::string& path, const model::Catalogue& catalogue,
                                  const model::Classifier& classifier, bool executable);

}  // namespace blobgauge::analyzer
