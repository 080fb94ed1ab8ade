#pragma once
// One behaviour to check: given, steps, expectations, and what must hold afterwards. Pure data, read from
// specs/cases/*.yaml by replayer/suite.h; docs/formats/cases.md is the contract. Texts are templates (template.h).
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "replayer/step.h"

namespace blobgauge::replayer {

// What the real service said to a case; no date: it was never asked.
struct Attested {
  bool confirmed = false;
  std::string date, region, account, version;  // account: its kind; version: of the API
};

// What the endpoint is to a case. All but `destination` need a second endpoint, the peer: it reads the endpoint as a
// source, or is the foreign source that the endpoint reads.
enum class Role { destination, source, import };
std::string_view name_of(Role role);
std::optional<Role> parse_role(std::string_view name);
// Some request of it goes to the peer, or names it.
bool needs_peer(const struct Case& item);

// What a run must have for a case to mean anything. `auth` is the run's own, of steps that name none.
struct Needs {
  bool key = false;     // of the account: a step signs with it, or makes a SAS
  bool token = false;   // of an issuer
  bool second = false;  // another account
};
Needs needs_of(const struct Case& item, std::string_view auth);

struct Case {
  std::string id;  // "put-block-from-url/source-range"; stable
  std::string operation, title, why;
  std::string tier;   // "mvp" or "extended", as the case says; the spec may lower it
  std::string needs;  // for extended: the flag or account feature
  std::vector<std::string> tags;
  std::vector<std::string> names;  // container names of its own; "c" unless it says otherwise
  std::string over;                // "http": says something only where requests go over plain http; empty: anywhere
  bool own_container = false;      // holds only in containers of its own, not under a prefix in another
  std::vector<Step> given, steps, after;
  Role role = Role::destination;
  Attested attested = {};
  model::Position where;
};

bool has_tag(const Case& item, std::string_view tag);

}  // namespace blobgauge::replayer
