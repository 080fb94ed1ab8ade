#pragma once
// The endpoint without its sockets: a request goes in by its head, then with body and copy source, and an answer comes
// out. All calls on one thread; between two calls the store is whole.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "endpoint/answer.h"
#include "endpoint/fault.h"
#include "endpoint/operations.h"
#include "endpoint/route.h"
#include "endpoint/store.h"

namespace blobgauge::endpoint {

class Service {
 public:
  // `without`: globs over names of operations that are switched off, as on an endpoint that has only a part of the
  // service. Whoever comes with a bearer token is the owner, and still has them.
  explicit Service(Store& store, std::vector<Fault> faults = {}, std::vector<std::string> without = {})
      : store_(store), faults_(std::move(faults)), without_(std::move(without)) {}

  // Reads the address, authenticates, finds the operation and asks whether it is permitted and whether this endpoint
  // does all that the request asks for. Fills the request's derived fields.
  Outcome<const Route*> prepare(Request& request);
  // Runs it. Its errors are answers too.
  Answer run(const Route& route, const Request& request, const CopySource* source = nullptr);
  Answer error(const Request& request, const Refusal& refusal) const;

  // Everything at once, for requests without a copy source.
  Answer answer(Request request);

  // The answer to reading a copy source that this endpoint itself holds, with the rights that `url` gives.
  CopySource read_own(const model::Url& url, const Request& request, const Route& route);

  Store& store() { return store_; }

 private:
  Outcome<const Route*> prepare(Request& request, bool is_source_read);
  bool switched_off(const Route& route, const Request& request) const;

  Store& store_;
  const std::vector<Fault> faults_;
  const std::vector<std::string> without_;
};

// Conditions, range and token of a copy source, as the fields of a plain read.
model::Headers source_read_headers(const Request& request);

}  // namespace blobgauge::endpoint
