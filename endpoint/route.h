#pragma once
// Which operation a request means. The endpoint has a table of its own, so that it and the catalogue's classifier are
// two independent ways to one answer; a test compares them. A request is never handed to a neighbour: an unknown comp
// or restype is refused before anything is looked up.
#include <string_view>
#include <vector>

#include "endpoint/operations.h"

namespace blobgauge::endpoint {

struct Route {
  std::string_view name;  // as the catalogue calls it
  std::string_view method;
  Level level;
  std::string_view restype, comp;
  std::string_view permissions;   // SAS letters, any of which suffices; "*" any; empty: no SAS gives this right
  Operation operation = nullptr;  // null: known, and refused with 501
  bool body = false;              // has a payload: a length is demanded
  bool source = false;            // reads a copy source first
  bool digests = false;           // the source's hashes are wanted
  bool public_read = false;       // what public access opens
};

// The whole table, for tests and docs.
const std::vector<Route>& routes();

// Refused: 400 for a comp, restype or header value that is none, 405 for a method that the resource does not know.
Outcome<const Route*> find_route(const Request& request);

// 's', 'c' or 'o', as an account SAS counts resources.
char resource_type(const Route& route);

}  // namespace blobgauge::endpoint
