#include "analyzer/static_surface.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/executable_ways.h"

namespace blobgauge::analyzer {
namespace {

using model::Presence;
using model::ValueKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A client with one builder of blocks, written as the front end writes it: options that are set, options that nobody
// sets, a helper that announces the body, a policy, and metadata.
std::string program(const std::string& more = {}) {
  return R"~({"k":"facts","version":1,"language":"go","module":"example.org/app","release":"v2.0.0","go":"go1.26","platform":"linux/amd64","modules":["example.org/app@v2.0.0","example.org/sdk@v1.0.0","example.org/unused@v1.0.0"]}
{"k":"func","id":1,"name":"(*example.org/app/back.Fs).Put","pkg":"example.org/app/back","module":"example.org/app","at":"example.org/app/back/fs.go:10","root":"fs.Fs.Put"}
{"k":"func","id":2,"name":"(*example.org/sdk/gen.Client).create","pkg":"example.org/sdk/gen","module":"example.org/sdk","at":"example.org/sdk/gen/c.go:20"}
{"k":"func","id":3,"name":"(*example.org/sdk.Request).SetBody","pkg":"example.org/sdk","at":"example.org/sdk/r.go:5"}
{"k":"func","id":4,"name":"(*example.org/sdk.agent).Do","pkg":"example.org/sdk","at":"example.org/sdk/p.go:7"}
{"k":"func","id":5,"name":"(*example.org/sdk/gen.Client).unreached","pkg":"example.org/sdk/gen","at":"example.org/sdk/gen/c.go:90"}
{"k":"func","id":6,"name":"example.org/token.Fetch","pkg":"example.org/token","at":"example.org/token/t.go:3"}
{"k":"call","from":1,"to":2,"at":"example.org/app/back/fs.go:12","how":"static"}
{"k":"node","id":1,"kind":"field","name":"example.org/sdk/gen.Client.endpoint"}
{"k":"node","id":2,"kind":"field","name":"example.org/sdk/gen.Options.MD5"}
{"k":"node","id":3,"kind":"field","name":"example.org/sdk/gen.Options.Lease"}
{"k":"node","id":4,"kind":"param","name":"(*example.org/sdk.Request).SetBody(r)","fn":3}
{"k":"node","id":5,"kind":"param","name":"(*example.org/sdk.Request).SetBody(kind)","fn":3}
{"k":"node","id":6,"kind":"param","name":"(*example.org/sdk.agent).Do(req)","fn":4}
{"k":"node","id":7,"kind":"key","name":"map[string]*string"}
{"k":"flow","to":2,"from":{"op":"md5.Sum"},"fn":1,"at":"example.org/app/back/fs.go:11"}
{"k":"flow","to":4,"from":{"request":1},"fn":2,"at":"example.org/sdk/gen/c.go:30","site":1}
{"k":"flow","to":5,"from":{"const":"application/octet-stream"},"fn":2,"at":"example.org/sdk/gen/c.go:30","site":1}
{"k":"flow","to":6,"from":{"request":1},"fn":2,"at":"example.org/sdk/gen/c.go:31","site":2,"how":"dynamic"}
{"k":"request","id":1,"fn":2,"at":"example.org/sdk/gen/c.go:21","maker":"example.org/sdk.NewRequest","method":{"const":"PUT"},"endpoint":{"node":1}}
{"k":"request","id":2,"fn":5,"at":"example.org/sdk/gen/c.go:91","maker":"example.org/sdk.NewRequest","method":{"const":"DELETE"},"endpoint":{"node":1}}
{"k":"request","id":3,"fn":6,"at":"example.org/token/t.go:4","maker":"example.org/sdk.NewRequest","method":{"const":"GET"},"endpoint":{"const":"http://metadata"}}
{"k":"write","what":"query","do":"set","owner":{"request":1},"key":{"const":"comp"},"value":{"const":"block"},"fn":2,"at":"example.org/sdk/gen/c.go:22"}
{"k":"write","what":"query","do":"set","owner":{"request":1},"key":{"const":"blockid"},"value":{"op":"base64"},"fn":2,"at":"example.org/sdk/gen/c.go:23"}
{"k":"write","what":"header","do":"assign","owner":{"request":1},"key":{"const":"Content-MD5"},"value":{"list":[{"node":2}]},"guard":{"is":"nonnil","e":{"node":2},"text":"o.MD5 != nil"},"fn":2,"at":"example.org/sdk/gen/c.go:25"}
{"k":"write","what":"header","do":"assign","owner":{"request":1},"key":{"const":"x-ms-lease-id"},"value":{"list":[{"node":3}]},"guard":{"is":"nonnil","e":{"node":3},"text":"o.Lease != nil"},"fn":2,"at":"example.org/sdk/gen/c.go:26"}
{"k":"write","what":"header","do":"set","owner":{"node":4},"key":{"const":"Content-Type"},"value":{"node":5},"guard":{"is":"nonempty","e":{"node":5},"text":"kind != \"\""},"fn":3,"at":"example.org/sdk/r.go:6"}
{"k":"write","what":"header","do":"set","owner":{"node":6},"key":{"const":"User-Agent"},"value":{"const":"app"},"fn":4,"at":"example.org/sdk/p.go:8"}
{"k":"status","owner":{"request":1},"codes":["201"],"how":"accepted","fn":2,"at":"example.org/sdk/gen/c.go:32"}
{"k":"read","what":"header","owner":{"request":1},"key":{"const":"ETag"},"into":["example.org/sdk/gen.Response.ETag"],"used":true,"fn":2,"at":"example.org/sdk/gen/c.go:33"}
{"k":"read","what":"header","owner":{"request":1},"key":{"const":"Date"},"into":["example.org/sdk/gen.Response.Date"],"fn":2,"at":"example.org/sdk/gen/c.go:34"}
{"k":"unresolved","fn":2,"what":"callback","at":"example.org/sdk/gen/c.go:40"}
)~" + more +
         R"({"k":"end","counts":{}})";
}

class StaticSurface : public ::testing::Test {
 protected:
  StaticSurface() {
    rules_.client = "app";
    rules_.scope = {"example.org/sdk/**"};
    rules_.paths["example.org/sdk/gen.Client.endpoint"] = "/{container}/{blob}";
    auto catalogue = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue");
    EXPECT_TRUE(catalogue);
    if (catalogue) catalogue_ = std::move(*catalogue);
  }

