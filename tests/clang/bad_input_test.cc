// What users hand over: databases that are wrong, flags of another compiler, files that are not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/clang/compile_commands.h"
#include "model/file.h"
#include "model/temporary.h"
#include "tests/clang/reading.h"

namespace blobgauge::tests {
namespace {

using analyzer::clang::compile_commands_from_text;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string fixtures = BLOBGAUGE_SOURCE_DIR "/tests/clang/fixtures";

class BadInput : public ::testing::Test {
 protected:
  BadInput() : scratch_(std::move(*model::TemporaryFolder::create())) {
    write("client.yaml",
          "format: 1\nclient: small\nlanguage: c\nroots: [{function: run}]\npath: /{container}/{blob}\n"
          "requests: [{function: send_request, verb: 0}]\n");
    write("good.c", "void send_request(const char *verb);\nvoid run(void) { send_request(\"GET\"); }\n");
  }
  void write(const std::string& name, const std::string& text) { ASSERT_TRUE(model::write_file(path(name), text)); }
  std::string path(const std::string& name) const { return scratch_.path() + "/" + name; }
  model::ProcessOutcome analyze(std::vector<std::string> arguments) const {
    std::vector<std::string> all{"analyze", "clang", "--client", path("client.yaml"), "--dir", scratch_.path()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return blobgauge(std::move(all), {{"XDG_CACHE_HOME", path("cache")}});
  }
  model::TemporaryFolder scratch_;
};

TEST_F(BadInput, AGoodFileGivesASurface) {
  const auto ran = analyze({"--flags", "-std=c99", "good.c"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Get Blob:"));
  EXPECT_THAT(ran.out, HasSubstr("run good.c:2"));
}

TEST_F(BadInput, AFileThatIsMissing) {
  write("db.json", R"([{"directory": ".", "file": "gone.c", "command": "cc -c gone.c"}])");
  const auto ran = analyze({"-p", path("db.json")});
  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_THAT(ran.err, HasSubstr("gone.c: no such file in " + scratch_.path()));
  EXPECT_THAT(ran.out, Not(HasSubstr("operations")));
}

TEST_F(BadInput, AFolderThatIsMissing) {
  write("db.json", R"([{"directory": "elsewhere", "file": "good.c", "command": "cc -c good.c"}])");
  const auto ran = analyze({"-p", path("db.json")});
  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_THAT(ran.err, HasSubstr("elsewhere is not there"));
}

TEST_F(BadInput, ADatabaseOfTheFolderThatOneIsIn) {
  write("compile_commands.json", R"([{"directory": ".", "file": "good.c", "command": "cc -c good.c"}])");
  for (const auto* name : {"compile_commands.json", "."}) {
    model::ProcessRequest process;
    process.folder = scratch_.path();
    process.command = {BLOBGAUGE_PROGRAM, "analyze", "clang", "--client", "client.yaml", "-p", name};
    process.environment = {{"BLOBGAUGE_CLANG_FRONTEND", BLOBGAUGE_CLANG_UNIT},
                           {"BLOBGAUGE_SPECS", BLOBGAUGE_SOURCE_DIR "/specs"},
                           {"XDG_CACHE_HOME", path("cache")}};
    const auto ran = model::run_process(process);
    ASSERT_TRUE(ran);
    EXPECT_EQ(ran->exit_code, 0) << name << ran->err;
  }
}

TEST_F(BadInput, RelativeFoldersResponseFilesAndWrappers) {
  write("flags.txt", "-std=c99 '-DVERB=\"PUT\"'");
  write("relative.c", "void send_request(const char *verb);\nvoid run(void) { send_request(VERB); }\n");
  write("db.json", R"([{"directory": ".", "file": "relative.c",
    "command": "env A=b ccache gcc @flags.txt -fconserve-stack -fno-tree-vectorize -mpreferred-stack-boundary=4 -MD -MF x.d -o x.o -c relative.c"}])");
  const auto ran = analyze({"-p", path("db.json"), "--explain", "Put Blob (type unrecorded)"});
  const auto surface = analyze({"-p", path("db.json")});
  EXPECT_EQ(surface.exit_code, 0) << surface.err << ran.err;
  EXPECT_THAT(surface.out, HasSubstr("relative.c:2"));
}

TEST_F(BadInput, AFlagThatNobodyKnowsIsDropped) {
  const auto ran = analyze({"--flags", "-std=c99 -fno-such-flag-of-gcc", "good.c"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
}

TEST_F(BadInput, ErrorsAreNeverClean) {
  write("bad.c", "void send_request(const char *verb);\nvoid run(void) { send_request(\"GET\") }\n");
  const auto ran = analyze({"--flags", "-std=c99", "bad.c"});
  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_THAT(ran.err, HasSubstr("bad.c:2:37: "));
  EXPECT_EQ(ran.out, "");
  const auto more = analyze({"--flags", "-std=c99", "--keep-going", "bad.c", "good.c"});
  EXPECT_EQ(more.exit_code, 3);
  EXPECT_THAT(more.out, HasSubstr("not read: bad.c:2:37: "));
}

TEST_F(BadInput, ACrashOfLibclangCostsOneFile) {
  const auto text = model::read_file(fixtures + "/crash.c");
  ASSERT_TRUE(text);
  write("crash.c", *text);
  const auto ran = analyze({"--flags", "-std=c99", "--keep-going", "crash.c", "good.c"});
  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_THAT(ran.err, HasSubstr("crash.c: libclang crashed"));
  EXPECT_THAT(ran.out, HasSubstr("Get Blob:"));
  EXPECT_THAT(ran.out, HasSubstr("not read: crash.c"));
}

TEST_F(BadInput, AnUnknownKeyComesWithASuggestion) {
  write("client.yaml",
        "format: 1\nclient: small\nlanguage: c\nroots: [{function: run}]\nrequest: [{function: f, verb: 0}]\n");
  const auto ran = analyze({"good.c"});
  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_THAT(ran.err, HasSubstr("client.yaml:5:"));
  EXPECT_THAT(ran.err, HasSubstr("requests"));
}

TEST_F(BadInput, AWrongOperandAndARootThatIsNotThere) {
  write("client.yaml", "format: 1\nclient: small\nlanguage: c\nrequests: [{function: f, verb: first}]\n");
  auto ran = analyze({"good.c"});
  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_THAT(ran.err, HasSubstr("\"verb: first\" is none of"));
  write("client.yaml",
        "format: 1\nclient: small\nlanguage: c\nroots: [{function: gone}]\nrequests: [{function: send_request, verb: "
        "0}]\n");
  ran = analyze({"good.c"});
  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_THAT(ran.err, HasSubstr("no code that was read is called gone"));
}

TEST_F(BadInput, AClientInGoIsForAnotherCommand) {
  const auto ran = blobgauge({"analyze", "clang", "--client", "rclone", "x.c"});
  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_THAT(ran.err, HasSubstr("analyze go"));
}

TEST_F(BadInput, CheckSaysWhyACallIsSeenOrNot) {
  write("checked.c",
        "void send_request(const char *verb);\nvoid send_requests(const char *verb);\n"
        "void run(void) {\n  send_request(\"GET\");\n  send_requests(\"GET\");\n}\nvoid never(void) {\n  "
        "send_request(\"PUT\");\n}\n");
  auto ran = analyze({"--flags", "-std=c99", "--check", "checked.c:4", "checked.c"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("it sends a request"));
  EXPECT_THAT(ran.out, HasSubstr("request: GET /{container}/{blob}"));
  ran = analyze({"--flags", "-std=c99", "--check", "checked.c:5", "checked.c"});
  EXPECT_THAT(ran.out, HasSubstr("no rule names \"send_requests\""));
  EXPECT_THAT(ran.out, HasSubstr("\"send_request\"?"));
  ran = analyze({"--flags", "-std=c99", "--check", "checked.c:8", "checked.c"});
  EXPECT_THAT(ran.out, HasSubstr("no root leads here"));
  ran = analyze({"--flags", "-std=c99", "--check", "other.c:8", "checked.c"});
  EXPECT_THAT(ran.out, HasSubstr("no function that was read has this line"));
}

TEST_F(BadInput, ASecondRunReadsNothingAnew) {
  const auto first = analyze({"--flags", "-std=c99", "good.c"});
  // The front end is not there any more, and nobody misses it.
  const auto second = blobgauge(
      {"analyze", "clang", "--client", path("client.yaml"), "--dir", scratch_.path(), "--flags", "-std=c99", "good.c"},
      {{"XDG_CACHE_HOME", path("cache")}});
  EXPECT_EQ(first.out, second.out);
  write("good.c", "void send_request(const char *verb);\nvoid run(void) { send_request(\"DELETE\"); }\n");
  EXPECT_THAT(analyze({"--flags", "-std=c99", "good.c"}).out, HasSubstr("Delete Blob:"));
}

TEST(CompileCommands, TakesCommandsApart) {
  const auto commands = compile_commands_from_text(
      R"([{"directory": "/b", "file": "/s/a.c", "arguments": ["/usr/bin/cc", "-DX=a b", "-Iinclude", "-c", "/s/a.c", "-o", "a.o"]},
          {"directory": "sub", "file": "b.cpp", "command": "ccache g++ -DT=\"a\\\"b\" -O2 'b.cpp' -c"}])",
      "db.json", "/top");
  ASSERT_TRUE(commands) << describe(commands.error());
  EXPECT_THAT((*commands)[0].flags, ElementsAre("-DX=a b", "-Iinclude"));
  EXPECT_EQ((*commands)[1].folder, "/top/sub");
  EXPECT_THAT((*commands)[1].flags, ElementsAre("-DT=a\"b", "-O2"));
}

TEST(CompileCommands, FindsTheCompilerBehindAnyWrapper) {
  using analyzer::clang::useful_flags;
  using analyzer::clang::words_of;
  for (const auto* command :
       {"cc -c -DX a.c", "/usr/bin/ccache distcc x86_64-linux-gnu-gcc-12 -DX -c a.c", "nice -n 5 gcc -DX a.c",
        "libtool --tag=CC --mode=compile gcc -DX -c a.c", "python3 wrap.py -- clang-16 -DX -c a.c",
        "env A=b C=d my-own-compiler -DX -c a.c", "xcrun clang -DX -c a.c", "my-own-compiler -DX -c a.c"})
    EXPECT_THAT(useful_flags(words_of(command), "a.c"), ElementsAre("-DX")) << command;
  EXPECT_THAT(useful_flags(words_of("own -x c++ -DX a.c"), "a.c"), ElementsAre("-x", "c++", "-DX"));
}

TEST(CompileCommands, SaysWhichEntryIsWrong) {
  EXPECT_THAT(describe(compile_commands_from_text("{}", "db.json", "/").error()), HasSubstr("no compilation database"));
  EXPECT_THAT(describe(compile_commands_from_text("[{\"file\": \"a.c\"}]", "db.json", "/").error()),
              HasSubstr("entry 1"));
  EXPECT_THAT(
      describe(
          compile_commands_from_text("[{\"file\": \"a.c\", \"command\": \"cc @gone a.c\"}]", "db.json", "/").error()),
      HasSubstr("entry 1: the response file /gone cannot be read"));
  EXPECT_FALSE(compile_commands_from_text("[1]", "db.json", "/"));
  EXPECT_FALSE(compile_commands_from_text("[{\"file\": 3}]", "db.json", "/"));
}

}  // namespace
}  // namespace blobgauge::tests
