#pragma once
// The proxy between a client and its service: forwards bytes as they came and tells a sink of each exchange.
//
// Forward mode takes absolute-form requests and CONNECT, and reads TLS inside a tunnel under the local authority;
// reverse mode sends everything to one target. A request is changed only where proxying or a mapping needs it, the
// exchange keeps the original and each change is one of its marks. Both directions run at once, so early answers,
// 100-continue and bodies of any size pass at bounded memory: bodies are hashed and measured piece by piece.
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/catalogue.h"
#include "model/error.h"
#include "model/exchange.h"
#include "model/redaction.h"
#include "recorder/body_tap.h"
#include "recorder/mapping.h"
#include "recorder/recording_queue.h"
#include "recorder/upstream_proxy.h"
#include "wire/certificate.h"
#include "wire/sign.h"
#include "wire/tls.h"

namespace blobgauge::recorder {

// Where exchanges go. Called on one thread of the Proxy's own, one call at a time, in the order in which the exchanges
// ended, never after stop(). `more_follows`: the next call comes at once. An error stops the recording and not the
// traffic; stop() returns the first one.
class ExchangeSink {
 public:
  virtual ~ExchangeSink() = default;
  virtual model::Status write(const model::RedactedExchange& exchange, bool more_follows) = 0;
};

enum class Mode { forward, reverse };

class Proxy {
 public:
  struct Options {
    std::string address = "127.0.0.1";  // an open proxy is a danger: others only on demand
    std::uint16_t port = 0;             // 0: a free one
    Mode mode = Mode::forward;
    model::Url target;          // of reverse mode
    bool rewrite_host = false;  // in reverse mode: the Host field becomes the target's
    // The listener speaks TLS: in reverse mode, where a client must not know that there is a proxy.
    std::shared_ptr<wire::TlsServer> tls;

    // Header roles, secret names and operations. Required.
    std::shared_ptr<const model::Catalogue> catalogue;
    // In the place of names, in all that the sink is told; null: names stay.
    std::shared_ptr<const model::Pseudonyms> pseudonyms;
    // Makes the certificates of intercepted hosts. Without it CONNECT is tunnelled and not looked into.
    std::shared_ptr<wire::CertificateAuthority> authority;
    // Globs of hosts whose tunnels are not looked into, beside the catalogue's token services. A mapping goes before.
    std::vector<std::string> pass_through;
    // Globs of hosts that a client of a forward proxy may name, beside those that are mapped or pass through and the
    // catalogue's storage hosts. Addresses that give machines their identity are refused whatever is allowed here.
    std::vector<std::string> allowed_hosts;

    Mapping mapping;
    bool map_addresses = true;  // also in headers that hold the URL of a resource
    // Signs mapped requests anew that came with a SharedKey signature: path style and changed headers break it.
    std::optional<wire::Credential> resign;

    // Between us and the servers; their names are then looked up there, and their addresses not seen here.
    std::optional<UpstreamProxy> upstream;
    std::string upstream_ca_file;  // PEM; empty: the system's authorities
    bool upstream_verify = true;
    std::chrono::milliseconds connect_limit{10'000};
    // Longest silence of the service or of the client within an exchange.
    std::chrono::milliseconds idle_limit{300'000};
    // How long a request's body may go on after its answer was complete.
    std::chrono::milliseconds early_answer_grace{2'000};

    Hashes hashes = Hashes::sha256;
    // Bodies up to this many bytes are kept whatever they are; longer ones are cut there.
    std::uint64_t keep_body = 0;
    // XML and JSON documents of the API (not blob content) and the bodies of errors are kept up to this.
    std::uint64_t keep_document = 4 << 20;
    // Of all exchanges that run at one time together; beyond it a body is cut and marked.
    std::uint64_t keep_total = 32 << 20;
    // What waits to be written, and what happens when there is too much of it.
    QueueOptions queue;
  };

  struct Counts {
    std::uint64_t connections = 0;  // on which a request came
    std::uint64_t tunnels = 0;      // CONNECT requests, with their TLS handshake or without
    std::uint64_t handshakes_failed = 0;
    std::uint64_t forbidden = 0;   // requests and tunnels that were refused for the host that they named
    std::uint64_t refused = 0;     // these and all others that were not forwarded
    std::uint64_t exchanges = 0;   // told to the sink, refused ones included
    std::uint64_t unanswered = 0;  // of these, without an answer of the server
    std::uint64_t dropped = 0;     // not told, because the queue was full
    bool sink_failed = false;      // nothing more is told
  };

  // Listens and serves on a thread of its own. Category::usage where the address is taken, or options contradict.
  static model::Result<std::unique_ptr<Proxy>> start(Options options, std::shared_ptr<ExchangeSink> sink);
  ~Proxy();  // as stop(0)

  // Thread-safe, all of them.
  std::uint16_t port() const;
  std::string url() const;  // "http://127.0.0.1:43210", or https
  Counts counts() const;
  // Some of the hosts for whose sake requests were refused. Only after stop().
  const std::vector<std::string>& refused_hosts() const;

  // Takes no more connections, lets running exchanges end for up to `grace`, cuts and tells the others. Returns the
  // sink's first error. A second call does nothing more.
  model::Status stop(std::chrono::milliseconds grace = std::chrono::milliseconds{2'000});

 private:
  struct State;
  explicit Proxy(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace blobgauge::recorder
