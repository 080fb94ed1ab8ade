#pragma once
// What the endpoint holds: accounts, containers, blobs, blocks. Plain data in memory; the bytes are Content. Not
// locked: operations run whole, one after the other, on the thread of one loop.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "endpoint/content.h"
#include "endpoint/lease.h"
#include "endpoint/moment.h"
#include "endpoint/refusal.h"
#include "model/header.h"
#include "wire/sign.h"
#include "wire/sign_sas.h"

namespace blobgauge::endpoint {

// The order of lists: by UTF-16 code units, which is not the order of UTF-8 bytes for characters beyond U+FFFF.
struct NameOrder {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

struct Block {
  std::string id;  // base64, as sent
  Content content;
};

// Settable properties; empty means not set.
struct HttpProperties {
  std::string type, encoding, language, md5, cache_control, disposition;
};

struct Tier {
  std::string name = "Hot";
  std::optional<Moment> changed;  // none: inferred from the account
  std::string archive_status;     // "rehydrate-pending-to-hot"...
  std::string rehydrate_priority;
};

struct CopyState {
  std::string id, source, status, progress;
  Moment completed;
};

using Tags = std::map<std::string, std::string>;

struct Blob {
  Content content;
  Moment created, modified;
  HttpProperties http;
  model::Headers metadata;  // names without the prefix, in their own case
  Tags tags;
  Tier tier;
  std::optional<CopyState> copy;
  Lease lease;
  std::vector<Block> blocks;  // of the last block list; empty after a whole upload
};

// Everything under one name.
struct BlobEntry {
  std::optional<Blob> current;
  std::map<std::string, Blob, std::less<>> snapshots;     // by their time as text, which sorts as time
  std::map<std::string, Block, std::less<>> uncommitted;  // by id
  bool empty() const { return !current && snapshots.empty() && uncommitted.empty(); }
};

struct Container {
  Moment modified;
  model::Headers metadata;
  std::string public_access;                                // "", "blob", "container"
  std::vector<std::pair<std::string, wire::Sas>> policies;  // stored access policies: id and st, se, sp
  Lease lease;
  std::map<std::string, BlobEntry, NameOrder> blobs;
};

struct Account {
  std::vector<wire::AccountKey> keys;
  std::map<std::string, std::string> service_properties;  // element name -> its XML
  std::map<std::string, Container, std::less<>> containers;
};

struct Store {
  explicit Store(SpillOptions spill = {}, Clock::Source time = std::chrono::system_clock::now)
      : contents(std::move(spill)), clock(std::move(time)) {}
  ContentStore contents;
  Clock clock;
  std::map<std::string, Account, std::less<>> accounts;
  // Bearer tokens that are taken as they are: there is no token service here whose signature could be checked.
  std::vector<std::string> tokens;

  Account* account(std::string_view name);
  Outcome<Container*> container(std::string_view account, std::string_view name);
};

// Rules for names: 400 where broken.
Outcome<void> check_container_name(std::string_view name);
Outcome<void> check_blob_name(std::string_view name);

}  // namespace blobgauge::endpoint
