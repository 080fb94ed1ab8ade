#include "clients/culprit.h"

#include <gtest/gtest.h>

namespace blobgauge::clients {
namespace {

using model::Exchange;

Exchange exchange(std::string operation, std::string method, std::string target, int status, std::string reason = {}) {
  Exchange made;
  made.operation = std::move(operation);
  made.request.method = std::move(method);
  made.request.target = std::move(target);
  made.response.status = status;
  made.response.reason = std::move(reason);
  return made;
}

class Culprit : public testing::Test {
 protected:
  std::string find(const std::vector<Exchange>& exchanges, std::string about = {}) {
    return culprit(exchanges, std::move(about)).text;
  }
  clients::Culprit culprit(const std::vector<Exchange>& exchanges, std::string about = {}) {
    CulpritQuery query;
    query.exchanges = &exchanges;
    query.scenario = &scenario;
    query.about = std::move(about);
    query.container = "bg-1";
    query.error_code_header = "x-ms-error-code";
    query.hidden_queries = {"sig", "sv"};
    return find_culprit(query);
  }
  Scenario scenario;
};

TEST_F(Culprit, IsNotAnExpectedAnswer) {
  scenario.expected_answers = {{"Get Blob Properties", 404}};
  const std::vector<Exchange> all{exchange("Get Blob Properties", "HEAD", "/bg-1/a", 404),
                                  exchange("Put Blob (block)", "PUT", "/bg-1/a", 500, "Internal Server Error")};
  EXPECT_EQ(find(all), "Put Blob (block): PUT /{container}/a -> 500 Internal Server Error");
}

TEST_F(Culprit, IsTheFirstAndCountsItsRepetitions) {
  std::vector<Exchange> all;
  for (int i = 0; i < 3; ++i)
    all.push_back(exchange("Put Block From URL", "PUT", "/bg-1/a?comp=block&blockid=" + std::to_string(i), 501));
  all[0].response.headers.add("x-ms-error-code", "APINotImplemented");
  all.push_back(exchange("Delete Blob", "DELETE", "/bg-1/a", 404));
  EXPECT_EQ(find(all),
            "Put Block From URL: PUT /{container}/a?comp=block&blockid=0 -> 501  (APINotImplemented) (3 times)");
}

TEST_F(Culprit, IsNotWhatTheClientRecoveredFrom) {
  const std::vector<Exchange> all{exchange("Put Blob (block)", "PUT", "/bg-1/a?sig=x", 503),
                                  exchange("Put Blob (block)", "PUT", "/bg-1/a?sig=y", 201),
                                  exchange("Set Blob Tier", "PUT", "/bg-1/a?comp=tier", 400, "Bad Request")};
  EXPECT_EQ(find(all), "Set Blob Tier: PUT /{container}/a?comp=tier -> 400 Bad Request");
}

TEST_F(Culprit, CanBeAnAnswerThatNeverCame) {
  const std::vector<Exchange> all{exchange("List Blobs", "GET", "/bg-1?comp=list", 0)};
  EXPECT_EQ(find(all), "List Blobs: GET /{container}?comp=list -> no answer");
}

TEST_F(Culprit, CanBeAnAnswerThatWasCut) {
  std::vector<Exchange> all{exchange("Get Blob", "GET", "/bg-1/a", 200, "OK")};
  all[0].response.body.complete = false;
  EXPECT_EQ(find(all), "Get Blob: GET /{container}/a -> 200 OK, cut");
}

TEST_F(Culprit, IsTheCarrierOfWrongBytesWhereEveryAnswerLookedRight) {
  const std::vector<Exchange> all{exchange("Put Blob (block)", "PUT", "/bg-1/tree%2Fa%20b?sv=1&sig=x", 201, "Created"),
                                  exchange("Put Blob (block)", "PUT", "/bg-1/tree%2Fc", 201, "Created")};
  EXPECT_EQ(find(all, "tree/a b"), "Put Blob (block): PUT /{container}/tree%2Fa%20b -> 201 Created");
  EXPECT_EQ(find(all, "elsewhere"), "after Put Blob (block): PUT /{container}/tree%2Fc -> 201 Created");
}

// The endpoint was sent to a host that it could not know.
TEST_F(Culprit, SaysWhereItHangsOnASourceThatWasNotMapped) {
  const std::string mark = "x-ms-copy-source: host not mapped: no mapping is for it";
  std::vector<Exchange> all{exchange("Copy Blob", "PUT", "/bg-1/a", 202),
                            exchange("Put Blob From URL", "PUT", "/bg-1/b", 404),
                            exchange("Get Blob Properties", "HEAD", "/bg-1/a", 200)};
  EXPECT_EQ(culprit(all).unmapped, "");
  all[1].marks = {"server: a.test mapped to b.test", mark};
  EXPECT_EQ(culprit(all).unmapped, mark);
  // Another request broke it.
  all[1].marks.clear();
  all[0].marks = {mark};
  EXPECT_EQ(culprit(all).unmapped, "");
  // None did by its answer: what an asynchronous copy came to is seen elsewhere.
  all[1].response.status = 201;
  EXPECT_EQ(culprit(all, "a").unmapped, mark);
}

TEST_F(Culprit, IsNobodyWhereNothingWasSent) { EXPECT_EQ(find({}), ""); }

}  // namespace
}  // namespace blobgauge::clients
