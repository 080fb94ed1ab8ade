#pragma once
// What TlsClient and TlsServer hold of OpenSSL; only wire/tls.cc and the streams include it.
#include <openssl/ssl.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "wire/tls.h"

namespace blobgauge::wire {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using ContextPtr = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Freed<SSL_free>>;
using CertificatePtr = std::unique_ptr<X509, Freed<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

struct ChainFree {
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
};

// A parsed identity, ready to be given to a handshake.
struct Identity {
  CertificatePtr leaf;
  std::unique_ptr<STACK_OF(X509), ChainFree> chain;  // without the leaf
  KeyPtr key;
};

Result<Identity> parse_identity(const TlsIdentity& identity);

struct TlsClient::State {
  ContextPtr context;
  bool verify = true;
};

struct TlsServer::State {
  ContextPtr context;
  IdentityPicker pick;
  std::map<std::string, Identity, std::less<>> identities;  // by server name
};

// What one server-side handshake carries: attached to its SSL, since OpenSSL's callbacks see nothing else.
struct ServerHandshake {
  TlsServer::State* server = nullptr;
  std::string name_without_sni;
  std::string error;  // why no certificate could be given
};

// The newest error of OpenSSL's queue in words, "" if there is none; empties the queue.
std::string openssl_error();

}  // namespace blobgauge::wire
