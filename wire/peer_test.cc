// An HTTP implementation that shares no code with ours (cpp-httplib) on the other side, and OpenSSL used directly
// where its TLS is in the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <fstream>
#include <thread>

#include "wire/certificate.h"
#include "wire/client.h"
#include "wire/server.h"

namespace blobgauge::wire {
namespace {

using testing::HasSubstr;
using Fields = httplib::Headers;

std::string payload(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i * 17 + (i >> 7));
  return out;
}

Task<> echo_target(Transaction& transaction) {
  auto body = co_await transaction.read_all(64 << 20);
  if (!body) co_return;
  model::Headers headers;
  headers.add("X-Connection", std::to_string(transaction.session().number));
  headers.add("X-Tunnel", transaction.session().tunnel);
  headers.add("X-Framing", transaction.head().text("Transfer-Encoding"));
  if (transaction.head().target == "/chunked") {
    co_await transaction.begin(200, "OK", headers, std::nullopt);
    for (std::size_t at = 0; at < body->size(); at += 1000)
      co_await transaction.write(std::string_view(*body).substr(at, 1000));
    co_await transaction.finish();
  } else {
    co_await transaction.respond(200, "OK", headers, *body);
  }
}

struct Authority {
  Authority() : authority(*CertificateAuthority::temporary()) {
    folder = testing::TempDir() + "/wire_peer_" + std::to_string(::getpid()) + "_";
    write("ca", authority->certificate_pem());
    const auto leaf = *authority->leaf("localhost");
    write("chain", leaf.chain_pem);
    write("key", leaf.key_pem);
    TlsServerOptions options;
    options.pick = [this](std::string_view name) { return authority->leaf(name); };
    server = *TlsServer::create(options);
  }
  ~Authority() {
    for (const auto* name : {"ca", "chain", "key"}) std::remove(file(name).c_str());
  }
  std::string file(const std::string& name) const { return folder + name; }
  void write(const std::string& name, const std::string& text) { std::ofstream(file(name)) << text; }

