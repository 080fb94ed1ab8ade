#pragma once
// The reference endpoint as a server: what the program, the replayer's tests and the demo start.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "endpoint/content.h"
#include "endpoint/fault.h"
#include "model/error.h"
#include "wire/server.h"

namespace blobgauge::endpoint {

// The account of the public emulator documentation; its key is no secret.
inline constexpr std::string_view default_account = "devstoreaccount1";
inline constexpr std::string_view default_key =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: a free one
  // Hosts that are this endpoint (globs): a copy source there is read from the store, without a connection. Requests
  // that name such a host count as sent over https: someone in front of us ends their TLS.
  std::vector<std::string> aliases;
  // How copy sources on these hosts and ports are reached: address, authorities that are trusted. Others are looked up
  // by the system and must show a certificate of its authorities.
  std::vector<wire::Destination> reached;
  SpillOptions spill;
  // Account names with their keys in base64; none: the default account.
  std::multimap<std::string, std::string> accounts;
  std::vector<std::string> tokens;       // bearer tokens that are accepted, with every right
  std::vector<std::string> without;      // globs: operations that are refused with 501, but for bearers of a token
  std::vector<Fault> faults;             // shown on purpose; none: right
  std::shared_ptr<wire::TlsServer> tls;  // null: plain HTTP
};

// All on the Runtime's thread. Destroy it before its Runtime.
class Endpoint {
 public:
  // Answers from the next turn of the loop on. Category::usage for a bad account or an address that cannot be bound.
  static model::Result<std::unique_ptr<Endpoint>> start(wire::Runtime& runtime, ServerOptions options);
  ~Endpoint();

  std::uint16_t port() const;
  // "http://127.0.0.1:43210/devstoreaccount1", for the first account.
  std::string url() const;
  // Lets running requests end for up to `grace`.
  wire::Task<> stop(wire::Milliseconds grace = wire::Milliseconds(1000));

 private:
  struct State;
  Endpoint(std::shared_ptr<State> state, std::unique_ptr<wire::Server> server);
  std::shared_ptr<State> state_;  // shared with requests under way
  std::unique_ptr<wire::Server> server_;
};

// The same with a loop and a thread of its own, for callers that block. Not to be used from a Runtime's thread.
class Server {
 public:
  static model::Result<std::unique_ptr<Server>> start(ServerOptions options);
  ~Server();
  std::uint16_t port() const { return endpoint_->port(); }
  std::string url() const { return endpoint_->url(); }

 private:
  Server() = default;
  wire::Runtime runtime_;
  std::unique_ptr<Endpoint> endpoint_;
};

}  // namespace blobgauge::endpoint
