#pragma once
// Plays a conversation between two peers, straight or through a recorder.
#include <functional>
#include <memory>
#include <string>

#include "recorder/proxy.h"
#include "tests/fidelity/conversation.h"
#include "tests/fidelity/peer.h"

namespace blobgauge::fidelity {

enum class Mode { reverse, absolute, intercepted };

// A listening server, and a recorder in front of it that tells a sink.
class Stage {
 public:
  explicit Stage(Mode mode, recorder::Proxy::Options options = {});
  ~Stage();

  std::string authority() const;  // of the server
  // Ready to say requests; not open if the way is barred.
  Peer straight() const;
  Peer through() const;
  // A connection that came to the server, its TLS done.
  Peer arrived(std::chrono::milliseconds limit);

  struct Outcome {
    Heard client, server;
    bool arrived = false;
    std::size_t more = 0;  // connections that came to the server beside the first
  };
  Outcome play(Peer client, const Script& says, const Script& answers);

  // Ends the recorder; what it told, in its order.
  const std::vector<model::Exchange>& told();
  recorder::Proxy& proxy() { return *proxy_; }

 private:
  Mode mode_;
  std::shared_ptr<wire::CertificateAuthority> authority_;
  Context server_tls_, client_tls_;
  Listening listening_;
  std::string trusted_;  // path of a PEM file
  std::shared_ptr<class Memory> sink_;
  std::unique_ptr<recorder::Proxy> proxy_;
};

// What of an exchange is not as it was said; empty if all is. `forwarded` were changed by the mode, as documented.
std::string untrue(const model::Exchange& told, const Expected& expected, Mode mode, const std::string& authority);

}  // namespace blobgauge::fidelity
