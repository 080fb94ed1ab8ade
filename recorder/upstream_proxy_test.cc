#include "recorder/upstream_proxy.h"

#include <gmock/gmock.h>

#include "recorder/test_proxy.h"

namespace blobgauge::recorder {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(UpstreamProxy, IsAnHttpUrlWithOrWithoutCredentials) {
  const auto plain = UpstreamProxy::parse("http://proxy.test:3128", "").value();
  EXPECT_EQ(plain.address()->host, "proxy.test");
  EXPECT_EQ(plain.address()->port, 3128);
  EXPECT_EQ(plain.address()->authorization, "");
  const auto with = UpstreamProxy::parse("http://me:p%40ss%3A@proxy.test/", "").value();
  EXPECT_EQ(with.address()->host, "proxy.test");
  EXPECT_EQ(with.address()->port, 80);
  EXPECT_EQ(with.address()->authorization, "Basic bWU6cEBzczo=");
  for (const auto* text : {"https://proxy.test", "proxy.test:3128", "http://SECRET@", "http://me:SECRET@h:99999",
                           "http://me:SECRET@proxy.test/path", ""}) {
    const auto bad = UpstreamProxy::parse(text, "");
    ASSERT_FALSE(bad) << text;
    EXPECT_EQ(bad.error().category, model::Category::usage);
    EXPECT_THAT(describe(bad.error()), Not(HasSubstr("SECRET")));
  }
}

TEST(UpstreamProxy, ExceptionsAreThoseOfNoProxy) {
  const auto proxy = UpstreamProxy::parse("http://proxy.test:1",
                                          "intern.test, .lan,*.star.test,one.test:8443,10.0.0.0/8,fd00::/9,192.0.2.7")
                         .value();
  const auto serves = [&](const std::string& url) { return proxy.serves(model::parse_url(url).value()); };
  for (const auto* url : {"https://intern.test", "https://A.Intern.Test", "http://x.lan", "http://a.star.test",
                          "https://one.test:8443", "http://10.255.1.1", "http://[fd7f::1]", "https://192.0.2.7",
                          "http://localhost:10000", "http://127.0.0.1", "http://[::1]"})
    EXPECT_FALSE(serves(url)) << url;
  for (const auto* url : {"https://notintern.test", "http://lan", "https://one.test", "http://11.0.0.1",
                          "http://[fd80::1]", "https://192.0.2.70", "https://acct.blob.core.windows.net"})
    EXPECT_TRUE(serves(url)) << url;
  EXPECT_FALSE(UpstreamProxy::parse("http://p.test", "*").value().serves(model::parse_url("http://a.test").value()));
}

// A name that only the proxy can look up: whatever comes, comes through it.
TEST(UpstreamProxy, PlainRequestsGoThereInAbsoluteFormAndTunnelsByConnect) {
  std::vector<std::string> heads;
  std::mutex mutex;
  testing_peers::Origin upstream([&](testing_peers::Socket& socket) {
    const auto head = socket.until("\r\n\r\n");
    {
      const std::lock_guard lock(mutex);
      heads.push_back(head);
    }
    if (head.starts_with("CONNECT")) {
      socket.say("HTTP/1.1 200 Fine\r\n\r\n");
      EXPECT_EQ(socket.bytes(5), "hello");
      socket.say("tunnelled");
    } else {
      socket.say("HTTP/1.1 204 No Content\r\n\r\n");
    }
  });
  Proxy::Options options;
  options.allowed_hosts = {"*.test"};
  options.upstream = UpstreamProxy::parse(fmt::format("http://me:SECRET@127.0.0.1:{}", upstream.port()), "").value();
  Recorded setup(options);
  {
    auto plain = setup.client();
    plain.say("GET http://far.test/c?a=b HTTP/1.1\r\nHost: far.test\r\nProxy-Connection: keep-alive\r\n\r\n");
    EXPECT_THAT(plain.until("\r\n\r\n"), StartsWith("HTTP/1.1 204"));
    auto secured = setup.client();
    secured.say("CONNECT far.test:443 HTTP/1.1\r\nHost: far.test:443\r\n\r\n");
    EXPECT_THAT(secured.until("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
    secured.say("hello");
    EXPECT_EQ(secured.rest(), "tunnelled");
  }
  const auto& told = setup.told();
  ASSERT_EQ(heads.size(), 2u);
  EXPECT_EQ(heads[0],
            "GET http://far.test/c?a=b HTTP/1.1\r\nHost: far.test\r\nProxy-Authorization: Basic bWU6U0VDUkVU\r\n\r\n");
  EXPECT_EQ(heads[1],
            "CONNECT far.test:443 HTTP/1.1\r\nHost: far.test:443\r\nProxy-Authorization: Basic bWU6U0VDUkVU\r\n\r\n");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].request.target, "/c?a=b");
  EXPECT_THAT(told[0].marks,
              testing::ElementsAre("server: met through the upstream proxy", "Proxy-Connection: is for the proxy",
                                   "Proxy-Authorization: of the upstream proxy"));
}

TEST(UpstreamProxy, WhatItRefusesIsSaid) {
  testing_peers::Origin upstream([](testing_peers::Socket& socket) {
    socket.until("\r\n\r\n");
    socket.say("HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n");
  });
  Proxy::Options options;
  options.allowed_hosts = {"*.test"};
  options.upstream = UpstreamProxy::parse(fmt::format("http://127.0.0.1:{}", upstream.port()), "").value();
  Recorded setup(options);
  auto secured = setup.client();
  secured.say("CONNECT far.test:443 HTTP/1.1\r\nHost: far.test:443\r\n\r\n");
  EXPECT_THAT(secured.rest(), AllOf(StartsWith("HTTP/1.1 502"), HasSubstr("the proxy answered 407 Who are you")));
  EXPECT_EQ(setup.told().size(), 1u);
}

}  // namespace
}  // namespace blobgauge::recorder
