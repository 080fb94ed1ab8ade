// Executables of real clients: what is read from them without their source, against what they send when they run.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "analyzer/compare.h"
#include "analyzer/static_surface.h"
#include "model/file.h"
#include "model/process.h"
#include "model/surface_diff.h"
#include "model/temporary.h"

namespace blobgauge::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;
namespace fs = std::filesystem;

const std::string sdk = "github.com/Azure/azure-sdk-for-go/sdk/storage/";
const std::string old_sdk = "github.com/Azure/azure-storage-blob-go/azblob";

// A program that comes to every function.
struct Everywhere : Ways {
  explicit Everywhere(const Facts& all) : facts(all) {}
  bool reachable(int) const override { return true; }
  model::Level level(int) const override { return model::Level::reachable; }
  std::vector<std::vector<std::string>> to(int function, const std::string& at, std::size_t) const override {
    return {{frame(facts.functions[function], at)}};
  }
  const Facts& facts;
};

class Executables : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = model::TemporaryFolder::create();
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
  }

  std::string path(const std::string& name) const { return folder_->path() + "/" + name; }

  static std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
  }

  void run(std::vector<std::string> arguments) const {
    model::ProcessRequest request;
    request.command = std::move(arguments);
    request.command.insert(request.command.begin(), BLOBGAUGE_PROGRAM);
    request.folder = BLOBGAUGE_SOURCE_DIR;
    request.environment = {{"XDG_CACHE_HOME", path("cache")}};
    request.time_limit = std::chrono::seconds{240};
    const auto outcome = model::run_process(request);
    ASSERT_TRUE(outcome) << describe(outcome.error());
    ASSERT_EQ(outcome->exit_code, 0) << outcome->out << outcome->err;
  }

  // What the executable can do, what it was seen to do, and the facts of its libraries.
  struct Program {
    model::Surface executable, observed;
    Facts facts;
    ClientRules rules;
  };

  // `no_flag`: an option of the scenarios that the release does not know.
  void read(Program& into, const std::string& client, const std::string& file, const std::string& release,
            const std::string& no_flag = {}) const {
    const auto name = client + "-" + release;
    run({"analyze", "go", "--binary", file, "--release", release, "--facts", path(name + ".jsonl"), "-o",
         path(name + ".yaml")});
    if (HasFatalFailure()) return;
    const auto scenarios = path(name + "-scenarios");
    fs::copy(BLOBGAUGE_SOURCE_DIR "/specs/scenarios", scenarios, fs::copy_options::recursive);
    if (!no_flag.empty()) {
      auto text = *model::read_file(scenarios + "/" + client + ".yaml");
      for (auto at = text.find(", " + no_flag); at != text.npos; at = text.find(", " + no_flag))
        text.erase(at, no_flag.size() + 2);
      ASSERT_TRUE(model::write_file(scenarios + "/" + client + ".yaml", text));
    }
    // What a scenario ends with is not asked here: a release may not know a command.
    model::ProcessRequest request;
    request.command = {BLOBGAUGE_PROGRAM,
                       "verify",
                       "--clients",
                       client,
                       "--client",
                       client + "=" + file,
                       "--scenarios",
                       scenarios,
                       "--jobs",
                       "4",
                       "--traces",
                       path(name + "-traces"),
                       "-o",
                       path(name + ".json")};
    request.folder = BLOBGAUGE_SOURCE_DIR;
    request.time_limit = std::chrono::seconds{200};
    const auto verified = model::run_process(request);
    ASSERT_TRUE(verified) << describe(verified.error());
    std::vector<std::string> infer{"infer", "--client", client, "--release", release, "-o", path(name + "-seen.yaml")};
    for (const auto& entry : fs::directory_iterator(path(name + "-traces")))
      if (entry.path().extension() == ".zst") infer.push_back(entry.path());
    run(std::move(infer));
    if (HasFatalFailure()) return;
    auto executable = model::load_surface(path(name + ".yaml"));
    auto observed = model::load_surface(path(name + "-seen.yaml"));
    auto facts = load_facts(path(name + ".jsonl"));
    auto rules = load_client_rules(BLOBGAUGE_SOURCE_DIR "/specs/clients/" + client + ".yaml");
    ASSERT_TRUE(executable && observed && facts && rules);
    into = {std::move(*executable), std::move(*observed), std::move(*facts), std::move(*rules)};
  }

  // Everything that was seen is predicted, nothing that is predicted for sure is missing, and each operation that can
  // be reached has a chain from a root.
  static void predicts(const Program& program, std::size_t operations) {
    CompareOptions options;
    const auto catalogue = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue");
    ASSERT_TRUE(catalogue);
    for (const auto role : {"sas", "snapshot", "version-id"})
      for (const auto& name : catalogue->role_names(role)) options.of_address.push_back(name);
    const auto comparison = compare(program.executable, program.observed, options);
    EXPECT_TRUE(comparison.unpredicted.empty() && comparison.contradicted.empty()) << to_text(comparison);
    EXPECT_GE(comparison.agreements[0].both, operations);
    EXPECT_EQ(program.executable.kind, "executable");
    for (const auto& [name, operation] : program.executable.operations) {
      ASSERT_FALSE(operation.evidence.empty()) << name;
      const auto& chain = program.executable.evidence.at(operation.evidence.front()).lines;
      EXPECT_THAT(chain.front(), HasSubstr("(root)")) << name;
      EXPECT_GE(chain.size(), 2U) << name;
    }
  }

  static std::vector<std::string> operations(const model::Surface& surface, model::Level level) {
    std::vector<std::string> out;
    for (const auto& [name, operation] : surface.operations)
      if (operation.level == level) out.push_back(name);
    return out;
  }

  // The functions that make requests which the catalogue does not know, were all of them reached.
  static std::vector<std::string> unclassified(const Program& program) {
    const auto catalogue = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue");
    const Everywhere ways(program.facts);
    ExecutableProgram everywhere;
    everywhere.ways = &ways;
    const auto result = infer_executable(program.facts, program.rules, *catalogue, everywhere);
    EXPECT_TRUE(result);
    std::vector<std::string> out;
    const auto found = result->surface.operations.find("unclassified");
    if (found != result->surface.operations.end())
      for (const auto& id : found->second.evidence) out.push_back(result->surface.evidence.at(id).lines.front());
    return out;
  }

  static int builders(const Program& program, const std::string& package) {
    return static_cast<int>(
        std::count_if(program.facts.requests.begin(), program.facts.requests.end(), [&](const RequestMade& request) {
          return request.function && program.facts.functions[request.function].package == package;
        }));
  }

  std::optional<model::TemporaryFolder> folder_;
};

