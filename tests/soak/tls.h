#pragma once
// A blocking connection with TLS on it or not, that never holds a body.
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <string>
#include <string_view>

#include "tests/soak/endpoint.h"

namespace blobgauge::soak {

class TlsContext {
 public:
  // The certificate of `chain_pem` alone; the client of a test trusts anybody.
  static std::unique_ptr<TlsContext> server(const std::string& chain_pem, const std::string& key_pem) {
    auto out = std::make_unique<TlsContext>(TLS_server_method());
    BIO* chain = BIO_new_mem_buf(chain_pem.data(), static_cast<int>(chain_pem.size()));
    X509* leaf = PEM_read_bio_X509(chain, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(out->context_, leaf);
    X509_free(leaf);
    BIO_free(chain);
    BIO* pem = BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(pem, nullptr, nullptr, nullptr);
    SSL_CTX_use_PrivateKey(out->context_, key);
    EVP_PKEY_free(key);
    BIO_free(pem);
    return out;
  }
  static std::unique_ptr<TlsContext> client() { return std::make_unique<TlsContext>(TLS_client_method()); }

  explicit TlsContext(const SSL_METHOD* method) : context_(SSL_CTX_new(method)) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets without MSG_NOSIGNAL
  }
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext() { SSL_CTX_free(context_); }
  SSL_CTX* get() const { return context_; }

 private:
  SSL_CTX* context_;
};

class Link {
 public:
  Link(Socket socket, const TlsContext* tls) : socket_(std::move(socket)) {
    if (!tls) return;
    ssl_ = SSL_new(tls->get());
    SSL_set_fd(ssl_, socket_.descriptor());
    const bool server = SSL_CTX_get_ssl_method(tls->get()) == TLS_server_method();
    good_ = (server ? SSL_accept(ssl_) : SSL_connect(ssl_)) == 1;
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() {
    if (ssl_ && good_) SSL_shutdown(ssl_);
    if (ssl_) SSL_free(ssl_);
  }

  bool say(std::string_view text) {
    if (!ssl_) return socket_.say(text);
    return good_ && SSL_write(ssl_, text.data(), static_cast<int>(text.size())) == static_cast<int>(text.size());
  }
  // Up to the empty line; empty at the end.
  std::string head() {
    std::string out;
    char byte = 0;
    while (!out.ends_with("\r\n\r\n")) {
      if (read(&byte, 1) != 1) return {};
      out.push_back(byte);
    }
    return out;
  }
  bool drop(std::size_t count) {
    char buffer[65536];
    while (count > 0) {
      const auto size = read(buffer, std::min(count, sizeof buffer));
      if (size <= 0) return false;
      count -= static_cast<std::size_t>(size);
    }
    return true;
  }

 private:
  std::ptrdiff_t read(char* into, std::size_t room) {
    if (!ssl_) return ::recv(socket_.descriptor(), into, room, 0);
    return good_ ? SSL_read(ssl_, into, static_cast<int>(room)) : -1;
  }
  Socket socket_;
  SSL* ssl_ = nullptr;
  bool good_ = true;
};

}  // namespace blobgauge::soak