  model::Result<StaticResult> infer(const std::string& more = {}, const StaticOptions& options = {}) {
    auto facts = facts_from_text(program(more), "test");
    if (!facts) return tl::make_unexpected(facts.error());
    return infer_static(*facts, rules_, catalogue_, options);
  }

  ClientRules rules_;
  model::Catalogue catalogue_;
};

// shows: host-by-owner, requests-of-others
TEST_F(StaticSurface, NamesWhatIsReachedAndInScope) {
  const auto result = infer();
  ASSERT_TRUE(result) << model::describe(result.error());
  const auto& surface = result->surface;
  EXPECT_EQ(surface.client, "app");
  EXPECT_EQ(surface.release, "2.0.0");
  ASSERT_EQ(surface.operations.size(), 1U);
  EXPECT_EQ(surface.operations.begin()->first, "Put Block");
  EXPECT_THAT(result->other_requests, ElementsAre("token.Fetch example.org/token/t.go:4: http://metadata"));
  EXPECT_THAT(surface.unresolved, ElementsAre("(*gen.Client).create example.org/sdk/gen/c.go:40: callback"));
  EXPECT_FALSE(surface.sources.count("example.org/unused@v1.0.0"));
}

TEST_F(StaticSurface, TellsWhatIsSentAndWhy) {
  const auto result = infer();
  ASSERT_TRUE(result);
  const auto& surface = result->surface;
  const auto& block = surface.operations.at("Put Block");
  EXPECT_EQ(block.query.at("comp").presence, Presence::always);
  EXPECT_EQ(block.query.at("comp").value.kind, ValueKind::constant);
  const auto& headers = block.request_headers;
  EXPECT_EQ(headers.at("content-md5").presence, Presence::conditional);
  EXPECT_THAT(headers.at("content-md5").guards, ElementsAre("o.MD5 != nil"));
  EXPECT_EQ(headers.at("x-ms-lease-id").presence, Presence::never);
  // The helper's parameter is this call's argument: the guard holds and the value is known.
  EXPECT_EQ(headers.at("content-type").presence, Presence::always);
  EXPECT_THAT(headers.at("content-type").value.values, ElementsAre("application/octet-stream"));
  EXPECT_EQ(headers.at("user-agent").presence, Presence::undecided);
  EXPECT_THAT(headers.at("user-agent").reason, HasSubstr("example.org/sdk/p.go:8"));
  EXPECT_EQ(block.statuses.count(201), 1U);
  EXPECT_EQ(block.response_headers.count("etag"), 1U);
  EXPECT_EQ(block.response_headers.count("date"), 0U) << "nothing loads it";
  ASSERT_EQ(block.evidence.size(), 1U);
  EXPECT_THAT(surface.evidence.at(block.evidence[0]).lines,
              ElementsAre("fs.Fs.Put: (*back.Fs).Put example.org/app/back/fs.go:12",
                          "(*gen.Client).create example.org/sdk/gen/c.go:21"));
}

// shows: error-codes, xml-answers
TEST_F(StaticSurface, LeadsFromARootToWhoReadsAnAnswer) {
  const auto result = infer(
      R"({"k":"func","id":7,"name":"example.org/app/back.judge","pkg":"example.org/app/back","at":"example.org/app/back/fs.go:60"}
{"k":"call","from":1,"to":7,"at":"example.org/app/back/fs.go:13","how":"static"}
{"k":"func","id":8,"name":"example.org/app/back.nobody","pkg":"example.org/app/back","at":"example.org/app/back/fs.go:80"}
{"k":"read","what":"element","owner":{"request":1},"key":{"const":"Root/Name"},"into":["example.org/sdk/gen.Response.Name"],"used":true,"by":[{"fn":7,"at":"example.org/app/back/fs.go:61"}],"fn":2,"at":"example.org/sdk/gen/c.go:35"}
{"k":"code","owner":{"request":1},"code":{"const":"Busy"},"listed":true,"fn":7,"at":"example.org/app/back/fs.go:62"}
{"k":"code","owner":{"any":[{"request":1},{"unknown":"a plug-in"}]},"code":{"const":"Gone"},"listed":true,"fn":7,"at":"example.org/app/back/fs.go:63"}
{"k":"code","owner":{"op":"text"},"code":{"const":"Held"},"listed":true,"fn":7,"at":"example.org/app/back/fs.go:64"}
{"k":"code","owner":{"request":1},"code":{"const":"Unreached"},"listed":true,"fn":8,"at":"example.org/app/back/fs.go:81"}
)");
  ASSERT_TRUE(result) << model::describe(result.error());
  const auto& surface = result->surface;
  const auto& block = surface.operations.at("Put Block");
  const auto lines = [&](const model::Field& field) {
    std::vector<std::string> all;
    for (const auto& id : field.evidence)
      for (const auto& line : surface.evidence.at(id).lines) all.push_back(line);
    return all;
  };
  EXPECT_THAT(lines(block.response_body.at("Root/Name")),
              ::testing::IsSupersetOf({"fs.Fs.Put: (*back.Fs).Put example.org/app/back/fs.go:13",
                                       "back.judge example.org/app/back/fs.go:61", "into gen.Response.Name"}));
  EXPECT_EQ(block.compared_codes.at("Busy").presence, Presence::always);
  EXPECT_THAT(lines(block.compared_codes.at("Busy")),
              ElementsAre("fs.Fs.Put: (*back.Fs).Put example.org/app/back/fs.go:13",
                          "back.judge example.org/app/back/fs.go:62"));
  EXPECT_EQ(block.compared_codes.at("Gone").presence, Presence::conditional);
  EXPECT_THAT(block.compared_codes.at("Gone").reason, HasSubstr("a plug-in"));
  EXPECT_EQ(block.compared_codes.count("Held"), 0U);
  EXPECT_EQ(surface.compared_codes.at("Held").presence, Presence::undecided);
  EXPECT_EQ(block.compared_codes.count("Unreached"), 0U);
}

TEST_F(StaticSurface, ExplainsWhatIsReadOfAnAnswer) {
  StaticOptions options;
  options.explain_operation = "Put Block";
  options.explain_header = "busy";
  const auto result =
      infer(R"({"k":"code","owner":{"request":1},"code":{"const":"Busy"},"fn":1,"at":"example.org/app/back/fs.go:14"}
)",
            options);
  ASSERT_TRUE(result);
  EXPECT_THAT(result->explanation, HasSubstr("compares error code Busy\n    fs.Fs.Put: (*back.Fs).Put"));
  EXPECT_THAT(result->explanation, ::testing::Not(HasSubstr("reads header ETag")));
}

