#pragma once
// One form of one REST operation, and how a request of that form is recognised. Data of specs/catalogue/*.yaml;
// docs/formats/catalogue.md says what each field means.
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"

namespace blobgauge::model {

// A test of one query parameter or header of a request. An empty value counts as absent: clients send "delimiter=".
struct Selector {
  enum class In { query, header };
  enum class Test { present, absent, equals, differs };
  In in = In::query;
  std::string name;  // compared without case
  Test test = Test::present;
  std::vector<std::string> values;  // equals: any of them; differs: none of them; compared without case
};

// As the YAML writes it: "NAME", "!NAME", "NAME=VALUE", "NAME!=VALUE".
std::string to_text(const Selector& selector);

struct Operation {
  std::string name;                  // "Put Block From URL", by the reference
  std::string variant;               // "block" of "Put Blob (block)"; empty where the operation has one form
  std::string full_name;             // name and variant as labels write them
  std::string method;                // the first of `methods`: what a client would choose
  std::string path;                  // the first of `paths`: "/", "/{container}" or "/{container}/{blob}"
  std::vector<std::string> methods;  // "GET", "HEAD"
  std::vector<std::string> paths;
  std::vector<Selector> query;    // all hold; a discriminator that is not named here must be absent
  std::vector<Selector> headers;  // all hold
  std::vector<Selector> any;      // at least one holds, where there are some
  std::vector<Selector> proof;    // response headers that only this form is answered with; for recordings without heads
  bool any_query = false;         // discriminators are not looked at: a preflight names the resource of another request
  std::string undecided;          // what to say where the headers that tell this form from others were not recorded
  std::string sas_permission;     // letters, any of which suffices; "*": any permission; empty: no SAS allows it
  std::vector<std::string> rbac_actions;  // any of which suffices; empty: none, or no authorization needed
  std::string reference;                  // title of the reference page; empty: not in the reference
  std::vector<std::string> parameters;    // query parameters it knows beside its selectors and the common ones
  std::vector<std::string> accepts;       // request headers it knows, likewise; globs
  std::string note;
  Position where;  // in its YAML file

  // Method, path and selectors in one line, as people read them.
  std::string rule() const;
};

// How many parts a path template has: 0 for "/", 1 for "/{container}", 2 for "/{container}/{blob}".
int path_level(std::string_view path);

}  // namespace blobgauge::model
