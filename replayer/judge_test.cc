#include "replayer/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replayer/content.h"

namespace blobgauge::replayer {
namespace {

using About = Expectation::About;
using Check = Expectation::Test;

class JudgeTest : public testing::Test {
 protected:
  JudgeTest() {
    suite_.error_header = "x-ms-error-code";
    suite_.error_element = "Error/Code";
    answer_.method = "GET";
    answer_.status = 200;
    answer_.headers = {{"ETag", "\"0x8D\""}, {"Last-Modified", "Fri, 21 Nov 2025 10:00:00 GMT"}};
    scope_.values["etag"] = "\"0x8D\"";
  }
  void body(std::string text) {
    Content content;
    content.add_text(text);
    answer_.size = text.size();
    answer_.sha256 = sha256_hex(content);
    answer_.kept = std::move(text);
  }
  // "expectation: expected / actual" of each finding.
  std::vector<std::string> look(About about, std::string name, Check test, std::vector<std::string> values) {
    Expectation expectation;
    expectation.about = about;
    expectation.name = std::move(name);
    expectation.test = test;
    expectation.values = std::move(values);
    const auto findings = judge(suite_, step_, {expectation}, answer_, scope_, "2023-11-03");
    if (!findings) return {"case error: " + findings.error().message};
    std::vector<std::string> out;
    for (const auto& finding : *findings)
      out.push_back(finding.expectation + ": " + finding.expected + " / " + finding.actual);
    return out;
  }
  Suite suite_;
  Step step_;
  Answered answer_;
  Scope scope_;
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(JudgeTest, Status) {
  EXPECT_THAT(look(About::status, "", Check::one_of, {"200", "206"}), IsEmpty());
  EXPECT_THAT(look(About::status, "", Check::one_of, {"201"}), ElementsAre("status: 201 / 200"));
}

TEST_F(JudgeTest, Headers) {
  EXPECT_THAT(look(About::header, "etag", Check::present, {}), IsEmpty());
  EXPECT_THAT(look(About::header, "etag", Check::equals, {"${etag}"}), IsEmpty());
  EXPECT_THAT(look(About::header, "etag", Check::differs, {"${etag}"}),
              ElementsAre("header etag: not \"0x8D\" / \"0x8D\""));
  EXPECT_THAT(look(About::header, "etag", Check::pattern, {"\"0x[0-9A-F]+\""}), IsEmpty());
  EXPECT_THAT(look(About::header, "x", Check::present, {}), ElementsAre("header x: present / absent"));
  EXPECT_THAT(look(About::header, "etag", Check::absent, {}), ElementsAre("header etag: absent / \"0x8D\""));
  EXPECT_THAT(look(About::header, "last-modified", Check::not_before, {"Fri, 21 Nov 2025 10:00:00 GMT"}), IsEmpty());
  EXPECT_THAT(look(About::header, "last-modified", Check::not_before, {"Fri, 21 Nov 2025 10:00:01 GMT"}).size(), 1u);
  EXPECT_THAT(look(About::header, "etag", Check::not_before, {"Fri, 21 Nov 2025 10:00:01 GMT"}).size(), 1u);
}

TEST_F(JudgeTest, ErrorCodeFromHeaderOrBody) {
  EXPECT_THAT(look(About::error, "", Check::one_of, {"BlobNotFound"}),
              ElementsAre("error code: BlobNotFound / absent"));
  answer_.headers.add("x-ms-error-code", "BlobNotFound");
  EXPECT_THAT(look(About::error, "", Check::one_of, {"BlobNotFound"}), IsEmpty());
  body("\xef\xbb\xbf<?xml version=\"1.0\"?><Error><Code>Other</Code></Error>");
  EXPECT_THAT(look(About::error, "", Check::one_of, {"BlobNotFound"}),
              ElementsAre("error code in the body: as x-ms-error-code: BlobNotFound / Other"));
}

TEST_F(JudgeTest, Xml) {
  body("<L a='1'><B><N>x</N></B><P/><B><N>y</N></B></L>");
  EXPECT_THAT(look(About::xml, "L/B/N", Check::equals, {"x", "y"}), IsEmpty());
  EXPECT_THAT(look(About::xml, "L/B/N", Check::equals, {"y", "x"}), ElementsAre("xml L/B/N: y, x / x, y"));
  EXPECT_THAT(look(About::xml, "L/B/N", Check::contains, {"y"}), IsEmpty());
  EXPECT_THAT(look(About::xml, "L/B/N", Check::count, {"3"}), ElementsAre("xml L/B/N: count 3 / 2"));
  EXPECT_THAT(look(About::xml, "L/@a", Check::equals, {"1"}), IsEmpty());
  EXPECT_THAT(look(About::xml, "L/Q", Check::absent, {}), IsEmpty());
  EXPECT_THAT(look(About::xml, "L/P", Check::equals, {""}), IsEmpty());
  body("<L>");
  EXPECT_THAT(look(About::xml, "L/Q", Check::absent, {}).size(), 1u) << "broken XML shows nothing";
}

TEST_F(JudgeTest, AnyElementOfAPath) {
  body("<A><B><N>1</N></B>text<C><N>2</N></C></A>");
  EXPECT_THAT(look(About::xml, "A/*/N", Check::equals, {"1", "2"}), IsEmpty());
  EXPECT_THAT(look(About::xml, "A/B/*", Check::equals, {"1"}), IsEmpty());
}

TEST_F(JudgeTest, AnyErrorIsOneThatClientsCanRead) {
  const auto any = [&] { return look(About::error, "", Check::one_of, {"any"}); };
  EXPECT_THAT(any(), IsEmpty()) << "a success has no error";
  answer_.status = 501;
  EXPECT_EQ(any().size(), 2u);
  answer_.headers.add("x-ms-error-code", "NotImplemented");
  EXPECT_THAT(any(), ElementsAre("error body: Error/Code with the code / no body"));
  body("<Error><Code>Other</Code></Error>");
  EXPECT_THAT(any(), ElementsAre("error body: Error/Code with the code / Other"));
  body("<Error><Code>NotImplemented</Code></Error>");
  EXPECT_THAT(any(), IsEmpty());
  answer_.method = "HEAD";
  body("");
  EXPECT_THAT(any(), IsEmpty());
}

TEST_F(JudgeTest, OfSomeStatusesOnly) {
  Expectation expectation;
  expectation.about = About::header;
  expectation.name = "Nothing";
  expectation.at = {"404"};
  EXPECT_THAT(*judge(suite_, step_, {expectation}, answer_, scope_, "2023-11-03"), IsEmpty());
  expectation.at = {"404", "200"};
  EXPECT_EQ(judge(suite_, step_, {expectation}, answer_, scope_, "2023-11-03")->size(), 1u);
}

TEST_F(JudgeTest, BodyNamesTheFirstWrongByte) {
  step_.contents = {{{"hello", 0, 0, 0}}};
  body("hello");
  EXPECT_THAT(look(About::body, "", Check::content, {}), IsEmpty());
  body("help!");
  EXPECT_THAT(look(About::body, "", Check::content, {}),
              ElementsAre("body: the 5 bytes that were sent / other bytes from 3 on"));
  body("hell");
  EXPECT_THAT(look(About::body, "", Check::content, {}), ElementsAre("body: 5 bytes / 4 bytes"));
}

TEST_F(JudgeTest, AMistakeOfTheCaseIsNotAFinding) {
  EXPECT_THAT(look(About::header, "etag", Check::equals, {"${nothing}"}),
              ElementsAre("case error: 'nothing' has no value here"));
  EXPECT_THAT(look(About::header, "etag", Check::pattern, {"[a"}), ElementsAre("case error: '[a' is no pattern"));
}

TEST_F(JudgeTest, LaterVersionsOnly) {
  Expectation expectation;
  expectation.values = {"500"};
  expectation.test = Check::one_of;
  expectation.from = "2026-02-06";
  EXPECT_TRUE(judge(suite_, step_, {expectation}, answer_, scope_, "2023-11-03")->empty());
  EXPECT_EQ(judge(suite_, step_, {expectation}, answer_, scope_, "2026-02-06")->size(), 1u);
}

}  // namespace
}  // namespace blobgauge::replayer