TEST_F(StaticSurface, JoinsTwoBuildersOfOneOperation) {
  const auto result = infer(
      R"({"k":"request","id":4,"fn":1,"at":"example.org/app/back/fs.go:50","maker":"example.org/sdk.NewRequest","method":{"const":"PUT"},"endpoint":{"node":1}}
{"k":"write","what":"query","do":"set","owner":{"request":4},"key":{"const":"comp"},"value":{"const":"block"},"fn":1,"at":"example.org/app/back/fs.go:51"}
)");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->other_requests.size(), 2U) << "the new builder's package is not in scope";
  rules_.scope.push_back("example.org/app/**");
  const auto both = infer(
      R"({"k":"request","id":4,"fn":1,"at":"example.org/app/back/fs.go:50","maker":"example.org/sdk.NewRequest","method":{"const":"PUT"},"endpoint":{"node":1}}
{"k":"write","what":"query","do":"set","owner":{"request":4},"key":{"const":"comp"},"value":{"const":"block"},"fn":1,"at":"example.org/app/back/fs.go:51"}
)");
  ASSERT_TRUE(both);
  const auto& block = both->surface.operations.at("Put Block");
  EXPECT_EQ(block.query.at("comp").presence, Presence::always);
  EXPECT_EQ(block.query.at("blockid").presence, Presence::conditional);
  EXPECT_EQ(block.evidence.size(), 2U);
}

