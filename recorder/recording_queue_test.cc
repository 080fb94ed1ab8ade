#include "recorder/recording_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <string>
#include <vector>

namespace blobgauge::recorder {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// A sink that writes nothing until it is told to.
class Stalled : public testing::Test {
 protected:
  RecordingQueue queue(QueueOptions options) {
    return {runtime_, options, [this](const model::Exchange& exchange, bool more) {
              if (!begun_.try_wait()) begun_.count_down();
              go_.wait();
              written_.push_back(exchange.request.target + (exchange.marks.empty() ? "" : ": " + exchange.marks[0]));
              more_.push_back(more);
            }};
  }
  static model::Exchange exchange(std::string target, std::size_t kept = 0) {
    model::Exchange out;
    out.request.target = std::move(target);
    if (kept) out.response.body.bytes = std::string(kept, 'x');
    return out;
  }
  void go() { go_.count_down(); }

  wire::Runtime runtime_;
  std::latch begun_{1};  // the sink has the first exchange, so what is put from now on is of a later batch
  std::latch go_{1};
  std::vector<std::string> written_;
  std::vector<bool> more_;
};

TEST_F(Stalled, WhatWaitsIsWrittenInOrderAndTheWriterKnowsThatMoreFollows) {
  auto to = queue({});
  runtime_.run(to.put(exchange("/1")));
  begun_.wait();
  for (const char* target : {"/2", "/3", "/4"}) runtime_.run(to.put(exchange(target)));
  go();
  to.finish();
  EXPECT_THAT(written_, ElementsAre("/1", "/2", "/3", "/4"));
  EXPECT_THAT(more_, ElementsAre(false, true, true, false));
  EXPECT_EQ(to.dropped(), 0u);
}

TEST_F(Stalled, DropsAndCountsAndMarksTheGap) {
  auto to = queue({.bytes = 3000, .drop = true});
  runtime_.run(to.put(exchange("/1")));
  runtime_.run(to.put(exchange("/2", 5000)));  // less than its measure waits, so it is taken
  for (int i = 0; i < 3; ++i) runtime_.run(to.put(exchange("/lost")));
  EXPECT_EQ(to.dropped(), 3u);
  to.put_now(exchange("/6"));
  go();
  to.finish();
  EXPECT_THAT(written_,
              ElementsAre("/1", "/2", "/6: recorder: 3 exchanges before this one were dropped, the queue was full"));
}

TEST_F(Stalled, WaitsForRoomButNotForEver) {
  auto to = queue({.bytes = 1, .longest_wait = 20ms});
  runtime_.run(to.put(exchange("/1")));
  runtime_.run(to.put(exchange("/late")));
  EXPECT_EQ(to.dropped(), 1u);
  go();
  to.finish();
  EXPECT_THAT(written_, ElementsAre("/1"));
}

TEST_F(Stalled, GoesOnWhenThereIsRoom) {
  auto to = queue({.bytes = 1, .longest_wait = 60s});
  runtime_.run(to.put(exchange("/1")));
  const auto unblock = [&]() -> wire::Task<> {
    go();
    co_return;
  };
  runtime_.run(wire::both(to.put(exchange("/2")), unblock()));
  to.finish();
  EXPECT_THAT(written_, ElementsAre("/1", "/2"));
  EXPECT_EQ(to.dropped(), 0u);
}

TEST_F(Stalled, NothingIsWrittenOfNothing) {
  auto to = queue({});
  to.finish();
  to.finish();
  EXPECT_THAT(written_, IsEmpty());
}

}  // namespace
}  // namespace blobgauge::recorder
