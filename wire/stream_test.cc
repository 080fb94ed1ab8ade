#include "wire/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "wire/certificate.h"
#include "wire/test_identity.h"
#include "wire/tls_state.h"

namespace blobgauge::wire {
namespace {

using model::Category;
using testing::HasSubstr;

struct Ends {
  std::unique_ptr<Stream> client, server;
};

Ends connected(Runtime& runtime) {
  return runtime.run([](Executor executor) -> Task<Ends> {
    auto listener = *Listener::bind(executor, "127.0.0.1", 0);
    Destination to;
    to.host = "127.0.0.1";
    to.port = listener->port();
    Ends ends;
    ends.client = *co_await connect(to);
    ends.server = *co_await listener->accept();
    co_return ends;
  }(runtime.executor()));
}

Task<> store(Task<Status> task, Status& into) { into = co_await std::move(task); }

struct Secured {
  Status client, server;
};

struct Tls : testing::Test {
  Tls() : authority(*CertificateAuthority::temporary()) {
    ca_file = testing::TempDir() + "/wire_stream_ca_" + std::to_string(::getpid()) + ".pem";
    std::ofstream(ca_file) << authority->certificate_pem();
  }
  ~Tls() override { std::remove(ca_file.c_str()); }

  std::shared_ptr<TlsServer> server_for(const std::string& fixed_name, const std::string& client_ca = {}) {
    TlsServerOptions options;
    options.client_ca_file = client_ca;
    options.pick = [this, fixed_name](std::string_view name) {
      picked.emplace_back(name);
      return authority->leaf(fixed_name.empty() ? name : fixed_name);
    };
    return *TlsServer::create(options);
  }
  std::shared_ptr<const TlsClient> client_with(bool trust, bool verify = true, TlsIdentity identity = {}) {
    TlsClientOptions options;
    options.ca_file = trust ? ca_file : std::string();
    options.verify = verify;
    options.identity = std::move(identity);
    return *TlsClient::create(options);
  }
  Secured handshake(Ends& ends, std::shared_ptr<TlsServer> server, std::shared_ptr<const TlsClient> client,
                    const std::string& name) {
    Secured out;
    const auto one_side = [](Stream& stream, Task<Status> task, Status& into) -> Task<> {
      into = co_await std::move(task);
      if (!into) stream.close();
    };
    runtime.run(both(one_side(*ends.server, ends.server->accept_tls(server, "127.0.0.1", ""), out.server),
                     one_side(*ends.client, ends.client->connect_tls(client, name), out.client)));
    return out;
  }

  Runtime runtime;
  std::shared_ptr<CertificateAuthority> authority;
  std::string ca_file;
  std::vector<std::string> picked;
};

std::string read_to_end(Runtime& runtime, Stream& stream, Status* error = nullptr) {
  return runtime.run([](Stream& from, Status* problem) -> Task<std::string> {
    std::string out;
    std::vector<char> buffer(8192);
    for (;;) {
      const auto size = co_await from.read_some(buffer);
      if (!size && problem) *problem = tl::make_unexpected(size.error());
      if (!size || *size == 0) co_return out;
      out.append(buffer.data(), *size);
    }
  }(stream, error));
}

TEST(Stream, GathersAndEndsInOrder) {
  Runtime runtime;
  auto ends = connected(runtime);
  EXPECT_TRUE(ends.client->quiet());
  EXPECT_TRUE(runtime.run(ends.client->write("ab", "", "cd")));
  EXPECT_TRUE(runtime.run(ends.client->finish()));
  EXPECT_EQ(read_to_end(runtime, *ends.server), "abcd");
  // The other direction still works after the first has ended.
  EXPECT_TRUE(runtime.run(ends.server->write("answer")));
  ends.server->close();
  EXPECT_EQ(read_to_end(runtime, *ends.client), "answer");
  EXPECT_FALSE(ends.client->quiet());
}

TEST(Stream, RefusedConnectionsNameHostAndPort) {
  Runtime runtime;
  auto listener = *Listener::bind(runtime.executor(), "127.0.0.1", 0);
  Destination to;
  to.host = "127.0.0.1";
  to.port = listener->port();
  listener.reset();
  auto stream = runtime.run(connect(to));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().category, Category::endpoint);
  EXPECT_EQ(stream.error().message, "cannot connect to 127.0.0.1:" + std::to_string(to.port) + ": Connection refused");
  to.connect_host = to.host;
  to.host = "account.blob.example";
  to.port = 443;
  to.connect_port = 1;
  stream = runtime.run(connect(to));
  EXPECT_THAT(stream.error().message, HasSubstr("account.blob.example:443 (at 127.0.0.1:1): Connection refused"));
}

TEST(Stream, AddressesCanBeRefusedAfterTheNameWasLookedUp) {
  Runtime runtime;
  std::vector<std::string> asked;
  const auto attempt = [&](const std::string& allowed) {
    return runtime.run([](Executor executor, std::string only, std::vector<std::string>& seen) -> Task<Status> {
      auto listener = *Listener::bind(executor, "127.0.0.1", 0);
      Destination to;
      to.host = "2130706433";  // 127.0.0.1, looked up like a name
      to.port = listener->port();
      ConnectLimits limits;
      limits.refuses = [&](std::string_view address, std::uint16_t port) -> std::optional<std::string> {
        EXPECT_EQ(port, to.port);
        seen.emplace_back(address);
        return address == only ? std::nullopt : std::optional<std::string>("not this one");
      };
      auto stream = co_await connect(to, limits);
      if (!stream) co_return tl::make_unexpected(stream.error());
      co_return Status{};
    }(runtime.executor(), allowed, asked));
  };
  EXPECT_TRUE(attempt("127.0.0.1"));
  const auto refused = attempt("none");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().category, Category::usage);
  EXPECT_EQ(refused.error().message, "not this one");
  EXPECT_THAT(asked, testing::Each("127.0.0.1"));
}

