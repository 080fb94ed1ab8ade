#pragma once
// Everything needed to meet one endpoint; every command that meets one takes `--profile FILE`.
// docs/formats/profile.md is the contract. The key itself is read only when asked for, and never printed.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/url.h"

namespace blobgauge::model {

struct Profile {
  enum class Style {
    path,  // http://127.0.0.1:10000/account/container/blob
    host,  // https://account.blob.example.net/container/blob
  };
  // Where a secret comes from; at most one is set.
  struct Secret {
    std::string environment;  // name of a variable
    std::string file;         // first line; relative to the working directory
    std::string well_known;   // published by the vendor for an emulator, so no secret
    bool given() const { return !environment.empty() || !file.empty() || !well_known.empty(); }
  };

  std::string name;
  Url url;         // with the account as its path in path style; never a query
  Url source_url;  // under which the endpoint reaches itself as a copy source; `url` unless the file says otherwise
  Style style = Style::path;
  std::string account;
  Secret key;
  Secret token;         // bearer, of an issuer that the endpoint trusts
  Secret sas;           // query text, made by the endpoint's owner: what `--auth sas` sends where there is no key
  std::string resolve;  // "ADDRESS" or "ADDRESS:PORT" to connect to in place of the host; empty: the system's answer
  std::string ca_file;  // PEM; empty: the system's
  // PEM files of the client's certificate, leaf first, and its key; empty: none is shown.
  std::string client_certificate, client_key;
  std::string api_version;  // highest version that requests name
  std::string container;    // that exists, and in which runs live; empty: runs make their own
  std::string version;      // of the endpoint's software, for the reader; empty: what it says of itself
  // What the endpoint is to be: "destination" that pulls from others, "source" that is pulled, and "import", the
  // destination of sources that are no service of this kind (S3, GCS).
  std::vector<std::string> roles = {"destination"};
  // The other endpoint of roles that need one; null: a run starts the reference endpoint on this machine.
  std::shared_ptr<Profile> peer;
  // Another account, which the endpoint can read by its URL: for copies between accounts. Null: none.
  std::shared_ptr<Profile> second;
  std::uint64_t rate = 0;  // requests a second that it may be sent; 0: as fast as it answers
  // What this endpoint answers where it does not know an operation, beside 501: statuses and error codes.
  std::vector<std::string> unsupported;

  // The URL of a container, blob or of the account ("/") under `url` or `source_url`; `target` is origin form.
  std::string target(std::string_view raw) const;
  std::string source(std::string_view raw) const;
};

Result<Profile> load_profile(const std::string& path);
Result<Profile> profile_from_yaml(std::string_view text, std::string name);

// The same endpoint description at another address: for `--endpoint URL`. The URL must name the profile's account,
// in its path or as its first host label, because the key belongs to that account.
Result<Profile> at_endpoint(Profile profile, std::string_view url);

// The account key, base64 as it is given out. Category::endpoint where the variable or file is missing.
Result<std::string> account_key(const Profile& profile);
// The same for the token, without "Bearer", and for the SAS, without its '?'.
Result<std::string> bearer_token(const Profile& profile);
Result<std::string> given_sas(const Profile& profile);

}  // namespace blobgauge::model
