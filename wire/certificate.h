#pragma once
// A local certificate authority: what a client must trust so that its TLS traffic can be read. The key never leaves
// its file (0600) and this process; each machine and user has an authority of its own.
#include <memory>
#include <string>
#include <string_view>

#include "model/error.h"
#include "wire/tls.h"

namespace blobgauge::wire {

// EC P-256 keys, X.509 v3 (RFC 5280). Thread-safe.
class CertificateAuthority {
 public:
  // Reads FOLDER/authority.pem, or creates it: two processes that do so at once end with the same one. Refused if
  // others may read the file, if it is damaged, or expired.
  static Result<std::shared_ptr<CertificateAuthority>> open(const std::string& folder);
  // One that lives in memory only, for tests and for what is thrown away afterwards.
  static Result<std::shared_ptr<CertificateAuthority>> temporary();
  // $XDG_DATA_HOME/blobgauge or ~/.local/share/blobgauge.
  static std::string default_folder();

  ~CertificateAuthority();

  // What clients are told to trust.
  const std::string& certificate_pem() const;
  // A certificate for a DNS name or an IP address, with a key of its own; made once and kept. Category::input for what
  // is neither.
  Result<TlsIdentity> leaf(std::string_view name);

 private:
  struct State;
  explicit CertificateAuthority(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace blobgauge::wire
