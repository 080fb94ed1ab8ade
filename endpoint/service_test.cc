#include "endpoint/service.h"

#include <gmock/gmock.h>

#include <pugixml.hpp>

#include "endpoint/bench.h"
#include "model/catalogue.h"
#include "model/classifier.h"
#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

using testing::HasSubstr;

TEST(Service, PutsAndGetsABlob) {
  Bench bench;
  bench.make("box");
  const auto put = bench.put("/box/a%20b", "hello", {{"Content-Type", "text/plain"}, {"x-ms-meta-Key", "value"}});
  EXPECT_EQ(put.status, 201);
  EXPECT_EQ(put.headers.get("Content-MD5"), "XUFAKrxLKna5cZ2REBfFkg==");
  EXPECT_EQ(put.headers.get("x-ms-request-server-encrypted"), "true");
  EXPECT_TRUE(put.headers.has("x-ms-content-crc64"));
  const auto get = bench.call("GET", "/box/a%20b");
  EXPECT_EQ(get.status, 200);
  EXPECT_EQ(Bench::bytes(get), "hello");
  EXPECT_EQ(get.headers.get("Content-Type"), "text/plain");
  EXPECT_EQ(get.headers.get("x-ms-meta-Key"), "value");
  EXPECT_EQ(get.headers.get("ETag"), put.headers.get("ETag"));
  EXPECT_FALSE(get.headers.has("x-ms-access-tier"));
  const auto head = bench.call("HEAD", "/box/a%20b");
  EXPECT_EQ(head.headers.get("Content-Length"), "5");
  EXPECT_EQ(head.headers.get("x-ms-access-tier-inferred"), "true");
}

TEST(Service, ErrorBodiesHaveTheServicesForm) {
  Bench bench;
  const auto answer = bench.call("GET", "/box/x", {{"x-ms-client-request-id", "mine"}});
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(code(answer), "ContainerNotFound");
  EXPECT_EQ(answer.headers.get("x-ms-client-request-id"), "mine");
  EXPECT_EQ(answer.headers.get("x-ms-version"), "2025-01-05");
  EXPECT_TRUE(answer.text.starts_with("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>"));
  EXPECT_THAT(answer.text, HasSubstr("The specified container does not exist.\nRequestId:"));
  EXPECT_TRUE(answer.text.ends_with("Z</Message></Error>"));
  const auto head = bench.call("HEAD", "/box/x");
  EXPECT_EQ(head.text, "");
  EXPECT_TRUE(head.chunked);
  EXPECT_FALSE(head.headers.has("Content-Type"));
}

TEST(Service, AnUnknownCompChangesNothing) {
  Bench bench;
  bench.make("box");
  bench.put("/box/x", "kept");
  for (const auto comp : {"nonsense", "Tagz", "list"}) {
    const auto answer =
        bench.call("PUT", std::string("/box/x?comp=") + comp, {{"x-ms-blob-type", "BlockBlob"}}, "overwritten");
    EXPECT_EQ(answer.status, 400) << comp;
    EXPECT_EQ(code(answer), "InvalidQueryParameterValue") << comp;
  }
  for (const auto comp : {"appendblock", "page", "seal", "expiry", "legalhold", "undelete", "incrementalcopy"}) {
    const auto answer =
        bench.call("PUT", std::string("/box/x?comp=") + comp, {{"x-ms-blob-type", "BlockBlob"}}, "overwritten");
    EXPECT_EQ(answer.status, 501) << comp;
  }
  EXPECT_EQ(Bench::bytes(bench.call("GET", "/box/x")), "kept");
}

TEST(Service, RefusesFeaturesThatItWouldOtherwisePassOver) {
  Bench bench;
  bench.make("box");
  EXPECT_EQ(bench.put("/box/x", "1", {{"x-ms-encryption-key", "k"}}).status, 501);
  EXPECT_EQ(bench.put("/box/x", "1", {{"x-ms-if-tags", "a = 'b'"}}).status, 501);
  EXPECT_EQ(bench.call("GET", "/box/x").status, 404);
}

TEST(Service, RefusesAWrongMethodAndSaysWhichAreRight) {
  Bench bench;
  const auto answer = bench.call("DELETE", "/?restype=service&comp=properties");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.get("Allow"), "GET,PUT");
}

