#include "recorder/rewrite.h"

#include <gmock/gmock.h>

#include "model/mark.h"

namespace blobgauge::recorder {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Outcome {
  model::Exchange exchange;
  Departure departure;
};

Outcome rewritten(const Rewriter& rewriter, const std::string& head, const Arrival& arrival) {
  Outcome out;
  auto departure = rewriter.rewrite(wire::parse_request_head(head).value(), arrival, out.exchange);
  EXPECT_TRUE(departure) << describe(departure.error());
  if (departure) out.departure = std::move(*departure);
  return out;
}

Rewriter mapped(MapStyle style) {
  Rewriter rewriter;
  rewriter.mapping = Mapping({MapRule::parse("*.blob.core.windows.net=http://127.0.0.1:10000").value()}, style);
  rewriter.address_headers = {"x-ms-copy-source"};
  return rewriter;
}

const Arrival tunnel{"acct.blob.core.windows.net:443", true};

TEST(Rewrite, InsideATunnelNothingChanges) {
  const std::string head = "PUT /c/b%2f?comp=block HTTP/1.1\r\nHOST:  acct.test \r\nx-Odd:\tv\r\nx-odd: w\r\n\r\n";
  const auto out = rewritten({}, head, {"acct.test:443", true});
  EXPECT_EQ(out.departure.head, head);
  EXPECT_EQ(out.departure.server.text(), "https://acct.test:443/");
  EXPECT_THAT(out.exchange.marks, IsEmpty());
  EXPECT_EQ(out.exchange.request.host, "acct.test");
  EXPECT_EQ(out.exchange.request.scheme, "https");
  EXPECT_EQ(out.exchange.request.target, "/c/b%2f?comp=block");
}

TEST(Rewrite, AbsoluteFormBecomesOriginForm) {
  const auto out = rewritten({},
                             "GET http://a.test:81?x=1 HTTP/1.1\r\nHost: a.test:81\r\nProxy-Connection: keep-alive\r\n"
                             "Proxy-Authorization: Basic eA==\r\nConnection: close\r\n\r\n",
                             {});
  EXPECT_EQ(out.departure.head, "GET /?x=1 HTTP/1.1\r\nHost: a.test:81\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(out.departure.server.effective_port(), 81);
  EXPECT_EQ(out.exchange.request.target, "/?x=1");
  EXPECT_EQ(out.exchange.request.host, "a.test:81");
  EXPECT_EQ(out.exchange.request.headers.size(), 4u);
  EXPECT_THAT(out.exchange.marks,
              ElementsAre("target: absolute form became origin form", "Proxy-Connection: is for the proxy",
                          "Proxy-Authorization: is for the proxy"));
}

TEST(Rewrite, HostStyleKeepsTheSignature) {
  const std::string head =
      "GET /c/b HTTP/1.1\r\nHost: acct.blob.core.windows.net\r\nAuthorization: SharedKey acct:AAAA\r\n\r\n";
  const auto out = rewritten(mapped(MapStyle::host), head, tunnel);
  EXPECT_EQ(out.departure.head, head);
  EXPECT_EQ(out.departure.server.text(), "http://127.0.0.1:10000/");
  EXPECT_THAT(out.exchange.marks, ElementsAre("server: acct.blob.core.windows.net:443 mapped to 127.0.0.1:10000"));
}

TEST(Rewrite, PathStyleSignsAgainWithAKey) {
  const std::string head =
      "GET /c/b?comp=metadata HTTP/1.1\r\nHost: acct.blob.core.windows.net\r\nx-ms-date: Sat, 21 Nov 2026 10:00:00 "
      "GMT\r\nx-ms-version: 2021-08-06\r\nAuthorization: SharedKey acct:AAAA\r\n\r\n";
  auto rewriter = mapped(MapStyle::path);
  const auto broken = rewritten(rewriter, head, tunnel);
  EXPECT_THAT(broken.exchange.marks.back(), HasSubstr("no key was given"));

  rewriter.resign = wire::Credential{"acct", wire::AccountKey::parse("a2V5").value()};
  const auto out = rewritten(rewriter, head, tunnel);
  const auto sent = wire::parse_request_head(out.departure.head).value();
  EXPECT_EQ(sent.target, "/acct/c/b?comp=metadata");
  EXPECT_EQ(sent.text("Host"), "127.0.0.1:10000");
  EXPECT_TRUE(wire::shared_key_fits("GET", model::parse_target(sent.target).value(), sent.headers(), *rewriter.resign));
  EXPECT_EQ(out.exchange.request.target, "/c/b?comp=metadata");
  EXPECT_EQ(out.exchange.request.headers.get("Authorization"), "SharedKey acct:AAAA");
}

TEST(Rewrite, CopySourcesAreMappedAndTheOriginalIsKept) {
  const std::string source = "https://acct.blob.core.windows.net/c/s?sv=1&sig=a%2B";
  const std::string begin = "PUT /c/b HTTP/1.1\r\nHost: acct.blob.core.windows.net\r\nX-Ms-Copy-Source: " + source;
  const auto rewriter = mapped(MapStyle::host);
  const auto out = rewritten(rewriter, begin + "\r\n\r\n", tunnel);
  EXPECT_THAT(out.departure.head, HasSubstr("X-Ms-Copy-Source: http://127.0.0.1:10000/acct/c/s?sv=1&sig=a%2B\r\n"));
  EXPECT_EQ(out.exchange.request.headers.get("x-ms-copy-source"), source);
  EXPECT_EQ(out.exchange.marks.back(), "x-ms-copy-source: host mapped with the server");

  // A signature over the header: without a key the header stays, and the trace says so.
  const std::string with_key = begin + "\r\nAuthorization: SharedKey acct:AAAA\r\n\r\n";
  const auto left = rewritten(rewriter, with_key, tunnel);
  EXPECT_EQ(left.departure.head, with_key);
  EXPECT_THAT(left.exchange.marks.back(), HasSubstr("host not mapped"));
  auto signing = rewriter;
  signing.resign = wire::Credential{"acct", wire::AccountKey::parse("a2V5").value()};
  const auto sent = wire::parse_request_head(rewritten(signing, with_key, tunnel).departure.head).value();
  EXPECT_THAT(sent.text("x-ms-copy-source"), HasSubstr("127.0.0.1"));
  EXPECT_TRUE(wire::shared_key_fits("PUT", model::parse_target(sent.target).value(), sent.headers(), *signing.resign));

  auto off = rewriter;
  off.map_addresses = false;
  const auto kept = rewritten(off, begin + "\r\n\r\n", tunnel);
  EXPECT_THAT(kept.departure.head, HasSubstr(source));
  EXPECT_TRUE(model::find_host_not_mapped(kept.exchange));
}

// What the server says of a resource that it may not reach is no word about the server.
TEST(Rewrite, ASourceThatNoMappingIsForIsMarked) {
  const auto mark_of = [](const Rewriter& rewriter, const std::string& source, const Arrival& arrival = tunnel) {
    const auto head = "PUT /c/b HTTP/1.1\r\nHost: " + arrival.tunnel + "\r\nx-ms-copy-source: " + source + "\r\n\r\n";
    const auto out = rewritten(rewriter, head, arrival);
    EXPECT_EQ(out.departure.head, head);
    const auto* mark = model::find_host_not_mapped(out.exchange);
    return mark ? *mark : std::string();
  };
  const auto host_style = mapped(MapStyle::host);
  EXPECT_EQ(mark_of(host_style, "https://elsewhere.test/c/b?sig=abc"),
            "x-ms-copy-source: host not mapped: no mapping is for it");
  EXPECT_EQ(mark_of(host_style, "https://127.0.0.1:10001/acct/c/b"),
            "x-ms-copy-source: host not mapped: no mapping is for it");
  // It is the server itself, or no URL; or nobody mapped anything.
  EXPECT_EQ(mark_of(host_style, "http://127.0.0.1:10000/acct/c/b"), "");
  EXPECT_EQ(mark_of(host_style, "/acct/c/b"), "");
  EXPECT_EQ(mark_of(host_style, "https://elsewhere.test/c/b", {"other.test:443", true}), "");
}

TEST(Rewrite, AKeyIsNeverUsedForAHostThatIsNotMapped) {
  auto rewriter = mapped(MapStyle::host);
  rewriter.resign = wire::Credential{"acct", wire::AccountKey::parse("a2V5").value()};
  const std::string head = "GET / HTTP/1.1\r\nHost: other.test\r\nAuthorization: SharedKey acct:AAAA\r\n\r\n";
  EXPECT_EQ(rewritten(rewriter, head, {"other.test:443", true}).departure.head, head);
}

TEST(Rewrite, ReverseModeKeepsTheHost) {
  Rewriter rewriter;
  rewriter.target = model::parse_url("https://gw.test:8443/base/").value();
  const auto out = rewritten(rewriter, "GET /c HTTP/1.1\r\nHost: acct.example\r\n\r\n", {});
  EXPECT_EQ(out.departure.head, "GET /base/c HTTP/1.1\r\nHost: acct.example\r\n\r\n");
  EXPECT_EQ(out.departure.server.authority(), "gw.test:8443");
  EXPECT_EQ(out.exchange.request.host, "acct.example");
  EXPECT_EQ(out.exchange.request.scheme, "http");
}

TEST(Rewrite, ReverseModeCanTakeTheTargetsHost) {
  Rewriter rewriter;
  rewriter.target = model::parse_url("https://gw.test:8443").value();
  rewriter.rewrite_host = true;
  const auto out = rewritten(rewriter, "GET /c HTTP/1.1\r\nhost:\tacct.example\r\nA: b\r\n\r\n", {});
  EXPECT_EQ(out.departure.head, "GET /c HTTP/1.1\r\nhost:\tgw.test:8443\r\nA: b\r\n\r\n");
  EXPECT_EQ(out.exchange.request.host, "acct.example");
  EXPECT_THAT(out.exchange.marks, ElementsAre("Host: became the target's"));
}

TEST(Rewrite, APlainRequestIsWrittenForTheUpstreamProxy) {
  Rewriter rewriter;
  rewriter.target = model::parse_url("http://gw.test:8080").value();
  rewriter.upstream = UpstreamProxy::parse("http://me:SECRET@proxy.test:3128", "").value();
  const auto out = rewritten(rewriter, "GET /c?a HTTP/1.1\r\nHost: a\r\n\r\n", {});
  EXPECT_EQ(out.departure.head,
            "GET http://gw.test:8080/c?a HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Basic bWU6U0VDUkVU\r\n\r\n");
  EXPECT_TRUE(out.departure.relayed);
  EXPECT_EQ(out.departure.server.authority(), "gw.test:8080");
  EXPECT_THAT(out.exchange.marks, ElementsAre("server: met through the upstream proxy",
                                              "target: became absolute form, for the upstream proxy",
                                              "Proxy-Authorization: of the upstream proxy"));
  EXPECT_FALSE(out.exchange.request.headers.has("Proxy-Authorization"));

  rewriter.target = model::parse_url("http://127.0.0.1:8080").value();
  EXPECT_FALSE(rewritten(rewriter, "GET /c HTTP/1.1\r\nHost: a\r\n\r\n", {}).departure.relayed);
}

TEST(Rewrite, ARequestToTheProxyItselfIsRefused) {
  model::Exchange exchange;
  const auto head = wire::parse_request_head("GET / HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n").value();
  const auto out = Rewriter{}.rewrite(head, {}, exchange);
  ASSERT_FALSE(out);
  EXPECT_THAT(out.error().message, HasSubstr("this is a proxy"));
}

}  // namespace
}  // namespace blobgauge::recorder
