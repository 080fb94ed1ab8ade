#include "recorder/azcopy_log_entry.h"

#include <gtest/gtest.h>

namespace blobgauge::recorder::azcopy_log_entry_test {
namespace {

using Kind = AzcopyLogEntry::Kind;

AzcopyLogEntry parse(std::string_view text, bool cut = false) {
  auto entry = parse_azcopy_entry(text, cut);
  EXPECT_TRUE(entry) << describe(entry.error());
  return entry ? std::move(*entry) : AzcopyLogEntry{};
}

std::string refusal(std::string_view text) {
  const auto entry = parse_azcopy_entry(text);
  return entry ? "" : entry.error().message;
}

TEST(AzcopyLogEntry, AnAnswerAtLevelDebug) {
  const auto entry = parse(
      "==> REQUEST/RESPONSE (Try=2/227.602077ms, OpTime=1m2.5s) -- RESPONSE SUCCESSFULLY RECEIVED\n"
      "   PUT https://acct.blob.core.windows.net/c/b?comp=block&sig=-REDACTED-\n"
      "   Content-Length: 1000\n"
      "   x-ms-version: 2025-07-05\n"
      "   --------------------------------------------------------------------------------\n"
      "   RESPONSE Status: 201 Created\n"
      "   Content-Length: 0\n"
      "   Etag: \"0x8DF\"\n\n");
  EXPECT_EQ(entry.kind, Kind::answered);
  EXPECT_TRUE(entry.full);
  EXPECT_FALSE(entry.bracketed);
  EXPECT_EQ(entry.whole_us, 62'500'000);
  const auto& e = entry.exchange;
  EXPECT_EQ(e.attempt, 2U);
  EXPECT_EQ(e.wait_ns, 227'602'000);
  EXPECT_EQ(e.request.method, "PUT");
  EXPECT_EQ(e.request.host, "acct.blob.core.windows.net");
  EXPECT_EQ(e.request.target, "/c/b?comp=block&sig=-REDACTED-");
  EXPECT_FALSE(e.request.headers_complete);
  EXPECT_EQ(e.request.headers.get("x-ms-version"), "2025-07-05");
  EXPECT_EQ(e.request.body.size, 1000U);
  EXPECT_EQ(e.response.status, 201);
  EXPECT_TRUE(e.response.status_known);
  EXPECT_EQ(e.response.reason, "Created");
  EXPECT_EQ(e.response.headers.get("ETag"), "\"0x8DF\"");
  EXPECT_TRUE(e.marks.empty());
}

TEST(AzcopyLogEntry, OldReleasesWriteListsOfValues) {
  const auto entry = parse(
      "==> REQUEST/RESPONSE (Try=1/4.2s[SLOW >3s], OpTime=4.25s) -- RESPONSE STATUS CODE ERROR\r\n"
      "   GET http://10.0.0.1:10000/acct/c?restype=container\r\n"
      "   Authorization: REDACTED\r\n"
      "   User-Agent: [AzCopy/10.10.0 Azure-Storage/0.13 (go1.15; Windows_NT)]\r\n"
      "   X-Ms-Blob-Cache-Control: []\r\n"
      "   X-Ms-Copy-Source: [https://acct.blob.core.windows.net/c/b?sv=1&sig=-REDACTED-\r\n"
      "   X-Ms-Meta-List: [[1]]\r\n"
      "   --------------------------------------------------------------------------------\r\n"
      "   RESPONSE Status: 503 Server Busy\r\n"
      "   Server: [Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0]\r\n"
      "Response Details: <Code>ServerBusy</Code><Message>Ingress is over the account limit. </Message>\r\n\r\n");
  EXPECT_TRUE(entry.slow && entry.refused && entry.bracketed);
  const auto& e = entry.exchange;
  EXPECT_EQ(e.request.headers.get("Authorization"), "REDACTED");
  EXPECT_EQ(e.request.headers.get("User-Agent"), "AzCopy/10.10.0 Azure-Storage/0.13 (go1.15; Windows_NT)");
  EXPECT_EQ(e.request.headers.find("X-Ms-Blob-Cache-Control"), "");
  EXPECT_EQ(e.request.headers.get("X-Ms-Copy-Source"), "https://acct.blob.core.windows.net/c/b?sv=1&sig=-REDACTED-");
  EXPECT_EQ(e.request.headers.get("X-Ms-Meta-List"), "[1]");
  EXPECT_EQ(e.response.headers.get("Server"), "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0");
  EXPECT_EQ(e.response.status, 503);
  ASSERT_EQ(e.marks.size(), 1U);
  EXPECT_EQ(e.marks[0], "answer: <Code>ServerBusy</Code><Message>Ingress is over the account limit. </Message>");
}

TEST(AzcopyLogEntry, AtLevelInfoNeitherHeadersNorStatus) {
  const auto entry = parse(
      "==> REQUEST/RESPONSE (Try=1/226.239376ms, OpTime=791.491064ms) -- RESPONSE SUCCESSFULLY RECEIVED\n"
      "   HEAD https://acct.blob.core.windows.net/c/a%20b\n"
      "   X-Ms-Request-Id: [f49a1b89-8428-4e01-adb0-0c9502b1fe70]\n\n");
  EXPECT_FALSE(entry.full);
  const auto& e = entry.exchange;
  EXPECT_TRUE(e.request.headers.empty());
  EXPECT_EQ(e.response.headers.get("x-ms-request-id"), "f49a1b89-8428-4e01-adb0-0c9502b1fe70");
  EXPECT_EQ(e.response.status, 0);
  EXPECT_FALSE(e.response.status_known);
}

TEST(AzcopyLogEntry, NoAnswer) {
  const auto entry = parse(
      "WARN: [P#0-T#3] ==> REQUEST/RESPONSE (Try=1/12ms, OpTime=12ms) -- REQUEST ERROR\n"
      "   PUT https://acct.blob.core.windows.net/c/b\n"
      "   X-Ms-Client-Request-Id: 1\n"
      "   --------------------------------------------------------------------------------\n"
      "   ERROR:\n"
      "Put \"https://acct.blob.core.windows.net/c/b?sig=-REDACTED-\": dial tcp: no such host\n"
      "goroutine 12 [running]:\n"
      "main.main()\n\n");
  EXPECT_EQ(entry.kind, Kind::failed);
  const auto& e = entry.exchange;
  EXPECT_EQ(e.response.status, 0);
  EXPECT_TRUE(e.response.status_known);
  EXPECT_EQ(e.marks, std::vector<std::string>{"error: Put \"https://acct.blob.core.windows.net/c/b?sig=-REDACTED-\": "
                                              "dial tcp: no such host"});
}

TEST(AzcopyLogEntry, ACutEntryKeepsWhatIsSure) {
  const std::string whole =
      "==> REQUEST/RESPONSE (Try=1/1ms, OpTime=1ms) -- RESPONSE SUCCESSFULLY RECEIVED\n"
      "   GET https://acct.blob.core.windows.net/c/b\n"
      "   Accept: application/xml\n"
      "   ----------\n"
      "   RESPONSE Status: 200 OK\n";
  EXPECT_EQ(parse(whole, true).exchange.response.status, 200);
  const auto before_rule = parse(whole.substr(0, whole.find("   -----")), true);
  EXPECT_TRUE(before_rule.exchange.request.headers.empty());
  EXPECT_FALSE(before_rule.exchange.response.status_known);
  EXPECT_EQ(before_rule.exchange.marks, std::vector<std::string>{"log: it ends within this entry"});
}

TEST(AzcopyLogEntry, RefusesWhatIsOfNoForm) {
  const std::string first = "==> OUTGOING REQUEST (Try=1)\n";
  EXPECT_NE(refusal(""), "");
  EXPECT_NE(refusal("INFO: Starting transfer\n"), "");
  EXPECT_NE(refusal(first), "");
  EXPECT_NE(refusal(first + "PUT https://h/\n"), "");
  EXPECT_NE(refusal(first + "   \n"), "");
  EXPECT_NE(refusal(first + "   put https://h/\n"), "");
  EXPECT_NE(refusal(first + "   PUT nonsense\n"), "");
  EXPECT_NE(refusal(first + "   PUT https://u:p@h/\n"), "");
  EXPECT_NE(refusal("==> OUTGOING REQUEST (Try=x)\n   PUT https://h/\n"), "");
  EXPECT_NE(refusal("==> OUTGOING REQUEST (Try=99999999999)\n   PUT https://h/\n"), "");
  EXPECT_NE(refusal("==> REQUEST/RESPONSE (Try=1) -- RESPONSE\n   PUT https://h/\n"), "");
  EXPECT_NE(refusal("==> REQUEST/RESPONSE (Try=1/1ms, OpTime=1ms) -- WHAT\n   PUT https://h/\n"), "");
  // A message must not repeat a secret.
  EXPECT_EQ(refusal(first + "   PUT https://h:0/?sig=c2VjcmV0\n").find("c2VjcmV0"), std::string::npos);
  EXPECT_TRUE(parse(first + "   GET s3://bucket/key\n").foreign);
  EXPECT_EQ(parse(first + "   GET https://h/\n   nonsense\n   : x\nmore\n").exchange.marks,
            std::vector<std::string>{"log: 3 lines of this entry were not understood"});
}

TEST(AzcopyLogEntry, OnlyTheBeginOfAnEntryIsARequest) {
  EXPECT_TRUE(is_azcopy_request("==> OUTGOING REQUEST (Try=1)"));
  EXPECT_TRUE(is_azcopy_request("INFO: [P#10-T#2] ==> REQUEST/RESPONSE (Try=1/"));
  EXPECT_FALSE(
      is_azcopy_request(R"x(INFO: [P#0-T#0] Starting transfer: Source "\\?\UNC\srv\==> OUTGOING REQUEST (Try=1)")x"));
  EXPECT_FALSE(is_azcopy_request(R"(Job-Command copy C:\==> OUTGOING REQUEST (Try=1))"));
}

TEST(AzcopyLogEntry, Times) {
  EXPECT_EQ(azcopy_log_time("1970/01/02 00:00:01 x")->us, 86'401'000'000);
  EXPECT_EQ(azcopy_log_time("2026/11/21 15:58:12 ==>")->size, 20U);
  for (const auto* text : {"", "2026/11/21 15:58:12", "2026-11-21 15:58:12 x", "2026/13/21 15:58:12 x",
                           "2026/11/00 15:58:12 x", "2026/11/21 25:58:12 x", " 2026/11/21 15:58:12 x"})
    EXPECT_FALSE(azcopy_log_time(text)) << text;
}

TEST(AzcopyLogEntry, Durations) {
  EXPECT_EQ(parse_go_duration("0s"), 0);
  EXPECT_EQ(parse_go_duration("853µs"), 853);
  EXPECT_EQ(parse_go_duration("853.6us"), 854);
  EXPECT_EQ(parse_go_duration("999ns"), 1);
  EXPECT_EQ(parse_go_duration("227.602077ms"), 227'602);
  EXPECT_EQ(parse_go_duration("2h3m4.5s"), 7'384'500'000);
  for (const auto* text : {"", "1", "s", ".s", "1x", "1.2.3s", "-1s", "99999999999h"})
    EXPECT_FALSE(parse_go_duration(text)) << text;
}

}  // namespace
}  // namespace blobgauge::recorder::azcopy_log_entry_test