TEST(Service, RefusesVersionsThatDoNotExist) {
  Bench bench;
  const auto answer = bench.call("GET", "/?comp=list", {{"x-ms-version", "2099-11-05"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.text, HasSubstr("<HeaderName>x-ms-version</HeaderName><HeaderValue>2099-11-05</HeaderValue>"));
  EXPECT_FALSE(answer.headers.has("x-ms-version"));
}

TEST(Service, SharedKeyMustFit) {
  Bench bench;
  auto request = bench.request("GET", "/?comp=list");
  bench.sign(request);
  request.headers.add("x-ms-meta-late", "1");
  auto answer = bench.service.answer(request);
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(code(answer), "AuthenticationFailed");
  EXPECT_FALSE(answer.headers.has("x-ms-version"));
  request = bench.request("GET", "/?comp=list");
  bench.sign(request);
  bench.hands.now += std::chrono::minutes(16);
  EXPECT_EQ(bench.service.answer(request).status, 403);
}

TEST(Service, AnonymousReadsNeedPublicAccess) {
  Bench bench;
  bench.make("box");
  bench.put("/box/x", "1");
  const auto ask = [&](const std::string& target, const char* version) {
    return bench.service.answer(bench.request("GET", target, {{"x-ms-version", version}}));
  };
  EXPECT_EQ(code(ask("/box/x", "2025-01-05")), "NoAuthenticationInformation");
  EXPECT_EQ(ask("/box/x", "2025-01-05").status, 401);
  EXPECT_EQ(ask("/box/x", "2018-11-09").status, 404);
  EXPECT_EQ(bench.call("PUT", "/box?restype=container&comp=acl", {{"x-ms-blob-public-access", "blob"}}).status, 200);
  EXPECT_EQ(ask("/box/x", "2025-01-05").status, 200);
  EXPECT_EQ(ask("/box?restype=container&comp=list", "2025-01-05").status, 401);
  bench.call("PUT", "/box?restype=container&comp=acl", {{"x-ms-blob-public-access", "container"}});
  EXPECT_EQ(ask("/box?restype=container&comp=list", "2025-01-05").status, 200);
  auto put = bench.request("PUT", "/box/y", {{"x-ms-blob-type", "BlockBlob"}}, "1");
  EXPECT_EQ(bench.service.answer(put).status, 401);
}

TEST(Service, SasPermitsWhatItsLettersSay) {
  Bench bench;
  bench.make("box");
  bench.put("/box/x", "1");
  const auto ask = [&](const std::string& method, const std::string& target, const std::string& sas) {
    auto request =
        bench.request(method, target + "?" + sas, {{"x-ms-blob-type", "BlockBlob"}}, method == "PUT" ? "2" : "");
    return bench.service.answer(std::move(request));
  };
  EXPECT_EQ(ask("GET", "/box/x", bench.account_sas("r")).status, 200);
  EXPECT_EQ(code(ask("PUT", "/box/x", bench.account_sas("r"))), "AuthorizationPermissionMismatch");
  EXPECT_EQ(code(ask("PUT", "/box/x", bench.account_sas("c"))), "UnauthorizedBlobOverwrite");
  EXPECT_EQ(ask("PUT", "/box/new", bench.account_sas("c")).status, 201);
  auto blob = wire::Sas().set("sv", "2024-08-04").set("sr", "b").set("sp", "rl").set("se", "2030-01-01");
  wire::sign_sas(blob, {"acct", "box", "x", ""}, *bench.key);
  EXPECT_EQ(ask("GET", "/box/x", blob.token()).status, 200);
  EXPECT_EQ(ask("GET", "/box/new", blob.token()).status, 403);
  EXPECT_EQ(ask("GET", "/box", "restype=container&comp=list&" + blob.token()).status, 403);
  bench.hands.now += std::chrono::years(5);
  EXPECT_EQ(code(ask("GET", "/box/x", blob.token())), "AuthenticationFailed");
}

TEST(Service, SasOfAStoredPolicyEndsWithIt) {
  Bench bench;
  bench.make("box");
  bench.put("/box/x", "1");
  EXPECT_EQ(bench
                .call("PUT", "/box?restype=container&comp=acl", {},
                      "<SignedIdentifiers><SignedIdentifier><Id>p</Id><AccessPolicy><Expiry>2030-01-01</Expiry>"
                      "<Permission>r</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>")
                .status,
            200);
  auto sas = wire::Sas().set("sv", "2024-08-04").set("sr", "c").set("si", "p");
  wire::sign_sas(sas, {"acct", "box", "", ""}, *bench.key);
  EXPECT_EQ(bench.service.answer(bench.request("GET", "/box/x?" + sas.token())).status, 200);
  bench.call("PUT", "/box?restype=container&comp=acl");
  EXPECT_EQ(bench.service.answer(bench.request("GET", "/box/x?" + sas.token())).status, 403);
}

TEST(Service, OlderVersionsAreAnsweredAsTheyWere) {
  Bench bench;
  const auto answer = bench.call("GET", "/box/x", {{"x-ms-version", "2015-04-05"}, {"x-ms-client-request-id", "mine"}});
  EXPECT_FALSE(answer.headers.has("x-ms-error-code"));
  EXPECT_FALSE(answer.headers.has("x-ms-client-request-id"));
}

TEST(Service, DemandsALength) {
  Bench bench;
  auto request = bench.request("PUT", "/box/x", {{"x-ms-blob-type", "BlockBlob"}}, "1");
  request.headers.remove("Content-Length");
  bench.sign(request);
  const auto answer = bench.service.answer(request);
  EXPECT_EQ(answer.status, 411);
  EXPECT_EQ(code(answer), "MissingContentLengthHeader");
}

TEST(Service, HostStyleNamesTheAccountInTheHost) {
  Bench bench;
  auto request = bench.request("GET", "/");
  request.url = model::parse_target("/?comp=list").value();
  request.authority = "acct.blob.core.windows.net";
  bench.sign(request);
  const auto answer = bench.service.answer(request);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.text, HasSubstr("ServiceEndpoint=\"http://acct.blob.core.windows.net/\""));
}

// Two independent ways to one answer.
TEST(Routes, AgreeWithTheCataloguesClassifier) {
  const auto catalogue = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue");
  ASSERT_TRUE(catalogue) << model::describe(catalogue.error());
  const model::Classifier classifier(*catalogue);
  for (const auto& route : routes()) {
    Request request;
    request.method = route.method;
    std::string target = route.level == Level::service ? "/" : route.level == Level::container ? "/box" : "/box/x";
    std::string query;
    for (const auto& [name, value] : {std::pair{"restype", route.restype}, std::pair{"comp", route.comp}})
      if (!value.empty()) query += (query.empty() ? "?" : "&") + std::string(name) + "=" + std::string(value);
    request.url = model::parse_target(target + query).value();
    request.query = model::parse_query(request.url.query);
    request.authority = "acct.blob.core.windows.net";
    request.address = parse_address(request.authority, request.url.path, !route.restype.empty()).value();
    const std::string name(route.name);
    const auto add = [&](const char* header, const char* value) { request.headers.add(header, value); };
    if (name == "Put Blob (block)" || name == "Put Blob From URL") add("x-ms-blob-type", "BlockBlob");
    if (name == "Put Blob (append)") add("x-ms-blob-type", "AppendBlob");
    if (name == "Put Blob (page)") add("x-ms-blob-type", "PageBlob");
    if (name.find("From URL") != std::string::npos || name == "Copy Blob" || name == "Incremental Copy Blob")
      add("x-ms-copy-source", "https://h/c/b");
    if (name == "Copy Blob From URL") add("x-ms-requires-sync", "true");
    if (name == "Abort Copy Blob") add("x-ms-copy-action", "abort");
    if (name.starts_with("Lease ")) add("x-ms-lease-action", "acquire");
    if (name == "Put Page") add("x-ms-page-write", "update");
    const auto found = find_route(request);
    ASSERT_TRUE(found) << name << ": " << found.error().message;
    EXPECT_EQ((*found)->name, route.name);
    model::Request as_sent;
    as_sent.method = request.method;
    as_sent.scheme = "https";
    as_sent.host = request.authority;
    as_sent.target = request.url.target();
    as_sent.headers = request.headers;
    const auto classified = classifier.classify(as_sent);
    EXPECT_TRUE(classified.name.starts_with(name)) << name << " is " << classified.name << ": " << classified.reason;
    if (classified.operation) {
      for (const char letter : classified.operation->sas_permission)
        EXPECT_NE(route.permissions.find(letter), std::string::npos) << name << " lacks " << letter;
    }
  }
}

}  // namespace
}  // namespace blobgauge::endpoint
