#pragma once
// The operations, one function each, by the noun they work on (container_operations.cc, ...). Each sees a whole
// request, body and copy source received, and either changes the store and answers, or refuses and changes nothing.
#include "endpoint/answer.h"
#include "endpoint/request.h"
#include "endpoint/store.h"

namespace blobgauge::endpoint {

// What a copy source gave: the answer to the read that the service does for its caller.
struct CopySource {
  int status = 200;
  model::Headers headers;
  Content content;
  Digests digests;            // of the content, where asked for
  std::string code, message;  // of an error
  bool same_account = false;  // an own blob of the same account
  // Of an own blob, for what headers do not carry.
  std::optional<Tags> tags;
  std::vector<Block> blocks;
};

struct Call {
  Store& store;
  Account& account;
  const Request& request;
  const CopySource* source = nullptr;
  Moment now{};
};

using Operation = Outcome<Answer> (*)(Call&);

Outcome<Answer> list_containers(Call& call);
Outcome<Answer> get_service_properties(Call& call);
Outcome<Answer> set_service_properties(Call& call);
Outcome<Answer> get_service_stats(Call& call);
Outcome<Answer> get_account_information(Call& call);
Outcome<Answer> get_user_delegation_key(Call& call);

Outcome<Answer> create_container(Call& call);
Outcome<Answer> delete_container(Call& call);
Outcome<Answer> get_container_properties(Call& call);
Outcome<Answer> get_container_metadata(Call& call);
Outcome<Answer> set_container_metadata(Call& call);
Outcome<Answer> get_container_acl(Call& call);
Outcome<Answer> set_container_acl(Call& call);
Outcome<Answer> lease_container(Call& call);
Outcome<Answer> list_blobs(Call& call);

Outcome<Answer> put_blob(Call& call);
Outcome<Answer> get_blob(Call& call);
Outcome<Answer> get_blob_properties(Call& call);
Outcome<Answer> get_blob_metadata(Call& call);
Outcome<Answer> set_blob_metadata(Call& call);
Outcome<Answer> set_blob_properties(Call& call);
Outcome<Answer> set_blob_tier(Call& call);
Outcome<Answer> get_blob_tags(Call& call);
Outcome<Answer> set_blob_tags(Call& call);
Outcome<Answer> snapshot_blob(Call& call);
Outcome<Answer> delete_blob(Call& call);
Outcome<Answer> lease_blob(Call& call);

Outcome<Answer> put_block(Call& call);
Outcome<Answer> put_block_list(Call& call);
Outcome<Answer> get_block_list(Call& call);

Outcome<Answer> put_blob_from_url(Call& call);
Outcome<Answer> put_block_from_url(Call& call);
Outcome<Answer> copy_blob(Call& call);
Outcome<Answer> copy_blob_from_url(Call& call);
Outcome<Answer> abort_copy(Call& call);

}  // namespace blobgauge::endpoint
