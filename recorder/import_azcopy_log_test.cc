#include "recorder/import_azcopy_log.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "model/temporary.h"

namespace blobgauge::recorder::import_azcopy_log_test {
namespace {

using model::Exchange;
using testing::HasSubstr;

struct Imported {
  model::TraceHead head;
  std::vector<Exchange> exchanges;
  AzcopyLogSummary summary;
  std::string error;
};

Imported drain(model::Result<AzcopyLog> log) {
  Imported out;
  if (!log) {
    out.error = describe(log.error());
    return out;
  }
  out.head = log->head();
  for (;;) {
    Exchange exchange;
    const auto more = log->next(exchange);
    if (!more) out.error = describe(more.error());
    if (!more || !*more) break;
    out.exchanges.push_back(std::move(exchange));
  }
  out.summary = log->summary();
  return out;
}

Imported import(std::string text) {
  return drain(AzcopyLog::read({"job.log", as_utf8(bytes_of(std::move(text)))}, {"x-ms-client-request-id"}));
}

std::string start(std::string_view release) {
  return fmt::format(
      "2026/11/21 15:58:11 AzcopyVersion  {}\n"
      "2026/11/21 15:58:11 OS-Environment  linux\n"
      "2026/11/21 15:58:11 Log times are in UTC. Local time is 21 Nov 2026 15:58:11\n"
      "2026/11/21 15:58:11 Job-Command copy /data/a.bin https://acct.blob.core.windows.net/c/b?sig=-REDACTED- \n",
      release);
}

std::string request(int attempt, std::string_view id, std::string_view seconds = "12") {
  return fmt::format(
      "2026/11/21 15:58:{} ==> OUTGOING REQUEST (Try={})\n"
      "   PUT https://acct.blob.core.windows.net/c/b?comp=block&sig=-REDACTED-\n"
      "   X-Ms-Client-Request-Id: {}\n\n",
      seconds, attempt, id);
}

std::string answer(int attempt, std::string_view id, int status, std::string_view seconds = "14") {
  return fmt::format(
      "2026/11/21 15:58:{} ==> REQUEST/RESPONSE (Try={}/200ms, OpTime=900ms) -- RESPONSE {}\n"
      "   PUT https://acct.blob.core.windows.net/c/b?comp=block&sig=-REDACTED-\n"
      "   X-Ms-Client-Request-Id: {}\n"
      "   --------------------------------------------------------------------------------\n"
      "   RESPONSE Status: {} Some Reason\n"
      "   X-Ms-Request-Id: r-{}\n\n",
      seconds, attempt, status < 500 ? "SUCCESSFULLY RECEIVED" : "STATUS CODE ERROR", id, status, id);
}

std::string info(std::string_view target) {
  return fmt::format(
      "2026/11/21 15:58:14 ==> REQUEST/RESPONSE (Try=1/200ms, OpTime=900ms) -- RESPONSE SUCCESSFULLY RECEIVED\n"
      "   GET https://acct.blob.core.windows.net{}\n"
      "   X-Ms-Request-Id: [r]\n\n",
      target);
}

std::string windows(std::string text) {
  // AzCopy ends its own lines with CR LF, and the logger adds a lone line feed.
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2)) text.insert(at, "\r");
  return text;
}

TEST(AzcopyLog, TriesArePairedByTheirIdAndKeepTheirNumber) {
  const auto got =
      import(start("10.32.2") + request(1, "one") + request(1, "two") + answer(1, "two", 201) + answer(1, "one", 503) +
             request(2, "one", "20") + answer(2, "one", 201, "21") + "2026/11/21 15:58:22 Closing Log\n");
  EXPECT_EQ(got.error, "");
  ASSERT_EQ(got.exchanges.size(), 3U);
  EXPECT_EQ(got.exchanges[0].response.headers.get("x-ms-request-id"), "r-two");
  EXPECT_EQ(got.exchanges[1].response.status, 503);
  EXPECT_EQ(got.exchanges[1].attempt, 1U);
  EXPECT_EQ(got.exchanges[2].attempt, 2U);
  EXPECT_EQ(got.exchanges[2].number, 3U);
  EXPECT_EQ(got.exchanges[2].source, "job.log:31");
  // Not before it was sent: 14 s less 0.9 s, and 21 s less the wait of 0.2 s.
  EXPECT_EQ(got.exchanges[0].started_ns % 60'000'000'000, 13'100'000'000);
  EXPECT_EQ(got.exchanges[2].started_ns % 60'000'000'000, 20'800'000'000);
  EXPECT_EQ(got.summary.retries, 1U);
  EXPECT_EQ(got.summary.without_answer, 0U);
  EXPECT_FALSE(got.summary.cut || got.summary.mixed_levels);
  EXPECT_EQ(got.head.client, "azcopy");
  EXPECT_EQ(got.head.release, "10.32.2");
  EXPECT_EQ(got.head.partial, "log of AzCopy, level DEBUG");
  EXPECT_THAT(got.head.omits, testing::Contains("bodies"));
  for (const auto& exchange : got.exchanges) EXPECT_FALSE(exchange.request.headers_complete);
}

