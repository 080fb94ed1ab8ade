// What becomes of a case whose answer comes late, in part, not at all or with a field twice: who gave no whole answer
// is never said to be wrong (indeterminate), and what came whole is judged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "endpoint/fault_reader.h"
#include "endpoint/server.h"
#include "model/profile.h"
#include "replayer/runner.h"

namespace blobgauge {
namespace {

using model::Verdict;
using testing::HasSubstr;

const std::string specs = BLOBGAUGE_SOURCE_DIR "/specs/";

// Short, so that a test which waits for an answer in vain does not wait long; the late answer is minutes away.
constexpr wire::Milliseconds limit{400};

model::Result<replayer::Run> run(const endpoint::Fault& fault, const std::vector<std::string>& ids) {
  static const auto suite = replayer::load_suite(specs + "cases").value();
  static const auto emulator = model::load_profile(specs + "profiles/emulator.yaml").value();
  endpoint::ServerOptions options;
  options.faults = {fault};
  const auto server = endpoint::Server::start(options).value();
  std::vector<replayer::Chosen> chosen;
  for (const auto& id : ids)
    if (const auto* item = suite.find(id)) chosen.push_back({item, item->tier});
  EXPECT_EQ(chosen.size(), ids.size());
  replayer::RunOptions run_options;
  run_options.time_limit = limit;
  return replayer::run_cases(suite, {}, model::at_endpoint(emulator, server->url()).value(), chosen, run_options);
}

model::CaseResult result_of(const endpoint::Fault& fault, const std::string& id) {
  auto ran = run(fault, {id});
  if (!ran) throw std::runtime_error(describe(ran.error()));
  return std::move(ran->results.cases.at(0));
}

model::CaseResult shown(const std::string& fault, const std::string& id) {
  static const auto faults = endpoint::load_faults(specs + "faults.yaml").value();
  return result_of(endpoint::pick_faults(faults, {fault}).value().front(), id);
}

endpoint::Fault fault_of(const std::string& yaml) {
  return endpoint::faults_from_yaml("format: 1\nfaults:\n  - " + yaml + "\n", "faults.yaml").value().front();
}

TEST(BrokenAnswers, ABodyThatIsCutIsNoAnswer) {
  for (const auto& [fault, id] : {std::pair{"download-cut", "get-blob/success"}, {"list-cut", "list-blobs/success"}}) {
    const auto result = shown(fault, id);
    EXPECT_EQ(result.verdict, Verdict::indeterminate) << fault;
    EXPECT_THAT(result.detail, HasSubstr("no answer to GET")) << fault;
  }
}

TEST(BrokenAnswers, ALateAnswerIsNone) {
  const auto result = shown("range-late", "get-blob-range/open");
  EXPECT_EQ(result.verdict, Verdict::indeterminate);
  EXPECT_EQ(result_of(fault_of("{name: a, title: a, answer: {late_ms: 1}}"), "get-blob/success").verdict,
            Verdict::pass);
}

TEST(BrokenAnswers, AConnectionThatEndsIsNoAnswer) {
  EXPECT_EQ(shown("range-hangs-up", "get-blob-range/open").verdict, Verdict::indeterminate);
  EXPECT_EQ(shown("upload-unanswered", "put-blob/properties").verdict, Verdict::indeterminate);
}

TEST(BrokenAnswers, AnErrorThatIsCutIsNoAnswerEither) {
  const auto fault = fault_of("{name: a, title: a, answer: {statuses: ['404'], cut_after: 10}}");
  EXPECT_EQ(result_of(fault, "get-blob/missing").verdict, Verdict::indeterminate);
}

TEST(BrokenAnswers, ACutBehindTheEndIsNone) {
  const auto fault = fault_of("{name: a, title: a, answer: {cut_after: 1000000}}");
  for (const auto* id : {"get-blob/success", "list-blobs/success", "get-blob/missing"})
    EXPECT_EQ(result_of(fault, id).verdict, Verdict::pass) << id;
}

// Judged as any other value: the case says that clients keep this field.
TEST(BrokenAnswers, AFieldThatStandsTwiceIsAWrongValue) {
  const auto result = shown("etag-twice", "get-blob/success");
  EXPECT_EQ(result.verdict, Verdict::fail);
  ASSERT_FALSE(result.findings.empty());
  EXPECT_EQ(result.findings.front().expectation, "header ETag");
  EXPECT_THAT(result.findings.front().actual, HasSubstr("\", \""));
}

TEST(BrokenAnswers, AnEndpointThatNeverAnswersEndsTheRun) {
  const auto ran = run(fault_of("{name: a, title: a, answer: {never: true}}"), {"get-blob/success"});
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().category, model::Category::endpoint) << describe(ran.error());
}

}  // namespace
}  // namespace blobgauge
