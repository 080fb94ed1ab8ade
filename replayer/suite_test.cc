#include "replayer/suite.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace blobgauge::replayer {
namespace {

constexpr std::string_view shared = R"(format: 1
service: test
tags: {data: bytes}
headers: {Version: "${version}"}
error_header: Error-Code
error_element: Error/Code
request_id_header: Id
teardown: {request: {method: DELETE, target: "/${container}"}, expect: {status: 202}}
templates:
  box:
    step: {name: box, request: {method: PUT, target: "/${c}"}, expect: {status: 201}}
  put:
    required: [path]
    optional: {body: {size: 3, seed: 1}, headers: ~}
    step:
      name: put $(path)
      request: {method: PUT, target: /$(path), headers: {Type: b}, more_headers: $headers, body: $body}
      expect: {status: 201}
)";

class SuiteTest : public testing::Test {
 protected:
  SuiteTest() : folder_(testing::TempDir() + "suite_test_" + std::to_string(::getpid())) {
    std::filesystem::create_directories(folder_);
    write("suite.yaml", shared);
  }
  ~SuiteTest() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, std::string_view text) { std::ofstream(folder_ + "/" + name) << text; }
  std::string error(std::string_view text) {
    write("a.yaml", text);
    const auto suite = load_suite(folder_);
    return suite ? "no error" : describe(suite.error()).substr(folder_.size() + 1);
  }
  std::string folder_;
};

TEST_F(SuiteTest, FillsTemplates) {
  write("a.yaml", R"(format: 1
operation: Get Thing
answer: {headers: [{name: ETag, weight: breaks, why: read}]}
cases:
  - id: get-thing/a
    title: t
    why: w
    tags: [data]
    given: [box, {put: {path: "${c}/x", headers: {Type: d, More: e}}}, {put: {path: "${c}/y", body: text}}]
    steps:
      - {request: {method: GET, target: "/${c}/x"}, expect: {status: [200, 206], body: {size: 3, seed: 1}}, capture: {e: ETag}}
    after:
      - {request: {method: GET, target: "/${c}/x", headers: {If: "${e}"}}, expect: {status: 200}}
)");
  const auto suite = load_suite(folder_);
  ASSERT_TRUE(suite) << describe(suite.error());
  const auto* item = suite->find("get-thing/a");
  ASSERT_NE(item, nullptr);
  ASSERT_EQ(item->given.size(), 3u);
  EXPECT_EQ(item->given[1].name, "put ${c}/x");
  EXPECT_EQ(item->given[1].request.headers,
            (std::vector<std::pair<std::string, std::string>>{{"Type", "d"}, {"More", "e"}}));
  EXPECT_EQ(item->given[1].request.body[0].size, 3u);
  EXPECT_EQ(item->given[2].request.body[0].text, "text");
  EXPECT_EQ(item->steps[0].operation, "Get Thing");
  EXPECT_EQ(item->steps[0].expectations[0].values.size(), 2u);
  EXPECT_EQ(item->given[0].operation, "") << "a fixture does not stand for the operation";
  EXPECT_EQ(suite->answers.at("Get Thing").headers[0].weight, model::Weight::breaks);
}

TEST_F(SuiteTest, PointsAtEveryMistake) {
  const std::string head = "format: 1\noperation: O\ncases:\n  - id: o/a\n    title: t\n    why: w\n";
  const std::string step = "    steps: [{request: {method: GET, target: /x}, expect: {status: 200}}]\n";
  EXPECT_EQ(error(head + step), "no error");
  EXPECT_EQ(error(head + "    tag: [data]\n" + step), "a.yaml:7:10: a case has no key 'tag'; did you mean 'tags'?");
  EXPECT_EQ(error(head + "    tags: [dat]\n" + step),
            "a.yaml:4:5: the tag 'dat' is not declared; add it to 'tags' in suite.yaml");
  EXPECT_EQ(error(head + "    given: [bax]\n" + step), "a.yaml:7:13: no template 'bax'; did you mean 'box'?");
  EXPECT_EQ(error(head + "    given: [{put: {}}]\n" + step).find("a.yaml:7"), 0u);
  EXPECT_EQ(error(head + "    steps: [{request: {method: GET, target: \"/${d}\"}, expect: {status: 200}}]\n"),
            "a.yaml:7:13: nothing gives 'd' a value before step 'GET'; capture it in an earlier step or add it to "
            "'names'");
  EXPECT_EQ(error(head + "    steps: [{request: {method: GET, target: /x}, expect: {status: ok}}]\n").find("a.yaml:7"),
            0u);
  EXPECT_EQ(error("format: 2\noperation: O\ncases: []\n").find("a.yaml:1"), 0u);
  write("b.yaml", head + step);
  EXPECT_NE(error(head + step).find("stands twice"), std::string::npos);
  EXPECT_FALSE(load_suite("/nonexistent"));
}

}  // namespace
}  // namespace blobgauge::replayer