TEST(Stream, SilenceIsATimeout) {
  Runtime runtime;
  auto ends = connected(runtime);
  ends.client->set_idle_limit(Milliseconds(10));
  Status error;
  EXPECT_EQ(read_to_end(runtime, *ends.client, &error), "");
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().category, Category::timeout);
  EXPECT_THAT(error.error().message, HasSubstr("nothing moved for 10 ms on the connection with 127.0.0.1:"));
}

TEST(Stream, AWriterThatNobodyReadsIsATimeout) {
  Runtime runtime;
  auto ends = connected(runtime);
  ends.client->set_idle_limit(Milliseconds(20));
  const std::string much(64 << 20, 'x');
  const auto written = runtime.run(ends.client->write(much));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().category, Category::timeout);
}

TEST(Stream, SilenceIsToldWhileSomebodyWaits) {
  Runtime runtime;
  auto ends = connected(runtime);
  int told = 0;
  ends.client->on_silence([&] {
    if (++told == 2) ends.client->close();
  });
  Status error;
  EXPECT_EQ(read_to_end(runtime, *ends.client, &error), "");
  EXPECT_EQ(told, 2);
  EXPECT_FALSE(error);
}

TEST(Stream, AResetBreaksAConnectionAndAnOrderlyEndDoesNot) {
  Runtime runtime;
  auto ends = connected(runtime);
  EXPECT_FALSE(ends.client->broken());
  ASSERT_TRUE(runtime.run(ends.server->finish()));
  EXPECT_EQ(read_to_end(runtime, *ends.client), "");
  EXPECT_FALSE(ends.client->broken());
  ends.server->reset();
  EXPECT_TRUE(ends.client->broken());
}

TEST(Stream, InterruptLeavesTheOtherDirection) {
  Runtime runtime;
  auto ends = connected(runtime);
  const std::string much(64 << 20, 'x');
  Status written;
  const auto interrupt = [](Stream& stream) -> Task<> {
    co_await pause(Milliseconds(1));
    stream.interrupt();
  };
  runtime.run(both(store(ends.client->write(much), written), interrupt(*ends.client)));
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("given up"));
  EXPECT_TRUE(runtime.run(ends.server->write("still there")));
  EXPECT_TRUE(runtime.run(ends.server->finish()));
  EXPECT_EQ(read_to_end(runtime, *ends.client), "still there");
}

