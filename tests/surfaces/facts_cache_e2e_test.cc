// `analyze go --dir` twice: when is a program read again? A script stands for the Go front end, writes one small set of
// facts and notes that it was asked.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <vector>

#include "model/file.h"
#include "model/process.h"
#include "model/temporary.h"

namespace blobgauge {
namespace {

namespace fs = std::filesystem;

constexpr auto facts =
    R"({"k":"facts","version":3,"language":"go","module":"example.org/app","release":"v1.0.0","go":"go1.26.8","platform":"linux/amd64","modules":["example.org/app@v1.0.0"]}
{"k":"func","id":1,"name":"example.org/app.main","pkg":"example.org/app","module":"example.org/app","at":"example.org/app/main.go:3","root":"main"}
{"k":"node","id":1,"kind":"field","name":"example.org/app.Client.endpoint"}
{"k":"request","id":1,"fn":1,"at":"example.org/app/main.go:4","maker":"net/http.NewRequest","method":{"const":"PUT"},"endpoint":{"node":1}}
{"k":"write","what":"query","do":"set","owner":{"request":1},"key":{"const":"comp"},"value":{"const":"block"},"fn":1,"at":"example.org/app/main.go:5"}
{"k":"write","what":"query","do":"set","owner":{"request":1},"key":{"const":"blockid"},"value":{"op":"id"},"fn":1,"at":"example.org/app/main.go:6"}
{"k":"end","counts":{}}
)";

constexpr auto client = R"(format: 1
client: app
language: go
module: example.org/app
packages: [.]
roots:
  - {package: example.org/app, functions: [main]}
scope: [example.org/app]
builders:
  - {package: example.org/app}
paths:
  example.org/app.Client.endpoint: /{container}/{blob}
)";

class KeptFacts : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = model::TemporaryFolder::create();
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
    write("client.yaml", client);
    write("facts.jsonl", facts);
    write("tree/go.mod", "module example.org/app\n\ngo 1.26\n");
    write("tree/main.go", "package main\n\nfunc main() {}\n");
    write("go/VERSION", "go1.26.8\ntime 2026-09-01T00:00:00Z\n");
    write("go/bin/go", "#!/bin/sh\nexit 1\n");
    write_front_end("");
    for (const auto* program : {"go/bin/go", "front-end"}) fs::permissions(path(program), fs::perms::owner_all);
  }

  std::string path(const std::string& name) const { return folder_->path() + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    ASSERT_TRUE(model::write_file(path(name), text));
  }
  // Asked as `front-end -config FILE -o FILE`.
  void write_front_end(const std::string& comment) const {
    write("front-end", "#!/bin/sh\n# " + comment + "\necho run >>'" + path("runs") + "'\ncat '" + path("facts.jsonl") +
                           "' >\"$4\"\n");
  }
  std::ptrdiff_t runs() const {
    const auto text = model::read_file(path("runs"));
    return text ? std::count(text->begin(), text->end(), '\n') : 0;
  }

  // The surface, or what went wrong.
  std::string analyze(std::vector<std::string> more = {}, const std::string& tree = "tree") const {
    model::ProcessRequest request;
    request.command = {BLOBGAUGE_PROGRAM, "analyze", "go", "--dir", path(tree), "--client", path("client.yaml")};
    request.command.insert(request.command.end(), more.begin(), more.end());
    request.environment = {{"BLOBGAUGE_GO_FRONTEND", path("front-end")},
                           {"XDG_CACHE_HOME", cache_},
                           {"PATH", path("go/bin") + ":/usr/bin:/bin"},
                           {"GOROOT", ""}};
    request.folder = BLOBGAUGE_SOURCE_DIR;
    request.time_limit = std::chrono::seconds{60};
    const auto outcome = model::run_process(request);
    if (!outcome) return describe(outcome.error());
    return outcome->exit_code == 0 ? outcome->out : std::to_string(outcome->exit_code) + ": " + outcome->err;
  }

  std::vector<std::string> entries() const {
    std::vector<std::string> list;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(path("cache/blobgauge"), none)) list.push_back(entry.path());
    return list;
  }

  std::optional<model::TemporaryFolder> folder_;
  std::string cache_;

  void use_cache() { cache_ = path("cache"); }
};

