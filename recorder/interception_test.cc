// The recorder between a client and a server that share no code with it (cpp-httplib over OpenSSL).
#include <gmock/gmock.h>
#include <httplib.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "model/file.h"
#include "recorder/proxy.h"
#include "recorder/test_sink.h"
#include "wire/connection.h"
#include "wire/runtime.h"

namespace blobgauge::recorder {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class Interception : public testing::Test {
 protected:
  Interception() : authority_(wire::CertificateAuthority::temporary().value()), sink_(std::make_shared<MemorySink>()) {
    certificate_ = (std::filesystem::temp_directory_path() / ("interception-" + std::to_string(::getpid()))).string();
    EXPECT_TRUE(model::write_file(certificate_, authority_->certificate_pem()));
    server_.Put("/c/b", [](const httplib::Request& request, httplib::Response& response) {
      response.set_content(request.get_header_value("Host") + " " + request.get_header_value("x-ms-copy-source") +
                               std::to_string(request.body.size()),
                           "text/plain");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();

    Proxy::Options options;
    options.catalogue = test_catalogue();
    options.authority = authority_;
    options.mapping =
        Mapping({MapRule::parse("*.blob.core.windows.net=http://127.0.0.1:" + std::to_string(port_)).value()});
    proxy_ = Proxy::start(std::move(options), sink_).value();
  }
  ~Interception() override {
    proxy_.reset();
    server_.stop();
    thread_.join();
    std::filesystem::remove(certificate_);
  }

  std::unique_ptr<httplib::Client> client(bool trusts) const {
    auto out = std::make_unique<httplib::Client>("https://acct.blob.core.windows.net");
    out->set_proxy("127.0.0.1", proxy_->port());
    if (trusts) out->set_ca_cert_path(certificate_.c_str());
    out->enable_server_certificate_verification(true);
    out->set_keep_alive(true);
    return out;
  }

  std::shared_ptr<wire::CertificateAuthority> authority_;
  std::shared_ptr<MemorySink> sink_;
  std::string certificate_;
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
  std::unique_ptr<Proxy> proxy_;
};

TEST_F(Interception, AClientBelievesThatItTalksToTheMappedHost) {
  {
    const auto trusting = client(true);
    const std::string source = "https://acct.blob.core.windows.net/c/s?sp=r&sig=SENTINEL";
    for (int i = 0; i < 3; ++i) {
      const auto put =
          trusting->Put("/c/b?sig=SENTINEL", {{"x-ms-copy-source", source}}, std::string(100'000, 'x'), "x/y");
      ASSERT_TRUE(put) << httplib::to_string(put.error());
      EXPECT_EQ(put->body, "acct.blob.core.windows.net http://127.0.0.1:" + std::to_string(port_) +
                               "/acct/c/s?sp=r&sig=SENTINEL100000");
    }
  }
  ASSERT_TRUE(proxy_->stop());
  ASSERT_EQ(sink_->exchanges.size(), 3u);
  const auto& exchange = sink_->exchanges.front();
  EXPECT_EQ(exchange.request.scheme, "https");
  EXPECT_EQ(exchange.request.host, "acct.blob.core.windows.net");
  EXPECT_EQ(exchange.request.target, "/c/b?sig=REDACTED");
  EXPECT_EQ(exchange.request.headers.get("x-ms-copy-source"),
            "https://acct.blob.core.windows.net/c/s?sp=r&sig=REDACTED");
  EXPECT_THAT(exchange.marks, Contains("x-ms-copy-source: host mapped with the server"));
  EXPECT_EQ(exchange.connection, sink_->exchanges.back().connection);
  EXPECT_EQ(exchange.sequence, 1u);
  EXPECT_EQ(sink_->exchanges.back().sequence, 3u);
  ASSERT_TRUE(exchange.client_tls);
  EXPECT_EQ(exchange.client_tls->server_name, "acct.blob.core.windows.net");
  EXPECT_THAT(exchange.client_tls->version, testing::StartsWith("TLSv1."));
  EXPECT_EQ(exchange.server_tls, nullptr);
  EXPECT_GT(exchange.connect_ns, 0);
  EXPECT_EQ(exchange.tls_ns, 0);
  EXPECT_EQ(sink_->exchanges.back().connect_ns, 0);
  EXPECT_EQ(proxy_->counts().tunnels, 1u);
}

TEST_F(Interception, AReverseProxyCanSpeakTlsUnderTheNameThatItsClientAsksFor) {
  Proxy::Options options;
  options.catalogue = test_catalogue();
  options.mode = Mode::reverse;
  options.target = model::parse_url("http://127.0.0.1:" + std::to_string(port_)).value();
  options.rewrite_host = true;
  wire::TlsServerOptions tls;
  std::vector<std::string> asked;
  tls.pick = [&](std::string_view name) {
    asked.emplace_back(name);
    return authority_->leaf(name);
  };
  options.tls = wire::TlsServer::create(tls).value();
  const auto sink = std::make_shared<MemorySink>();
  const auto proxy = Proxy::start(std::move(options), sink).value();
  const auto put = [&](const std::string& host, bool trusts) {
    httplib::SSLClient direct(host, proxy->port());
    if (trusts) direct.set_ca_cert_path(certificate_.c_str());
    const auto answer = direct.Put("/c/b", "hello", "x/y");
    return answer ? answer->body : "none";
  };
  EXPECT_EQ(put("127.0.0.1", true), "127.0.0.1:" + std::to_string(port_) + " 5");
  EXPECT_EQ(put("localhost", true), "127.0.0.1:" + std::to_string(port_) + " 5");
  EXPECT_EQ(put("localhost", false), "none");
  EXPECT_EQ(proxy->url(), "https://127.0.0.1:" + std::to_string(proxy->port()));
  ASSERT_TRUE(proxy->stop());
  EXPECT_THAT(asked, testing::ElementsAre("127.0.0.1", "localhost"));
  ASSERT_EQ(sink->exchanges.size(), 2u);
  EXPECT_EQ(sink->exchanges[1].request.scheme, "https");
  EXPECT_EQ(sink->exchanges[1].request.host, "localhost:" + std::to_string(proxy->port()));
  EXPECT_THAT(sink->exchanges[1].marks, testing::ElementsAre("Host: became the target's"));
}

// cpp-httplib completes the handshake and leaves only then.
TEST_F(Interception, AClientThatDoesNotTrustUsSendsNothing) {
  EXPECT_FALSE(client(false)->Put("/c/b", "x", "x/y"));
  ASSERT_TRUE(proxy_->stop());
  EXPECT_THAT(sink_->exchanges, IsEmpty());
  EXPECT_EQ(proxy_->counts().tunnels, 1u);
}

TEST_F(Interception, AHandshakeThatTheClientRefusesIsCounted) {
  wire::Runtime runtime;
  const auto tls = wire::TlsClient::create({}).value();
  runtime.run([](std::uint16_t port, std::shared_ptr<const wire::TlsClient> settings) -> wire::Task<> {
    wire::Destination destination;
    destination.host = "127.0.0.1";
    destination.port = port;
    auto stream = co_await wire::connect(destination);
    EXPECT_TRUE(stream);
    wire::Connection connection(std::move(*stream));
    co_await connection.write("CONNECT acct.blob.core.windows.net:443 HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto answer = co_await connection.read_response_head();
    EXPECT_TRUE(answer && answer->status == 200);
    EXPECT_FALSE(co_await connection.stream().connect_tls(settings, "acct.blob.core.windows.net"));
  }(proxy_->port(), tls));
  ASSERT_TRUE(proxy_->stop());
  EXPECT_EQ(proxy_->counts().handshakes_failed, 1u);
}

}  // namespace
}  // namespace blobgauge::recorder
