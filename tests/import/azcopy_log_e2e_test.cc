// A real AzCopy is recorded while it writes its log, and the log is imported: both must tell of the same requests. The
// recorder knows nothing of the log and the importer nothing of the wire.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "model/file.h"
#include "model/process.h"
#include "model/temporary.h"
#include "model/trace.h"
#include "model/url.h"

namespace blobgauge {
namespace {

namespace fs = std::filesystem;
using model::Exchange;

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

// What both must agree on. The log sorts the query and encodes it anew, so it is compared decoded and sorted.
std::string essence(const Exchange& exchange) {
  const auto& target = exchange.request.target;
  const auto mark = std::min(target.find('?'), target.size());
  std::vector<std::string> query;
  for (const auto& parameter : model::parse_query(std::string_view(target).substr(std::min(mark + 1, target.size()))))
    query.push_back(parameter.name + "=" + parameter.value);
  std::sort(query.begin(), query.end());
  return fmt::format("{} {} {}{}?{}", exchange.operation, exchange.request.method, exchange.request.host,
                     target.substr(0, mark), fmt::join(query, "&"));
}

class AzcopyLogE2e : public testing::Test {
 protected:
  void SetUp() override {
    azcopy_ = std::getenv("BLOBGAUGE_AZCOPY");
    if (!azcopy_ || !*azcopy_) GTEST_SKIP() << "BLOBGAUGE_AZCOPY is not set (tools/setup --print shows how)";
    auto folder = model::TemporaryFolder::create();
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
  }

  std::string path(const std::string& name) const { return folder_->path() + "/" + name; }

  void run(std::vector<std::string> arguments) const {
    model::ProcessRequest request;
    request.command = std::move(arguments);
    request.command.insert(request.command.begin(), BLOBGAUGE_PROGRAM);
    request.folder = BLOBGAUGE_SOURCE_DIR;
    request.time_limit = std::chrono::seconds{240};
    const auto outcome = model::run_process(request);
    ASSERT_TRUE(outcome) << describe(outcome.error());
    ASSERT_EQ(outcome->exit_code, 0) << outcome->out << outcome->err;
  }

  // The scenarios as they are, but for the level, and the log kept.
  void verify(const std::string& scenario, std::string_view level) const {
    fs::copy(BLOBGAUGE_SOURCE_DIR "/specs/scenarios", path("scenarios"), fs::copy_options::recursive);
    auto text = model::read_file(path("scenarios/azcopy.yaml"));
    ASSERT_TRUE(text);
    replace_all(*text, "{work}/log", path("log"));
    replace_all(*text, "--skip-version-check]", fmt::format("--skip-version-check, --log-level={}]", level));
    ASSERT_TRUE(model::write_file(path("scenarios/azcopy.yaml"), *text));
    run({"verify", "--clients", "azcopy", "--select", "azcopy/" + scenario, "--scenarios", path("scenarios"),
         "--traces", path("traces"), "-o", path("results.json")});
  }

  // The log of the job, its -scanning log before it.
  std::vector<std::string> logs() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(path("log")))
      if (entry.is_regular_file() && !entry.path().string().ends_with("-chunks.log")) out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
  }

  std::vector<Exchange> exchanges(const std::string& name) const {
    std::vector<Exchange> out;
    const auto reader = model::open_trace(path(name));
    EXPECT_TRUE(reader) << describe(reader.error());
    if (!reader) return out;
    for (;;) {
      Exchange exchange;
      const auto more = (*reader)->next(exchange);
      EXPECT_TRUE(more) << describe(more.error());
      if (!more || !*more) break;
      out.push_back(std::move(exchange));
    }
    EXPECT_TRUE((*reader)->end().complete);
    return out;
  }

  const char* azcopy_ = nullptr;
  std::optional<model::TemporaryFolder> folder_;
};

TEST_F(AzcopyLogE2e, ADebugLogTellsWhatTheRecorderSaw) {
  verify("copy-blob-blocks", "DEBUG");
  if (HasFatalFailure()) return;
  auto arguments = logs();
  arguments.insert(arguments.begin(), {"import", "azcopy-log", "-o", path("log.trace")});
  run(std::move(arguments));
  if (HasFatalFailure()) return;

  const auto id_of = [](const Exchange& exchange) {
    return std::string(exchange.request.headers.get("x-ms-client-request-id"));
  };
  std::map<std::string, Exchange> recorded;
  for (auto& exchange : exchanges("traces/azcopy-copy-blob-blocks.trace.zst")) recorded[id_of(exchange)] = exchange;
  const auto logged = exchanges("log.trace");
  EXPECT_GE(logged.size(), 9U);
  for (const auto& exchange : logged) {
    const auto found = recorded.find(id_of(exchange));
    ASSERT_NE(found, recorded.end()) << essence(exchange);
    const auto& seen = found->second;
    EXPECT_EQ(essence(exchange), essence(seen));
    EXPECT_EQ(exchange.response.status, seen.response.status);
    EXPECT_EQ(exchange.response.reason, seen.response.reason);
    // What the log has of heads is what crossed the wire, the request's names in the spelling that was sent.
    for (const auto& header : exchange.request.headers) {
      const auto same = std::find_if(seen.request.headers.begin(), seen.request.headers.end(),
                                     [&](const auto& other) { return other.name == header.name; });
      ASSERT_NE(same, seen.request.headers.end()) << header.name;
      if (header.value.find("://") == std::string::npos) {
        EXPECT_EQ(header.value, same->value) << header.name;
      }
    }
    for (const auto& header : exchange.response.headers)
      EXPECT_EQ(header.value, seen.response.headers.get(header.name)) << header.name;
    // The log's clock has whole seconds.
    EXPECT_LT(std::abs(exchange.started_ns - seen.started_ns), 2'500'000'000) << essence(exchange);
    recorded.erase(found);
  }
  for (const auto& [id, exchange] : recorded) ADD_FAILURE() << "not in the log: " << essence(exchange);
}

TEST_F(AzcopyLogE2e, ItsLogIsScrubbedToATraceWithoutSecrets) {
  verify("copy-down-missing", "DEBUG");
  if (HasFatalFailure()) return;
  const auto found = logs();
  ASSERT_FALSE(found.empty());
  const auto& log = found.back();
  run({"import", "azcopy-log", log, "-o", path("log.trace")});
  run({"trace", "scrub", log, "-o", path("clean.trace")});
  run({"trace", "audit", path("clean.trace")});
  if (HasFatalFailure()) return;
  const auto logged = exchanges("log.trace"), clean = exchanges("clean.trace");
  ASSERT_EQ(clean.size(), logged.size());
  ASSERT_FALSE(clean.empty());
  for (std::size_t i = 0; i < clean.size(); ++i) EXPECT_EQ(essence(clean[i]), essence(logged[i]));
}

}  // namespace
}  // namespace blobgauge