// A conditional field that makes another operation is that operation too.
TEST_F(StaticSurface, OneBuilderMayServeTwoOperations) {
  const auto result = infer(
      R"({"k":"write","what":"header","do":"assign","owner":{"request":1},"key":{"const":"x-ms-copy-source"},"value":{"op":"url"},"guard":{"is":"nonnil","e":{"node":2},"text":"o.Source != nil"},"fn":2,"at":"example.org/sdk/gen/c.go:27"}
)");
  ASSERT_TRUE(result);
  ASSERT_EQ(result->surface.operations.count("Put Block From URL"), 1U);
  EXPECT_EQ(result->surface.operations.at("Put Block From URL").request_headers.at("x-ms-copy-source").presence,
            Presence::always);
  EXPECT_EQ(result->surface.operations.count("Put Block"), 1U);
}

TEST_F(StaticSurface, AHeaderThatMakesAnotherRequestIsNeverInThePlainOne) {
  const auto result = infer(
      R"({"k":"call","from":1,"to":5,"at":"example.org/app/back/fs.go:14","how":"static"}
{"k":"request","id":4,"fn":5,"at":"example.org/sdk/gen/c.go:95","maker":"example.org/sdk.NewRequest","method":{"const":"GET"},"endpoint":{"node":1}}
{"k":"write","what":"header","do":"set","owner":{"request":4},"key":{"const":"x-ms-range"},"value":{"op":"format"},"guard":{"is":"nonnil","e":{"node":2},"text":"o.Range != nil"},"fn":5,"at":"example.org/sdk/gen/c.go:96"}
{"k":"write","what":"header","do":"set","owner":{"request":4},"key":{"const":"If-Match"},"value":{"op":"etag"},"guard":{"is":"nonnil","e":{"node":2},"text":"o.ETag != nil"},"fn":5,"at":"example.org/sdk/gen/c.go:97"}
)");
  ASSERT_TRUE(result) << result.error().message;
  const auto& operations = result->surface.operations;
  ASSERT_TRUE(operations.count("Get Blob") && operations.count("Get Blob (range)"));
  EXPECT_EQ(operations.at("Get Blob").request_headers.at("x-ms-range").presence, Presence::never);
  EXPECT_EQ(operations.at("Get Blob (range)").request_headers.at("x-ms-range").presence, Presence::always);
  EXPECT_EQ(operations.at("Get Blob").request_headers.at("if-match").presence, Presence::conditional);
}

