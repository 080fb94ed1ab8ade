#include "recorder/har_entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "model/text.h"
#include "model/trace.h"

namespace blobgauge::recorder::har_entry_test {
namespace {

using model::Exchange;
using model::Framing;
using testing::Contains;
using testing::HasSubstr;
using Json = nlohmann::json;

HarEntry parse(std::string text, HarEntryOptions options = {}) {
  auto entry = parse_har_entry(text, options);
  EXPECT_TRUE(entry) << describe(entry.error());
  return entry ? std::move(*entry) : HarEntry{};
}

std::string refusal(std::string text) {
  const auto entry = parse_har_entry(text);
  return entry ? "" : entry.error().message;
}

// An entry as Chromium and mitmproxy write it, with what a test is about put over it.
std::string entry(const Json& patch = {}) {
  auto out = Json::parse(R"({
    "startedDateTime": "2026-11-21T15:58:12.774Z", "time": 31.5, "cache": {}, "connection": "4711",
    "request": {"method": "GET", "url": "https://acct.blob.core.windows.net/c/b?comp=list&sig=abc#x",
      "httpVersion": "HTTP/1.1", "cookies": [], "queryString": [], "headersSize": 100, "bodySize": 0,
      "headers": [{"name": "x-ms-version", "value": "2025-07-05"}, {"name": "Accept", "value": "*/*"}]},
    "response": {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "cookies": [], "redirectURL": "",
      "headersSize": -1, "bodySize": 4, "headers": [{"name": "Content-Type", "value": "application/xml"},
      {"name": "Content-Length", "value": "4"}],
      "content": {"size": 4, "mimeType": "application/xml", "text": "<a/>"}},
    "timings": {"blocked": 5, "dns": -1, "connect": -1, "ssl": null, "send": 0.25, "wait": 20.5, "receive": 5.75}})");
  if (!patch.is_null()) out.merge_patch(patch);
  return out.dump();
}

TEST(HarEntry, EverythingThatHarKnows) {
  const auto e = parse(entry(), {.complete_heads = true}).exchange;
  EXPECT_EQ(e.request.method, "GET");
  EXPECT_EQ(e.request.scheme, "https");
  EXPECT_EQ(e.request.host, "acct.blob.core.windows.net");
  EXPECT_EQ(e.request.target, "/c/b?comp=list&sig=abc");
  EXPECT_EQ(e.request.headers, (model::Headers{{"x-ms-version", "2025-07-05"}, {"Accept", "*/*"}}));
  EXPECT_TRUE(e.request.headers_complete);
  EXPECT_EQ(e.response.status, 200);
  EXPECT_EQ(e.response.reason, "OK");
  EXPECT_EQ(e.response.framing, Framing::length);
  EXPECT_EQ(e.response.body.size, 4U);
  EXPECT_EQ(e.response.body.bytes, "<a/>");
  EXPECT_EQ(e.started_ns, 1795276692774000000);
  EXPECT_EQ(e.wait_ns, 20'500'000);
  EXPECT_EQ(e.total_ns, 26'500'000);
  EXPECT_EQ(e.connection, 4711U);
  EXPECT_TRUE(e.marks.empty());
  EXPECT_FALSE(parse(entry()).exchange.request.headers_complete);
  EXPECT_THAT(parse(entry()).exchange.marks, Contains(HasSubstr("whether they are whole")));
}

TEST(HarEntry, WhatCrossedNoWireIsLeftOut) {
  EXPECT_EQ(parse(entry({{"_fromCache", "disk"}})).skip, HarSkip::cache);
  for (const auto* url : {"data:text/plain,x", "blob:https://h/1", "wss://h/x", "chrome-extension://x/y"})
    EXPECT_EQ(parse(entry({{"request", {{"url", url}}}})).skip, HarSkip::scheme) << url;
}

TEST(HarEntry, Http2IsSaidSo) {
  const auto e =
      parse(entry({{"request",
                    {{"httpVersion", "h2"},
                     {"headers", Json::parse(R"([{"name":":authority","value":"h"},{"name":"x-a","value":"1\n2"}])")}}},
                   {"response", {{"httpVersion", "http/2.0"}}}}))
          .exchange;
  EXPECT_EQ(e.request.version, "HTTP/2");
  EXPECT_EQ(e.response.version, "HTTP/2");
  EXPECT_EQ(e.request.headers, (model::Headers{{"x-a", "1"}, {"x-a", "2"}}));
  EXPECT_THAT(e.marks, Contains(HasSubstr("HTTP/2")));
}

TEST(HarEntry, NoAnswer) {
  // As mitmproxy writes it.
  const auto e = parse(entry({{"response",
                               {{"status", 0},
                                {"statusText", ""},
                                {"headers", Json::array()},
                                {"content", {{"size", nullptr}, {"mimeType", nullptr}, {"text", nullptr}}},
                                {"bodySize", -1},
                                {"_error", "connection lost"}}}}))
                     .exchange;
  EXPECT_EQ(e.response.status, 0);
  EXPECT_THAT(e.marks, Contains("error: connection lost"));
  EXPECT_EQ(e.response.body.size, 0U);
}

TEST(HarEntry, BodiesAreKeptOnlyAsTheyCrossedTheWire) {
  const auto body = [](Json content, Json headers = Json::array(), HarEntryOptions options = {.complete_heads = true}) {
    return parse(entry({{"response", {{"content", std::move(content)}, {"headers", std::move(headers)}}}}), options)
        .exchange;
  };
  EXPECT_EQ(body({{"size", 3}, {"text", "AP8B"}, {"encoding", "base64"}}).response.body.bytes,
            std::string("\0\xff\1", 3));
  const auto lost = body({{"size", 3}, {"text", "?"}});
  EXPECT_FALSE(lost.response.body.bytes);
  EXPECT_EQ(lost.response.body.size, 3U);
  EXPECT_THAT(lost.marks, Contains(HasSubstr("response body: its size")));
  EXPECT_THAT(body({{"size", 3}, {"text", "%%"}, {"encoding", "base64"}}).marks, Contains(HasSubstr("base64")));
  const auto coded =
      body({{"size", 4}, {"text", "<a/>"}}, Json::parse(R"([{"name":"content-encoding","value":"gzip"}])"));
  EXPECT_FALSE(coded.response.body.bytes);
  EXPECT_THAT(coded.marks, Contains(HasSubstr("content coding")));
  // Blob content only where it is asked for; its digest always.
  const Json content = {{"size", 4}, {"text", "blob"}, {"mimeType", "application/octet-stream"}};
  EXPECT_FALSE(body(content).response.body.bytes);
  EXPECT_EQ(body(content).response.body.sha256.size(), 64U);
  EXPECT_EQ(body(content, Json::array(), {.keep_bodies = true}).response.body.bytes, "blob");
}

TEST(HarEntry, RequestBodies) {
  const auto posted = [](Json data, const char* length) {
    const Json headers = Json::array({{{"name", "Content-Length"}, {"value", length}}});
    return parse(entry({{"request", {{"method", "PUT"}, {"headers", headers}, {"postData", std::move(data)}}}}),
                 {.complete_heads = true})
        .exchange;
  };
  const auto whole = posted({{"mimeType", "application/xml"}, {"text", "<BlockList/>"}}, "12");
  EXPECT_EQ(whole.request.body.bytes, "<BlockList/>");
  EXPECT_EQ(whole.request.framing, Framing::length);
  const auto spoilt = posted({{"mimeType", "application/octet-stream"}, {"text", "\xEF\xBF\xBD"}}, "1");
  EXPECT_EQ(spoilt.request.body.size, 1U);
  EXPECT_THAT(spoilt.marks, Contains(HasSubstr("request body")));
}

TEST(HarEntry, PythonsBytesAreReplacedAndSaidSo) {
  auto text = entry();
  text.replace(text.find("*/*"), 3, R"(a\udcffb\ud83d\ude00\\udc00\ud800)");
  const auto e = parse(text).exchange;
  EXPECT_EQ(e.request.headers.get("Accept"), "a\uFFFDb\U0001F600\\udc00\uFFFD");
  EXPECT_THAT(e.marks, Contains(HasSubstr("2 bytes that are no characters")));
}

TEST(HarEntry, Moments) {
  const auto at = [](const char* text) { return parse(entry({{"startedDateTime", text}})).exchange.started_ns; };
  EXPECT_EQ(at("1970-01-01T00:00:01Z"), 1'000'000'000);
  EXPECT_EQ(at("1970-01-01T02:00:01.5+02:00"), 1'500'000'000);
  EXPECT_EQ(at("1970-01-01T00:00:00.1234567-0130"), 5'400'123'456'700);
  EXPECT_EQ(at("1969-01-01T00:00:00Z"), 0);
  for (const auto* bad :
       {"", "yesterday", "2026-11-21", "2026-11-21T15:58:12 GMT", "2026-11-21T15:58:12+2", "9999-01-01T00:00:00Z"})
    EXPECT_NE(refusal(entry({{"startedDateTime", bad}})), "") << bad;
}

TEST(HarEntry, RefusesWhatLacksARequiredPart) {
  EXPECT_NE(refusal(""), "");
  EXPECT_NE(refusal("[]"), "");
  EXPECT_NE(refusal("{]"), "");
  for (const auto* part : {"request", "response", "startedDateTime"})
    EXPECT_NE(refusal(entry({{part, nullptr}})), "") << part;
  for (const auto* part : {"url", "method", "headers"})
    EXPECT_NE(refusal(entry({{"request", {{part, nullptr}}}})), "") << part;
  for (const auto* part : {"status", "headers"})
    EXPECT_NE(refusal(entry({{"response", {{part, nullptr}}}})), "") << part;
  EXPECT_NE(refusal(entry({{"response", {{"status", 1000}}}})), "");
  EXPECT_NE(refusal(entry({{"request", {{"headers", Json::array({1})}}}})), "");
  EXPECT_EQ(refusal(entry({{"request", {{"url", "https://u:c2VjcmV0@h/"}}}})).find("c2VjcmV0"), std::string::npos);
  EXPECT_EQ(parse(entry({{"time", nullptr}, {"timings", {{"wait", 1e300}}}})).exchange.wait_ns, 0);
}

// ---- there and back

std::string random_text(std::mt19937& random, std::string_view alphabet, std::size_t longest) {
  std::string out(random() % (longest + 1), '\0');
  for (auto& c : out) c = alphabet.empty() ? static_cast<char>(random() % 256) : alphabet[random() % alphabet.size()];
  return out;
}

Exchange random_exchange(std::mt19937& random) {
  Exchange e;
  e.connection = random() % 3;
  e.attempt = random() % 3;
  e.started_ns = random() % 5 ? 1'700'000'000'000'000'000 + random() : 0;
  e.wait_ns = random() % 2 ? random() % 10'000'000'000 : 0;
  e.total_ns = random() % 2 ? e.wait_ns + random() % 10'000'000'000 : 0;
  e.source = random_text(random, "", 9);
  e.label = random_text(random, "", 9);
  for (auto i = random() % 3; i > 0; --i) e.marks.push_back(random_text(random, "", 20));
  e.request.method = random() % 2 ? "PUT" : "GET";
  e.request.scheme = random() % 2 ? "http" : "https";
  e.request.host = random() % 2 ? "acct.blob.core.windows.net" : "10.0.0.1:10000";
  e.request.target = "/" + random_text(random, random() % 2 ? "" : "ab/%2F?&=+ \"<>#", 30);
  e.request.headers_complete = random() % 2;
  const auto fill = [&](auto& message) {
    message.version = random() % 3 ? "HTTP/1.1" : "HTTP/1.0";
    for (auto i = random() % 5; i > 0; --i)
      message.headers.add("x-" + random_text(random, "abc-", 9),
                          random() % 4 ? random_text(random, "abc=;\"\\é", 20) : "\xff\x01");
    message.framing = static_cast<Framing>(random() % 4);
    message.body.size = random() % 1000;
    message.body.sha256 = random() % 2 ? std::string(64, 'a') : "";
    message.body.md5 = random() % 2 ? std::string(32, 'b') : "";
    message.body.crc64 = random() % 2 ? std::string(16, 'c') : "";
    if (random() % 2) message.body.bytes = random_text(random, random() % 2 ? "" : "<a>", 40);
    message.body.complete = random() % 2;
  };
  fill(e.request);
  fill(e.response);
  e.response.status = random() % 4 ? 100 + static_cast<int>(random() % 500) : 0;
  e.response.status_known = e.response.status != 0 || random() % 2;
  e.response.reason = random_text(random, "", 9);
  return e;
}

TEST(HarExport, ThereAndBackKeepsHeadsStatusesTimesAndBodies) {
  std::mt19937 random(11);
  for (int i = 0; i < 3000; ++i) {
    auto before = random_exchange(random);
    auto text = to_har_entry(before);
    ASSERT_TRUE(Json::accept(text)) << text;
    const auto back = parse_har_entry(text, {.keep_bodies = true});
    ASSERT_TRUE(back) << describe(back.error()) << "\n" << text;
    auto after = back->exchange;
    // HAR has text, and these are bytes; what HAR cannot say of a body that is not there, it does not.
    before.response.reason = after.response.reason;
    for (auto [was, is] :
         {std::pair{&before.request.body, &after.request.body}, std::pair{&before.response.body, &after.response.body}})
      if (was->bytes && was->bytes->empty()) was->bytes = is->bytes;
    ASSERT_EQ(model::to_json_line(after), model::to_json_line(before)) << text;
  }
}

TEST(HarExport, AUrlIsOneWhateverWasSent) {
  Exchange e;
  e.request.method = "GET";
  e.request.target = "/c/a b\"<\xff%zz%41|#?x={y}";
  const auto url = Json::parse(to_har_entry(e))["request"]["url"].get<std::string>();
  EXPECT_EQ(url, "http://unknown.invalid/c/a%20b%22%3C%FF%25zz%41%7C%23?x=%7By%7D");
}

TEST(HarExport, APersonsChangeStays) {
  Exchange e;
  e.request.method = "GET";
  e.request.scheme = "http";
  e.request.host = "h";
  e.request.target = "/secret";
  e.request.headers = {{"a", "b"}};
  e.response.status = 200;
  auto json = Json::parse(to_har_entry(e));
  json["request"]["url"] = "http://h/other";
  json["request"]["headers"][0]["value"] = "c";
  json["response"]["status"] = 404;
  const auto back = parse(json.dump()).exchange;
  EXPECT_EQ(back.request.target, "/other");
  EXPECT_EQ(back.request.headers.get("a"), "c");
  EXPECT_EQ(back.response.status, 404);
}

}  // namespace
}  // namespace blobgauge::recorder::har_entry_test
