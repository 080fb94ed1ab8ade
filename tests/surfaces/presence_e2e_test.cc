// From Go source to the answer: the front end reads fixture packages, the inference says what each request has, and the
// comments on the lines that make requests say what it must be.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "analyzer/request_shape.h"
#include "model/file.h"
#include "model/process.h"
#include "model/temporary.h"
#include "model/text.h"

namespace blobgauge {
namespace {

using nlohmann::json;

constexpr auto folder = BLOBGAUGE_SOURCE_DIR "/analyzer/golang/testdata/fixture";
const std::string module = "fixture.example/fixture/";
constexpr const char* topics[] = {"asynchrony", "commands", "copies", "positional", "presence", "transports", "values"};

std::string configuration() {
  const auto of = [](const std::string& name) { return module + name; };
  json sinks = {{"requests",
                 {{{"function", of("sdk.NewRequest")}, {"method", 1}, {"endpoint", 2}},
                  {{"function", "net/http.NewRequest"}, {"method", 0}, {"endpoint", 1}}}},
                {"same",
                 {{{"function", "(*" + of("sdk.Request).Raw")}, {"argument", 0}},
                  {{"function", "(*" + of("sdk.Request).Next")}, {"argument", 0}},
                  {{"function", "(" + of("sdk.Pipeline).Do")}, {"argument", 1}}}},
                {"same_fields", {of("sdk.Request.raw")}},
                {"statuses", json::array()},
                {"handlers",
                 {{{"type", of("cli.Command")},
                   {"fields", {"Before", "Run"}},
                   {"add", "(*" + of("cli.Command).Add")},
                   {"run", {"(*" + of("cli.Command).Execute")}}}}},
                {"pipelines",
                 {{{"send", "(" + of("sdk.Pipeline).Do")},
                   {"request", 1},
                   {"stages", of("sdk.Pipeline.policies")},
                   {"handler", "(" + of("sdk.Policy).Do")},
                   {"factory", ""}}}}};
  json packages = json::array(), roots = json::array();
  for (const std::string topic : topics) {
    packages.push_back("./" + topic);
    roots.push_back({{"package", of(topic)}, {"interfaces", ""}, {"functions", {"Run"}}});
  }
  return json{{"dir", folder}, {"packages", packages}, {"roots", roots}, {"sinks", sinks}}.dump();
}

// "always X-Tier=Hot"
std::string stated(const analyzer::ShapedField& field, bool value) {
  auto text = fmt::format("{} {}", model::name_of(field.presence), field.name);
  if (value) text += "=" + fmt::format("{}", fmt::join(field.value.values, "|"));
  return text;
}

// The comments of one package: "// want always X-Tier=Hot, never X-Range", or "// want no request".
void check(const std::string& topic, const analyzer::Facts& facts, const std::vector<analyzer::RequestShape>& shapes) {
  const auto source = model::read_file(fmt::format("{0}/{1}/{1}.go", folder, topic));
  ASSERT_TRUE(source);
  const std::string_view mark = "// want ";
  std::size_t number = 0;
  for (const auto line : model::split(*source, '\n')) {
    ++number;
    const auto place = fmt::format("{0}{1}/{1}.go:{2}", module, topic, number);
    const auto at = line.find(mark);
    if (at == std::string_view::npos) {
      EXPECT_EQ(line.find(".NewRequest("), std::string_view::npos) << place << " wants nothing";
      continue;
    }
    const auto shape = std::find_if(shapes.begin(), shapes.end(),
                                    [&](const auto& s) { return facts.requests[s.request].at == place; });
    const auto wishes = line.substr(at + mark.size());
    EXPECT_EQ(shape == shapes.end(), wishes == "no request") << place;
    if (shape == shapes.end()) continue;
    for (auto wish : model::split(wishes, ',')) {
      while (!wish.empty() && wish.front() == ' ') wish.remove_prefix(1);
      const auto name = wish.substr(wish.find(' ') + 1, wish.find('=') - wish.find(' ') - 1);
      const auto field = shape->headers.find(model::lower(name));
      const bool value = wish.find('=') != std::string_view::npos;
      const auto got = field == shape->headers.end() ? fmt::format("never {}", name) : stated(field->second, value);
      EXPECT_EQ(got, wish) << place;
    }
  }
}

TEST(Presence, IsWhatTheSourceSays) {
  const char* front_end = std::getenv("BLOBGAUGE_GO_FRONTEND");
  if (!front_end) GTEST_SKIP() << "the Go front end is not set (tools/setup --print)";
  const auto scratch = model::TemporaryFolder::create();
  ASSERT_TRUE(scratch);
  const auto config = scratch->path() + "/config.json";
  ASSERT_TRUE(model::write_file(config, configuration()));
  std::string texts[2];
  for (auto& text : texts) {
    const auto out = scratch->path() + "/facts.jsonl";
    model::ProcessRequest process;
    process.command = {front_end, "-config", config, "-o", out};
    process.capture = true;
    process.time_limit = std::chrono::seconds{100};
    const auto ran = model::run_process(process);
    ASSERT_TRUE(ran);
    ASSERT_EQ(ran->exit_code, 0) << ran->err;
    const auto read = model::read_file(out);
    ASSERT_TRUE(read);
    text = *read;
  }
  EXPECT_EQ(texts[0], texts[1]) << "two readings of one program differ";
  const auto facts = analyzer::facts_from_text(texts[0], "presence");
  ASSERT_TRUE(facts) << describe(facts.error());
  const analyzer::ValueFlow flow(*facts);
  const auto shapes = analyzer::shape_requests(*facts, flow, {});

  for (const std::string topic : topics) check(topic, *facts, shapes);
}

}  // namespace
}  // namespace blobgauge
