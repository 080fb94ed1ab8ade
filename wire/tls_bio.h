#pragma once
// The bridge between OpenSSL and a non-blocking socket. OpenSSL's own socket BIO would raise SIGPIPE and cannot be
// given bytes that were read before TLS began; Asio's SSL stream copies everything once more and cannot send
// close_notify while somebody reads.
#include <openssl/bio.h>

#include <string>

namespace blobgauge::wire {

// State of one bridge; must outlive the BIO.
struct TlsBridge {
  int socket = -1;
  std::string early;   // handed out before the socket's bytes
  bool ended = false;  // the peer closed
  bool more = false;   // another record follows at once: what is sent may wait for it
  int last_error = 0;  // errno of the last failed call
};

// A new BIO over `bridge`, owned by whom it is given to (SSL_set_bio); nullptr when out of memory.
BIO* make_bio(TlsBridge& bridge);

}  // namespace blobgauge::wire