TEST_F(StaticSurface, MetadataStandsUnderItsPattern) {
  const auto result = infer(
      R"({"k":"request","id":4,"fn":2,"at":"example.org/sdk/gen/c.go:60","maker":"example.org/sdk.NewRequest","method":{"const":"PUT"},"endpoint":{"node":1}}
{"k":"write","what":"query","do":"set","owner":{"request":4},"key":{"const":"comp"},"value":{"const":"metadata"},"fn":2,"at":"example.org/sdk/gen/c.go:61"}
{"k":"write","what":"header","do":"assign","owner":{"request":4},"key":{"cat":[{"const":"x-ms-meta-"},{"node":7}]},"value":{"op":"f"},"fn":2,"at":"example.org/sdk/gen/c.go:62"}
)");
  ASSERT_TRUE(result);
  const auto& headers = result->surface.operations.at("Set Blob Metadata").request_headers;
  ASSERT_EQ(headers.count("x-ms-meta-*"), 1U);
  EXPECT_EQ(headers.at("x-ms-meta-*").presence, Presence::conditional);
}

TEST_F(StaticSurface, RefusesAnAddressThatNobodyPlaces) {
  rules_.paths.clear();
  const auto result = infer();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().category, model::Category::input);
  EXPECT_THAT(result.error().message, HasSubstr("gen.Client.endpoint"));
}

TEST_F(StaticSurface, RefusesRulesOfAnotherProgram) {
  rules_.scope = {"example.com/**"};
  const auto result = infer();
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("none of its 3 requests"));
}

TEST_F(StaticSurface, ExplainsOneHeader) {
  StaticOptions options;
  options.explain_operation = "Put Block";
  options.explain_header = "x-ms-lease-id";
  const auto result = infer({}, options);
  ASSERT_TRUE(result);
  EXPECT_THAT(result->explanation, HasSubstr("header x-ms-lease-id: never"));
  EXPECT_THAT(result->explanation, HasSubstr("no store that gives it a value"));
  EXPECT_THAT(result->explanation, HasSubstr("fs.Fs.Put"));
}

TEST_F(StaticSurface, ExplainsHeadersThatNobodyWrites) {
  rules_.implicit = {{"Host", "every request of HTTP/1.1", model::Presence::conditional}};
  StaticOptions options;
  options.explain_operation = "Put Block";
  options.explain_header = "Host";
  auto result = infer({}, options);
  ASSERT_TRUE(result);
  EXPECT_THAT(result->explanation, HasSubstr("header Host: conditional\n    every request of HTTP/1.1\n"));
  options.explain_header = "x-ms-nobody";
  result = infer({}, options);
  ASSERT_TRUE(result);
  EXPECT_THAT(result->explanation, HasSubstr("x-ms-nobody: nothing writes it to this request"));
}

// A loop over names reads each; the surface stays readable.
TEST_F(StaticSurface, WritesTheSameBytesTwice) {
  const std::string read =
      R"({"k":"read","what":"header","owner":{"request":1},"key":{"any":[{"const":"Retry-After"},{"const":"retry-after-ms"}]},"used":true,"fn":2,"at":"example.org/sdk/gen/c.go:35"})"
      "\n";
  const auto a = infer(read), b = infer(read);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(model::to_yaml(a->surface), model::to_yaml(b->surface));
  EXPECT_TRUE(model::surface_from_yaml(model::to_yaml(a->surface), "again"));
}

// What an executable says of the program above: one level for its builders, another for everything else.
struct MachineCode : Ways {
  model::Level builders = model::Level::reachable, others = model::Level::reachable;
  bool reachable(int function) const override { return level(function) != model::Level::none; }
  model::Level level(int function) const override { return function == 2 || function == 5 ? builders : others; }
  std::vector<std::vector<std::string>> to(int, const std::string& at, std::size_t) const override {
    return {{"main.main (root)", "gen.(*Client).create " + at}};
  }
};

