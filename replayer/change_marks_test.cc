#include "replayer/change_marks.h"

#include <gtest/gtest.h>

namespace blobgauge::replayer {
namespace {

using model::SurfaceChange;
using model::Verdict;

Case case_with(std::string id, Step step) {
  Case item;
  item.id = std::move(id);
  step.operation = "Put Block";
  item.operation = step.operation;
  item.steps.push_back(std::move(step));
  return item;
}

SurfaceChange change_of(std::string operation, std::string what, std::string name) {
  SurfaceChange change;
  change.operation = std::move(operation);
  change.what = std::move(what);
  change.name = std::move(name);
  return change;
}

class ChangeMarks : public ::testing::Test {
 protected:
  ChangeMarks() {
    suite_.headers = {{"x-version", "${version}"}, {"x-id", "${id}"}};
    Step plain, with_header, without_version, with_parameter, looks;
    with_header.request.headers = {{"X-Tier", "Cool"}, {"x-version", "1"}};
    without_version.request.omit = {"x-version"};
    with_parameter.request.target = "/c/b?comp=block&include=metadata";
    Expectation header, status;
    header.about = Expectation::About::header;
    header.name = "ETag";
    status.values = {"201"};
    looks.expectations = {header, status};
    suite_.cases = {case_with("plain", plain), case_with("header", with_header), case_with("old", without_version),
                    case_with("parameter", with_parameter), case_with("looks", looks)};
    for (const auto& item : suite_.cases) run_.cases[item.id] = Verdict::pass;
    run_.api_version = "2";
  }

  std::string shown_by(const std::string& what, const std::string& name, std::set<std::string> asked = {}) {
    auto change = change_of("Put Block", what, name);
    change.asked = std::move(asked);
    std::string ids;
    for (const auto* item : cases_for(suite_, change, run_.api_version)) ids += (ids.empty() ? "" : " ") + item->id;
    return ids;
  }

  Suite suite_;
  RunVerdicts run_;
  const SurfaceChange operation_ = change_of("Put Block", "operation", "");
};

TEST_F(ChangeMarks, AreOfTheCasesThatSendWhatIsNew) {
  EXPECT_EQ(shown_by("operation", ""), "plain header old parameter looks");
  EXPECT_EQ(shown_by("request header", "x-tier"), "header");
  EXPECT_EQ(shown_by("request header", "x-tier", {"Cool"}), "header");
  EXPECT_EQ(shown_by("request header", "x-ti*"), "header") << "a set of names";
  EXPECT_EQ(shown_by("request header value", "x-tier", {"Cold"}), "") << "another value shows nothing";
  EXPECT_EQ(shown_by("query", "include"), "parameter");
  EXPECT_EQ(shown_by("query value", "include", {"metadata"}), "parameter");
  EXPECT_EQ(shown_by("query value", "include", {"tags"}), "");
  EXPECT_EQ(shown_by("query", "inc"), "");
  EXPECT_EQ(shown_by("response header", "etag"), "looks");
  EXPECT_EQ(shown_by("status", "201"), "looks");
  EXPECT_EQ(shown_by("status", "202"), "");
}

TEST_F(ChangeMarks, AskForTheVersionThatTheRunNamed) {
  EXPECT_EQ(shown_by("request header value", "x-version", {"2"}), "plain parameter looks");
  EXPECT_EQ(shown_by("request header value", "x-version", {"1"}), "header") << "a case's own";
  run_.api_version = "1";
  EXPECT_EQ(shown_by("request header value", "x-version", {"2"}), "");
}

TEST_F(ChangeMarks, SayWhatBecameOfTheCases) {
  EXPECT_EQ(mark_of(suite_, operation_, run_), "answered (5 cases)");
  run_.cases["old"] = Verdict::unsupported;
  run_.cases["plain"] = Verdict::fail;
  EXPECT_EQ(mark_of(suite_, operation_, run_), "failing: plain, old");
  for (auto& [id, verdict] : run_.cases) verdict = Verdict::blocked;
  EXPECT_EQ(mark_of(suite_, operation_, run_), "untested");
  run_.cases = {{"header", Verdict::pass}};
  EXPECT_EQ(mark_of(suite_, operation_, run_), "answered (1 case)");
  run_.cases.clear();
  EXPECT_EQ(mark_of(suite_, operation_, run_), "untested");
  run_.refused = "400 InvalidHeaderValue";
  EXPECT_EQ(mark_of(suite_, operation_, run_), "failing: 400 InvalidHeaderValue");
  EXPECT_EQ(mark_of(suite_, change_of("Get Blob", "operation", ""), run_), "untested");
}

}  // namespace
}  // namespace blobgauge::replayer