TEST_F(KeptFacts, AreTakenWhileNothingChanges) {
  use_cache();
  const auto first = analyze();
  EXPECT_NE(first.find("Put Block"), std::string::npos) << first;
  EXPECT_EQ(runs(), 1);
  EXPECT_EQ(analyze(), first);
  EXPECT_EQ(analyze({"--facts", path("kept.jsonl")}), first);
  EXPECT_EQ(model::read_file(path("kept.jsonl")).value_or(""), facts);
  fs::copy(path("tree"), path("elsewhere"), fs::copy_options::recursive);
  EXPECT_EQ(analyze({}, "elsewhere"), first) << "a copy of the checkout";
  write("tree/README.md", "no source");
  EXPECT_EQ(analyze(), first);
  EXPECT_EQ(runs(), 1);
}

TEST_F(KeptFacts, AreMadeAgainAfterAChange) {
  use_cache();
  analyze();
  auto before = runs();
  const auto again = [&](const char* what) {
    analyze();
    EXPECT_EQ(runs(), before + 1) << what;
    analyze();
    EXPECT_EQ(runs(), before + 1) << what << ": and then kept";
    before = runs();
  };
  write("tree/main.go", "package main\n\nfunc main() { }\n");
  again("one byte of the source");
  write("tree/go.mod", "module example.org/app\n\ngo 1.25\n");
  again("go.mod");
  write("tree/go.sum", "example.org/x v1.0.1 h1:a\n");
  again("go.sum");
  write("tree/other.go", "package main\n");
  again("another file");
  write_front_end("another build");
  again("another front end");
  write("client.yaml", client + std::string("outside: [example.org/other/**]\n"));
  again("another question");
  write("facts.jsonl", std::string(facts).replace(std::string(facts).find("go1.26.8"), 8, "go1.26.9"));
  write("go/VERSION", "go1.26.9\n");
  again("another Go");
}

TEST_F(KeptFacts, AreMadeAgainWhereTheyAreDamaged) {
  use_cache();
  const auto first = analyze();
  ASSERT_EQ(entries().size(), 1U);
  const auto whole = model::read_file(entries()[0]);
  ASSERT_TRUE(whole);
  for (const auto& damaged : {std::string(), whole->substr(0, whole->size() / 2), std::string("{}\n")}) {
    const auto before = runs();
    ASSERT_TRUE(model::write_file(entries()[0], damaged));
    EXPECT_EQ(analyze(), first);
    EXPECT_EQ(runs(), before + 1);
    EXPECT_EQ(model::read_file(entries()[0]).value_or(""), *whole) << "and kept again";
  }
}

TEST_F(KeptFacts, AreLeftAloneOnDemand) {
  use_cache();
  const auto first = analyze({"--no-cache"});
  EXPECT_TRUE(entries().empty());
  analyze();
  ASSERT_EQ(entries().size(), 1U);
  EXPECT_EQ(analyze({"--no-cache"}), first);
  EXPECT_EQ(runs(), 3);
}

TEST_F(KeptFacts, AreNotNeeded) {
  write("file", "");
  for (const auto& folder : {path("file"), std::string("/proc/none")}) {
    cache_ = folder;
    const auto before = runs();
    EXPECT_NE(analyze().find("Put Block"), std::string::npos) << folder;
    EXPECT_NE(analyze().find("Put Block"), std::string::npos) << folder;
    EXPECT_EQ(runs(), before + 2) << folder;
  }
}

TEST_F(KeptFacts, AreNotTakenWhereACheckoutReadsMoreThanItself) {
  use_cache();
  write("tree/go.mod", "module example.org/app\n\nreplace example.org/x => ../x\n");
  analyze();
  analyze();
  EXPECT_EQ(runs(), 2);
  EXPECT_TRUE(entries().empty());
}

TEST_F(KeptFacts, AreMadeByManyAtOnce) {
  use_cache();
  std::vector<std::future<std::string>> asked;
  for (int i = 0; i < 4; ++i) asked.push_back(std::async(std::launch::async, [&] { return analyze(); }));
  std::vector<std::string> answers;
  for (auto& one : asked) answers.push_back(one.get());
  for (const auto& answer : answers) EXPECT_EQ(answer, answers[0]);
  EXPECT_NE(answers[0].find("Put Block"), std::string::npos) << answers[0];
  EXPECT_EQ(entries().size(), 1U) << "half an entry is left";
  const auto before = runs();
  EXPECT_EQ(analyze(), answers[0]);
  EXPECT_EQ(runs(), before);
}

}  // namespace
}  // namespace blobgauge