TEST_F(Tls, RoundTripWithNameAndEnd) {
  auto ends = connected(runtime);
  const auto secured = handshake(ends, server_for(""), client_with(true), "A.Blob.Test");
  ASSERT_TRUE(secured.client) << secured.client.error().message;
  ASSERT_TRUE(secured.server) << secured.server.error().message;
  EXPECT_TRUE(ends.client->secure() && ends.server->secure());
  EXPECT_EQ(ends.server->server_name(), "A.Blob.Test");
  EXPECT_EQ(picked, std::vector<std::string>{"a.blob.test"});
  EXPECT_TRUE(ends.client->quiet());
  const std::string much(3'000'000, 'y');
  Status written;
  const auto send = [](Stream& stream, const std::string& text) -> Task<Status> {
    auto status = co_await stream.write("x", text);
    if (status) status = co_await stream.finish();
    co_return status;
  };
  const auto receive = [](Stream& stream, std::string& into) -> Task<> {
    std::vector<char> buffer(100'000);
    for (;;) {
      const auto size = co_await stream.read_some(buffer);
      if (!size || *size == 0) co_return;
      into.append(buffer.data(), *size);
    }
  };
  std::string got;
  runtime.run(both(store(send(*ends.client, much), written), receive(*ends.server, got)));
  EXPECT_TRUE(written);
  EXPECT_TRUE(got == "x" + much);
  EXPECT_TRUE(runtime.run(ends.server->write("answer")));
  EXPECT_TRUE(runtime.run(ends.server->finish()));
  Status error;
  EXPECT_EQ(read_to_end(runtime, *ends.client, &error), "answer");
  EXPECT_TRUE(error);
}

TEST_F(Tls, AnEndWithoutCloseNotifyIsAnError) {
  auto ends = connected(runtime);
  ASSERT_TRUE(handshake(ends, server_for(""), client_with(true), "a.test").client);
  ends.server->close();
  Status error;
  read_to_end(runtime, *ends.client, &error);
  ASSERT_FALSE(error);
  EXPECT_THAT(error.error().message, HasSubstr("closed without TLS close_notify"));
}

TEST_F(Tls, AddressesAreCheckedAndNotSentAsNames) {
  auto ends = connected(runtime);
  ASSERT_TRUE(handshake(ends, server_for(""), client_with(true), "127.0.0.1").client);
  EXPECT_EQ(picked, std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(ends.server->server_name(), "");
  auto others = connected(runtime);
  const auto wrong = handshake(others, server_for("127.0.0.1"), client_with(true), "127.0.0.2");
  ASSERT_FALSE(wrong.client);
  EXPECT_THAT(wrong.client.error().message, HasSubstr("IP address mismatch"));
}

TEST_F(Tls, CertificatesAreChecked) {
  auto ends = connected(runtime);
  const auto other_name = handshake(ends, server_for("other.test"), client_with(true), "a.test");
  ASSERT_FALSE(other_name.client);
  EXPECT_EQ(other_name.client.error().category, Category::endpoint);
  EXPECT_THAT(other_name.client.error().message, HasSubstr("certificate not accepted: hostname mismatch"));
  EXPECT_FALSE(other_name.server);

  ends = connected(runtime);
  const auto unknown = handshake(ends, server_for(""), client_with(false), "a.test");
  ASSERT_FALSE(unknown.client);
  EXPECT_THAT(unknown.client.error().message, HasSubstr("certificate not accepted"));
  EXPECT_THAT(unknown.server.error().message, HasSubstr("unknown ca"));

  ends = connected(runtime);
  EXPECT_TRUE(handshake(ends, server_for("other.test"), client_with(false, false), "a.test").client);
}

TEST_F(Tls, ClientCertificates) {
  const auto identity = self_signed();
  const auto known = ca_file + ".clients";
  std::ofstream(known) << identity.chain_pem;

  auto ends = connected(runtime);
  // In TLS 1.3 the client is done before the server has looked at its certificate.
  const auto without = handshake(ends, server_for("", known), client_with(true), "a.test");
  ASSERT_FALSE(without.server);
  EXPECT_THAT(without.server.error().message, HasSubstr("peer did not return a certificate"));
  ends = connected(runtime);
  const auto with = handshake(ends, server_for("", known), client_with(true, true, identity), "a.test");
  EXPECT_TRUE(with.server) << with.server.error().message;
  std::remove(known.c_str());
}

TEST_F(Tls, APickerThatFailsSaysWhy) {
  TlsServerOptions options;
  options.pick = [](std::string_view) -> Result<TlsIdentity> {
    return model::fail(Category::input, "no such host here");
  };
  auto ends = connected(runtime);
  const auto secured = handshake(ends, *TlsServer::create(options), client_with(true), "a.test");
  ASSERT_FALSE(secured.server);
  EXPECT_THAT(secured.server.error().message, HasSubstr("no such host here"));
}

TEST_F(Tls, BytesReadBeforeTheUpgradeBelongToIt) {
  auto ends = connected(runtime);
  Status client, server;
  const auto accept = [](Stream& stream, std::shared_ptr<TlsServer> tls) -> Task<Status> {
    std::vector<char> buffer(100);  // a part of the client's hello
    const auto size = co_await stream.read_some(buffer);
    co_return co_await stream.accept_tls(tls, "", std::string(buffer.data(), *size));
  };
  runtime.run(both(store(accept(*ends.server, server_for("")), server),
                   store(ends.client->connect_tls(client_with(true), "a.test"), client)));
  EXPECT_TRUE(server) << server.error().message;
  EXPECT_TRUE(client);
}

TEST_F(Tls, PlainTextIsNotTls) {
  auto ends = connected(runtime);
  Status server;
  runtime.run(both(store(ends.server->accept_tls(server_for(""), "", ""), server),
                   [](Stream& stream) -> Task<> { co_await stream.write("GET / HTTP/1.1\r\n\r\n"); }(*ends.client)));
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error().message, HasSubstr("http request"));
}

TEST(TlsSettings, BadFilesAreInputErrors) {
  TlsClientOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  const auto client = TlsClient::create(options);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().category, Category::input);
  EXPECT_THAT(client.error().message, HasSubstr("/nonexistent/ca.pem"));
  TlsIdentity nonsense;
  nonsense.chain_pem = "x";
  EXPECT_FALSE(TlsServer::create(nonsense));
  EXPECT_FALSE(load_identity("/nonexistent/a", "/nonexistent/b"));
}

TEST(TlsSettings, CertificateAndKeyMustFit) {
  const auto authority = *CertificateAuthority::temporary();
  auto identity = *authority->leaf("a.test");
  const auto other = *CertificateAuthority::temporary();
  identity.key_pem = other->leaf("a.test")->key_pem;
  const auto server = TlsServer::create(identity);
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error().message, HasSubstr("do not belong together"));
}

}  // namespace
}  // namespace blobgauge::wire
