// HAR between this program and those that others have: what it exports is held against the schema of har-validator and
// given to Chromium's own importer; what Chromium and mitmdump write is imported. None of them knows of the other.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "endpoint/server.h"
#include "model/file.h"
#include "model/process.h"
#include "model/temporary.h"
#include "model/text.h"
#include "model/trace.h"
#include "model/url.h"
#include "tests/peers/background.h"

namespace blobgauge {
namespace {

using nlohmann::json;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

class HarE2e : public testing::Test {
 protected:
  // Programs to be found in the environment; the test is skipped without them.
  bool need(const char* name) {
    if (!environment(name).empty()) return true;
    why_not_ = fmt::format("{} is not set (tools/test --full sets it, where it can be had)", name);
    return false;
  }
  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  std::string target(const std::string& rest) const { return "/" + std::string(endpoint::default_account) + rest; }

  model::ProcessOutcome run(std::vector<std::string> command) const {
    model::ProcessRequest request;
    request.command = std::move(command);
    request.folder = BLOBGAUGE_SOURCE_DIR;
    request.environment = {{"NO_PROXY", "*"}};
    request.time_limit = std::chrono::seconds(140);
    auto outcome = model::run_process(request);
    EXPECT_TRUE(outcome) << describe(outcome.error());
    return outcome.value_or(model::ProcessOutcome{-1, false, {}, {}, {}});
  }
  void expect_run(std::vector<std::string> command) const {
    const auto outcome = run(std::move(command));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  }
  static std::string tests(const std::string& name) { return BLOBGAUGE_SOURCE_DIR "/tests/har/" + name; }

  void start_endpoint() {
    endpoint::ServerOptions options;
    options.tokens = {token_};
    endpoint_ = endpoint::Server::start(options).value();
  }
  // Requests of many kinds, to whoever listens at `port`.
  void visit(std::uint16_t port) const {
    httplib::Client client("127.0.0.1", port);
    const httplib::Headers bearer = {{"x-ms-version", "2022-11-02"}, {"Authorization", "Bearer " + token_}};
    auto upload = bearer;
    upload.emplace("x-ms-blob-type", "BlockBlob");
    upload.emplace("x-ms-meta-Words", "gr\xC3\xBCn; \"quoted\"");
    ASSERT_TRUE(client.Put(target("/box?restype=container"), bearer, "", "text/plain"));
    ASSERT_TRUE(client.Put(
        target("/box?restype=container&comp=acl"),
        {{"x-ms-version", "2022-11-02"}, {"Authorization", "Bearer " + token_}, {"x-ms-blob-public-access", "blob"}},
        "", "text/plain"));
    ASSERT_TRUE(client.Put(target("/box/a%20b%2B%C3%BC.bin"), upload, std::string("\0\xFF\xFE bytes", 9), "image/png"));
    ASSERT_TRUE(client.Put(target("/box/page.html"), upload, page(), "text/html"));
    ASSERT_TRUE(client.Get(target("/box?restype=container&comp=list&prefix="), bearer));
    ASSERT_TRUE(client.Get(target("/box/a%20b%2B%C3%BC.bin"), bearer));
    ASSERT_TRUE(client.Head(target("/box/page.html"), bearer));
    ASSERT_TRUE(
        client.Get(target("/box/none?sv=2020-08-04&sig=c2VjcmV0&sp=r&sr=b&se=2030-01-01"), {{"Cookie", "a=b"}}));
    ASSERT_TRUE(client.Delete(target("/box/a%20b%2B%C3%BC.bin"), bearer));
  }
  static std::string page() {
    return "<!doctype html><title>t</title><img src='missing.png'><script src='page.js'></script>";
  }