TEST_F(StaticSurface, AnExecutablesOptionsAreUndecided) {
  const auto facts = facts_from_text(program(), "test");
  ASSERT_TRUE(facts);
  MachineCode code;
  ExecutableProgram executable;
  executable.ways = &code;
  executable.release = "3.0";
  const auto result = infer_executable(*facts, rules_, catalogue_, executable);
  ASSERT_TRUE(result) << model::describe(result.error());
  const auto& surface = result->surface;
  EXPECT_EQ(surface.kind, "executable");
  EXPECT_EQ(surface.release, "3.0");
  EXPECT_TRUE(surface.unresolved.empty());
  const auto& block = surface.operations.at("Put Block");
  EXPECT_EQ(block.level, model::Level::reachable);
  EXPECT_EQ(block.query.at("comp").presence, Presence::always);
  EXPECT_EQ(block.request_headers.at("content-md5").presence, Presence::undecided);
  EXPECT_THAT(block.request_headers.at("content-md5").guards, ElementsAre("o.MD5 != nil"));
  EXPECT_EQ(block.request_headers.at("content-type").presence, Presence::always);
  EXPECT_EQ(block.request_headers.at("user-agent").presence, Presence::undecided);
  EXPECT_THAT(surface.evidence.at(block.evidence[0]).lines,
              ElementsAre("main.main (root)", "gen.(*Client).create example.org/sdk/gen/c.go:21"));
  EXPECT_TRUE(surface.operations.count("Delete Blob"));
}

// Says of every option that nothing sets it, by the ways that nil tests leave open.
struct NeverSet : EntryQuestions {
  void prepare(const std::vector<EntryQuestion>& list) override { prepared = list; }
  EntryAnswer ask(const EntryQuestion&, model::Proof ways) const override {
    return {true, ways == model::Proof::all_ways, false, {"main.run main.go:7"}, {}};
  }
  std::vector<EntryQuestion> prepared;
};

TEST_F(StaticSurface, AnExecutablesOptionsAreAskedForInItsMachineCode) {
  auto text = program();
  const std::string test = R"("text":"o.MD5 != nil")";
  text.insert(text.find(test) + test.size(), R"(,"word":{"in":"BX","path":[8],"width":8,"means":"set"})");
  text.replace(text.find("\"version\":1"), 11, "\"version\":2");
  const auto facts = facts_from_text(text, "test");
  ASSERT_TRUE(facts) << model::describe(facts.error());
  MachineCode code;
  NeverSet entries;
  ExecutableProgram executable;
  executable.ways = &code;
  executable.options = &entries;
  StaticOptions options;
  options.explain_operation = "Put Block";
  options.explain_header = "Content-MD5";
  const auto result = infer_executable(*facts, rules_, catalogue_, executable, options);
  ASSERT_TRUE(result) << model::describe(result.error());
  ASSERT_EQ(entries.prepared.size(), 1U);
  EXPECT_EQ(entries.prepared[0].function, 2);
  const auto& header = result->surface.operations.at("Put Block").request_headers.at("content-md5");
  EXPECT_EQ(header.presence, Presence::never);
  EXPECT_EQ(header.proof, model::Proof::open_ways);
  EXPECT_THAT(header.guards, ElementsAre("o.MD5 != nil"));
  EXPECT_THAT(result->explanation, HasSubstr("header Content-MD5: never, none on a feasible path\n"));
  EXPECT_THAT(result->explanation, HasSubstr("o.MD5 != nil: unset, set by all ways; unset by feasible ones\n"));
  EXPECT_THAT(result->explanation, HasSubstr("  stored: main.run main.go:7\n"));
  // Where the machine code cannot be asked, the surface says why.
  executable.options = nullptr;
  executable.unread = "go1.15 hands arguments over on the stack";
  const auto old = infer_executable(*facts, rules_, catalogue_, executable);
  ASSERT_TRUE(old);
  EXPECT_EQ(old->surface.operations.at("Put Block").request_headers.at("content-md5").presence, Presence::undecided);
  EXPECT_THAT(old->surface.unresolved,
              ElementsAre("what hangs on options is undecided: go1.15 hands arguments over on the stack"));
}

