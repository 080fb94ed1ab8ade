#include "replayer/answer_judge.h"

#include <gtest/gtest.h>

#include "model/yaml.h"

namespace blobgauge::replayer {
namespace {

using model::Exchange;

const model::Catalogue& catalogue() {
  static const auto loaded = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue").value();
  return loaded;
}

model::Result<model::AnswerRules> rules_from(const std::string& text) {
  BLOBGAUGE_TRY(const auto root, model::yaml::parse(text, "rules"));
  model::yaml::Fields fields(root, "rules", "the rules");
  BLOBGAUGE_TRY(auto rules, model::read_answer_rules(fields));
  BLOBGAUGE_CHECK(fields.finish());
  return rules;
}

Exchange get_range() {
  Exchange exchange;
  exchange.number = 7;
  exchange.request.method = "GET";
  exchange.request.scheme = "https";
  exchange.request.host = "acct.blob.core.windows.net";
  exchange.request.target = "/c/b";
  exchange.request.headers = {{"x-ms-version", "2025-05-05"}, {"x-ms-range", "bytes=5-9"}};
  exchange.response.status = 206;
  exchange.response.headers = {{"x-ms-version", "2025-05-05"},
                               {"Content-Range", "bytes 5-9/100"},
                               {"Content-Length", "5"},
                               {"ETag", "\"0x8DE59FD77D53FC9\""},
                               {"Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="}};
  exchange.response.body.bytes = "hello";
  exchange.response.body.size = 5;
  return exchange;
}

// "" silent, "+" holds, "-" does not.
std::string judged(const std::string& rule, const Exchange& exchange, Fidelity fidelity = Fidelity::brought) {
  const auto rules = rules_from("masks: [Sanitized]\nrules:\n  - {id: r, reason: why, " + rule + "}\n");
  if (!rules) return describe(rules.error());
  const auto judge = AnswerJudge::create(*rules, catalogue());
  if (!judge) return describe(judge.error());
  const model::Classifier classifier(catalogue());
  std::vector<Look> looks;
  judge->judge(exchange, classifier.classify(exchange), fidelity, looks);
  return looks.empty() ? "" : looks.front().holds ? "+" : "-";
}

TEST(AnswerJudge, LooksAtHeaders) {
  const auto exchange = get_range();
  EXPECT_EQ(judged("header: etag, present: true", exchange), "+");
  EXPECT_EQ(judged("header: x-ms-request-id, present: true", exchange), "-");
  EXPECT_EQ(judged("header: x-ms-error-code, absent: true", exchange), "+");
  EXPECT_EQ(judged("header: ETag, form: [quoted hexadecimal]", exchange), "+");
  EXPECT_EQ(judged("header: ETag, form: [guid]", exchange), "-");
  EXPECT_EQ(judged("header: ETag, one_of: [a, b]", exchange), "-");
  EXPECT_EQ(judged("header: x-ms-version, as_request: [x-ms-version]", exchange), "+");
  EXPECT_EQ(judged("header: x-ms-lease-id, as_request: [x-ms-lease-id]", exchange), "");
  EXPECT_EQ(judged("header: Content-Length, size: true", exchange), "+");
  EXPECT_EQ(judged("header: Content-MD5, md5: [answer]", exchange), "+");
  EXPECT_EQ(judged("header: Content-MD5, md5: [request]", exchange), "");
  EXPECT_EQ(judged("header: Content-Range, range: [x-ms-range, Range]", exchange), "+");
  EXPECT_EQ(judged("header: ETag, status_for: {BlobNotFound: [\"404\"]}", exchange), "");
}

TEST(AnswerJudge, AnAnswerOfAnotherRangeIsWrong) {
  auto other = get_range();
  other.response.headers.set("Content-Range", "bytes 0-4/100");
  EXPECT_EQ(judged("header: Content-Range, range: [x-ms-range]", other), "-");
  auto shorter = get_range();
  shorter.response.body.bytes = "hell";
  EXPECT_EQ(judged("header: Content-Range, range: [x-ms-range]", shorter), "-");
  auto past_the_end = get_range();
  past_the_end.request.headers.set("x-ms-range", "bytes=98-200");
  past_the_end.response.headers.set("Content-Range", "bytes 98-99/100");
  past_the_end.response.body.bytes = "lo";
  EXPECT_EQ(judged("header: Content-Range, range: [x-ms-range]", past_the_end), "+");
  past_the_end.request.headers.set("x-ms-range", "bytes=-2");
  EXPECT_EQ(judged("header: Content-Range, range: [x-ms-range]", past_the_end), "");
}

TEST(AnswerJudge, WhatARecordingLeftOutSaysNothing) {
  auto blank = get_range();
  blank.response.headers.set("ETag", "Sanitized");
  EXPECT_EQ(judged("header: ETag, form: [quoted hexadecimal]", blank), "");
  EXPECT_EQ(judged("header: x-ms-request-id, present: true", blank, Fidelity::partial), "");
  EXPECT_EQ(judged("header: x-ms-request-id, present: true, whole: true", blank), "");
  EXPECT_EQ(judged("header: x-ms-request-id, present: true, whole: true", blank, Fidelity::whole), "-");
  auto headless = get_range();
  headless.request.headers = {};
  headless.request.headers_complete = false;
  EXPECT_EQ(judged("header: x-ms-request-id, present: true, requests: [\"!Content-MD5\"]", headless), "");
  EXPECT_EQ(judged("header: x-ms-request-id, present: true, requests: [Content-MD5]", headless), "");
  headless.request.headers_complete = true;
  EXPECT_EQ(judged("header: x-ms-request-id, present: true, requests: [\"!Content-MD5\"]", headless), "-");
  auto unanswered = get_range();
  unanswered.response = {};
  EXPECT_EQ(judged("header: ETag, present: true", unanswered), "");
}

TEST(AnswerJudge, RulesHaveConditions) {
  const auto exchange = get_range();
  const std::string rule = "header: ETag, form: [guid]";
  EXPECT_EQ(judged(rule + ", statuses: [2xx]", exchange), "-");
  EXPECT_EQ(judged(rule + ", statuses: [\"200\", 4xx]", exchange), "");
  EXPECT_EQ(judged(rule + ", methods: [PUT]", exchange), "");
  EXPECT_EQ(judged(rule + ", operations: [\"Put *\"]", exchange), "");
  EXPECT_EQ(judged(rule + ", operations: [\"Get Blob*\"]", exchange), "-");
  EXPECT_EQ(judged(rule + ", from: \"2025-05-05\"", exchange), "-");
  EXPECT_EQ(judged(rule + ", from: \"2025-05-06\"", exchange), "");
  EXPECT_EQ(judged(rule + ", until: \"2025-05-05\"", exchange), "");
  EXPECT_EQ(judged(rule + ", queries: [snapshot]", exchange), "");
  EXPECT_EQ(judged(rule + ", queries: [\"!snapshot\"]", exchange), "-");
  EXPECT_EQ(judged(rule + ", answers: [\"Content-Length=5|6\"]", exchange), "-");
  EXPECT_EQ(judged(rule + ", answers: [\"Content-Length=6\"]", exchange), "");
  auto unversioned = get_range();
  unversioned.request.headers.remove("x-ms-version");
  unversioned.response.headers.set("x-ms-version", "CLEARED");
  EXPECT_EQ(judged(rule + ", from: \"2012-02-12\"", unversioned), "");
}

Exchange listing(const std::string& target, const std::string& body) {
  auto exchange = get_range();
  exchange.request.target = target;
  exchange.request.headers.remove("x-ms-range");
  exchange.response.status = 200;
  exchange.response.headers = {{"Content-Type", "application/xml"}};
  exchange.response.body.bytes = "\xef\xbb\xbf" + body;
  exchange.response.body.size = exchange.response.body.bytes->size();
  return exchange;
}

TEST(AnswerJudge, LooksAtElements) {
  const auto page = [](const std::string& inside) {
    return listing("/c?restype=container&comp=list&prefix=a&maxresults=2",
                   "<?xml version=\"1.0\"?><L ContainerName=\"c\"><Prefix>a</Prefix><Blobs>" + inside + "</Blobs></L>");
  };
  const auto good = page("<Blob><Name>a1</Name><P><Etag>0x8D</Etag></P></Blob><Blob><Name>a2</Name></Blob>");
  EXPECT_EQ(judged("element: L/Blobs, present: true", good), "+");
  EXPECT_EQ(judged("element: L/NextMarker, present: true", good), "-");
  EXPECT_EQ(judged("element: L/@ContainerName, as_container: true", good), "+");
  EXPECT_EQ(judged("element: L/Prefix, as_query: [prefix]", good), "+");
  EXPECT_EQ(judged("element: L/Marker, as_query: [marker]", good), "+");
  EXPECT_EQ(judged("element: L/Prefix, as_query: [delimiter]", good), "-");
  EXPECT_EQ(judged("element: L/Blobs/*, at_most: [maxresults]", good), "+");
  EXPECT_EQ(judged("element: L/Blobs/Blob, children: [Name]", good), "+");
  EXPECT_EQ(judged("element: L/Blobs/Blob, children: [Name, P]", good), "-");
  EXPECT_EQ(judged("element: L/Blobs/Blob, given: P, children: [Name]", good), "+");
  EXPECT_EQ(judged("element: L/Blobs/Blob/P/Etag, form: [hexadecimal]", good), "+");
  EXPECT_EQ(judged("element: L/Blobs/Blob/P/Etag, form: [quoted hexadecimal]", good), "-");
  EXPECT_EQ(judged("element: L/Blobs, given: Name, sorted: true", good), "+");
  EXPECT_EQ(judged("body: true, xml: [L]", good), "+");
  EXPECT_EQ(judged("body: true, xml: [M]", good), "-");
  const auto bad = page("<Blob><Name>b</Name></Blob><Blob><Name>a</Name></Blob><Blob><Name>c</Name></Blob>");
  EXPECT_EQ(judged("element: L/Blobs, given: Name, sorted: true", bad), "-");
  EXPECT_EQ(judged("element: L/Blobs/*, at_most: [maxresults]", bad), "-");
  // Hierarchical namespaces have an order of their own.
  const auto folders = page("<Blob><Name>b/x</Name></Blob><Blob><Name>a</Name></Blob>");
  EXPECT_EQ(judged("element: L/Blobs, given: Name, sorted: true", folders), "");
  auto torn = good;
  torn.response.body.bytes->pop_back();
  EXPECT_EQ(judged("body: true, xml: [L]", torn), "-");
  EXPECT_EQ(judged("element: L/Blobs, present: true", torn), "");
}

TEST(AnswerJudge, RefusesRulesThatMeanNothing) {
  for (const auto* rule : {"header: ETag", "header: ETag, element: A, present: true", "header: ETag, form: [nonsense]",
                           "header: ETag, present: true, absent: true", "header: ETag, present: true, statuses: [2x]",
                           "header: ETag, present: true, weight: heavy", "header: ETag, md5: [both]",
                           "header: ETag, present: false", "header: ETag, presant: true"})
    EXPECT_GT(judged(rule, get_range()).size(), 1u) << rule;
}

TEST(AnswerJudge, SaysWhatItSaw) {
  const auto rules = rules_from("rules:\n  - {id: r, reason: why, header: ETag, form: [guid]}\n");
  const auto judge = AnswerJudge::create(*rules, catalogue());
  EXPECT_EQ(judge->actual(0, get_range()), "\"0x8DE59FD77D53FC9\"");
  EXPECT_EQ(judge->expected(0, get_range()), "guid");
  EXPECT_EQ(AnswerJudge::subject(rules->rules.front()), "header ETag");
}

}  // namespace
}  // namespace blobgauge::replayer