  // A HAR file of what the recorder saw of visit().
  void record_and_export() {
    start_endpoint();
    peers::Background recorder(
        {BLOBGAUGE_PROGRAM, "record", "--mode", "reverse", "--target",
         fmt::format("http://127.0.0.1:{}", endpoint_->port()), "--keep-body", "65536", "-o", path("run.trace")},
        {{"HOME", folder_.path()}});
    const auto line = recorder.line_with("recording on");
    visit(static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1))));
    ASSERT_EQ(recorder.end(), 0);
    trace_ = read("run.trace");
    ASSERT_EQ(trace_.size(), 9u);
    expect_run({BLOBGAUGE_PROGRAM, "export", "har", path("run.trace"), "-o", path("run.har")});
  }
  static std::vector<std::string> lines_of(const model::Headers& headers) {
    std::vector<std::string> out;
    for (const auto& header : headers) out.push_back(header.name + ": " + header.value);
    return out;
  }
  std::vector<model::Exchange> read(const std::string& name) const {
    std::vector<model::Exchange> out;
    const auto reader = model::open_trace(path(name));
    EXPECT_TRUE(reader) << describe(reader.error());
    for (model::Exchange exchange; reader && (*reader)->next(exchange).value_or(false); exchange = {})
      out.push_back(std::move(exchange));
    EXPECT_TRUE(reader && (*reader)->end().complete);
    return out;
  }

  const std::string token_ = "a.token.of.the-test";
  model::TemporaryFolder folder_ = model::TemporaryFolder::create().value();
  std::unique_ptr<endpoint::Server> endpoint_;
  std::vector<model::Exchange> trace_;
  std::string why_not_;
};

TEST_F(HarE2e, TheSchemaOfHarValidatorAcceptsAnExport) {
  if (!need("BLOBGAUGE_HAR_VALIDATOR")) GTEST_SKIP() << why_not_;
  record_and_export();
  if (HasFatalFailure()) return;
  expect_run({"node", tests("validate.js"), path("run.har")});
  // That it does refuse: one entry without the status of its answer, one with a date that is none.
  const auto exported = json::parse(model::read_file(path("run.har")).value());
  auto broken = exported;
  broken["log"]["entries"][0]["response"].erase("status");
  ASSERT_TRUE(model::write_file(path("broken.har"), broken.dump()));
  EXPECT_EQ(run({"node", tests("validate.js"), path("broken.har")}).exit_code, 1);
  broken = exported;
  broken["log"]["entries"][0]["startedDateTime"] = "yesterday";
  ASSERT_TRUE(model::write_file(path("broken.har"), broken.dump()));
  EXPECT_EQ(run({"node", tests("validate.js"), path("broken.har")}).exit_code, 1);
}

TEST_F(HarE2e, ChromiumsImporterTakesAnExport) {
  if (!need("BLOBGAUGE_CHROMIUM")) GTEST_SKIP() << why_not_;
  record_and_export();
  if (HasFatalFailure()) return;
  const auto outcome = run({"node", tests("chromium.js"), "import", path("run.har")});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto lines = model::split(outcome.out, '\n');
  ASSERT_EQ(lines.size(), trace_.size() + 1) << outcome.out;  // the last ends the last line
  const auto names = [](const model::Headers& headers) {
    std::vector<std::string> out;
    for (const auto& header : headers) out.push_back(header.name);
    return out;
  };
  for (std::size_t i = 0; i < trace_.size(); ++i) {
    const auto seen = json::parse(lines[i]);
    const auto& exchange = trace_[i];
    EXPECT_EQ(seen["method"], exchange.request.method);
    EXPECT_EQ(seen["url"], "http://" + exchange.request.host + exchange.request.target);
    EXPECT_EQ(seen["status"], exchange.response.status);
    EXPECT_EQ(seen["requestHeaders"], json(names(exchange.request.headers)));
    EXPECT_EQ(seen["responseHeaders"], json(names(exchange.response.headers)));
    EXPECT_EQ(seen["size"], exchange.response.body.size);
    EXPECT_NEAR(seen["started"].get<double>(), static_cast<double>(exchange.started_ns) / 1e9, 0.002);
    EXPECT_NEAR(seen["seconds"].get<double>(), static_cast<double>(exchange.total_ns) / 1e9, 0.002);
  }
}

