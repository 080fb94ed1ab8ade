#include "recorder/client_finder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "recorder/test_peers.h"

namespace blobgauge::recorder {
namespace {

using testing_peers::Origin;
using testing_peers::Socket;

TEST(ClientFinder, FindsTheProcessAtTheOtherEnd) {
  Origin origin([](Socket& socket) { socket.until("\n"); });
  auto socket = Socket::to(origin.port());
  ClientFinder finder;
  const auto own = fmt::format("127.0.0.1:{}", origin.port());
  finder.look_for(7, fmt::format("127.0.0.1:{}", socket.port()), own);
  finder.settle();
  EXPECT_EQ(finder.found(7).id, ::getpid());
  EXPECT_FALSE(finder.found(7).name.empty());
  EXPECT_EQ(finder.found(8), model::ClientProcess{});
  socket.say("\n");
}

TEST(ClientFinder, SaysNothingOfWhoIsNotHere) {
  ClientFinder finder;
  finder.look_for(1, "192.0.2.1:5", "192.0.2.2:6");
  finder.look_for(2, "127.0.0.1:1", "127.0.0.1:2");  // no such connection
  finder.look_for(3, "a lost peer", "");
  finder.look_for(4, "[::1]:1", "[::1]:2");
  finder.settle();
  for (int connection = 1; connection <= 4; ++connection) EXPECT_EQ(finder.found(connection).id, 0);
}

}  // namespace
}  // namespace blobgauge::recorder
