#include "tests/transcript.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "model/file.h"
#include "model/process.h"
#include "model/text.h"

namespace blobgauge::tests {
namespace fs = std::filesystem;
namespace {

const std::string folder = BLOBGAUGE_SOURCE_DIR "/tests/transcripts";

std::vector<std::string> transcript_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem());
  std::ranges::sort(names);
  return names;
}

std::string variable_of(std::string_view need) {
  std::string name = "BLOBGAUGE_";
  for (const char c : need) name += static_cast<char>(std::toupper(c));
  return name;
}

class TranscriptTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { fs::create_directories(temporary); }
  void TearDown() override { fs::remove_all(temporary); }

  std::string run(const std::string& command) const {
    model::ProcessRequest request;
    request.command = {"sh", "-c", "exec 2>&1\n" + command};
    request.environment = {{"PATH", std::string(fs::path(BLOBGAUGE_PROGRAM).parent_path()) + ":" + std::getenv("PATH")},
                           {"TMP", temporary},
                           {"INPUTS", folder + "/inputs"},
                           {"NO_COLOR", "1"}};
    request.folder = BLOBGAUGE_SOURCE_DIR;
    request.time_limit = std::chrono::seconds{240};
    const auto outcome = model::run_process(request);
    if (!outcome) return describe(outcome.error()) + "\n";
    auto text = outcome->out;
    if (!text.empty() && text.back() != '\n') text += "\n[no line end]\n";
    if (outcome->timed_out) text += "[time limit]\n";
    if (outcome->exit_code != 0) text += "[exit " + std::to_string(outcome->exit_code) + "]\n";
    for (const auto& [path, name] : {std::pair{temporary, "$TMP"}, std::pair{folder + "/inputs", "$INPUTS"}})
      for (auto at = text.find(path); at != std::string::npos; at = text.find(path, at))
        text.replace(at, path.size(), name);
    return mask(std::move(text));
  }

  const std::string temporary = testing::TempDir() + "transcript-" + GetParam() + "-" + std::to_string(::getpid());
};

TEST_P(TranscriptTest, IsWhatTheProgramDoes) {
  const auto path = folder + "/" + GetParam() + ".txt";
  const auto text = model::read_file(path);
  ASSERT_TRUE(text) << describe(text.error());
  auto transcript = parse_transcript(*text);
  for (const auto& need : transcript.needs)
    if (const char* value = std::getenv(variable_of(need).c_str()); !value || !*value)
      GTEST_SKIP() << variable_of(need) << " is not set (tools/setup --print shows how)";
  const bool rewrite = std::getenv("BLOBGAUGE_REWRITE") != nullptr;
  for (auto& line : transcript.lines) {
    if (!line.command) continue;
    const auto actual = run(line.text);
    if (rewrite)
      line.expected = actual;
    else
      EXPECT_EQ(line.expected, actual) << "$ " << line.text << "\nin " << path
                                       << "; BLOBGAUGE_REWRITE=1 rewrites it if this is right";
  }
  if (rewrite) {
    ASSERT_TRUE(model::write_file(path, to_text(transcript)));
  }
}

INSTANTIATE_TEST_SUITE_P(Files, TranscriptTest, testing::ValuesIn(transcript_names()), [](const auto& test) {
  std::string name = test.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Transcript, KeepsEveryLineThroughAParse) {
  const std::string text = "# a\n# needs: one two\n\n$ x\n  out\n  \n    more\n  [exit 3]\n$ y\n\n# end\n";
  const auto transcript = parse_transcript(text);
  EXPECT_EQ(to_text(transcript), text);
  EXPECT_EQ(transcript.needs, (std::vector<std::string>{"one", "two"}));
}

TEST(Transcript, MasksWhatChanges) {
  EXPECT_EQ(mask("http://127.0.0.1:43211/a took 1.25 s, 3 ms; bg-0123abcd-x"),
            "http://127.0.0.1:PORT/a took N s, N ms; bg-TAG-x");
}

}  // namespace
}  // namespace blobgauge::tests
