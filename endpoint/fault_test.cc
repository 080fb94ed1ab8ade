#include "endpoint/fault.h"

#include <gtest/gtest.h>

#include "endpoint/fault_reader.h"
#include "endpoint/service.h"

namespace blobgauge::endpoint {
namespace {

constexpr std::string_view file = R"yaml(format: 1
faults:
  - name: range
    title: a range is passed over
    when: {operations: [Get Blob]}
    request: {drop_headers: [range, x-ms-range]}
  - name: fall-through
    title: an unknown comp is an upload
    when: {methods: [PUT], queries: {comp: "bogus"}}
    request: {target: {"comp=[a-z]+": ""}, set_headers: {x-ms-blob-type: BlockBlob}}
  - name: silent
    title: an empty 500
    when: {operations: [Delete Blob], headers: {"!x-ms-lease-id": ""}}
    refuse: {status: 500, code: InternalError}
    answer: {statuses: ["500"], drop_headers: [x-ms-error-code, content-type], empty: true}
  - name: prefixes-last
    title: folders stand behind the blobs
    when: {operations: [List Blobs]}
    answer:
      again: true
      body: {"(<BlobPrefix>.*?</BlobPrefix>)(<Blob>.*?</Blob>)" : "$2$1"
}
)yaml";

class FaultTest : public testing::Test {
 protected:
  FaultTest() { store_.accounts["acc"].containers["con"].public_access = "container"; }
  Answer ask(const std::string& fault, std::string method, std::string target, model::Headers headers = {},
             std::string_view body = {}) {
    auto all = faults_from_yaml(file, "faults.yaml");
    if (!all) throw std::runtime_error(describe(all.error()));
    Service service(store_, *pick_faults(*all, fault.empty() ? std::vector<std::string>{} : std::vector{fault}));
    Request request;
    request.method = std::move(method);
    request.url = *model::parse_target(target);
    request.authority = "127.0.0.1";
    request.headers = std::move(headers);
    request.headers.add("Authorization", "Bearer token");
    request.headers.add("x-ms-version", "2023-11-03");
    request.headers.add("Content-Length", std::to_string(body.size()));
    auto writer = store_.contents.writer();
    if (!writer.append(body)) throw std::runtime_error("no room");
    request.body = {writer.finish().value(), digest(body)};
    return service.answer(std::move(request));
  }
  std::string bytes(const Answer& answer) {
    std::string out(answer.content ? answer.content->size() : 0, '\0');
    const bool read = !answer.content || answer.content->read(0, out).has_value();
    EXPECT_TRUE(read);
    return out;
  }
  void SetUp() override {
    store_.tokens = {"token"};
    for (const auto* name : {"a/x", "b"})
      ASSERT_EQ(ask("", "PUT", std::string("/acc/con/") + name, {{"x-ms-blob-type", "BlockBlob"}}, "hello").status,
                201);
  }
  Store store_;
};

TEST_F(FaultTest, ARangeIsPassedOver) {
  const model::Headers range = {{"x-ms-range", "bytes=1-2"}};
  EXPECT_EQ(bytes(ask("", "GET", "/acc/con/b", range)), "el");
  const auto wrong = ask("range", "GET", "/acc/con/b", range);
  EXPECT_EQ(wrong.status, 200);
  EXPECT_EQ(bytes(wrong), "hello");
}

TEST_F(FaultTest, WhatIsNotNamedStaysRight) {
  EXPECT_EQ(ask("range", "PUT", "/acc/con/b?comp=bogus").status, 400);
  EXPECT_EQ(ask("fall-through", "PUT", "/acc/con/b?comp=other").status, 400);
  EXPECT_EQ(ask("silent", "DELETE", "/acc/con/b", {{"x-ms-lease-id", "00000000-0000-0000-0000-000000000000"}}).status,
            412);
}

TEST_F(FaultTest, ATargetIsRewritten) {
  EXPECT_EQ(ask("fall-through", "PUT", "/acc/con/b?comp=bogus", {}, "<x/>").status, 201);
  EXPECT_EQ(bytes(ask("", "GET", "/acc/con/b")), "<x/>");
}

TEST_F(FaultTest, ARefusalRunsNothingAndMayBeEmpty) {
  const auto answer = ask("silent", "DELETE", "/acc/con/b");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.text, "");
  EXPECT_FALSE(answer.headers.has("x-ms-error-code"));
  EXPECT_EQ(ask("", "GET", "/acc/con/b").status, 200);
}

TEST_F(FaultTest, AnAnswerIsRewrittenUntilItStays) {
  const auto place = [](const std::string& text, const char* what) { return text.find(what); };
  const auto right = ask("", "GET", "/acc/con?restype=container&comp=list&delimiter=/").text;
  EXPECT_LT(place(right, "<BlobPrefix>"), place(right, "<Blob>"));
  const auto wrong = ask("prefixes-last", "GET", "/acc/con?restype=container&comp=list&delimiter=/").text;
  EXPECT_GT(place(wrong, "<BlobPrefix>"), place(wrong, "<Blob>"));
}

TEST(FaultReader, PointsAtEveryMistake) {
  const auto error = [](const std::string& text) {
    const auto faults = faults_from_yaml(text, "f.yaml");
    return faults ? "no error" : describe(faults.error());
  };
  const std::string head = "format: 1\nfaults:\n  - name: a\n    title: t\n";
  EXPECT_EQ(error(head), "no error");
  EXPECT_EQ(error(head + "    wen: {}\n").find("f.yaml:5"), 0u);
  EXPECT_NE(error(head + "    request: {target: {\"(\": x}}\n").find("is no pattern"), std::string::npos);
  EXPECT_NE(error(head + "  - name: a\n    title: t\n").find("stands twice"), std::string::npos);
  EXPECT_NE(error("format: 2\nfaults: []\n").find("format 1"), std::string::npos);
  EXPECT_FALSE(pick_faults(*faults_from_yaml(head, "f.yaml"), {"b"}));
}

}  // namespace
}  // namespace blobgauge::endpoint
