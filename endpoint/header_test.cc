// The header fields of every answer, against what recorded answers of the service at modern versions show (2021-08 to
// 2026-10): exactly these, for an account without versioning, access tracking and CORS rules.
#include <gmock/gmock.h>

#include <set>

#include "endpoint/bench.h"
#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

using Names = std::set<std::string>;

const Names every = {"Date", "Server", "x-ms-client-request-id", "x-ms-request-id", "x-ms-version"};

Names with(Names more) {
  more.insert(every.begin(), every.end());
  return more;
}

Names names(const Answer& answer) {
  Names out;
  for (const auto& field : answer.headers) EXPECT_TRUE(out.insert(field.name).second) << field.name << " twice";
  return out;
}

struct Fields : testing::Test {
  Fields() {
    bench.make("box");
    bench.put("/box/x", "0123456789");
  }
  Answer call(const char* method, const std::string& target, model::Headers headers = {}, std::string body = {}) {
    headers.add("x-ms-client-request-id", "mine");
    return bench.call(method, target, std::move(headers), std::move(body));
  }
  Bench bench;
};

const Names stamps = {"ETag", "Last-Modified"};

Names stamped(Names more) {
  more.insert(stamps.begin(), stamps.end());
  return with(std::move(more));
}

TEST_F(Fields, OfContainers) {
  EXPECT_EQ(names(call("PUT", "/other?restype=container")), stamped({}));
  EXPECT_EQ(names(call("GET", "/box?restype=container")),
            stamped({"x-ms-default-encryption-scope", "x-ms-deny-encryption-scope-override",
                     "x-ms-has-immutability-policy", "x-ms-has-legal-hold",
                     "x-ms-immutable-storage-with-versioning-enabled", "x-ms-lease-state", "x-ms-lease-status"}));
  EXPECT_EQ(names(call("PUT", "/box?restype=container&comp=metadata")), stamped({}));
  EXPECT_EQ(names(call("PUT", "/box?restype=container&comp=acl")), stamped({}));
  EXPECT_EQ(names(call("GET", "/box?restype=container&comp=acl")), stamped({"Content-Type"}));
  EXPECT_EQ(names(call("GET", "/box?restype=container&comp=list")), with({"Content-Type"}));
  EXPECT_EQ(names(call("GET", "/?comp=list")), with({"Content-Type"}));
  EXPECT_EQ(names(call("DELETE", "/other?restype=container")), every);
}

TEST_F(Fields, OfTheService) {
  EXPECT_EQ(names(call("GET", "/?restype=service&comp=properties")), with({"Content-Type"}));
  EXPECT_EQ(names(call("PUT", "/?restype=service&comp=properties", {}, "<StorageServiceProperties />")), every);
  EXPECT_EQ(names(call("GET", "/box/x?restype=account&comp=properties")),
            with({"x-ms-account-kind", "x-ms-is-hns-enabled", "x-ms-sku-name"}));
}

