#include "endpoint/conditions.h"

#include "endpoint/bench.h"

namespace blobgauge::endpoint {
namespace {

struct Case {
  const char* name;
  model::Headers headers;
  int read, write, replace;  // statuses on an existing blob
};

class ConditionMatrix : public testing::Test {
 protected:
  ConditionMatrix() {
    bench.make("box");
    etag = bench.put("/box/x", "1").headers.get("ETag");
    const auto modified = moment_of(bench.hands.now);
    past = http_date(modified.plus(std::chrono::seconds(-60)));
    same = http_date(modified);
    future = http_date(modified.plus(std::chrono::seconds(60)));
  }
  Bench bench;
  std::string etag, past, same, future;
};

TEST_F(ConditionMatrix, AnswersAsRecorded) {
  const Case cases[] = {
      {"match", {{"If-Match", etag}}, 200, 200, 201},
      {"match unquoted", {{"If-Match", etag.substr(1, etag.size() - 2)}}, 200, 200, 201},
      {"match any", {{"If-Match", "*"}}, 200, 200, 201},
      {"match list", {{"If-Match", "\"0x1\", " + etag}}, 200, 200, 201},
      {"match other", {{"If-Match", "\"0x1\""}}, 412, 412, 412},
      {"none-match other", {{"If-None-Match", "\"0x1\""}}, 200, 200, 201},
      {"none-match", {{"If-None-Match", etag}}, 304, 412, 412},
      {"none-match any", {{"If-None-Match", "*"}}, 400, 412, 409},
      {"modified since past", {{"If-Modified-Since", past}}, 200, 200, 201},
      {"modified since then", {{"If-Modified-Since", same}}, 304, 412, 412},
      {"modified since future", {{"If-Modified-Since", future}}, 304, 412, 412},
      {"unmodified since past", {{"If-Unmodified-Since", past}}, 412, 412, 412},
      {"unmodified since then", {{"If-Unmodified-Since", same}}, 200, 200, 201},
      {"unmodified since future", {{"If-Unmodified-Since", future}}, 200, 200, 201},
      {"match and none-match", {{"If-Match", etag}, {"If-None-Match", etag}}, 304, 412, 412},
      {"match fails first", {{"If-Match", "\"0x1\""}, {"If-None-Match", etag}}, 412, 412, 412},
      {"tag before date", {{"If-None-Match", "\"0x1\""}, {"If-Modified-Since", future}}, 200, 200, 201},
      {"unreadable date", {{"If-Modified-Since", "yesterday"}}, 400, 400, 400},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(bench.call("GET", "/box/x", c.headers).status, c.read) << c.name;
    EXPECT_EQ(bench.call("HEAD", "/box/x", c.headers).status, c.read) << c.name;
    // A write that is permitted changes the ETag, so each is tried on a blob of its own.
    const auto fresh = [&](const std::string& method_target, const model::Headers& extra, std::string body) {
      const auto target = "/box/" + std::string(method_target);
      const auto put = bench.put("/box/y", "old");
      model::Headers headers = extra;
      for (auto& field : headers)
        if (field.value.find(etag.substr(1, etag.size() - 2)) != std::string::npos) {
          const auto at = field.value.find(etag.substr(1, etag.size() - 2));
          const auto own = put.headers.get("ETag");
          field.value.replace(at, etag.size() - 2, own.substr(1, own.size() - 2));
        }
      return bench.call("PUT", target, headers, std::move(body)).status;
    };
    EXPECT_EQ(fresh("y?comp=metadata", c.headers, ""), c.write) << c.name;
    auto with_type = c.headers;
    with_type.add("x-ms-blob-type", "BlockBlob");
    EXPECT_EQ(fresh("y", with_type, "new"), c.replace) << c.name;
    EXPECT_EQ(Bench::bytes(bench.call("GET", "/box/y")), c.replace == 201 ? "new" : "old") << c.name;
    EXPECT_EQ(fresh("y?comp=blocklist", c.headers, "<BlockList />"), c.replace) << c.name;
  }
}

TEST_F(ConditionMatrix, OnAMissingBlob) {
  EXPECT_EQ(bench.call("GET", "/box/none", {{"If-Match", "*"}}).status, 404);
  EXPECT_EQ(bench.put("/box/none", "1", {{"If-Match", "*"}}).status, 412);
  EXPECT_EQ(bench.call("GET", "/box/none").status, 404);
  EXPECT_EQ(bench.put("/box/none", "1", {{"If-None-Match", "*"}}).status, 201);
}

TEST_F(ConditionMatrix, NotModifiedHasNoBodyAndNoStamps) {
  const auto answer = bench.call("GET", "/box/x", {{"If-None-Match", etag}});
  EXPECT_EQ(answer.text, "");
  EXPECT_FALSE(answer.headers.has("ETag"));
  EXPECT_FALSE(answer.headers.has("Last-Modified"));
  EXPECT_FALSE(answer.headers.has("Content-Type"));
  EXPECT_EQ(code(answer), "ConditionNotMet");
}

}  // namespace
}  // namespace blobgauge::endpoint