TEST_F(StaticSurface, WithoutSourceOperationsAreAllThereIs) {
  auto text = program();
  // A method that is made at run time names no operation, and is shown all the same.
  text.replace(text.find(R"("method":{"const":"DELETE"})"), 27, R"("method":{"op":"strings.ToUpper"})");
  const auto facts = facts_from_text(text, "test");
  ASSERT_TRUE(facts) << model::describe(facts.error());
  MachineCode code;
  ExecutableProgram executable;
  executable.ways = &code;
  executable.without_source = "no network";
  StaticOptions options;
  options.explain_operation = "Put Block";
  const auto result = infer_executable(*facts, rules_, catalogue_, executable, options);
  ASSERT_TRUE(result) << model::describe(result.error());
  EXPECT_TRUE(result->surface.operations_only);
  EXPECT_THAT(result->surface.unresolved,
              ElementsAre("headers and parameters of all operations are missing: no network"));
  for (const auto& [name, operation] : result->surface.operations) {
    EXPECT_TRUE(operation.query.empty() && operation.request_headers.empty() && operation.statuses.empty()) << name;
    EXPECT_FALSE(operation.evidence.empty()) << name;
  }
  EXPECT_TRUE(result->surface.operations.count("Put Block"));
  EXPECT_FALSE(result->surface.operations.count("Delete Blob"));
  EXPECT_TRUE(result->surface.operations.count("unclassified"));
  EXPECT_THAT(result->explanation, HasSubstr("  named by its machine code: PUT ?"));
}

TEST_F(StaticSurface, AnExecutablesPoliciesAreThoseThatItReaches) {
  const auto facts = facts_from_text(program(), "test");
  ASSERT_TRUE(facts);
  MachineCode code;
  code.others = model::Level::none;
  ExecutableProgram executable;
  executable.ways = &code;
  auto result = infer_executable(*facts, rules_, catalogue_, executable);
  ASSERT_TRUE(result);
  const auto& headers = result->surface.operations.at("Put Block").request_headers;
  EXPECT_FALSE(headers.count("user-agent")) << "nothing comes to the policy";
  EXPECT_TRUE(headers.count("content-type")) << "a helper that was inlined away is part of its caller";
  code.builders = model::Level::none;
  result = infer_executable(*facts, rules_, catalogue_, executable);
  ASSERT_TRUE(result) << "a program that comes to no builder is no error";
  EXPECT_TRUE(result->surface.operations.empty());
}

TEST_F(StaticSurface, TellsServicesApart) {
  rules_.builders = {{"example.org/sdk/gen", "dfs", ""}};
  const auto facts = facts_from_text(program(), "test");
  ASSERT_TRUE(facts);
  MachineCode code;
  ExecutableProgram executable;
  executable.ways = &code;
  auto result = infer_executable(*facts, rules_, catalogue_, executable);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->surface.operations.empty());
  EXPECT_THAT(result->surface.other_services.at("dfs"),
              ElementsAre("DELETE, (*gen.Client).unreached example.org/sdk/gen/c.go:91: reachable",
                          "PUT ?blockid=...&comp=block, (*gen.Client).create example.org/sdk/gen/c.go:21: reachable"));
  // The other service has no such parameter.
  rules_.builders = {{"example.org/sdk/gen", "dfs", "blockid"}};
  result = infer_executable(*facts, rules_, catalogue_, executable);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->surface.operations.count("Put Block"), 1U);
  EXPECT_EQ(result->surface.other_services.at("dfs").size(), 1U);
}

TEST_F(StaticSurface, TheTypeOfAClientTellsItsPath) {
  rules_.paths = {{"example.org/sdk/gen.Client", "/{container}/{blob}"}};
  const auto result = infer();
  ASSERT_TRUE(result) << model::describe(result.error());
  EXPECT_EQ(result->surface.operations.count("Put Block"), 1U);
}

TEST(LinkerSymbol, IsWhatTheLinkerWrites) {
  const auto symbol = [](std::string name, std::string package) {
    return linker_symbol({std::move(name), std::move(package), {}, {}, {}});
  };
  EXPECT_EQ(symbol("(*a.org/b/c.T).M", "a.org/b/c"), "a.org/b/c.(*T).M");
  EXPECT_EQ(symbol("(a.org/b/c.t).m", "a.org/b/c"), "a.org/b/c.t.m");
  EXPECT_EQ(symbol("a.org/b/c.F", "a.org/b/c"), "a.org/b/c.F");
  EXPECT_EQ(symbol("a.org/b/c.F$1$2", "a.org/b/c"), "a.org/b/c.F");
  EXPECT_EQ(symbol("a.org/yaml.v2.F", "a.org/yaml.v2"), "a.org/yaml%2ev2.F");
  EXPECT_EQ(symbol("(*a.org/c.T[a.org/d.X[int]]).M", "a.org/c"), "a.org/c.(*T[...]).M");
  EXPECT_EQ(symbol("a.org/c.F[map[string]int]", "a.org/c"), "a.org/c.F[...]");
}

