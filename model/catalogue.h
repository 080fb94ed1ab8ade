#pragma once
// The REST API as data: every operation of specs/catalogue/*.yaml by the name Microsoft's reference gives it.
// docs/formats/catalogue.md is the contract. Nothing here knows Azure; another API is another folder of data.
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/operation.h"

namespace blobgauge::model {

// What `catalogue list --count` prints.
struct CatalogueCount {
  std::size_t pages = 0;         // distinct reference pages
  std::size_t operations = 0;    // distinct names
  std::size_t forms = 0;         // distinct full names: an operation's variants count one by one
  std::size_t undocumented = 0;  // names without a reference page, counted in `operations` too
};

// How many query parameters the selectors of one catalogue may ask for, so that the classifier needs no heap for them.
inline constexpr std::size_t max_selecting_queries = 8;

// Immutable after loading; safe to share between threads.
class Catalogue {
 public:
  // All *.yaml of a folder, in name order.
  static Result<Catalogue> load(const std::string& folder);

  // In file order. Two entries share a full name where one form can be asked for in two ways.
  const std::vector<Operation>& operations() const { return operations_; }
  // The first entry of that name ("Put Blob (block)"); null where there is none, undecided names included.
  const Operation* find(std::string_view full_name) const;
  CatalogueCount count() const;
  const std::string& service() const { return service_; }
  const std::string& version() const { return version_; }

  // What model/redaction.h masks, by key ("headers", "queries"...); empty for a key that the files do not have.
  const std::vector<std::string>& secrets(std::string_view key) const;
  // Where names stand, for model/pseudonyms.h; likewise.
  const std::vector<std::string>& pseudonyms(std::string_view key) const;
  // Names by role ("request-id", "copy-source", "api-version"...), so that code need not know them: the first name of
  // the role, or all. Empty for a role that this API has no name for.
  std::string_view role(std::string_view name) const;
  const std::vector<std::string>& role_names(std::string_view name) const;
  // Query parameters and request headers that every operation knows.
  const std::vector<std::string>& common_parameters() const { return common_parameters_; }
  const std::vector<std::string>& common_headers() const { return common_headers_; }
  bool knows_parameter(const Operation& operation, std::string_view name) const;
  bool knows_header(const Operation& operation, std::string_view name) const;
  // Query parameters that tell operations apart wherever they stand, so that an unknown value is an unknown operation.
  const std::vector<std::string>& discriminators() const { return discriminators_; }
  // Host forms and the like, for model/address.h; empty for a key that the files do not have.
  const std::vector<std::string>& addressing(std::string_view key) const;
  // Hosts and addresses that a recorder treats apart; likewise.
  const std::vector<std::string>& network(std::string_view key) const;

 private:
  friend class CatalogueReader;
  using Names = std::map<std::string, std::vector<std::string>, std::less<>>;
  std::vector<Operation> operations_;
  std::string service_, version_;
  std::vector<std::string> common_parameters_, common_headers_, discriminators_;
  Names roles_, addressing_, network_, secrets_, pseudonyms_;
};

}  // namespace blobgauge::model
