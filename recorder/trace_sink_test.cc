#include "recorder/trace_sink.h"

#include <gmock/gmock.h>

#include <deque>
#include <filesystem>

#include "model/temporary.h"
#include "recorder/test_sink.h"

namespace blobgauge::recorder {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class Rotation : public testing::Test {
 protected:
  std::shared_ptr<TraceSink> sink(TraceSink::Rotation rotation) {
    const auto open = [](const std::string& path) {
      return model::create_trace(path, {}, model::Redaction(*test_catalogue()));
    };
    return TraceSink::create(folder_.path() + "/run.trace.zst", rotation, open).value();
  }
  model::RedactedExchange exchange(std::uint64_t number, std::int64_t started_ns) {
    auto& out = exchanges_.emplace_back();
    out.number = number;
    out.started_ns = started_ns;
    out.request.method = "GET";
    out.request.target = "/";
    return model::Redaction(model::SecretNames{}).redact(out);
  }
  // Name, exchanges and end of every file.
  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      const auto reader = model::open_trace(entry.path()).value();
      std::string text = entry.path().filename().string() + ":";
      model::Exchange each;
      while (reader->next(each).value()) text += " " + std::to_string(each.number);
      EXPECT_TRUE(reader->end().complete);
      out.push_back(text + " exit " + std::to_string(reader->end().client_exit));
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  model::TemporaryFolder folder_ = model::TemporaryFolder::create().value();
  std::deque<model::Exchange> exchanges_;
};

TEST_F(Rotation, WithoutOneThereIsOneFile) {
  const auto to = sink({});
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(to->write(exchange(i, i), false));
  ASSERT_TRUE(to->finish(7));
  EXPECT_THAT(files(), ElementsAre("run.trace.zst: 1 2 3 exit 7"));
}

TEST_F(Rotation, BySizeEveryPartIsAWholeTrace) {
  const auto to = sink({1, 0s});
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(to->write(exchange(i, i), false));
  ASSERT_TRUE(to->finish(7));
  EXPECT_THAT(files(), ElementsAre("run-00001.trace.zst: 1 exit -1", "run-00002.trace.zst: 2 exit -1",
                                   "run-00003.trace.zst: 3 exit 7"));
}

TEST_F(Rotation, ByTimeItIsTheExchangesTime) {
  const auto to = sink({0, 10s});
  for (const int second : {100, 105, 109, 110, 200})
    ASSERT_TRUE(to->write(exchange(second, second * 1'000'000'000LL), false));
  ASSERT_TRUE(to->finish(-1));
  EXPECT_THAT(files(), ElementsAre("run-00001.trace.zst: 100 105 109 exit -1", "run-00002.trace.zst: 110 exit -1",
                                   "run-00003.trace.zst: 200 exit -1"));
}

TEST_F(Rotation, ARecordingWithoutExchangesIsOnePart) {
  ASSERT_TRUE(sink({1, 1s})->finish(0));
  EXPECT_THAT(files(), ElementsAre("run-00001.trace.zst: exit 0"));
}

TEST(PartPath, TheNumberStandsBeforeTheFirstDotOfTheName) {
  EXPECT_EQ(part_path("a.b/run.trace.zst", 1), "a.b/run-00001.trace.zst");
  EXPECT_EQ(part_path("run", 12), "run-00012");
  EXPECT_EQ(part_path("x/.hidden", 3), "x/.hidden-00003");
}

}  // namespace
}  // namespace blobgauge::recorder
