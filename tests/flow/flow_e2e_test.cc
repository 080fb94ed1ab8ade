// shows: generated-programs
//
// Two independent ways to one answer: what the analyser says of small random programs, and what these send when an
// interpreter runs them for every input. Nothing that a run sends may be said to be never sent or to have another
// value; nothing that a run leaves out may be said to be always sent. Saying less than could be known is no fault; how
// often that happens is printed.
//
// The programs of a round are one Go module, so that net/http is read once. A failure prints the program and the seed
// of its round; BLOBGAUGE_SEED=N plays that round alone.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "analyzer/request_shape.h"
#include "model/file.h"
#include "model/process.h"
#include "model/temporary.h"
#include "tests/flow/tiny_program.h"

namespace blobgauge::flow {
namespace {

using model::Presence;
using nlohmann::json;

struct Tally {
  int headers = 0, exact = 0, undecided = 0;
};

struct Round {
  std::vector<Program> programs;
  std::vector<std::string> sources;
  std::vector<int> requests;  // lines
};

Round make_round(std::uint64_t seed, int count, const std::string& folder) {
  Round round;
  std::mt19937_64 random(seed);
  std::string text = "package tiny\n\nimport \"net/http\"\n\nfunc text(s string) *string { return &s }\n";
  int line = static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  for (int i = 0; i < count; ++i) {
    round.programs.push_back(Program::random(random));
    int request = 0;
    round.sources.push_back(round.programs.back().source(i, line, request));
    round.requests.push_back(request);
    text += round.sources.back();
  }
  EXPECT_TRUE(model::write_file(folder + "/go.mod", "module example.org/tiny\n\ngo 1.23\n"));
  EXPECT_TRUE(model::write_file(folder + "/tiny.go", text));
  std::vector<std::string> entries;
  for (int i = 0; i < count; ++i) entries.push_back(fmt::format("Run{}", i));
  const json config = {{"dir", folder},
                       {"packages", {"."}},
                       {"roots", {{{"package", "example.org/tiny"}, {"interfaces", ""}, {"functions", entries}}}},
                       {"sinks",
                        {{"requests", {{{"function", "net/http.NewRequest"}, {"method", 0}, {"endpoint", 1}}}},
                         {"same", json::array()},
                         {"same_fields", json::array()},
                         {"statuses", json::array()},
                         {"pipelines", json::array()}}}};
  EXPECT_TRUE(model::write_file(folder + "/config.json", config.dump()));
  return round;
}

bool allows(const model::Value& value, const std::string& text) {
  if (value.kind == model::ValueKind::dynamic || value.values.count(text)) return true;
  return value.kind == model::ValueKind::pattern &&
         std::any_of(value.values.begin(), value.values.end(),
                     [](const std::string& v) { return v.find('{') != std::string::npos; });
}

// One program: what is said of its request against all of its runs.
std::vector<std::string> contradictions(const Program& program, const analyzer::RequestShape* shape, Tally& tally) {
  std::vector<std::string> list;
  std::vector<Sent> runs;
  for (int inputs = 0; inputs < 1 << input_count; ++inputs) {
    const auto sent = program.run({(inputs & 1) != 0, (inputs & 2) != 0, (inputs & 4) != 0});
    if (sent.request) runs.push_back(sent);
  }
  if (runs.empty()) return list;
  if (!shape) return {"the request itself was not found"};
  for (const auto& write : program.writes) {
    const auto found = shape->headers.find(write.name);
    const auto presence = found == shape->headers.end() ? Presence::never : found->second.presence;
    std::size_t with = 0;
    for (const auto& run : runs) {
      const auto header = run.headers.find(write.name);
      if (header == run.headers.end()) continue;
      ++with;
      if (presence != Presence::never && !allows(found->second.value, header->second))
        list.push_back(fmt::format("{}: a run sends \"{}\", which is none of: {}", write.name, header->second,
                                   fmt::join(found->second.value.values, ", ")));
    }
    const auto said = model::name_of(presence);
    if (with > 0 && presence == Presence::never)
      list.push_back(fmt::format("{}: never, and {} of {} runs send it", write.name, with, runs.size()));
    if (with < runs.size() && presence == Presence::always)
      list.push_back(fmt::format("{}: always, and only {} of {} runs send it", write.name, with, runs.size()));
    ++tally.headers;
    tally.undecided += presence == Presence::undecided;
    tally.exact += said == (with == 0 ? "never" : with == runs.size() ? "always" : "conditional");
  }
  return list;
}

void play(std::uint64_t seed, int count, const char* front_end, Tally& tally) {
  const auto scratch = model::TemporaryFolder::create();
  ASSERT_TRUE(scratch);
  const auto round = make_round(seed, count, scratch->path());
  model::ProcessRequest process;
  process.command = {front_end, "-config", scratch->path() + "/config.json", "-o", scratch->path() + "/facts.jsonl"};
  process.time_limit = std::chrono::seconds{100};
  const auto ran = model::run_process(process);
  ASSERT_TRUE(ran) << describe(ran.error());
  ASSERT_EQ(ran->exit_code, 0) << ran->err;
  const auto facts = analyzer::load_facts(scratch->path() + "/facts.jsonl");
  ASSERT_TRUE(facts) << describe(facts.error());
  const analyzer::ValueFlow flow(*facts);
  const auto shapes = analyzer::shape_requests(*facts, flow, {});
  for (std::size_t i = 0; i < round.programs.size(); ++i) {
    const auto place = fmt::format("example.org/tiny/tiny.go:{}", round.requests[i]);
    const auto shape = std::find_if(shapes.begin(), shapes.end(),
                                    [&](const auto& s) { return facts->requests[s.request].at == place; });
    for (const auto& text : contradictions(round.programs[i], shape == shapes.end() ? nullptr : &*shape, tally))
      ADD_FAILURE() << "BLOBGAUGE_SEED=" << seed << ", Run" << i << ": " << text << "\n" << round.sources[i];
  }
}

TEST(FieldFlow, SaysNothingThatARunContradicts) {
  const char* front_end = std::getenv("BLOBGAUGE_GO_FRONTEND");
  if (!front_end) GTEST_SKIP() << "the Go front end is not set (tools/setup --print)";
  const char* one = std::getenv("BLOBGAUGE_SEED");
  const auto first = one ? std::strtoull(one, nullptr, 10) : 1;
  const auto rounds = !one && std::getenv("BLOBGAUGE_LONG") ? 20U : 1U;
  Tally tally;
  for (auto seed = first; seed < first + rounds; ++seed) play(seed, 60, front_end, tally);
  ASSERT_GT(tally.headers, 100);
  fmt::print("{} headers: {} exact, {} undecided, {} said to be possible and more is known\n", tally.headers,
             tally.exact, tally.undecided, tally.headers - tally.exact - tally.undecided);
}

}  // namespace
}  // namespace blobgauge::flow
