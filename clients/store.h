#pragma once
// The container side of a scenario: puts the fixtures there before a client runs and looks at what it left. Speaks
// to the endpoint directly, past any recorder, so that a trace holds the client's requests only. What it sends is data
// (specs/scenarios/service). Blocks; one object per thread.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clients/service.h"
#include "model/error.h"
#include "model/header.h"
#include "model/profile.h"

namespace blobgauge::clients {

class Store {
 public:
  // `profile` and `service` must outlive it. Category::endpoint where the account has no usable key.
  static model::Result<std::unique_ptr<Store>> open(const model::Profile& profile, const Service& service);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Is the endpoint there, and does it accept the key? Category::endpoint or timeout if not.
  model::Status probe();
  model::Status create_container(std::string_view container);
  // Fine if there is none.
  model::Status delete_container(std::string_view container);
  model::Result<bool> has_container(std::string_view container);
  model::Status put(std::string_view container, std::string_view blob, std::string bytes);
  model::Result<std::string> get(std::string_view container, std::string_view blob);
  // Nothing where there is no such blob.
  model::Result<std::optional<model::Headers>> properties(std::string_view container, std::string_view blob);
  // Names of all blobs that begin with `prefix`.
  model::Result<std::vector<std::string>> list(std::string_view container, std::string_view prefix);

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace blobgauge::clients
