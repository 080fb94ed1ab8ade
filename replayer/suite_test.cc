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

TEST_F(SuiteTest, WritesACaseOnceForManyRows) {
  std::ofstream(folder_ + "/suite.yaml", std::ios::app) << "tables:\n  sizes: [{size: 1}, {size: 2}]\n";
  write("a.yaml", R"yaml(format: 1
cases:
  - id: put-thing/$(name)-$(size)
    rows: [[{name: a, verb: PUT, fields: {X: y}}, {name: b, verb: POST}], sizes]
    operation: Put Thing
    title: $(name) of $(size)
    why: w
    tags: [data]
    steps:
      - {request: {method: $verb, target: "/${c}/$(name)", headers: $fields, body: {
  size:
    $size}
}
, expect : {
status:
  200
}
}
)yaml");
  const auto suite = load_suite(folder_);
  ASSERT_TRUE(suite) << describe(suite.error());
  ASSERT_EQ(suite->cases.size(), 4u);
  const auto* item = suite->find("put-thing/b-2");
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(item->operation, "Put Thing");
  EXPECT_EQ(item->title, "b of 2");
  EXPECT_EQ(item->steps[0].operation, "Put Thing");
  EXPECT_EQ(item->steps[0].request.method, "POST");
  EXPECT_TRUE(item->steps[0].request.headers.empty()) << "an argument that a row leaves out";
  EXPECT_EQ(suite->find("put-thing/a-1")->steps[0].request.headers.size(), 1u);
  EXPECT_EQ(item->steps[0].request.body[0].size, 2u);
}

TEST_F(SuiteTest, PointsAtEveryMistakeInRows) {
  const std::string head = "format: 1\noperation: O\ncases:\n  - id: o/$(n)\n    title: t\n    why: w\n";
  const std::string step = "    steps: [{request: {method: GET, target: /x}, expect: {status: 200}}]\n";
  EXPECT_EQ(error(head + "    rows: [{n: a}]\n" + step), "no error");
  EXPECT_EQ(error(head + "    rows: [{n: a, m: b}]\n" + step), "a.yaml:7:11: nothing uses 'm' of the rows");
  EXPECT_EQ(error(head + "    rows: [{m: b}]\n" + step), "a.yaml:7:11: no row gives 'n'");
  EXPECT_EQ(error(head + "    rows: nothing\n" + step).find("a.yaml:7:11: no table 'nothing'"), 0u);
  EXPECT_EQ(error(head + "    rows: [{n: a}, {n: a}]\n" + step).find("a.yaml:7:"), 0u) << "the row whose id is not new";
  EXPECT_NE(error("format: 1\ncases:\n  - {id: o/a, title: t, why: w, steps: []}\n").find("names an operation"),
            std::string::npos);
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
