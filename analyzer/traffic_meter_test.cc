#include "analyzer/traffic_meter.h"

#include <gtest/gtest.h>

namespace blobgauge::analyzer {
namespace {

class TrafficMeterTest : public ::testing::Test {
 protected:
  void send(const std::string& operation, const std::string& method, const std::string& target, std::uint64_t size = 0,
            int status = 201) {
    model::Exchange exchange;
    exchange.number = ++number_;
    exchange.started_ns = static_cast<std::int64_t>(10 * number_);
    exchange.total_ns = 5;
    exchange.request.method = method;
    exchange.request.host = "host";
    exchange.request.target = target;
    exchange.request.framing = size ? model::Framing::length : model::Framing::none;
    exchange.request.body.size = size;
    exchange.response.status = status;
    meter_.add(exchange, operation);
  }

  static std::string orders(const model::ScenarioTraffic& traffic) {
    std::string text;
    for (const auto& [operations, order] : traffic.orders)
      text += (text.empty() ? "" : "; ") + model::text_of(operations, order);
    return text;
  }

  TrafficMeter meter_;
  std::uint64_t number_ = 0;
};

TEST_F(TrafficMeterTest, CountsForARunAFileAndABlock) {
  for (const std::string file : {"a", "b"}) {
    send("Get Blob Properties", "HEAD", "/c/" + file, 0, 404);
    for (const std::string id : {"1", "2", "3"})
      send("Put Block", "PUT", "/c/" + file + "?comp=block&blockid=" + id, id == "3" ? 5 : 8);
    send("Put Block List", "PUT", "/c/" + file + "?comp=blocklist", 100);
  }
  send("Put Block", "PUT", "/c/d?comp=block&blockid=1", 8);
  const auto traffic = meter_.finish();
  EXPECT_EQ(traffic.runs, 1U);
  const auto& block = traffic.operations.at("Put Block");
  EXPECT_EQ(text_of(block.requests), "7");
  EXPECT_EQ(text_of(block.resources), "3");
  EXPECT_EQ(text_of(block.per_resource), "1 to 3");
  EXPECT_EQ(text_of(block.per_target), "1");
  EXPECT_EQ(text_of(block.sent), "5, 8");
  EXPECT_EQ(orders(traffic),
            "Get Blob Properties -> Put Block; Get Blob Properties -> Put Block List; "
            "Put Block -> Put Block List");
  EXPECT_EQ(traffic.operations.at("Get Blob Properties").errors.at(404), (model::OperationTraffic::Errors{2, 0}));
}

TEST_F(TrafficMeterTest, TellsWhichErrorsAreTriedAgain) {
  send("Put Block", "PUT", "/c/a?comp=block&blockid=1", 8, 503);
  send("Put Block", "PUT", "/c/a?comp=block&blockid=2", 8, 503);
  send("Put Block", "PUT", "/c/a?comp=block&blockid=1", 8, 0);
  send("Put Block", "PUT", "/c/a?comp=block&blockid=1", 8);
  const auto traffic = meter_.finish();
  const auto& block = traffic.operations.at("Put Block");
  EXPECT_EQ(text_of(block.per_target), "1 to 3");
  EXPECT_EQ(block.errors.at(503), (model::OperationTraffic::Errors{2, 1}));
  EXPECT_EQ(block.errors.at(0), (model::OperationTraffic::Errors{1, 1}));
}

TEST_F(TrafficMeterTest, GoesByTheTimeAndNotByThePlaceInTheTrace) {
  const auto exchange = [&](std::uint64_t number, std::int64_t from, std::int64_t to, const char* operation) {
    model::Exchange one;
    one.number = number;
    one.started_ns = from;
    one.total_ns = to - from;
    one.request.method = "PUT";
    one.request.target = std::string("/c/a?comp=") + operation;
    meter_.add(one, operation);
  };
  exchange(1, 30, 35, "List");
  exchange(2, 10, 20, "Block");
  exchange(3, 15, 30, "Block");
  exchange(4, 12, 40, "Account");
  EXPECT_EQ(orders(meter_.finish()), "Account <-> Block; Account <-> List; Block -> List");
}

TEST_F(TrafficMeterTest, LeavesLengthsOfXmlOut) {
  model::Exchange listing;
  listing.request.framing = model::Framing::length;
  listing.request.headers.add("Content-Type", "application/xml");
  listing.request.body.size = 99;
  listing.response.status = 200;
  listing.response.headers.add("Content-Type", "application/xml; charset=utf-8");
  listing.response.body.size = 77;
  meter_.add(listing, "List Blobs (flat)");
  const auto traffic = meter_.finish();
  EXPECT_TRUE(traffic.operations.at("List Blobs (flat)").sent.each.empty());
  EXPECT_TRUE(traffic.operations.at("List Blobs (flat)").received.each.empty());
}

TEST_F(TrafficMeterTest, IsBounded) {
  for (std::size_t i = 0; i <= TrafficMeter::most_requests; ++i) send("Get Blob", "GET", "/c/a");
  for (std::size_t i = 0; i < 40; ++i) send("Get Blob", "GET", "/c/b");
  const auto traffic = meter_.finish();
  EXPECT_TRUE(traffic.cut);
  EXPECT_EQ(traffic.operations.at("Get Blob").requests.most, TrafficMeter::most_requests + 41);
  EXPECT_EQ(text_of(traffic.operations.at("Get Blob").resources), "1");
}

TEST_F(TrafficMeterTest, SaysNothingOfTheOrderWhereTimesAreNotKnown) {
  model::Exchange exchange;
  exchange.request.target = "/c/a";
  meter_.add(exchange, "A");
  meter_.add(exchange, "B");
  EXPECT_TRUE(meter_.finish().orders.empty());
}

}  // namespace
}  // namespace blobgauge::analyzer
