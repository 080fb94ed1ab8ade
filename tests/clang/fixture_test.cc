// One topic a fixture: its client's file stands in its first comment ("//: "), the requests that must be found beside
// the code that sends them ("// request:"), and what the surface must say ("// surface:"). What is not listed must not
// be found.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "model/file.h"
#include "model/temporary.h"
#include "model/text.h"
#include "tests/clang/reading.h"

namespace blobgauge::tests {
namespace {

namespace fs = std::filesystem;
const std::string fixture_folder = BLOBGAUGE_SOURCE_DIR "/tests/clang/fixtures";

struct Expectations {
  std::string client;               // YAML
  std::vector<std::string> others;  // further files
  std::vector<std::vector<std::string>> requests;
  std::vector<std::string> surface;
};

void read_expectations(const std::string& text, Expectations& expected) {
  bool inside = false;
  for (const auto line_of_file : model::split(text, '\n')) {
    const auto line = model::trim(line_of_file);
    if (line.starts_with("//: ")) expected.client += std::string(line.substr(4)) + "\n";
    if (line.starts_with("// with: ")) expected.others.emplace_back(line.substr(9));
    if (line.starts_with("// surface: ")) expected.surface.emplace_back(line.substr(12));
    if (line.starts_with("// request: ")) {
      expected.requests.push_back({std::string(line.substr(12))});
      inside = true;
    } else if (inside && line.starts_with("//   ")) {
      expected.requests.back().emplace_back(model::trim(line.substr(5)));
    } else {
      inside = false;
    }
  }
  for (auto& request : expected.requests) std::sort(request.begin() + 1, request.end());
}

std::string shown(std::vector<std::vector<std::string>> requests) {
  std::sort(requests.begin(), requests.end());
  std::string text;
  for (const auto& request : requests)
    for (std::size_t i = 0; i < request.size(); ++i) text += (i ? "    " : "") + request[i] + "\n";
  return text;
}

// "Put Block header x-ms-tier never", or "... conditional if p != 0".
std::string surface_line(const model::Surface& surface, const std::string& wanted) {
  const auto words = model::split(wanted, ' ');
  const auto kind = std::find_if(words.begin(), words.end(), [](auto w) { return w == "header" || w == "query"; });
  if (kind == words.end() || kind + 1 == words.end()) return "neither header nor query";
  std::string operation;
  for (auto w = words.begin(); w != kind; ++w) operation += (operation.empty() ? "" : " ") + std::string(*w);
  const auto found = surface.operations.find(operation);
  if (found == surface.operations.end()) return "no " + operation;
  const auto& fields = *kind == "query" ? found->second.query : found->second.request_headers;
  const auto field = fields.find(std::string(*(kind + 1)));
  const auto name = fmt::format("{} {} {} ", operation, *kind, *(kind + 1));
  if (field == fields.end()) return name + "absent";
  const auto& f = field->second;
  return name + std::string(model::name_of(f.presence)) +
         (f.presence == model::Presence::conditional && !f.guards.empty()
              ? fmt::format(" if {}", fmt::join(f.guards, "; "))
              : "");
}

std::vector<std::string> flags_of(const std::string& file) {
  return file.ends_with(".c") ? std::vector<std::string>{"-std=c99", "-Wno-everything"}
                              : std::vector<std::string>{"-std=c++17", "-Wno-everything"};
}

class Fixture : public ::testing::TestWithParam<std::string> {};

TEST_P(Fixture, SendsWhatItsCommentsSay) {
  Expectations expected;
  const auto text = model::read_file(fixture_folder + "/" + GetParam());
  ASSERT_TRUE(text);
  read_expectations(*text, expected);
  std::vector<analyzer::clang::Unit> units{read_unit(fixture_folder, GetParam(), flags_of(GetParam()))};
  for (const auto& other : expected.others) {
    read_expectations(model::read_file(fixture_folder + "/" + other).value_or(""), expected);
    units.push_back(read_unit(fixture_folder, other, flags_of(other)));
  }
  for (const auto& unit : units)
    ASSERT_TRUE(unit.errors.empty()) << unit.errors[0].file << ":" << unit.errors[0].line << ": "
                                     << unit.errors[0].text;
  // Beside the shipped styles, which it may use.
  const auto scratch = model::TemporaryFolder::create();
  ASSERT_TRUE(scratch);
  for (const auto& style : fs::directory_iterator(BLOBGAUGE_SOURCE_DIR "/specs/clients"))
    fs::copy(style.path(), scratch->path() + "/" + style.path().filename().string());
  const auto client = scratch->path() + "/fixture.yaml";
  ASSERT_TRUE(model::write_file(client, expected.client));
  const auto reading = read_client(std::move(units), client);
  std::vector<std::vector<std::string>> found;
  for (const auto& request : reading.requests.requests) found.push_back(lines_of(request));
  EXPECT_EQ(shown(expected.requests), shown(found));
  for (const auto& line : expected.surface) EXPECT_EQ(line, surface_line(reading.result.surface, line));
}

INSTANTIATE_TEST_SUITE_P(Clang, Fixture,
                         ::testing::Values("designated.c", "constants.c", "branches.c", "guards.c", "order.cpp",
                                           "texts.cpp", "callbacks.c", "virtual.cpp", "curl.c", "objects.cpp",
                                           "lambdas.cpp", "copies.cpp", "numbers.c"),
                         [](const auto& one) { return one.param.substr(0, one.param.find('.')); });

TEST(Fixtures, AreAllRun) {
  std::set<std::string> run;
  for (const auto& entry : fs::directory_iterator(fixture_folder)) {
    const auto text = model::read_file(entry.path().string()).value_or("");
    if (text.find("\n//: client:") != std::string::npos) run.insert(entry.path().filename().string());
  }
  EXPECT_EQ(run.size(), 13U) << "a fixture is not in the list above";
}

TEST(Fixtures, OneThatDoesNotCompileIsNoClient) {
  const auto unit = read_unit(fixture_folder, "not_compiling.c", {"-std=c99"});
  ASSERT_FALSE(unit.errors.empty());
  EXPECT_EQ(unit.errors[0].file, "not_compiling.c");
  EXPECT_EQ(unit.errors[0].line, 2U);
}

}  // namespace
}  // namespace blobgauge::tests
