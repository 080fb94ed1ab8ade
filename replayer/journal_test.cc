#include "replayer/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "model/file.h"
#include "model/temporary.h"

namespace blobgauge::replayer {
namespace {

using model::CaseResult;
using model::Verdict;
using testing::HasSubstr;

CaseResult one(std::string id) {
  CaseResult out;
  out.id = std::move(id);
  out.verdict = Verdict::fail;
  out.detail = "two\nlines \xff";
  out.findings.push_back({model::Weight::breaks, "status", "201", "500", "why", "PUT /c -> 500", "put"});
  model::Exchange exchange;
  exchange.request.method = "PUT";
  out.exchanges = {exchange};
  return out;
}

class JournalTest : public testing::Test {
 protected:
  std::vector<std::string> resumed() {
    std::vector<CaseResult> finished;
    const auto journal = Journal::resume(path_, "run", finished);
    EXPECT_TRUE(journal) << describe(journal.error());
    std::vector<std::string> ids;
    for (const auto& item : finished) ids.push_back(item.id);
    return ids;
  }
  void fill() {
    auto journal = Journal::create(path_, "run");
    ASSERT_TRUE(journal) << describe(journal.error());
    ASSERT_TRUE(journal->add(one("a")));
    ASSERT_TRUE(journal->add(one("b")));
  }
  const model::TemporaryFolder folder_ = *model::TemporaryFolder::create();
  const std::string path_ = folder_.path() + "/r.json.partial";
};

TEST_F(JournalTest, KeepsWhatWasFinished) {
  fill();
  std::vector<CaseResult> finished;
  auto journal = Journal::resume(path_, "run", finished);
  ASSERT_TRUE(journal);
  ASSERT_EQ(finished.size(), 2u);
  EXPECT_EQ(finished[0].findings[0].actual, "500");
  EXPECT_EQ(finished[1].exchanges.size(), 1u);
  ASSERT_TRUE(journal->add(one("c")));
  EXPECT_EQ(resumed(), (std::vector<std::string>{"a", "b", "c"}));
  journal->remove();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

// Killed at any byte: every case whose line was whole is there, and what is added next is whole too.
TEST_F(JournalTest, AnEndAnywhereLosesNoWholeLine) {
  fill();
  const auto whole = *model::read_file(path_);
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    std::ofstream(path_, std::ios::binary) << whole.substr(0, length);
    const auto text = std::string_view(whole).substr(0, length);
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    {
      std::vector<CaseResult> finished;
      auto journal = Journal::resume(path_, "run", finished);
      ASSERT_TRUE(journal) << length << ": " << describe(journal.error());
      EXPECT_EQ(finished.size(), lines ? lines - 1 : 0) << length;
      ASSERT_TRUE(journal->add(one("z")));
    }
    EXPECT_EQ(resumed().back(), "z") << length;
  }
}

TEST_F(JournalTest, NobodysVerdictsAreWrittenOver) {
  fill();
  const auto again = Journal::create(path_, "run");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().category, model::Category::usage);
  EXPECT_THAT(describe(again.error()), HasSubstr("--resume"));
  std::vector<CaseResult> finished;
  const auto other = Journal::resume(path_, "another run", finished);
  ASSERT_FALSE(other);
  EXPECT_THAT(describe(other.error()), HasSubstr("is of another run"));
  EXPECT_EQ(resumed().size(), 2u);
}

TEST_F(JournalTest, RefusesWhatIsNone) {
  for (const auto* text :
       {"not a journal\n", "[]\n", "{\"journal\":2,\"run\":\"run\"}\n", "{}\n",
        "{\"journal\":1,\"run\":\"run\"}\nno case\n", "{\"journal\":1,\"run\":\"run\"}\n{\"id\":1}\n"}) {
    std::ofstream(path_, std::ios::binary) << text;
    std::vector<CaseResult> finished;
    const auto journal = Journal::resume(path_, "run", finished);
    ASSERT_FALSE(journal) << text;
    EXPECT_EQ(journal.error().category, model::Category::input) << text;
  }
}

TEST_F(JournalTest, SaysThatTheDiskIsFull) {
  const auto journal = Journal::create(folder_.path() + "/no/such/folder", "run");
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().category, model::Category::output);
}

}  // namespace
}  // namespace blobgauge::replayer
