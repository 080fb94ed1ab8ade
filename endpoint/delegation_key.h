#pragma once
// User delegation keys ("Get User Delegation Key" of the REST reference): what a caller with a token is given to sign
// a SAS with, instead of the account key. Nothing is stored: a key is an HMAC of its own fields under the account's
// first key, so the fields that a SAS repeats are enough to find it again.
#include <string>

#include "endpoint/store.h"
#include "wire/sign_sas.h"

namespace blobgauge::endpoint {

// As they stand in the answer and in every SAS that the key signs.
struct DelegationFields {
  std::string oid, tid, start, expiry, service, version;
  static DelegationFields of(const wire::Sas& sas);
};

// 32 bytes in base64. The account has a key: all accounts do.
std::string delegation_key_text(const Account& account, const DelegationFields& fields);
wire::AccountKey delegation_key(const Account& account, const DelegationFields& fields);

}  // namespace blobgauge::endpoint
