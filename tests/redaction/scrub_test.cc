// What somebody else sends: `trace audit` tells where its secrets are, `trace scrub` takes them out, and then there are
// none. Of a trace that knows no masks, a HAR, and a log of AzCopy.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "model/file.h"
#include "model/process.h"
#include "model/temporary.h"
#include "model/text.h"
#include "model/trace.h"
#include "model/url.h"
#include "recorder/har_entry.h"

namespace blobgauge::scrub_test {
namespace {

using testing::HasSubstr;
using testing::Not;

// Every secret has it, and is as long as a signature.
const std::string sentinel = "sEnTiNeL";
const std::string secret = sentinel + "0123456789abcdefghijklmnopqrstuvwxy=";
const std::string account = "contosovault", container = "quarterlyfigures", blob = "Nordlicht-2031.parquet";

model::Exchange with_secrets() {
  model::Exchange e;
  e.number = 1;
  e.started_ns = 1'795'276'692'000'000'000;
  e.request.method = "PUT";
  e.request.scheme = "https";
  e.request.host = account + ".blob.core.windows.net";
  e.request.target =
      fmt::format("/{}/{}?comp=blocklist&sv=2024-11-04&sig={}", container, blob, model::percent_encode(secret));
  e.request.headers = {{"Authorization", "SharedKey " + account + ":" + secret},
                       {"Content-Type", "application/xml"},
                       {"x-ms-meta-projekt", "Nachtigall"}};
  const auto document = [](model::Body& body, const std::string& bytes) {
    body.bytes = bytes;
    body.size = bytes.size();
  };
  document(e.request.body, "<BlockList><Latest>QUFB</Latest></BlockList>");
  e.request.headers.add("Content-Length", std::to_string(e.request.body.size));
  e.response.status = 403;
  e.response.reason = "Forbidden";
  e.response.headers = {{"Content-Type", "application/xml"},
                        {"Location", "https://" + account + ".blob.core.windows.net/?sp=r&sig=" + secret}};
  document(e.response.body, "<Error><Code>AuthenticationFailed</Code><AuthenticationErrorDetail>Signature '" + secret +
                                "' is old</AuthenticationErrorDetail></Error>");
  e.response.headers.add("Content-Length", std::to_string(e.response.body.size));
  return e;
}

std::string trace_of_another_tool() {
  return R"({"blobgauge":"trace","version":1,"tool":"other 1.0","command":["azcopy","list","https://a.test/c?sig=)" +
         secret + "\"]}\n" + model::to_json_line(with_secrets()) + "\n" +
         R"({"end":true,"exchanges":1,"notes":["Bearer )" + secret + "\"]}\n";
}

std::string har() {
  return R"({"log": {"version": "1.2", "creator": {"name": "other", "version": "1"}, "pages": [], "entries": [)" +
         recorder::to_har_entry(with_secrets()) + "]}}\n";
}

// The form of release 10.32 at level DEBUG, of a client that forgot to mask.
std::string azcopy_log() {
  const auto request = fmt::format(
      "   PUT https://{}.blob.core.windows.net/{}/{}?comp=blocklist&sig={}&sv=2024-11-04\n"
      "   Content-Length: 44\n   X-Ms-Copy-Source-Authorization: Bearer {}\n   x-ms-version: 2025-07-05\n",
      account, container, blob, model::percent_encode(secret), secret);
  return "2026/11/21 15:58:11 AzcopyVersion  10.32.2\n2026/11/21 15:58:12 ==> OUTGOING REQUEST (Try=1)\n" + request +
         "\n2026/11/21 15:58:13 ==> REQUEST/RESPONSE (Try=1/2.5ms, OpTime=6.9ms) -- RESPONSE STATUS CODE ERROR\n" +
         request +
         "   --------------------------------------------------------------------------------\n"
         "   RESPONSE Status: 403 Forbidden\n   Content-Type: application/xml\n"
         "Response Details: <Code>AuthenticationFailed</Code><Message>Signature '" +
         secret + "' is old</Message>\n\n";
}

struct Recording {
  std::string name, text;
  std::size_t secrets;  // as many places at least
};

class Scrub : public testing::TestWithParam<Recording> {
 protected:
  void SetUp() override { ASSERT_TRUE(model::write_file(path(GetParam().name), GetParam().text)); }

  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  model::ProcessOutcome run(std::vector<std::string> arguments) const {
    model::ProcessRequest request;
    request.command = std::move(arguments);
    request.command.insert(request.command.begin(), BLOBGAUGE_PROGRAM);
    request.environment = {{"XDG_DATA_HOME", path("data")}};
    request.folder = BLOBGAUGE_SOURCE_DIR;
    request.time_limit = std::chrono::seconds(60);
    const auto outcome = model::run_process(request);
    EXPECT_TRUE(outcome) << describe(outcome.error());
    return outcome.value_or(model::ProcessOutcome{});
  }
  // Its bytes, in which no secret is.
  std::string scrubbed(const std::string& to, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"trace", "scrub", path(GetParam().name), "-o", path(to)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto scrub = run(arguments);
    EXPECT_EQ(scrub.exit_code, 0) << scrub.err;
    EXPECT_THAT(scrub.out + scrub.err, Not(HasSubstr(sentinel)));
    const auto audit = run({"trace", "audit", path(to)});
    EXPECT_EQ(audit.exit_code, 0) << audit.out;
    EXPECT_THAT(audit.out, HasSubstr("no secret in 1 exchanges"));
    const auto text = model::read_file(path(to)).value_or("");
    for (const auto& form : {sentinel, model::base64(secret), model::percent_encode(secret)})
      EXPECT_THAT(text, Not(HasSubstr(form)));
    EXPECT_THAT(text, HasSubstr("REDACTED"));
    EXPECT_THAT(text, HasSubstr("AuthenticationFailed"));  // the document was kept
    return text;
  }