TEST_F(Fields, OfWrites) {
  EXPECT_EQ(names(call("PUT", "/box/y", {{"x-ms-blob-type", "BlockBlob"}}, "1")),
            stamped({"Content-MD5", "x-ms-content-crc64", "x-ms-request-server-encrypted"}));
  EXPECT_EQ(names(call("PUT", "/box/y?comp=block&blockid=AAAA", {}, "1")),
            with({"x-ms-content-crc64", "x-ms-request-server-encrypted"}));
  EXPECT_EQ(names(call("PUT", "/box/y?comp=blocklist", {}, "<BlockList><Latest>AAAA</Latest></BlockList>")),
            stamped({"x-ms-content-crc64", "x-ms-request-server-encrypted"}));
  EXPECT_EQ(names(call("GET", "/box/y?comp=blocklist")), stamped({"Content-Type", "x-ms-blob-content-length"}));
  EXPECT_EQ(names(call("PUT", "/box/y?comp=metadata")), stamped({"x-ms-request-server-encrypted"}));
  EXPECT_EQ(names(call("PUT", "/box/y?comp=properties")), stamped({}));
  EXPECT_EQ(names(call("PUT", "/box/y?comp=tier", {{"x-ms-access-tier", "Cool"}})), every);
  EXPECT_EQ(names(call("PUT", "/box/y?comp=tags", {}, "<Tags><TagSet /></Tags>")), every);
  EXPECT_EQ(names(call("GET", "/box/y?comp=tags")), with({"Content-Type"}));
  EXPECT_EQ(names(call("PUT", "/box/y?comp=snapshot")), stamped({"x-ms-snapshot", "x-ms-request-server-encrypted"}));
  EXPECT_EQ(names(call("PUT", "/box/y?comp=lease", {{"x-ms-lease-action", "acquire"}, {"x-ms-lease-duration", "-1"}})),
            stamped({"x-ms-lease-id"}));
  EXPECT_EQ(names(call("PUT", "/box/y?comp=lease", {{"x-ms-lease-action", "break"}})), stamped({"x-ms-lease-time"}));
  EXPECT_EQ(names(call("DELETE", "/box/x")), with({"x-ms-delete-type-permanent"}));
}

TEST_F(Fields, OfReads) {
  const Names read = stamped({"Accept-Ranges", "Content-Type", "x-ms-blob-type", "x-ms-creation-time",
                              "x-ms-lease-state", "x-ms-lease-status", "x-ms-server-encrypted"});
  const auto and_also = [&](Names more) {
    more.insert(read.begin(), read.end());
    return more;
  };
  EXPECT_EQ(names(call("GET", "/box/x")), and_also({"Content-MD5"}));
  EXPECT_EQ(names(call("GET", "/box/x", {{"x-ms-range", "bytes=0-1"}})),
            and_also({"Content-Range", "x-ms-blob-content-md5"}));
  EXPECT_EQ(names(call("HEAD", "/box/x")),
            and_also({"Content-Length", "Content-MD5", "x-ms-access-tier", "x-ms-access-tier-inferred"}));
  EXPECT_EQ(names(call("GET", "/box/x", {{"x-ms-range", "bytes=99-"}})),
            with({"Content-Range", "Content-Type", "x-ms-error-code"}));
}

TEST_F(Fields, OfErrors) {
  EXPECT_EQ(names(call("GET", "/box/none")), with({"Content-Type", "x-ms-error-code"}));
  EXPECT_EQ(names(call("HEAD", "/box/none")), with({"x-ms-error-code"}));
  EXPECT_EQ(names(call("GET", "/box/x", {{"If-None-Match", std::string(call("HEAD", "/box/x").headers.get("ETag"))}})),
            with({"x-ms-error-code"}));
}

TEST_F(Fields, OfCopies) {
  const auto copy = [&](const char* target, model::Headers headers) {
    headers.add("x-ms-client-request-id", "mine");
    return bench.copy(target, "/box/x?" + bench.account_sas(), std::move(headers));
  };
  EXPECT_EQ(names(copy("/box/y", {})), stamped({"x-ms-copy-id", "x-ms-copy-status"}));
  EXPECT_EQ(names(copy("/box/y", {{"x-ms-requires-sync", "true"}})),
            stamped({"x-ms-copy-id", "x-ms-copy-status", "x-ms-content-crc64", "x-ms-request-server-encrypted"}));
  EXPECT_EQ(names(copy("/box/y", {{"x-ms-blob-type", "BlockBlob"}})),
            stamped({"x-ms-content-crc64", "x-ms-request-server-encrypted"}));
  EXPECT_EQ(names(copy("/box/y?comp=block&blockid=AAAA", {})),
            with({"x-ms-content-crc64", "x-ms-request-server-encrypted"}));
}

}  // namespace
}  // namespace blobgauge::endpoint
