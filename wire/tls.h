#pragma once
// TLS settings for both sides (OpenSSL 3, TLS 1.2 and 1.3). Only http/1.1 is offered and accepted by ALPN (RFC 7301):
// what a recorder cannot read it must not negotiate. Sessions are not resumed, so every connection shows its handshake.
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "model/error.h"

namespace blobgauge::wire {

using model::Result;
using model::Status;

// A certificate chain, leaf first, and its private key, both PEM.
struct TlsIdentity {
  std::string chain_pem;
  std::string key_pem;
};

Result<TlsIdentity> load_identity(const std::string& chain_file, const std::string& key_file);

struct TlsClientOptions {
  // PEM file of trusted authorities, taken instead of the system's; empty: the system's (SSL_CERT_FILE is honoured).
  std::string ca_file;
  // False accepts any certificate: only for a profile that says so.
  bool verify = true;
  // Client certificate; empty chain: none is offered.
  TlsIdentity identity;
};

// Shared by any number of connections.
class TlsClient {
 public:
  static Result<std::shared_ptr<const TlsClient>> create(const TlsClientOptions& options);
  ~TlsClient();
  struct State;
  const State& state() const { return *state_; }

 private:
  TlsClient();
  std::unique_ptr<State> state_;
};

// Called with the server name that the client asked for (lower case; RFC 6066 section 3), or the name given to
// Stream::accept_tls where it sent none. Its answer is kept per name. Errors end the handshake.
using IdentityPicker = std::function<Result<TlsIdentity>(std::string_view server_name)>;

struct TlsServerOptions {
  IdentityPicker pick;
  // PEM file of the authorities whose client certificates are demanded; empty: none is asked for.
  std::string client_ca_file;
};

class TlsServer {
 public:
  static Result<std::shared_ptr<TlsServer>> create(const TlsServerOptions& options);
  // One identity for every name. Fails at once if certificate and key do not fit.
  static Result<std::shared_ptr<TlsServer>> create(const TlsIdentity& identity);
  ~TlsServer();
  struct State;
  State& state() { return *state_; }

 private:
  TlsServer();
  std::unique_ptr<State> state_;
};

}  // namespace blobgauge::wire