  model::TemporaryFolder folder_ = model::TemporaryFolder::create().value();
};

TEST_P(Scrub, AuditTellsWhereAndNeverWhat) {
  const auto before = run({"trace", "audit", path(GetParam().name)});
  EXPECT_EQ(before.exit_code, 1) << before.out << before.err;
  EXPECT_THAT(before.out + before.err, Not(HasSubstr(sentinel)));
  EXPECT_GE(static_cast<std::size_t>(std::count(before.out.begin(), before.out.end(), '\n')), GetParam().secrets + 1)
      << before.out;
  EXPECT_THAT(before.out, HasSubstr("request target"));
}

TEST_P(Scrub, NoSecretIsLeftAndNamesAre) {
  for (const auto* to : {"clean.trace", "clean.har"}) {
    const auto text = scrubbed(to);
    for (const auto& name : {account, container, blob}) EXPECT_THAT(text, HasSubstr(name));
  }
}

TEST_P(Scrub, NoNameIsLeftUnderPseudonyms) {
  const auto text = scrubbed("clean.trace", {"--pseudonymize"});
  for (const auto* name : {"contosovault", "quarterlyfigures", "Nordlicht", "Nachtigall"})
    EXPECT_THAT(text, Not(HasSubstr(name)));
  EXPECT_THAT(text, HasSubstr(".parquet?comp=blocklist"));
  EXPECT_THAT(text, HasSubstr(".blob.core.windows.net"));
}

INSTANTIATE_TEST_SUITE_P(Recordings, Scrub,
                         testing::Values(Recording{"theirs.trace", trace_of_another_tool(), 6},
                                         Recording{"theirs.har", har(), 4}, Recording{"theirs.log", azcopy_log(), 3}),
                         [](const auto& test) { return test.param.name.substr(7); });

}  // namespace
}  // namespace blobgauge::scrub_test
