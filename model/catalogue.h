#pragma once
// The REST API as data: every operation of specs/catalogue/*.yaml by the name Microsoft's reference gives it.
// docs/formats/catalogue.md is the contract. Nothing here knows Azure; another API is another folder of data.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/yaml.h"

namespace blobgauge::model {

// A test of one query parameter, header or address part of a request.
struct Selector {
  enum class Test { present, absent, equals, one_of, prefix };
  std::string name;  // compared without case for headers
  Test test = Test::present;
  std::vector<std::string> values;
};

struct Operation {
  std::string name;       // "Put Block From URL"
  std::string variant;    // "block" of "Put Blob (block)"; empty where the operation has one form
  std::string full_name;  // name and variant as labels write them
  std::string method;
  std::string path;  // "/", "/{container}", "/{container}/{blob}"
  std::vector<Selector> query;
  std::vector<Selector> headers;
  std::string sas_permission;  // letters, any of which suffices, as the reference says
  std::string rbac_action;     // data action
  std::string reference;       // title of the reference page
  Position where;              // in its YAML file
};

// Immutable after loading; safe to share between threads.
class Catalogue {
 public:
  // All *.yaml of a folder, in name order.
  static Result<Catalogue> load(const std::string& folder);

  const std::vector<Operation>& operations() const { return operations_; }
  const Operation* find(std::string_view full_name) const;
  const std::string& service() const { return service_; }
  const std::string& version() const { return version_; }
  // Header names whose values are secrets, and query names likewise; globs.
  const std::vector<std::string>& secret_headers() const { return secret_headers_; }
  const std::vector<std::string>& secret_queries() const { return secret_queries_; }
  // Names by role ("request-id", "copy-source", "api-version", "client-request-id"...), so that code need not know
  // them.
  std::string_view role(std::string_view name) const;

 private:
  friend class CatalogueReader;
  std::vector<Operation> operations_;
  std::string service_, version_;
  std::vector<std::string> secret_headers_, secret_queries_;
  std::map<std::string, std::string, std::less<>> roles_;
  // What the classifier needs beside the operations (host forms, path depth rules); see docs/formats/catalogue.md.
  std::map<std::string, std::vector<std::string>, std::less<>> addressing_;

 public:
  const std::vector<std::string>& addressing(std::string_view key) const;
};

}  // namespace blobgauge::model
