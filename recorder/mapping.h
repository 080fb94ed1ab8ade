#pragma once
// Host names that the client believes in, and where their requests really go (`--map HOSTGLOB=URL`). Pure functions:
// no name is looked up here. docs/recorder.md says which combinations keep a signature valid.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/url.h"

namespace blobgauge::recorder {

// Where the target finds the account: as first part of the path, with its own name as Host; or in the Host field,
// which stays as the client sent it, so that its signature stays valid.
enum class MapStyle { path, host };

struct MapRule {
  std::string host;   // glob over the name without its port
  model::Url target;  // scheme, host, port; a path takes the account's place in path style

  // "HOSTGLOB=URL". Category::usage for anything else.
  static model::Result<MapRule> parse(std::string_view text);
};

// What a mapped request becomes.
struct Route {
  model::Url server;   // scheme, host and port to connect to
  std::string target;  // of the request line; as the client sent it in host style
  std::string host;    // the new Host field; empty: the client's stays
};

// Immutable, thread-safe. The first rule that fits a host counts.
class Mapping {
 public:
  Mapping() = default;
  explicit Mapping(std::vector<MapRule> rules, MapStyle style = MapStyle::host);

  bool empty() const { return rules_.empty(); }
  const std::vector<MapRule>& rules() const { return rules_; }
  // Null where no rule fits. `host` may have a port.
  const MapRule* find(std::string_view host) const;
  Route route(const MapRule& rule, std::string_view host, std::string_view target) const;
  // An address inside a header ("copy this blob from URL"), as the target can reach it: always in path style, because
  // there is no Host field that could say the account. Nothing where it is no URL of a mapped host.
  std::optional<std::string> address(std::string_view url) const;

 private:
  std::vector<MapRule> rules_;
  MapStyle style_ = MapStyle::host;
};

}  // namespace blobgauge::recorder
