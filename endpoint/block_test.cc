#include <gmock/gmock.h>

#include "endpoint/bench.h"

namespace blobgauge::endpoint {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Blocks : testing::Test {
  Blocks() { bench.make("box"); }
  Answer stage(const std::string& id, const std::string& body, model::Headers headers = {}) {
    return bench.call("PUT", "/box/x?comp=block&blockid=" + id, std::move(headers), body);
  }
  Answer commit(const std::string& inner, model::Headers headers = {}) {
    return bench.call("PUT", "/box/x?comp=blocklist", std::move(headers),
                      "<?xml version=\"1.0\"?><BlockList>" + inner + "</BlockList>");
  }
  std::string content() { return Bench::bytes(bench.call("GET", "/box/x")); }
  Bench bench;
};

TEST_F(Blocks, CommitsInTheOrderOfTheList) {
  EXPECT_EQ(stage("AAAA", "one").status, 201);
  EXPECT_EQ(stage("BBBB", "two").status, 201);
  EXPECT_EQ(bench.call("GET", "/box/x").status, 404);
  EXPECT_EQ(commit("<Latest>BBBB</Latest><Latest>AAAA</Latest><Latest>BBBB</Latest>").status, 201);
  EXPECT_EQ(content(), "twoonetwo");
  EXPECT_FALSE(bench.call("HEAD", "/box/x").headers.has("Content-MD5"));
}

TEST_F(Blocks, ReusesCommittedBlocksAndDropsTheRest) {
  stage("AAAA", "old");
  stage("BBBB", "gone");
  commit("<Latest>AAAA</Latest>");
  stage("AAAA", "new");
  stage("CCCC", "more");
  EXPECT_EQ(commit("<Committed>AAAA</Committed><Uncommitted>AAAA</Uncommitted><Latest>CCCC</Latest>").status, 201);
  EXPECT_EQ(content(), "oldnewmore");
  EXPECT_EQ(code(commit("<Latest>BBBB</Latest>")), "InvalidBlockList");
  EXPECT_EQ(code(commit("<Uncommitted>AAAA</Uncommitted>")), "InvalidBlockList");
  EXPECT_EQ(content(), "oldnewmore");
}

TEST_F(Blocks, AnEmptyListMakesAnEmptyBlob) {
  EXPECT_EQ(commit("").status, 201);
  EXPECT_EQ(content(), "");
}

TEST_F(Blocks, RefusesBadIdsAndEmptyBlocks) {
  EXPECT_EQ(code(stage("not*base64", "1")), "InvalidQueryParameterValue");
  stage("AAAA", "1");
  EXPECT_EQ(code(stage("AAAAAAAA", "1")), "InvalidBlobOrBlock");
  EXPECT_EQ(code(stage("BBBB", "")), "InvalidHeaderValue");
  EXPECT_EQ(code(commit("<Newest>AAAA</Newest>")), "InvalidXmlDocument");
  EXPECT_EQ(code(bench.call("PUT", "/box/x?comp=blocklist", {}, "<BlockList>")), "InvalidXmlDocument");
  EXPECT_EQ(code(bench.call("PUT", "/none/x?comp=block&blockid=AAAA", {}, "1")), "ContainerNotFound");
}

TEST_F(Blocks, HashesAreCheckedAndShownByVersion) {
  const auto hashes = digest("data");
  EXPECT_EQ(code(stage("AAAA", "data", {{"Content-MD5", digest("other").md5}})), "Md5Mismatch");
  EXPECT_EQ(code(stage("AAAA", "data", {{"x-ms-content-crc64", digest("other").crc64}})), "Crc64Mismatch");
  EXPECT_EQ(code(stage("AAAA", "data", {{"Content-MD5", "c2hvcnQ="}})), "InvalidMd5");
  auto answer = stage("AAAA", "data");
  EXPECT_EQ(answer.headers.get("x-ms-content-crc64"), hashes.crc64);
  EXPECT_FALSE(answer.headers.has("Content-MD5"));
  answer = stage("AAAA", "data", {{"Content-MD5", hashes.md5}});
  EXPECT_EQ(answer.headers.get("Content-MD5"), hashes.md5);
  EXPECT_FALSE(answer.headers.has("x-ms-content-crc64"));
  answer = stage("AAAA", "data", {{"Content-MD5", hashes.md5}, {"x-ms-version", "2026-10-06"}});
  EXPECT_TRUE(answer.headers.has("Content-MD5") && answer.headers.has("x-ms-content-crc64"));
  answer = stage("AAAA", "data", {{"x-ms-version", "2018-03-28"}});
  EXPECT_TRUE(answer.headers.has("Content-MD5") && !answer.headers.has("x-ms-content-crc64"));
}

TEST_F(Blocks, ListsBothKinds) {
  stage("AAAA", "one");
  auto answer = bench.call("GET", "/box/x?comp=blocklist&blocklisttype=all");
  EXPECT_THAT(answer.text, HasSubstr("<BlockList><CommittedBlocks /><UncommittedBlocks><Block><Name>AAAA</Name>"
                                     "<Size>3</Size></Block></UncommittedBlocks></BlockList>"));
  EXPECT_FALSE(answer.headers.has("ETag"));
  commit("<Latest>AAAA</Latest>");
  answer = bench.call("GET", "/box/x?comp=blocklist");
  EXPECT_THAT(answer.text, HasSubstr("<BlockList><CommittedBlocks><Block>"));
  EXPECT_THAT(answer.text, Not(HasSubstr("Uncommitted")));
  EXPECT_EQ(answer.headers.get("x-ms-blob-content-length"), "3");
}

TEST_F(Blocks, AWholeUploadDropsStagedBlocks) {
  stage("AAAA", "one");
  bench.put("/box/x", "whole");
  EXPECT_EQ(code(commit("<Latest>AAAA</Latest>")), "InvalidBlockList");
  EXPECT_EQ(content(), "whole");
}

TEST_F(Blocks, TheCommitSetsPropertiesAnew) {
  bench.put("/box/x", "whole", {{"x-ms-meta-a", "1"}, {"Content-Type", "text/plain"}});
  stage("AAAA", "one");
  commit("<Latest>AAAA</Latest>", {{"x-ms-blob-cache-control", "no-store"}, {"x-ms-blob-content-md5", ""}});
  const auto head = bench.call("HEAD", "/box/x");
  EXPECT_EQ(head.headers.get("Content-Type"), "application/octet-stream");
  EXPECT_EQ(head.headers.get("Cache-Control"), "no-store");
  EXPECT_FALSE(head.headers.has("x-ms-meta-a"));
}

}  // namespace
}  // namespace blobgauge::endpoint
