// Google Cloud Storage's JSON API as data: its requests are classified, inferred, made a spec and replayed by the same
// code that serves Azure Blob.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "analyzer/observed.h"
#include "model/classifier.h"
#include "replayer/runner.h"
#include "replayer/selection.h"
#include "replayer/spec_builder.h"
#include "replayer/spec_lint.h"
#include "wire/server.h"

namespace blobgauge {
namespace {

using model::Verdict;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string folder = BLOBGAUGE_SOURCE_DIR "/tests/gcs";

// As much of the service as five operations need.
class Store {
 public:
  bool loses_bytes = false;

  Store() {
    server_ =
        std::move(*wire::Server::start(runtime_, {}, [this](wire::Transaction& request) { return answer(request); }));
    runtime_.start();
  }
  ~Store() {
    runtime_.stop();
    server_.reset();
  }
  std::string url() const { return "http://" + server_->address(); }

 private:
  wire::Task<> answer(wire::Transaction& request) {
    const std::string method(request.head().method), target(request.head().target);
    const auto body = (co_await request.read_all(1 << 20)).value_or("");
    const auto path = target.substr(0, target.find('?'));
    const bool media = target.find("alt=media") != std::string::npos;
    int status = 404;
    std::string text;
    model::Headers headers;
    headers.add("Content-Type", "application/json; charset=UTF-8");
    if (method == "POST" && path == "/storage/v1/b") {
      status = 200;
    } else if (method == "POST" && path.starts_with("/upload")) {
      const auto name = target.substr(target.find("name=") + 5);
      objects_[path.substr(std::string("/upload").size()) + "/" + name] = loses_bytes ? "" : body;
      status = 200;
    } else if (method == "GET" && path.ends_with("/o")) {
      status = 200;
      text = "{}";
    } else if (const auto found = objects_.find(path); method == "GET" && found != objects_.end()) {
      status = 200;
      text = media ? found->second : "{}";
    } else if (method == "DELETE") {
      status = objects_.erase(path) || path.find("/o/") == std::string::npos ? 204 : 404;
    }
    (void)co_await request.respond(status, "", headers, text);
  }

  wire::Runtime runtime_;
  std::map<std::string, std::string> objects_;
  std::unique_ptr<wire::Server> server_;
};

class GcsTest : public testing::Test {
 protected:
  GcsTest() {
    auto catalogue = model::Catalogue::load(folder + "/catalogue");
    auto suite = replayer::load_suite(folder + "/cases");
    auto policy = replayer::load_policy(folder + "/policy.yaml");
    if (!catalogue || !suite || !policy)
      throw std::runtime_error(describe(!catalogue ? catalogue.error() : !suite ? suite.error() : policy.error()));
    catalogue_ = std::move(*catalogue);
    suite_ = std::move(*suite);
    policy_ = std::move(*policy);
  }

  static model::Exchange exchange(std::string method, std::string target, int status = 200) {
    model::Exchange out;
    out.request.method = std::move(method);
    out.request.host = "storage.googleapis.com";
    out.request.target = std::move(target);
    out.request.headers.add("User-Agent", "gsutil/5.30");
    out.response.status = status;
    return out;
  }
  // What a client was seen to send: each operation once.
  static std::vector<model::Exchange> recorded() {
    return {exchange("POST", "/upload/storage/v1/b/bucket/o?uploadType=media&name=a"),
            exchange("GET", "/storage/v1/b/bucket/o?prefix=a&delimiter=%2F"),
            exchange("GET", "/storage/v1/b/bucket/o/a%2Fb"), exchange("GET", "/storage/v1/b/bucket/o/a%2Fb?alt=media"),
            exchange("DELETE", "/storage/v1/b/bucket/o/a%2Fb", 204)};
  }
  std::string name_of(const model::Exchange& exchange) const {
    return std::string(model::Classifier(catalogue_).classify(exchange).name);
  }
  model::Spec spec() const {
    const model::Classifier classifier(catalogue_);
    analyzer::ObserveOptions options;
    options.client = "gsutil";
    options.release = "5.30";
    options.scenario = "gsutil/cp";
    analyzer::Observer observer(analyzer::vocabulary_of(catalogue_), options);
    for (const auto& each : recorded()) observer.add(each, classifier.classify(each).name);
    auto spec = replayer::build_spec({catalogue_,
                                      suite_,
                                      policy_,
                                      {{"gsutil/cp", "gsutil", "copy", {}}},
                                      {observer.finish()},
                                      std::nullopt,
                                      {},
                                      {}});
    if (!spec) throw std::runtime_error(describe(spec.error()));
    return std::move(*spec);
  }

  model::Catalogue catalogue_;
  replayer::Suite suite_;
  replayer::Policy policy_;
};

TEST_F(GcsTest, ItsRequestsAreClassified) {
  std::vector<std::string> names;
  for (const auto& each : recorded()) names.push_back(name_of(each));
  EXPECT_THAT(names, ElementsAre("Objects: insert", "Objects: list", "Objects: get", "Objects: get (media)",
                                 "Objects: delete"));
  // What is not among the five is never taken for a neighbour.
  for (const auto& other :
       {exchange("POST", "/storage/v1/b/bucket/o/a/compose"), exchange("GET", "/storage/v1/b/bucket"),
        exchange("GET", "/storage/v1/b/bucket/o/a?alt=json5"),
        exchange("POST", "/upload/storage/v1/b/bucket/o?uploadType=resumable&name=a")})
    EXPECT_EQ(name_of(other), "unclassified") << other.request.target;
}

TEST_F(GcsTest, ASpecIsMadeOfWhatWasSeen) {
  const auto made = spec();
  ASSERT_EQ(made.operations.size(), 5u);
  for (const auto& operation : made.operations) {
    EXPECT_EQ(operation.tier, "mvp") << operation.operation;
    EXPECT_FALSE(operation.cases.empty()) << operation.operation;
  }
  for (const auto& finding : replayer::lint(made, suite_)) EXPECT_FALSE(finding.gap) << finding.what;
  const auto again = model::spec_from_yaml(to_yaml(made), "spec");
  ASSERT_TRUE(again) << describe(again.error());
  EXPECT_EQ(to_yaml(*again), to_yaml(made));
}

TEST_F(GcsTest, ItsCasesAreReplayed) {
  Store store;
  const auto profile = model::profile_from_yaml(
      "format: 1\nname: gcs\nurl: " + store.url() + "\nstyle: host\naccount: storage\napi_version: v1\n", "profile");
  ASSERT_TRUE(profile) << describe(profile.error());
  const auto made = spec();
  const auto cases = replayer::select(suite_, made, {}, {});
  ASSERT_TRUE(cases) << describe(cases.error());
  replayer::RunOptions options;
  options.auth = "none";
  const auto verdicts = [&]() {
    std::vector<std::string> not_passed;
    const auto run = replayer::run_cases(suite_, made, *profile, *cases, options);
    if (!run) return std::vector<std::string>{describe(run.error())};
    EXPECT_EQ(run->results.cases.size(), 6u);
    for (const auto& item : run->results.cases)
      if (item.verdict != Verdict::pass)
        not_passed.push_back(item.id + " " + std::string(model::name_of(item.verdict)));
    return not_passed;
  };
  EXPECT_THAT(verdicts(), IsEmpty());
  store.loses_bytes = true;
  EXPECT_THAT(verdicts(), testing::UnorderedElementsAre("insert/success fail", "media/success fail"));
}

}  // namespace
}  // namespace blobgauge
