#pragma once
// What a client must find in its environment so that its requests go through the proxy and it trusts the authority.
// Each family of clients has variables of its own; docs/recorder.md lists them.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/error.h"
#include "model/temporary.h"
#include "model/url.h"
#include "recorder/command.h"

namespace blobgauge::recorder {

// What the user's own environment says, as far as it must not be lost.
struct UserEnvironment {
  std::string no_proxy;                  // NO_PROXY, or no_proxy
  std::string java_options;              // JAVA_TOOL_OPTIONS
  std::vector<std::string> trust_files;  // that variables of the clients name

  static UserEnvironment current();
};

// Two files with the authorities that the system trusts, those of the user's own files, and one more: most clients take
// one file and forget the system's. Removed with the object.
class TrustFiles {
 public:
  // In a folder of their own in `base`, or where the system has its temporary files. Category::output where they cannot
  // be written.
  static model::Result<TrustFiles> create(const std::string& certificate_pem, const UserEnvironment& user,
                                          const std::string& base = {});

  std::string pem() const { return folder_.path() + "/trust.pem"; }
  std::string store() const { return folder_.path() + "/trust.p12"; }  // for a JVM
  static constexpr std::string_view store_password = "changeit";       // nothing in it is secret

 private:
  explicit TrustFiles(model::TemporaryFolder folder) : folder_(std::move(folder)) {}
  model::TemporaryFolder folder_;
};

// Overrides what is set. `bypass` are addresses that a client must reach without a proxy, "HOST" or "HOST:PORT"; they
// join the user's exceptions.
Variables client_environment(const model::Url& proxy, const TrustFiles& trust, const UserEnvironment& user,
                             const std::vector<std::string>& bypass);

}  // namespace blobgauge::recorder
