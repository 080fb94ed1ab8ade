// Executables of real clients: what is read from them without their source, against what they send when they run.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "analyzer/compare.h"
#include "analyzer/executable_requests.h"
#include "analyzer/executable_ways.h"
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

  static double decided_share(const Program& program) {
    const auto slots = compare(program.executable, program.observed).slots;
    return slots.all ? static_cast<double>(slots.decided()) / static_cast<double>(slots.all) : 1;
  }

  // "Put Blob From URL, Set Blob Tier": what `b` reaches and `a` does not.
  static std::string reached_anew(const model::Surface& a, const model::Surface& b) {
    std::vector<std::string> names;
    const auto before = operations(a, model::Level::reachable);
    for (const auto& name : operations(b, model::Level::reachable))
      if (std::find(before.begin(), before.end(), name) == before.end()) names.push_back(name);
    return fmt::format("{}", fmt::join(names, ", "));
  }

  // The row of docs/accuracy.md for two releases.
  static std::string row_of_release_diff(const Program& a, const Program& b) {
    const auto cell = [](const std::string& text) { return text.empty() ? std::string(" |") : " " + text + " |"; };
    return fmt::format("| {} | {} |{}{}\n", a.executable.release, b.executable.release,
                       cell(reached_anew(a.executable, b.executable)), cell(reached_anew(b.executable, a.executable)));
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

  // Each operation's level, from the machine code alone.
  std::map<std::string, model::Level> levels(const std::string& file) const {
    std::map<std::string, model::Level> found;
    run({"analyze", "go", "--binary", file, "--operations-only", "-o", path("levels.yaml")});
    const auto surface = model::load_surface(path("levels.yaml"));
    EXPECT_TRUE(surface) << describe(surface.error());
    if (!surface) return found;
    for (const auto& [name, operation] : surface->operations) found[name] = operation.level;
    return found;
  }

  // Where neither a network nor a module is at hand, the operations come from the machine code: by another way, and
  // from the same requests.
  void agrees_without_source(const Program& program, const std::string& file) const {
    model::ProcessRequest request;
    request.command = {BLOBGAUGE_PROGRAM, "analyze", "go", "--binary", file, "-o", path("alone.yaml")};
    request.folder = BLOBGAUGE_SOURCE_DIR;
    request.environment = {
        {"XDG_CACHE_HOME", path("no-cache")}, {"GOMODCACHE", path("no-modules")}, {"GOPROXY", "off"}};
    const auto outcome = model::run_process(request);
    ASSERT_TRUE(outcome) << describe(outcome.error());
    ASSERT_EQ(outcome->exit_code, 0) << outcome->err;
    EXPECT_THAT(outcome->err, HasSubstr("operations alone are named"));
    EXPECT_EQ(std::count(outcome->err.begin(), outcome->err.end(), '\n'), 1) << outcome->err;
    const auto alone = model::load_surface(path("alone.yaml"));
    ASSERT_TRUE(alone) << describe(alone.error());
    EXPECT_TRUE(alone->operations_only);
    for (const auto level : {model::Level::reachable, model::Level::by_reflection, model::Level::safe_bound})
      EXPECT_EQ(operations(*alone, level), operations(program.executable, level));
    for (const auto& [name, operation] : alone->operations) {
      EXPECT_TRUE(operation.query.empty() && operation.request_headers.empty()) << name;
      const auto& by_source = program.executable.operations.at(name);
      ASSERT_FALSE(operation.evidence.empty()) << name;
      EXPECT_EQ(alone->evidence.at(operation.evidence.front()),
                program.executable.evidence.at(by_source.evidence.front()))
          << name;
    }
    EXPECT_EQ(alone->other_services, program.executable.other_services);
    EXPECT_THAT(alone->unresolved,
                ::testing::Contains(HasSubstr("headers and parameters of all operations are missing")));
    const auto comparison = compare(*alone, program.observed);
    EXPECT_TRUE(comparison.unpredicted.empty() && comparison.operations_only) << to_text(comparison);
  }

  // "PUT query comp=list": what a builder surely sends, with its value where that is constant.
  static std::map<std::string, std::set<std::string>> surely_sent(const Facts& facts, const ClientRules& rules) {
    const ValueFlow flow(facts);
    std::map<std::string, std::set<std::string>> out;
    for (const auto& shape : shape_requests(facts, flow, {rules.outside, {}})) {
      const auto& function = facts.functions[facts.requests[shape.request].function];
      if (std::none_of(rules.builders.begin(), rules.builders.end(),
                       [&](const auto& builder) { return builder.package == function.package; }))
        continue;
      auto& lines = out[linker_symbol(function)];
      for (const auto& method : shape.method.constants) lines.insert(method);
      for (const auto* fields : {&shape.query, &shape.headers})
        for (const auto& [key, field] : *fields) {
          if (field.presence != model::Presence::always || field.name.back() == '*') continue;
          // Of a body a helper writes these; the machine code of the builder itself is read.
          if (key == "content-type" || key == "content-length") continue;
          const bool constant = field.value.kind == model::ValueKind::constant;
          lines.insert(fmt::format("{} {}={}", fields == &shape.query ? "query" : "header", field.name,
                                   constant ? *field.value.values.begin() : "?"));
        }
    }
    return out;
  }

  // The same request, builder by builder, in the library's source and in the machine code; also of builders that the
  // program never comes to.
  static void reads_the_same_requests(const Program& program, const std::string& file) {
    const auto executable = gobinary::Executable::open(file);
    ASSERT_TRUE(executable) << describe(executable.error());
    const auto reach = gobinary::Reach::compute(*executable);
    ASSERT_TRUE(reach) << describe(reach.error());
    const auto code = surely_sent(facts_of_machine_code(*executable, *reach, program.rules), program.rules);
    auto source = surely_sent(program.facts, program.rules);
    std::erase_if(source, [&](const auto& builder) { return executable->named(builder.first).empty(); });
    ASSERT_GT(code.size(), 10U);
    for (const auto& [builder, sent] : source) {
      ASSERT_TRUE(code.count(builder)) << builder;
      EXPECT_EQ(code.at(builder), sent) << builder;
    }
    EXPECT_EQ(code.size(), source.size());
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
  reads_the_same_requests(new_one, newest);
  agrees_without_source(new_one, newest);

  // The option came later.
  read(middle_one, "azcopy", middle, "10.18.1", "--skip-version-check");
  if (HasFatalFailure()) return;
  predicts(middle_one, 14);
  EXPECT_EQ(builders(middle_one, old_sdk), 67);
  EXPECT_THAT(unclassified(middle_one), IsEmpty());
  reads_the_same_requests(middle_one, middle);
  agrees_without_source(middle_one, middle);

  read(old_one, "azcopy", oldest, "10.10.0", "--skip-version-check");
  if (HasFatalFailure()) return;
  predicts(old_one, 9);
  EXPECT_EQ(builders(old_one, old_sdk), 67);
  // This SDK tried requests of hierarchical accounts on the blob client, and no version of the service has them there.
  reads_the_same_requests(old_one, oldest);
  agrees_without_source(old_one, oldest);
  EXPECT_THAT(unclassified(old_one), ElementsAre(HasSubstr("(azblob.blobClient).renamePreparer"),
                                                 HasSubstr("(azblob.blobClient).setAccessControlPreparer")));

  const auto accuracy = model::read_file(BLOBGAUGE_SOURCE_DIR "/docs/accuracy.md");
  ASSERT_TRUE(accuracy);
  EXPECT_THAT(*accuracy, HasSubstr(row_of_release_diff(old_one, middle_one)));
  EXPECT_THAT(*accuracy, HasSubstr(row_of_release_diff(middle_one, new_one)));
  // `diff` grades the same, and among levels as well as operations.
  std::set<std::string> breaking;
  for (const auto& change : model::diff(middle_one.executable, new_one.executable))
    if (change.grade == model::Grade::breaking && (change.what == "operation" || change.what == "level"))
      breaking.insert(change.operation);
  EXPECT_THAT(breaking, ElementsAre("Delete Container"));

  // Of the options that no scenario shows.
  constexpr double wanted_share = 0.75;
  const auto share = decided_share(new_one);
  fmt::print("AzCopy 10.32.2: {:.1f} % of the options that were never seen are decided\n", 100 * share);
  RecordProperty("decided_per_mille", static_cast<int>(1000 * share));
  EXPECT_GE(share, wanted_share);
}

// Releases come stripped and for other systems; what they reach is the same code's.
TEST_F(Executables, StrippedOnesReachTheSame) {
  for (const auto* name : {"BLOBGAUGE_AZCOPY", "BLOBGAUGE_AZCOPY_10_18", "BLOBGAUGE_AZCOPY_10_10"}) {
    const auto file = variable(name);
    if (file.empty()) GTEST_SKIP() << name << " is not set (tools/setup --print)";
    model::ProcessRequest request;
    request.command = {"strip", "-o", path("stripped"), file};
    const auto outcome = model::run_process(request);
    ASSERT_TRUE(outcome && outcome->exit_code == 0) << "is strip, of binutils, installed?";
    EXPECT_EQ(levels(path("stripped")), levels(file)) << name;
  }
}

TEST_F(Executables, TheOneForWindowsReachesTheSame) {
  const auto windows = variable("BLOBGAUGE_AZCOPY_WINDOWS"), other = variable("BLOBGAUGE_AZCOPY_10_10");
  if (windows.empty() || other.empty()) GTEST_SKIP() << "BLOBGAUGE_AZCOPY_WINDOWS is not set (tools/setup --print)";
  const auto found = levels(windows);
  EXPECT_EQ(found, levels(other));
  EXPECT_EQ(std::count_if(found.begin(), found.end(),
                          [](const auto& each) { return each.second == model::Level::reachable; }),
            26);
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
  reads_the_same_requests(program, rclone);
  agrees_without_source(program, rclone);
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