TEST(ExecutableFrame, SaysHowItWasEntered) {
  gobinary::Frame step{"a.org/b/c.(*T).M", {"/home/me/go/pkg/mod/a.org/b@v1/c/f.go", 7}, gobinary::Edge::call, {}};
  EXPECT_EQ(frame(step), "c.(*T).M a.org/b/c/f.go:7");
  EXPECT_EQ(frame(step, "a.org/b/c/g.go:9"), "c.(*T).M a.org/b/c/g.go:9");
  step.edge = gobinary::Edge::dynamic_itab;
  step.via = "*c.T as interface { M(interface {}); N() }";
  EXPECT_EQ(frame(step), "c.(*T).M a.org/b/c/f.go:7 (by dynamic itab: *c.T as interface {...})");
  step = {"main.main", {}, gobinary::Edge::root, {}};
  EXPECT_EQ(frame(step), "main.main (root)");
}

TEST(LinkerSymbol, NamesItsPackage) {
  for (const auto& [symbol, package] : std::map<std::string, std::string>{{"a.org/b/c.(*T).M", "a.org/b/c"},
                                                                          {"main.main", "main"},
                                                                          {"a.org/yaml%2ev2.F", "a.org/yaml.v2"},
                                                                          {"a.org/c.F[go.shape.int]", "a.org/c"},
                                                                          {"type:.eq.x", "type:"}})
    EXPECT_EQ(package_of_symbol(symbol), package);
}

TEST(ClientRules, AsksForTheLibrariesOfAnExecutable) {
  const auto rules = load_client_rules(BLOBGAUGE_SOURCE_DIR "/specs/clients/azcopy.yaml");
  ASSERT_TRUE(rules) << model::describe(rules.error());
  LinkedProgram program;
  program.modules = {{"example.org/sdk", "v1", "h1:x=", "", ""}};
  program.platform = "linux/amd64";
  program.holds = [](std::string_view package) { return package.ends_with("azblob/internal/generated"); };
  const auto asked = go_configuration(*rules, program);
  ASSERT_TRUE(asked);
  EXPECT_THAT(*asked, HasSubstr(R"("modules":[{"path":"example.org/sdk","replace_path":"","replace_version":"")"));
  EXPECT_THAT(*asked,
              HasSubstr(R"("packages":["github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/internal/generated"])"));
  EXPECT_THAT(*asked, HasSubstr(R"("open":true)"));
  program.holds = [](std::string_view) { return false; };
  EXPECT_FALSE(go_configuration(*rules, program));
}

TEST(ClientRules, AllLibrariesStandForAnUnknownProgram) {
  const auto rules = rules_of_libraries(BLOBGAUGE_SOURCE_DIR "/specs/clients", "tool");
  ASSERT_TRUE(rules) << model::describe(rules.error());
  EXPECT_EQ(rules->client, "tool");
  EXPECT_GE(rules->builders.size(), 5U);
  EXPECT_TRUE(rules->roots.empty());
}

TEST(ClientRules, ReadsAClientWithItsLibraries) {
  const auto file = find_client_file(BLOBGAUGE_SOURCE_DIR "/specs/clients", "github.com/rclone/rclone");
  ASSERT_TRUE(file) << model::describe(file.error());
  const auto rules = load_client_rules(*file);
  ASSERT_TRUE(rules) << model::describe(rules.error());
  EXPECT_EQ(rules->client, "rclone");
  EXPECT_GE(rules->requests.size(), 3U);
  EXPECT_FALSE(rules->paths.empty());
  EXPECT_FALSE(rules->implicit.empty());
  EXPECT_THAT(go_configuration(*rules, {"m@v1", "", "linux/amd64"}), HasSubstr(R"("module":"m@v1")"));
}

TEST(ClientRules, NamesTheClientsItKnows) {
  const auto file = find_client_file(BLOBGAUGE_SOURCE_DIR "/specs/clients", "example.org/other");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().category, model::Category::usage);
  EXPECT_THAT(file.error().next, HasSubstr("github.com/rclone/rclone"));
}

}  // namespace
}  // namespace blobgauge::analyzer
