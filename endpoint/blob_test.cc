#include <gmock/gmock.h>

#include "endpoint/bench.h"
#include "endpoint/range.h"

namespace blobgauge::endpoint {
namespace {

using testing::HasSubstr;

struct Blobs : testing::Test {
  Blobs() { bench.make("box"); }
  Bench bench;
};

TEST(Range, TakesTheServicesFormsOnly) {
  EXPECT_EQ(parse_range("bytes=1-3")->last, 3u);
  EXPECT_EQ(parse_range("bytes=5-")->first, 5u);
  for (const auto bad : {"", "bytes=", "bytes=-5", "bytes=None-", "bytes=3-1", "bytes=1-2,4-5", "bits=1-2", "bytes=1"})
    EXPECT_FALSE(parse_range(bad)) << bad;
}

TEST_F(Blobs, Ranges) {
  bench.put("/box/x", "0123456789");
  auto answer = bench.call("GET", "/box/x", {{"x-ms-range", "bytes=2-4"}});
  EXPECT_EQ(answer.status, 206);
  EXPECT_EQ(Bench::bytes(answer), "234");
  EXPECT_EQ(answer.headers.get("Content-Range"), "bytes 2-4/10");
  EXPECT_FALSE(answer.headers.has("Content-MD5"));
  EXPECT_EQ(answer.headers.get("x-ms-blob-content-md5"), digest("0123456789").md5);
  answer = bench.call("GET", "/box/x", {{"Range", "bytes=8-99"}, {"x-ms-range-get-content-md5", "true"}});
  EXPECT_EQ(Bench::bytes(answer), "89");
  EXPECT_EQ(answer.headers.get("Content-MD5"), digest("89").md5);
  EXPECT_EQ(answer.headers.get("Content-Range"), "bytes 8-9/10");
  answer = bench.call("GET", "/box/x", {{"x-ms-range", "bytes=10-"}});
  EXPECT_EQ(answer.status, 416);
  EXPECT_EQ(answer.headers.get("Content-Range"), "bytes */10");
  EXPECT_EQ(bench.call("GET", "/box/x", {{"x-ms-range", "bytes=None-"}}).status, 200);
  EXPECT_EQ(bench.call("GET", "/box/x", {{"x-ms-range-get-content-md5", "true"}}).status, 400);
  EXPECT_EQ(code(bench.call("GET", "/box/x",
                            {{"x-ms-range", "bytes=0-"},
                             {"x-ms-range-get-content-md5", "true"},
                             {"x-ms-range-get-content-crc64", "true"}})),
            "BothCrc64AndMd5RangeHeaderPresent");
  bench.put("/box/empty", "");
  answer = bench.call("GET", "/box/empty", {{"Range", "bytes=0-"}});
  EXPECT_EQ(answer.status, 416);
  EXPECT_EQ(answer.headers.get("Content-Range"), "bytes */0");
  EXPECT_EQ(bench.call("GET", "/box/empty").status, 200);
}

TEST_F(Blobs, MetadataAndPropertiesChangeNoByte) {
  bench.put("/box/x", "kept", {{"Content-Type", "text/plain"}});
  EXPECT_EQ(bench.call("PUT", "/box/x?comp=metadata", {{"x-ms-meta-New", "1"}}).status, 200);
  EXPECT_EQ(
      bench
          .call("PUT", "/box/x?comp=properties", {{"x-ms-blob-content-type", "a/b"}, {"x-ms-blob-content-md5", "AAAA"}})
          .status,
      200);
  const auto get = bench.call("GET", "/box/x");
  EXPECT_EQ(Bench::bytes(get), "kept");
  EXPECT_EQ(get.headers.get("x-ms-meta-New"), "1");
  EXPECT_EQ(get.headers.get("Content-Type"), "a/b");
  EXPECT_EQ(get.headers.get("Content-MD5"), "AAAA");  // stored unchecked
  EXPECT_EQ(code(bench.call("PUT", "/box/x?comp=metadata", {{"x-ms-meta-a-b", "1"}})), "InvalidMetadata");
  EXPECT_EQ(code(bench.call("PUT", "/box/x?comp=metadata", {{"x-ms-meta-a", std::string(9000, 'v')}})),
            "MetadataTooLarge");
}

TEST_F(Blobs, TiersAndArchive) {
  const auto etag = std::string(bench.put("/box/x", "cold").headers.get("ETag"));
  const auto set = [&](const char* tier) {
    return bench.call("PUT", "/box/x?comp=tier", {{"x-ms-access-tier", tier}});
  };
  EXPECT_EQ(set("Cool").status, 200);
  auto head = bench.call("HEAD", "/box/x");
  EXPECT_EQ(head.headers.get("x-ms-access-tier"), "Cool");
  EXPECT_TRUE(head.headers.has("x-ms-access-tier-change-time"));
  EXPECT_FALSE(head.headers.has("x-ms-access-tier-inferred"));
  EXPECT_EQ(head.headers.get("ETag"), etag);
  EXPECT_EQ(set("Archive").status, 200);
  EXPECT_EQ(code(bench.call("GET", "/box/x")), "BlobArchived");
  EXPECT_EQ(set("Hot").status, 202);
  head = bench.call("HEAD", "/box/x");
  EXPECT_EQ(head.headers.get("x-ms-access-tier"), "Archive");
  EXPECT_EQ(head.headers.get("x-ms-archive-status"), "rehydrate-pending-to-hot");
  EXPECT_EQ(set("Tepid").status, 400);
}

TEST_F(Blobs, Tags) {
  const auto etag = std::string(bench.put("/box/x", "1", {{"x-ms-tags", "a=1&b=two%20words"}}).headers.get("ETag"));
  auto answer = bench.call("GET", "/box/x?comp=tags");
  EXPECT_THAT(answer.text, HasSubstr("?>\n<Tags><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key>"
                                     "<Value>two words</Value></Tag></TagSet></Tags>"));
  EXPECT_EQ(
      bench.call("PUT", "/box/x?comp=tags", {}, "<Tags><TagSet><Tag><Key>c</Key><Value>3</Value></Tag></TagSet></Tags>")
          .status,
      204);
  const auto head = bench.call("HEAD", "/box/x");
  EXPECT_EQ(head.headers.get("x-ms-tag-count"), "1");
  EXPECT_EQ(head.headers.get("ETag"), etag);
  EXPECT_EQ(bench.put("/box/y", "1", {{"x-ms-tags", "a=1&a=2"}}).status, 400);
  EXPECT_THAT(bench.call("GET", "/box/none?comp=tags").text, HasSubstr("?>\n<Error>"));
}

TEST_F(Blobs, SnapshotsStayAndMustGoFirst) {
  bench.put("/box/x", "old", {{"x-ms-meta-a", "1"}});
  const auto made = bench.call("PUT", "/box/x?comp=snapshot");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.headers.get("x-ms-request-server-encrypted"), "false");
  const std::string moment(made.headers.get("x-ms-snapshot"));
  bench.put("/box/x", "new");
  const auto snapshot = bench.call("GET", "/box/x?snapshot=" + moment);
  EXPECT_EQ(Bench::bytes(snapshot), "old");
  EXPECT_FALSE(snapshot.headers.has("x-ms-lease-state"));
  EXPECT_EQ(Bench::bytes(bench.call("GET", "/box/x")), "new");
  EXPECT_EQ(code(bench.call("DELETE", "/box/x")), "SnapshotsPresent");
  EXPECT_EQ(bench.call("PUT", "/box/x?comp=metadata&snapshot=" + moment).status, 400);
  EXPECT_EQ(bench.call("DELETE", "/box/x", {{"x-ms-delete-snapshots", "only"}}).status, 202);
  EXPECT_EQ(bench.call("GET", "/box/x?snapshot=" + moment).status, 404);
  EXPECT_EQ(bench.call("DELETE", "/box/x").headers.get("x-ms-delete-type-permanent"), "true");
  EXPECT_EQ(code(bench.call("DELETE", "/box/x")), "BlobNotFound");
  EXPECT_EQ(bench.call("GET", "/box/x?snapshot=today").status, 400);
}

TEST_F(Blobs, LeasesProtectWrites) {
  bench.put("/box/x", "1");
  const auto lease = [&](model::Headers headers) { return bench.call("PUT", "/box/x?comp=lease", std::move(headers)); };
  const auto acquired = lease({{"x-ms-lease-action", "acquire"}, {"x-ms-lease-duration", "15"}});
  EXPECT_EQ(acquired.status, 201);
  const std::string id(acquired.headers.get("x-ms-lease-id"));
  EXPECT_EQ(code(bench.put("/box/x", "2")), "LeaseIdMissing");
  EXPECT_EQ(code(bench.call("DELETE", "/box/x")), "LeaseIdMissing");
  EXPECT_EQ(code(bench.put("/box/x", "2", {{"x-ms-lease-id", new_guid()}})), "LeaseIdMismatchWithBlobOperation");
  EXPECT_EQ(bench.put("/box/x", "2", {{"x-ms-lease-id", id}}).status, 201);
  EXPECT_EQ(bench.call("HEAD", "/box/x").headers.get("x-ms-lease-duration"), "fixed");
  EXPECT_EQ(code(lease({{"x-ms-lease-action", "acquire"}, {"x-ms-lease-duration", "-1"}})), "LeaseAlreadyPresent");
  bench.hands.now += std::chrono::seconds(20);
  EXPECT_EQ(bench.call("HEAD", "/box/x").headers.get("x-ms-lease-state"), "expired");
  EXPECT_EQ(code(bench.put("/box/x", "3", {{"x-ms-lease-id", id}})), "LeaseLost");
  EXPECT_EQ(lease({{"x-ms-lease-action", "renew"}, {"x-ms-lease-id", id}}).status, 200);
  const auto broken = lease({{"x-ms-lease-action", "break"}, {"x-ms-lease-break-period", "5"}});
  EXPECT_EQ(broken.status, 202);
  EXPECT_EQ(broken.headers.get("x-ms-lease-time"), "5");
  EXPECT_EQ(code(lease({{"x-ms-lease-action", "renew"}, {"x-ms-lease-id", id}})), "LeaseIsBrokenAndCannotBeRenewed");
  bench.hands.now += std::chrono::seconds(6);
  EXPECT_EQ(bench.put("/box/x", "4").status, 201);
  EXPECT_EQ(code(bench.put("/box/x", "5", {{"x-ms-lease-id", id}})), "LeaseNotPresentWithBlobOperation");
  EXPECT_EQ(lease({{"x-ms-lease-action", "shout"}}).status, 400);
}

TEST_F(Blobs, NamesHaveLimits) {
  EXPECT_EQ(code(bench.call("PUT", "/Box?restype=container")), "InvalidResourceName");
  EXPECT_EQ(code(bench.call("PUT", "/bo?restype=container")), "OutOfRangeInput");
  EXPECT_EQ(code(bench.call("PUT", "/a--b?restype=container")), "InvalidResourceName");
  EXPECT_EQ(bench.put("/box/" + std::string(1025, 'a'), "1").status, 400);
  EXPECT_EQ(bench.put("/box/" + std::string(1024, 'a'), "1").status, 201);
  EXPECT_EQ(code(bench.put("/box/%FF", "1")), "InvalidUri");
}

struct Copies : Blobs {
  Copies() {
    bench.put("/box/x", "0123456789", {{"Content-Type", "text/plain"}, {"x-ms-meta-a", "1"}, {"x-ms-tags", "t=1"}});
    sas = bench.account_sas();
  }
  std::string sas;
};

TEST_F(Copies, PutBlobFromUrl) {
  const auto made = bench.copy("/box/y", "/box/x?" + sas, {{"x-ms-blob-type", "BlockBlob"}});
  EXPECT_EQ(made.status, 201);
  EXPECT_TRUE(made.headers.has("x-ms-content-crc64"));
  const auto get = bench.call("GET", "/box/y");
  EXPECT_EQ(Bench::bytes(get), "0123456789");
  EXPECT_EQ(get.headers.get("Content-Type"), "text/plain");
  EXPECT_EQ(get.headers.get("x-ms-meta-a"), "1");
  EXPECT_EQ(get.headers.get("Content-MD5"), digest("0123456789").md5);
  EXPECT_FALSE(get.headers.has("x-ms-copy-id"));
}

TEST_F(Copies, PutBlockFromUrlTakesTheRange) {
  const auto block = [&](const char* id, const char* range, model::Headers more = {}) {
    more.add("x-ms-source-range", range);
    return bench.copy(std::string("/box/y?comp=block&blockid=") + id, "/box/x?" + sas, more);
  };
  EXPECT_EQ(block("AAAA", "bytes=0-3").status, 201);
  EXPECT_EQ(block("BBBB", "bytes=4-9", {{"x-ms-source-content-md5", digest("456789").md5}}).status, 201);
  EXPECT_EQ(code(block("CCCC", "bytes=4-9", {{"x-ms-source-content-md5", digest("x").md5}})), "Md5Mismatch");
  bench.call("PUT", "/box/y?comp=blocklist", {}, "<BlockList><Latest>AAAA</Latest><Latest>BBBB</Latest></BlockList>");
  EXPECT_EQ(Bench::bytes(bench.call("GET", "/box/y")), "0123456789");
}

TEST_F(Copies, AMissingOrForbiddenSourceIsDescribed) {
  auto failed = bench.copy("/box/y", "/box/none?" + sas, {{"x-ms-blob-type", "BlockBlob"}});
  EXPECT_EQ(failed.status, 404);
  EXPECT_EQ(code(failed), "CannotVerifyCopySource");
  EXPECT_EQ(failed.headers.get("x-ms-copy-source-error-code"), "BlobNotFound");
  EXPECT_THAT(failed.text, HasSubstr("</Message><CopySourceStatusCode>404</CopySourceStatusCode><CopySourceErrorCode>"
                                     "BlobNotFound</CopySourceErrorCode><CopySourceErrorMessage>"));
  failed = bench.copy("/box/y", "/box/x", {{"x-ms-blob-type", "BlockBlob"}});
  EXPECT_EQ(failed.status, 401);
  EXPECT_EQ(failed.headers.get("x-ms-copy-source-error-code"), "NoAuthenticationInformation");
  failed = bench.copy("/box/y", "/box/x?" + bench.account_sas("w"), {{"x-ms-blob-type", "BlockBlob"}});
  EXPECT_EQ(failed.status, 403);
  failed =
      bench.copy("/box/y", "/box/x?" + sas, {{"x-ms-blob-type", "BlockBlob"}, {"x-ms-source-if-match", "\"0x1\""}});
  EXPECT_EQ(failed.status, 412);
  EXPECT_EQ(code(failed), "CannotVerifyCopySource");
  EXPECT_EQ(bench.call("GET", "/box/y").status, 404);
}

TEST_F(Copies, CopyBlobNeedsNoSasInItsOwnAccount) {
  const auto made = bench.copy("/box/y", "/box/x", {});
  EXPECT_EQ(made.status, 202);
  EXPECT_EQ(made.headers.get("x-ms-copy-status"), "success");
  const auto head = bench.call("HEAD", "/box/y");
  EXPECT_EQ(head.headers.get("x-ms-copy-source"), "http://127.0.0.1:10000/acct/box/x");
  EXPECT_EQ(head.headers.get("x-ms-copy-progress"), "10/10");
  EXPECT_EQ(code(bench.copy("/box/y", "/box/x", {{"x-ms-source-if-match", "0x1"}})), "SourceConditionNotMet");
  EXPECT_EQ(code(bench.copy("/box/y", "/box/x", {{"If-None-Match", "*"}})), "BlobAlreadyExists");
  EXPECT_EQ(code(bench.call("PUT", "/box/y?comp=copy&copyid=1", {{"x-ms-copy-action", "abort"}})),
            "NoPendingCopyOperation");
}

TEST_F(Copies, SynchronousCopyShowsHashAndTags) {
  const auto made =
      bench.copy("/box/y", "/box/x?" + sas, {{"x-ms-requires-sync", "true"}, {"x-ms-copy-source-tag-option", "COPY"}});
  EXPECT_EQ(made.status, 202);
  EXPECT_TRUE(made.headers.has("x-ms-content-crc64"));
  EXPECT_EQ(made.headers.get("x-ms-request-server-encrypted"), "true");
  EXPECT_EQ(bench.call("HEAD", "/box/y").headers.get("x-ms-tag-count"), "1");
}

}  // namespace
}  // namespace blobgauge::endpoint