TEST(AzcopyLog, WhatWasSentAndNeverAnsweredComesLast) {
  const auto got = import(start("10.32.2") + request(1, "lost") + request(1, "one") + answer(1, "one", 404));
  ASSERT_EQ(got.exchanges.size(), 2U);
  EXPECT_EQ(got.exchanges[0].response.status, 404);
  EXPECT_EQ(got.exchanges[1].request.headers.get("x-ms-client-request-id"), "lost");
  EXPECT_FALSE(got.exchanges[1].response.status_known);
  EXPECT_EQ(got.exchanges[1].marks, std::vector<std::string>{"answer: the log has none"});
  EXPECT_EQ(got.summary.without_answer, 1U);
}

TEST(AzcopyLog, TheLevelIsNamedWithWhatItLeavesOut) {
  const auto got = import(start("10.32.2") + info("/c?restype=container"));
  EXPECT_EQ(got.head.partial, "log of AzCopy, level INFO");
  EXPECT_THAT(got.head.omits, testing::Contains(HasSubstr("statuses")));
  ASSERT_EQ(got.exchanges.size(), 1U);
  EXPECT_FALSE(got.exchanges[0].response.status_known);
  EXPECT_EQ(got.summary.status_unknown, 1U);
  // A refused request is logged whole at every level, so it shows none.
  EXPECT_THAT(import(start("10.32.2") + answer(1, "one", 503)).head.partial, HasSubstr("WARNING"));
  // The first entry that shows one counts, wherever it stands.
  EXPECT_EQ(import(start("10.32.2") + answer(1, "one", 503) + info("/c/b")).head.partial, "log of AzCopy, level INFO");
  EXPECT_TRUE(import(start("10.32.2") + info("/c/b") + request(1, "one")).summary.mixed_levels);
}

TEST(AzcopyLog, FormsOfReleases) {
  // 10.21 on: queries are encoded anew, blanks as '+'.
  EXPECT_EQ(import(start("10.32.2") + info("/c?prefix=a+b%2Bc")).exchanges.at(0).request.target, "/c?prefix=a%20b%2Bc");
  const auto old = import(start("10.10.0") + info("/c?prefix=a+b")).exchanges.at(0);
  EXPECT_EQ(old.request.target, "/c?prefix=a+b");
  EXPECT_TRUE(old.marks.empty());
  // Up to 10.13: a query with a signature is in lower case.
  EXPECT_EQ(import(start("10.10.0") + info("/c/b?blockid=y2vh&sig=-REDACTED-")).exchanges.at(0).marks,
            std::vector<std::string>{"query: AzCopy 10.10.0 logs it in lower case"});
  EXPECT_TRUE(import(start("10.14.0") + info("/c/b?blockid=Y2Vh&sig=-REDACTED-")).exchanges.at(0).marks.empty());
}

TEST(AzcopyLog, LogsOfWindows) {
  const std::string more =
      R"(2026/11/21 15:58:12 INFO: [P#0-T#0] Starting transfer: Source "\\?\UNC\srv\share\grün\a.bin" Destination "https://acct.blob.core.windows.net/c/b")"
      "\n"
      R"(2026/11/21 15:58:12 ERR: [P#0-T#1] UPLOADFAILED: C:\data\x ==> OUTGOING REQUEST (Try=1) : 000 : open \\?\C:\data\x)"
      "\n";
  const auto text = windows(start("10.32.2") + more + request(1, "one") + answer(1, "one", 201));
  for (const auto& form : {text, "\xEF\xBB\xBF" + text}) {
    const auto got = import(form);
    EXPECT_EQ(got.error, "");
    ASSERT_EQ(got.exchanges.size(), 1U);
    EXPECT_EQ(got.head.release, "10.32.2");
    EXPECT_EQ(got.exchanges[0].response.reason, "Some Reason");
    EXPECT_EQ(got.exchanges[0].response.headers.get("x-ms-request-id"), "r-one");
    EXPECT_FALSE(got.summary.cut);
  }
}

TEST(AzcopyLog, ACutAnywhereIsNeverAnErrorAndNeverInvents) {
  const auto text =
      start("10.32.2") + request(1, "one") + answer(1, "one", 201) + request(1, "two") + answer(1, "two", 409);
  const auto whole = import(text);
  const auto begin = text.find("==> OUT");
  for (const bool crlf : {false, true})
    for (std::size_t size = begin; size < text.size(); ++size) {
      const auto got = import(crlf ? windows(text.substr(0, size)) : text.substr(0, size));
      ASSERT_EQ(got.error, "") << size;
      ASSERT_LE(got.exchanges.size(), 2U) << size;
      for (std::size_t i = 0; i < got.exchanges.size(); ++i) {
        const auto& part = got.exchanges[i];
        if (part.response.status_known) {
          ASSERT_EQ(part.response.status, whole.exchanges[i].response.status) << size;
        }
        for (const auto& header : part.response.headers)
          ASSERT_EQ(header.value, whole.exchanges[i].response.headers.get(header.name)) << size;
        for (const auto& header : part.request.headers)
          ASSERT_EQ(header.value, whole.exchanges[i].request.headers.get(header.name)) << size;
      }
    }
  EXPECT_TRUE(import(text.substr(0, text.size() - 20)).summary.cut);
}

