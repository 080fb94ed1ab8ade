#include "wire/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <sstream>

#include "model/text.h"
#include "wire/tls_state.h"

namespace blobgauge::wire {

using model::Category;
using model::fail;

namespace {

constexpr unsigned char http11[] = "\x08http/1.1";
// Names are chosen by clients; an interceptor keeps no more identities than this.
constexpr std::size_t most_identities = 1024;

std::unique_ptr<BIO, Freed<BIO_free>> memory(std::string_view text) {
  return std::unique_ptr<BIO, Freed<BIO_free>>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// A key under a pass phrase is refused; without this OpenSSL would ask the terminal for it.
int no_pass_phrase(char*, int, int, void*) { return -1; }

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, http11, sizeof http11 - 1, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Result<const Identity*> identity_for(TlsServer::State& server, const std::string& name) {
  if (const auto known = server.identities.find(name); known != server.identities.end()) return &known->second;
  BLOBGAUGE_TRY(const auto picked, server.pick(name));
  BLOBGAUGE_TRY(auto identity, parse_identity(picked));
  if (server.identities.size() >= most_identities) server.identities.clear();
  return &server.identities.insert_or_assign(name, std::move(identity)).first->second;
}

// OpenSSL asks for a certificate once it has read the client's hello.
int give_certificate(SSL* ssl, void*) {
  auto& handshake = *static_cast<ServerHandshake*>(SSL_get_app_data(ssl));
  const char* sni = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const auto identity = identity_for(*handshake.server, sni && *sni ? model::lower(sni) : handshake.name_without_sni);
  if (!identity) {
    handshake.error = identity.error().message;
    return 0;
  }
  const auto& [leaf, chain, key] = **identity;
  return SSL_use_cert_and_key(ssl, leaf.get(), key.get(), chain.get(), 1);
}

// Read at once, as far as they are there: one by one each would cost two system calls.
constexpr std::size_t records_ahead = 4;

void set_common(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, records_ahead * SSL3_RT_MAX_PACKET_SIZE);
}

Status trust_file(SSL_CTX* context, const std::string& file) {
  ERR_clear_error();
  if (SSL_CTX_load_verify_file(context, file.c_str()) == 1) return {};
  return fail(Category::input, fmt::format("no certificate authority can be read from {}: {}", file, openssl_error()),
              "give a PEM file");
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return fail(Category::input, fmt::format("cannot read {}", path));
  return std::move(text).str();
}

}  // namespace

std::string openssl_error() {
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return {};
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : fmt::format("OpenSSL error {:x}", code);
}

Result<Identity> parse_identity(const TlsIdentity& identity) {
  ERR_clear_error();
  Identity out;
  const auto chain = memory(identity.chain_pem);
  out.leaf.reset(PEM_read_bio_X509(chain.get(), nullptr, no_pass_phrase, nullptr));
  if (!out.leaf) return fail(Category::input, "no PEM certificate in a TLS identity: " + openssl_error());
  out.chain.reset(sk_X509_new_null());
  while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, no_pass_phrase, nullptr))
    sk_X509_push(out.chain.get(), next);
  ERR_clear_error();  // the end of the text is an error to OpenSSL
  out.key.reset(PEM_read_bio_PrivateKey(memory(identity.key_pem).get(), nullptr, no_pass_phrase, nullptr));
  if (!out.key) return fail(Category::input, "no usable PEM private key in a TLS identity: " + openssl_error());
  if (X509_check_private_key(out.leaf.get(), out.key.get()) != 1)
    return fail(Category::input, "certificate and private key of a TLS identity do not belong together");
  return out;
}

Result<TlsIdentity> load_identity(const std::string& chain_file, const std::string& key_file) {
  TlsIdentity identity;
  BLOBGAUGE_TRY(identity.chain_pem, read_file(chain_file));
  BLOBGAUGE_TRY(identity.key_pem, read_file(key_file));
  BLOBGAUGE_CHECK(parse_identity(identity));
  return identity;
}

TlsClient::TlsClient() : state_(std::make_unique<State>()) {}
TlsClient::~TlsClient() = default;

Result<std::shared_ptr<const TlsClient>> TlsClient::create(const TlsClientOptions& options) {
  std::shared_ptr<TlsClient> client(new TlsClient);
  auto& state = *client->state_;
  state.verify = options.verify;
  state.context.reset(SSL_CTX_new(TLS_client_method()));
  auto* context = state.context.get();
  set_common(context);
  SSL_CTX_set_verify(context, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (options.ca_file.empty())
    SSL_CTX_set_default_verify_paths(context);
  else
    BLOBGAUGE_CHECK(trust_file(context, options.ca_file));
  SSL_CTX_set_alpn_protos(context, http11, sizeof http11 - 1);
  if (!options.identity.chain_pem.empty()) {
    BLOBGAUGE_TRY(const auto identity, parse_identity(options.identity));
    if (SSL_CTX_use_cert_and_key(context, identity.leaf.get(), identity.key.get(), identity.chain.get(), 1) != 1)
      return fail(Category::input, "the client certificate cannot be used: " + openssl_error());
  }
  return client;
}

TlsServer::TlsServer() : state_(std::make_unique<State>()) {}
TlsServer::~TlsServer() = default;

Result<std::shared_ptr<TlsServer>> TlsServer::create(const TlsServerOptions& options) {
  std::shared_ptr<TlsServer> server(new TlsServer);
  auto& state = *server->state_;
  state.pick = options.pick;
  state.context.reset(SSL_CTX_new(TLS_server_method()));
  auto* context = state.context.get();
  set_common(context);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_cert_cb(context, give_certificate, nullptr);
  if (!options.client_ca_file.empty()) {
    BLOBGAUGE_CHECK(trust_file(context, options.client_ca_file));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(options.client_ca_file.c_str()));
  }
  return server;
}

Result<std::shared_ptr<TlsServer>> TlsServer::create(const TlsIdentity& identity) {
  BLOBGAUGE_CHECK(parse_identity(identity));
  TlsServerOptions options;
  options.pick = [identity](std::string_view) -> Result<TlsIdentity> { return identity; };
  return create(options);
}

}  // namespace blobgauge::wire