TEST_F(Executables, AzCopyOfThreeReleases) {
  const auto newest = variable("BLOBGAUGE_AZCOPY"), middle = variable("BLOBGAUGE_AZCOPY_10_18"),
             oldest = variable("BLOBGAUGE_AZCOPY_10_10");
  if (newest.empty() || middle.empty() || oldest.empty() || variable("BLOBGAUGE_GO_FRONTEND").empty())
    GTEST_SKIP() << "AzCopy or the Go front end is not set (tools/setup --print)";
  Program new_one, middle_one, old_one;
  read(new_one, "azcopy", newest, "10.32.2");
  if (HasFatalFailure()) return;
  predicts(new_one, 14);
  EXPECT_EQ(builders(new_one, sdk + "azblob/internal/generated"), 69);
  EXPECT_THAT(unclassified(new_one), IsEmpty());
  // A reading of its source by hand gives 28 builders, of which one makes two operations; a listing without a delimiter
  // is another operation than one with it, and both have builders here.
  EXPECT_THAT(operations(new_one.executable, model::Level::reachable), SizeIs(29));
  EXPECT_THAT(new_one.executable.other_services["dfs"], SizeIs(18));
  EXPECT_THAT(new_one.executable.other_services["file"], SizeIs(50));

  // The option came later.
  read(middle_one, "azcopy", middle, "10.18.1", "--skip-version-check");
  if (HasFatalFailure()) return;
  predicts(middle_one, 14);
  EXPECT_EQ(builders(middle_one, old_sdk), 67);
  EXPECT_THAT(unclassified(middle_one), IsEmpty());

  read(old_one, "azcopy", oldest, "10.10.0", "--skip-version-check");
  if (HasFatalFailure()) return;
  predicts(old_one, 9);
  EXPECT_EQ(builders(old_one, old_sdk), 67);
  // This SDK tried requests of hierarchical accounts on the blob client, and no version of the service has them there.
  EXPECT_THAT(unclassified(old_one), ElementsAre(HasSubstr("(azblob.blobClient).renamePreparer"),
                                                 HasSubstr("(azblob.blobClient).setAccessControlPreparer")));

  const auto changed = [](const model::Surface& a, const model::Surface& b, model::Grade grade) {
    std::vector<std::string> out;
    for (const auto& change : model::diff(a, b))
      if (change.grade == grade && (change.what == "operation" || change.what == "level"))
        out.push_back(change.operation);
    return out;
  };
  EXPECT_THAT(changed(old_one.executable, middle_one.executable, model::Grade::breaking),
              IsSupersetOf({"Put Blob From URL", "Set Blob Metadata", "Set Blob Tier"}));
  EXPECT_THAT(changed(old_one.executable, middle_one.executable, model::Grade::harmless),
              IsSupersetOf({"Copy Blob From URL"}));
  EXPECT_THAT(changed(middle_one.executable, new_one.executable, model::Grade::breaking),
              ElementsAre("Delete Container"));
}

TEST_F(Executables, RcloneOfOurOwnMainPackage) {
  const auto rclone = variable("BLOBGAUGE_RCLONE");
  if (rclone.empty() || variable("BLOBGAUGE_GO_FRONTEND").empty())
    GTEST_SKIP() << "rclone or the Go front end is not set (tools/setup --print)";
  Program program;
  read(program, "rclone", rclone, "1.75.1");
  if (HasFatalFailure()) return;
  predicts(program, 12);
  EXPECT_EQ(program.executable.client, "rclone");
  EXPECT_THAT(unclassified(program), IsEmpty());
  // Its own builder of listings beside the SDK's.
  EXPECT_EQ(builders(program, "github.com/rclone/rclone/backend/azureblob/arrowlist"), 1);
  // What its source shows, read by another way to the end, is reachable here too.
  const auto source = model::load_surface(BLOBGAUGE_SOURCE_DIR "/specs/surfaces/rclone-1.75.1-static.yaml");
  ASSERT_TRUE(source) << describe(source.error());
  std::vector<std::string> named;
  for (const auto& [name, operation] : source->operations) named.push_back(name);
  EXPECT_EQ(operations(program.executable, model::Level::reachable), named);
}

}  // namespace
}  // namespace blobgauge::analyzer
