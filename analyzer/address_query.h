#pragma once
// Query parameters that come with a request's address. A client is made for an address with a query of its own (a
// snapshot, a version, a signature), and the builder adds to it what its options say. So that a builder's option is
// never set does not prove that the parameter is never sent.
#include <map>
#include <string>

#include "analyzer/facts.h"
#include "analyzer/value_flow.h"

namespace blobgauge::analyzer {

struct AddressParameter {
  std::string function, at;  // where the text is put together, empty where nobody knows
};

// By name: what stands as "name=" before a value that may be there, in some text that the address can be. What a person
// types into an address is not among them.
std::map<std::string, AddressParameter> address_parameters(const Facts& facts, const ValueFlow& flow,
                                                           const Expr& endpoint);

}  // namespace blobgauge::analyzer
