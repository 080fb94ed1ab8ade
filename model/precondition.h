#pragma once
// What must hold between a client and an endpoint before the first request can succeed: the credential, the host's
// name, the scheme, the certificate, the API version, the clock. Like an operation it has a tier, a weight, a reason
// and evidence; unlike one it is judged once, and a wrong one is one finding and not one for each case.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/verdict.h"
#include "model/yaml.h"

namespace blobgauge::model {

struct Precondition {
  enum class Kind {
    credential,  // one of `values` is accepted: key, sas, bearer, anonymous
    host,        // the host's name contains one of them
    suffix,      // the host's name ends with one of them
    scheme,      // one of them
    tls,         // the certificate is good by the authorities of the client's system
    version,     // each of these API versions is taken
    clock,       // at most so many seconds off
  };
  std::string id;  // "azcopy/credential"
  Kind kind = Kind::credential;
  std::string client;
  std::vector<std::string> releases;
  std::string tier;     // "mvp", "extended", or the name of the second profile's client; computed by `spec build`
  std::string needs;    // of "extended": the flag or command that alone asks for it
  std::string way_out;  // what the user can do where it does not hold; empty: nothing
  Weight weight = Weight::breaks;
  std::string title, reason;
  std::vector<std::string> values, evidence;
};

std::string_view name_of(Precondition::Kind kind);
std::optional<Precondition::Kind> parse_precondition_kind(std::string_view name);

// One entry of a spec, or of the policy, which has no `tier`.
Result<Precondition> read_precondition(yaml::Fields& fields);
void write(yaml::Writer& out, const Precondition& precondition);

}  // namespace blobgauge::model