TEST_F(HarE2e, WhatChromiumWroteIsImported) {
  if (!need("BLOBGAUGE_CHROMIUM")) GTEST_SKIP() << why_not_;
  start_endpoint();
  visit(endpoint_->port());
  if (HasFatalFailure()) return;
  expect_run({"node", tests("chromium.js"), "record", path("chromium.har"),
              fmt::format("http://127.0.0.1:{}{}", endpoint_->port(), target("/box/page.html"))});
  expect_run({BLOBGAUGE_PROGRAM, "import", "har", path("chromium.har"), "-o", path("chromium.trace")});
  std::map<std::string, model::Exchange> seen;
  for (auto& exchange : read("chromium.trace")) seen[exchange.request.target] = exchange;
  ASSERT_TRUE(seen.contains(target("/box/page.html")));
  const auto& page_read = seen[target("/box/page.html")];
  EXPECT_EQ(page_read.operation, "Get Blob");
  EXPECT_EQ(page_read.response.status, 200);
  EXPECT_EQ(page_read.response.headers.get("x-ms-blob-type"), "BlockBlob");
  EXPECT_EQ(page_read.response.body.size, page().size());
  EXPECT_EQ(page_read.request.host, fmt::format("127.0.0.1:{}", endpoint_->port()));
  EXPECT_FALSE(page_read.request.headers_complete);
  EXPECT_GT(page_read.started_ns, 0);
  ASSERT_TRUE(seen.contains(target("/box/missing.png")));
  EXPECT_EQ(seen[target("/box/missing.png")].response.status, 404);
  EXPECT_TRUE(seen.contains(target("/box/page.js")));
}

TEST_F(HarE2e, WhatMitmdumpWroteIsImported) {
  if (!need("BLOBGAUGE_MITMDUMP")) GTEST_SKIP() << why_not_;
  start_endpoint();
  const auto upstream = fmt::format("http://127.0.0.1:{}", endpoint_->port());
  peers::Background recorder(
      {BLOBGAUGE_PROGRAM, "record", "--mode", "reverse", "--target", upstream, "-o", path("between.trace")},
      {{"HOME", folder_.path()}});
  const auto line = recorder.line_with("recording on");
  const auto between = line.substr(line.find("http://"));
  peers::Background mitmdump(
      {environment("BLOBGAUGE_MITMDUMP"), "--mode", "reverse:" + between.substr(0, between.find_first_of(", \n")),
       "--listen-host", "127.0.0.1", "--listen-port", "0", "--set", "keep_host_header=true", "--set",
       "confdir=" + path("mitm"), "--set", "hardump=" + path("mitm.har")},
      {{"HOME", folder_.path()}, {"PATH", environment("PATH")}, {"PYTHONUNBUFFERED", "1"}});
  const auto ready = mitmdump.line_with("listening at");
  ASSERT_NE(ready, "");
  visit(static_cast<std::uint16_t>(std::stoi(ready.substr(ready.rfind(':') + 1))));
  mitmdump.end();
  ASSERT_EQ(recorder.end(), 0);
  if (HasFatalFailure()) return;
  expect_run({BLOBGAUGE_PROGRAM, "import", "har", path("mitm.har"), "-o", path("mitm.trace")});

  const auto recorded = read("between.trace"), imported = read("mitm.trace");
  ASSERT_EQ(recorded.size(), 9u);
  ASSERT_EQ(imported.size(), recorded.size());
  for (std::size_t i = 0; i < recorded.size(); ++i) {
    const auto &mine = recorded[i], &theirs = imported[i];
    SCOPED_TRACE(mine.request.method + " " + mine.request.target);
    EXPECT_EQ(theirs.operation, mine.operation);
    EXPECT_EQ(theirs.request.method, mine.request.method);
    EXPECT_EQ(theirs.request.target, mine.request.target);
    EXPECT_EQ(theirs.response.status, mine.response.status);
    EXPECT_EQ(theirs.response.reason, mine.response.reason);
    EXPECT_TRUE(theirs.request.headers_complete);
    EXPECT_EQ(lines_of(theirs.request.headers), lines_of(mine.request.headers));
    EXPECT_EQ(lines_of(theirs.response.headers), lines_of(mine.response.headers));
    EXPECT_EQ(theirs.response.body.size, mine.response.body.size);
    if (!theirs.response.body.sha256.empty()) {
      EXPECT_EQ(theirs.response.body.sha256, mine.response.body.sha256);
    }
  }
}

}  // namespace
}  // namespace blobgauge