  std::shared_ptr<CertificateAuthority> authority;
  std::shared_ptr<TlsServer> server;
  std::string folder;
};

// Our server on a thread of its own, since the peer blocks.
struct OurServer {
  explicit OurServer(ServerOptions options = {}, Handler handler = echo_target)
      : server(*Server::start(runtime, std::move(options), std::move(handler))) {
    runtime.start();
  }
  ~OurServer() { runtime.run(server->stop(Milliseconds(0))); }
  Runtime runtime;
  std::unique_ptr<Server> server;
};

void exercise(httplib::Client& client) {
  client.set_keep_alive(true);
  const auto body = payload(300'000);
  auto put = client.Put("/echo", body, "application/octet-stream");
  ASSERT_TRUE(put) << httplib::to_string(put.error());
  EXPECT_EQ(put->status, 200);
  EXPECT_TRUE(put->body == body);
  auto chunked = client.Put(
      "/chunked",
      [&](std::size_t offset, httplib::DataSink& sink) {
        const auto part = std::min<std::size_t>(7000, body.size() - offset);
        if (part > 0) sink.write(body.data() + offset, part);
        if (part == 0) sink.done();
        return true;
      },
      "application/octet-stream");
  ASSERT_TRUE(chunked) << httplib::to_string(chunked.error());
  EXPECT_EQ(chunked->get_header_value("X-Framing"), "chunked");
  EXPECT_TRUE(chunked->body == body);
  auto head = client.Head("/echo");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(head->get_header_value("X-Connection"), "1") << "the connection was not kept";
}

TEST(Peer, TheirClientOurServer) {
  OurServer ours;
  httplib::Client client("127.0.0.1", ours.server->port());
  exercise(client);
}

TEST(Peer, TheirClientOurTlsServer) {
  Authority authority;
  ServerOptions options;
  options.tls = authority.server;
  OurServer ours(options);
  httplib::Client client("https://localhost:" + std::to_string(ours.server->port()));
  client.set_ca_cert_path(authority.file("ca").c_str());
  client.enable_server_certificate_verification(true);
  exercise(client);
}

TEST(Peer, TheirClientThroughAnInterceptedTunnel) {
  Authority authority;
  OurServer ours({}, [&](Transaction& transaction) -> Task<> {
    if (transaction.head().method == "CONNECT") {
      co_await transaction.intercept(authority.server, std::string(transaction.head().target),
                                     "HTTP/1.1 200 Connection established\r\n\r\n");
      co_return;
    }
    co_await echo_target(transaction);
  });
  httplib::Client client("https://account.blob.example");
  client.set_proxy("127.0.0.1", ours.server->port());
  client.set_ca_cert_path(authority.file("ca").c_str());
  client.enable_server_certificate_verification(true);
  client.set_keep_alive(true);
  for (int i = 0; i < 2; ++i) {
    const auto put = client.Put("/echo", "inside", "text/plain");
    ASSERT_TRUE(put) << httplib::to_string(put.error());
    EXPECT_EQ(put->body, "inside");
    EXPECT_EQ(put->get_header_value("X-Tunnel"), "account.blob.example:443");
    EXPECT_EQ(put->get_header_value("X-Connection"), "1");
  }
}

// Their server answers on threads of its own; ours asks from the test's thread.
template <class TheirServer>
void exercise_client(TheirServer& theirs, std::shared_ptr<const TlsClient> tls) {
  theirs.Put("/echo", [](const httplib::Request& request, httplib::Response& response) {
    response.set_header("X-Length", request.get_header_value("Content-Length"));
    response.set_content(request.body, "application/octet-stream");
  });
  const auto body = payload(500'000);
  theirs.Get("/chunked", [&](const httplib::Request&, httplib::Response& response) {
    response.set_chunked_content_provider("text/plain", [&](std::size_t offset, httplib::DataSink& sink) {
      const auto part = std::min<std::size_t>(9999, body.size() - offset);
      if (part > 0) sink.write(body.data() + offset, part);
      if (part == 0) sink.done();
      return true;
    });
  });
  Destination to;
  to.host = "localhost";
  to.connect_host = "127.0.0.1";
  to.port = static_cast<std::uint16_t>(theirs.bind_to_any_port("127.0.0.1"));
  to.tls = std::move(tls);
  std::thread thread([&] { theirs.listen_after_bind(); });
  {
    Runtime runtime;
    Client client;
    const auto ask = [&](std::string method, std::string target, model::Headers extra, std::string content) {
      ClientRequest request;
      request.destination = to;
      request.method = std::move(method);
      request.target = std::move(target);
      request.headers = std::move(extra);
      request.headers.add("Host", "localhost");
      request.body = std::move(content);
      return runtime.run(client.send(std::move(request)));
    };
    const std::string length = std::to_string(body.size());
    for (const auto& extra :
         {model::Headers{{"Content-Length", length}}, model::Headers{{"Transfer-Encoding", "chunked"}},
          model::Headers{{"Content-Length", length}, {"Expect", "100-continue"}}}) {
      auto response = ask("PUT", "/echo", extra, body);
      EXPECT_TRUE(response) << response.error().message;
      if (!response) break;
      EXPECT_EQ(response->head.status, 200);
      EXPECT_EQ(response->informational.size(), extra.has("Expect") ? 1u : 0u);
      EXPECT_TRUE(*runtime.run(response->read_all()) == body);
    }
    auto chunked = ask("GET", "/chunked", {}, "");
    EXPECT_TRUE(chunked && chunked->framing.kind == model::Framing::chunked);
    EXPECT_TRUE(chunked && chunked->reused);
    if (chunked) {
      EXPECT_TRUE(*runtime.run(chunked->read_all()) == body);
    }
    auto head = ask("HEAD", "/chunked", {}, "");
    EXPECT_TRUE(head && head->framing.empty() && head->reused);
  }
  theirs.stop();
  thread.join();
}

TEST(Peer, OurClientTheirServer) {
  httplib::Server theirs;
  exercise_client(theirs, nullptr);
}

TEST(Peer, OurClientTheirTlsServer) {
  Authority authority;
  httplib::SSLServer theirs(authority.file("chain").c_str(), authority.file("key").c_str());
  TlsClientOptions options;
  options.ca_file = authority.file("ca");
  exercise_client(theirs, *TlsClient::create(options));
}

// What ALPN settles with a client that offers `protocols` (wire form); "refused" if the handshake fails.
std::string negotiated(std::uint16_t port, std::string_view protocols) {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new_ssl_connect(context.get()), BIO_free_all);
  SSL* ssl = nullptr;
  BIO_get_ssl(bio.get(), &ssl);
  SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(protocols.data()),
                      static_cast<unsigned>(protocols.size()));
  SSL_set_tlsext_host_name(ssl, "a.test");
  BIO_set_conn_hostname(bio.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
  if (BIO_do_connect(bio.get()) != 1 || BIO_do_handshake(bio.get()) != 1) return "refused";
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &chosen, &size);
  return {reinterpret_cast<const char*>(chosen), size};
}

TEST(Peer, OnlyHttp11IsNegotiated) {
  Authority authority;
  ServerOptions options;
  options.tls = authority.server;
  OurServer ours(options);
  EXPECT_EQ(negotiated(ours.server->port(), "\x02h2\x08http/1.1"), "http/1.1");
  EXPECT_EQ(negotiated(ours.server->port(), "\x02h2"), "refused");
}

}  // namespace
}  // namespace blobgauge::wire