TEST(AzcopyLog, ErrorsNameFileAndLine) {
  EXPECT_THAT(import(start("10.32.2") + "2026/11/21 15:58:12 ==> OUTGOING REQUEST (Try=1)\nnonsense\n\n").error,
              HasSubstr("job.log:5: no request follows"));
  EXPECT_THAT(import("nonsense\n").error, HasSubstr("job.log:1: not a log of AzCopy"));
  EXPECT_THAT(import("").error, HasSubstr("not a log of AzCopy"));
  EXPECT_THAT(import(start("10.32.2")).error, "");
  EXPECT_THAT(drain(AzcopyLog::open({"/no/such.log"}, {})).error, HasSubstr("/no/such.log: cannot be read"));
}

TEST(AzcopyLog, AHostileLogFillsNoMemory) {
  // One endless entry, and many requests that nobody answers.
  std::string text = start("10.32.2") + request(1, "one");
  text.resize(text.size() - 1);
  for (int i = 0; i < 200'000; ++i) text += "   X-Header: value\n";
  for (int i = 0; i < 2'000; ++i) text += request(1, std::to_string(i));
  const auto got = import(text);
  EXPECT_EQ(got.error, "");
  ASSERT_EQ(got.exchanges.size(), 2'001U);
  EXPECT_LT(got.exchanges[0].request.headers.size(), 60'000U);
}

class AzcopyLogFiles : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }

  std::string zip(const std::vector<std::pair<std::string, std::string>>& files) const {
    auto* archive = archive_write_new();
    archive_write_set_format_zip(archive);
    EXPECT_EQ(archive_write_open_filename(archive, path("job.zip").c_str()), ARCHIVE_OK);
    for (const auto& [name, text] : files) {
      auto* entry = archive_entry_new();
      archive_entry_set_pathname(entry, name.c_str());
      archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
      archive_entry_set_filetype(entry, AE_IFREG);
      archive_entry_set_perm(entry, 0600);
      archive_write_header(archive, entry);
      archive_write_data(archive, text.data(), text.size());
      archive_entry_free(entry);
    }
    archive_write_free(archive);
    return path("job.zip");
  }
  const model::TemporaryFolder folder_ = model::TemporaryFolder::create().value();
};

TEST_F(AzcopyLogFiles, PartsOfARotatedLogAreOne) {
  std::ofstream(path("job.0.log")) << start("10.32.2") + request(1, "one");
  std::ofstream(path("job.log")) << answer(1, "one", 201);
  const auto got = drain(AzcopyLog::open({path("job.0.log"), path("job.log")}, {"x-ms-client-request-id"}));
  EXPECT_EQ(got.error, "");
  ASSERT_EQ(got.exchanges.size(), 1U);
  EXPECT_EQ(got.exchanges[0].source, "job.log:1");
  EXPECT_EQ(got.head.release, "10.32.2");
}

TEST_F(AzcopyLogFiles, AZipOfAJobsFolder) {
  const auto whole = zip({{"job/job-scanning.log", windows(start("10.32.2") + request(1, "s") + answer(1, "s", 404))},
                          {"job/job-chunks.log", "Name,Offset,State,StateStartTime\n"},
                          {"job/job--00000.steV20", std::string("\0\1\2", 3)},
                          {"job/job.log", start("10.32.2") + request(1, "one") + answer(1, "one", 201)}});
  const auto got = drain(AzcopyLog::open({whole}, {"x-ms-client-request-id"}));
  EXPECT_EQ(got.error, "");
  ASSERT_EQ(got.exchanges.size(), 2U);
  EXPECT_EQ(got.exchanges[0].source, "job-scanning.log:9");
  EXPECT_EQ(got.exchanges[1].source, "job.log:9");
}

TEST_F(AzcopyLogFiles, DamagedZipsAreSaidSo) {
  std::string text;
  for (int i = 0; i < 2'000; ++i)
    text += request(1, std::to_string(i * 7919)) + answer(1, std::to_string(i * 7919), 201);
  const auto whole = zip({{"job.log", start("10.32.2") + text}});
  std::string bytes(std::filesystem::file_size(whole), '\0');
  std::ifstream(whole, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  std::ofstream(path("cut.zip"), std::ios::binary) << bytes.substr(0, bytes.size() / 2);
  EXPECT_NE(drain(AzcopyLog::open({path("cut.zip")}, {})).error, "");
  std::ofstream(path("empty.zip"), std::ios::binary) << bytes.substr(0, 4);
  EXPECT_NE(drain(AzcopyLog::open({path("empty.zip")}, {})).error, "");
  EXPECT_THAT(drain(AzcopyLog::open({zip({{"readme.txt", "x"}})}, {})).error, HasSubstr("not a log of AzCopy"));
}

}  // namespace
}  // namespace blobgauge::recorder::import_azcopy_log_test
