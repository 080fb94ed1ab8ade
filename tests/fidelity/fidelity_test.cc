// What a client sends is what the server gets, and what the trace says: thousands of random valid messages, sent
// straight and through the recorder to a server that parses nothing, and compared byte for byte.
//
// A failure prints its seed and the whole conversation; BLOBGAUGE_SEED=N plays that one alone.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "tests/fidelity/run.h"

namespace blobgauge::fidelity {
namespace {

struct Way {
  const char* name;
  Mode mode;
  std::size_t conversations;  // of the default tier
};

class Fidelity : public testing::TestWithParam<Way> {};

std::string marks_of_last(Stage& stage) {
  const auto& told = stage.told();
  std::string out = "the trace ends with\n";
  for (auto i = told.size() - std::min<std::size_t>(told.size(), 3); i < told.size(); ++i)
    out += fmt::format("{} {}: {}\n", told[i].request.method, shown(told[i].request.target),
                       fmt::join(told[i].marks, " / "));
  return out;
}

TEST_P(Fidelity, WhatIsSaidArrivesByteForByteAndIsToldAsItWas) {
  const auto& way = GetParam();
  const char* one = std::getenv("BLOBGAUGE_SEED");
  const auto count = one ? 1 : way.conversations * (std::getenv("BLOBGAUGE_LONG") ? 20 : 1);
  const std::uint64_t first = one ? std::strtoull(one, nullptr, 0) : 1'000'000;
  Stage stage(way.mode);
  const auto form = way.mode == Mode::absolute ? Form::absolute : Form::origin;
  std::map<std::string, Conversation> played;  // by target
  std::size_t messages = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto conversation = random_conversation(seed, stage.authority(), form);
    const auto told = fmt::format("BLOBGAUGE_SEED={}\n", seed);
    // The straight way shows that the script is one that a client and a server can play.
    if (one || seed % 4 == 0) {
      const auto plain = random_conversation(seed, stage.authority(), Form::origin);
      const auto straight = stage.play(stage.straight(), plain.client, plain.server);
      ASSERT_EQ(difference(plain.seen, straight.server.bytes), "") << told << dump(plain);
      ASSERT_EQ(difference(plain.answered, straight.client.bytes), "") << told << dump(plain);
      ASSERT_EQ(straight.client.end, Heard::End::orderly) << told << dump(plain);
    }
    const auto through = stage.play(stage.through(), conversation.client, conversation.server);
    const auto problem = difference(conversation.seen, through.server.bytes) +
                         difference(conversation.answered, through.client.bytes) +
                         (through.client.end == Heard::End::orderly ? "" : "the client's end is not orderly\n") +
                         (through.more == 0 ? "" : "more than one connection came to the server\n");
    ASSERT_EQ(problem, "") << (through.arrived ? "" : "nothing came to the server\n") << told << dump(conversation)
                           << marks_of_last(stage);
    messages += 2 * conversation.exchanges.size();
    for (const auto& each : conversation.exchanges) {
      auto alone = conversation;
      alone.exchanges = {each};
      played.emplace(each.target, std::move(alone));
    }
  }
  std::size_t exchanges = 0;
  for (const auto& exchange : stage.told()) {
    const auto found = played.find(exchange.request.target);
    ASSERT_NE(found, played.end()) << "told, and never said: " << shown(exchange.request.target);
    ASSERT_EQ(untrue(exchange, found->second.exchanges.front(), way.mode, stage.authority()), "")
        << "BLOBGAUGE_SEED=0x" << found->second.id << "\n"
        << dump(found->second);
    ++exchanges;
  }
  EXPECT_EQ(exchanges * 2, messages);
  fmt::print("{} messages on {} connections\n", messages, count);
}

INSTANTIATE_TEST_SUITE_P(Ways, Fidelity,
                         testing::Values(Way{"Reverse", Mode::reverse, 500}, Way{"AbsoluteForm", Mode::absolute, 300},
                                         Way{"Intercepted", Mode::intercepted, 150}),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace blobgauge::fidelity
