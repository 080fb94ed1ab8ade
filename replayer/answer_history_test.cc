#include "replayer/answer_history.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace blobgauge::replayer {
namespace {

using model::Exchange;

model::AnswerRules rules() {
  model::AnswerRules out;
  out.masks = {"*REDACTED*"};
  auto& history = out.history;
  history.state = "ETag";
  history.reads = {"Get Blob*"};
  history.unless_query = {"snapshot"};
  history.unless_answer = {"x-ms-copy-status=pending"};
  history.same = {"Last-Modified", "Content-Type"};
  history.same_in_writes = {"Last-Modified"};
  history.open = "x-ms-meta-";
  history.md5 = "Content-MD5";
  history.range = "Content-Range";
  history.writes = {{{"Put Blob (block)"}, true, {{"Content-Type", {"x-ms-blob-content-type", "Content-Type"}}}, true}};
  return out;
}

Exchange put() {
  Exchange exchange;
  exchange.number = 1;
  exchange.request.method = "PUT";
  exchange.request.host = "acct.blob.core.windows.net";
  exchange.request.target = "/c/b?sig=REDACTED";
  exchange.request.headers = {
      {"Content-Length", "5"}, {"x-ms-blob-content-type", "text/plain"}, {"x-ms-meta-Colour", "blue"}};
  exchange.response.status = 201;
  exchange.response.headers = {{"ETag", "\"0x8D1\""},
                               {"Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="},
                               {"Last-Modified", "Mon, 30 Nov 2026 12:00:00 GMT"}};
  return exchange;
}

Exchange get() {
  Exchange exchange;
  exchange.number = 2;
  exchange.request.method = "GET";
  exchange.request.host = "acct.blob.core.windows.net";
  exchange.request.target = "/c/b";
  exchange.response.status = 200;
  exchange.response.headers = {{"ETag", "\"0x8D1\""},
                               {"Content-Length", "5"},
                               {"content-type", "text/plain"},
                               {"x-ms-meta-colour", "blue"},
                               {"Last-Modified", "Mon, 30 Nov 2026 12:00:00 GMT"}};
  exchange.response.body.bytes = "hello";
  exchange.response.body.size = 5;
  return exchange;
}

// Ids of what the second of both says differently, and "all" before them if anything was compared.
std::string differences(const Exchange& first, const std::string& one, const Exchange& second, const std::string& two) {
  AnswerHistoryBook book(rules());
  std::vector<AnswerHistoryBook::Comparison> found;
  book.add(first, one, Fidelity::brought, found);
  book.add(second, two, Fidelity::brought, found);
  std::string out = found.empty() ? "" : "all";
  for (const auto& item : found)
    if (!item.holds) out += " " + book.facts()[item.fact];
  return out;
}

TEST(AnswerHistory, AStateSaysTheSameInAnyOrder) {
  EXPECT_EQ(differences(put(), "Put Blob (block)", get(), "Get Blob"), "all");
  EXPECT_EQ(differences(get(), "Get Blob", put(), "Put Blob (block)"), "all");
  EXPECT_EQ(differences(get(), "Get Blob", get(), "Get Blob"), "all");
}

TEST(AnswerHistory, NoticesWhatWasLostOrChanged) {
  const auto after = [](auto change) {
    auto changed = get();
    change(changed.response);
    return differences(put(), "Put Blob (block)", changed, "Get Blob");
  };
  EXPECT_EQ(after([](auto& answer) { answer.body.bytes = "hellO"; }), "all history-content");
  EXPECT_EQ(after([](auto& answer) { answer.headers.set("Content-Length", "4"); }), "all history-size");
  EXPECT_EQ(after([](auto& answer) { answer.headers.remove("x-ms-meta-colour"); }), "all history-metadata");
  EXPECT_EQ(after([](auto& answer) { answer.headers.set("x-ms-meta-colour", "red"); }), "all history-metadata");
  EXPECT_EQ(after([](auto& answer) { answer.headers.set("Content-Type", "text/html"); }), "all history-content-type");
  EXPECT_EQ(after([](auto& answer) { answer.headers.set("Last-Modified", "Mon, 30 Nov 2026 12:00:01 GMT"); }),
            "all history-last-modified");
  EXPECT_EQ(after([](auto& answer) {
              answer.status = 206;
              answer.headers.add("Content-Range", "bytes 0-1/6");
            }),
            "all history-size");
}

TEST(AnswerHistory, ComparesOnlyWhatIsCertain) {
  const auto after = [](auto change) {
    auto changed = get();
    changed.response.headers.set("Content-Type", "text/html");
    change(changed);
    return differences(put(), "Put Blob (block)", changed, "Get Blob");
  };
  EXPECT_EQ(after([](auto& other) { other.response.headers.set("ETag", "\"0x8D2\""); }), "");
  EXPECT_EQ(after([](auto& other) { other.request.target = "/c/b2"; }), "");
  EXPECT_EQ(after([](auto& other) { other.request.target = "/c/b?snapshot=2026"; }), "");
  EXPECT_EQ(after([](auto& other) { other.response.headers.add("x-ms-copy-status", "pending"); }), "");
  EXPECT_EQ(after([](auto& other) { other.response.headers.set("Content-Type", "REDACTED"); }), "all");
  auto headless = put();
  headless.request.headers_complete = false;
  headless.request.headers.remove("x-ms-meta-Colour");
  EXPECT_EQ(differences(headless, "Put Blob (block)", get(), "Get Blob"), "all");
}

TEST(AnswerHistory, AMutantIsHeldAgainstWhatOthersSaidOnly) {
  AnswerHistoryBook book(rules());
  std::vector<AnswerHistoryBook::Comparison> found;
  book.add(put(), "Put Blob (block)", Fidelity::brought, found);
  auto mutant = put();
  mutant.response.headers.set("Last-Modified", "Mon, 30 Nov 2026 12:00:01 GMT");
  book.compare(mutant, "Put Blob (block)", Fidelity::brought, found);
  EXPECT_TRUE(found.empty());
  book.add(get(), "Get Blob", Fidelity::brought, found);
  book.compare(mutant, "Put Blob (block)", Fidelity::brought, found);
  EXPECT_TRUE(std::any_of(found.begin(), found.end(), [](const auto& item) { return !item.holds && item.with == 2; }));
}

TEST(AnswerHistory, MemoryIsBounded) {
  AnswerHistoryBook book(rules());
  std::vector<AnswerHistoryBook::Comparison> found;
  auto one = get();
  for (std::size_t i = 0; i < AnswerHistoryBook::most_states + 10; ++i) {
    one.request.target = "/c/" + std::to_string(i);
    book.add(one, "Get Blob", Fidelity::brought, found);
    ASSERT_TRUE(found.empty());
  }
  one.request.target = "/c/0";
  book.add(one, "Get Blob", Fidelity::brought, found);
  EXPECT_TRUE(found.empty());
  book.add(one, "Get Blob", Fidelity::brought, found);
  EXPECT_FALSE(found.empty());
}

}  // namespace
}  // namespace blobgauge::replayer
