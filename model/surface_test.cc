#include "model/surface.h"

#include <gtest/gtest.h>

#include <random>

#include "model/value.h"

namespace blobgauge::model {
namespace {

// Random surfaces from a small vocabulary, so that merging finds much in common.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  template <class T>
  const T& pick(const std::vector<T>& items) {
    return items[below(items.size())];
  }

  Surface observed(std::string source) {
    source_ = std::move(source);
    Surface out;
    out.kind = "observed";
    out.client = "client";
    out.sources = {source_};
    for (std::size_t i = below(4); i > 0; --i) {
      OperationSurface operation = observed_operation(out);
      out.operations.emplace(operation.operation, std::move(operation));
    }
    for (std::size_t n = below(3); n > 0; --n) out.scenarios[pick(words_)] = traffic();
    return out;
  }

  ScenarioTraffic traffic() {
    ScenarioTraffic out;
    out.runs = 1 + below(3);
    out.cut = below(4) == 0;
    for (std::size_t n = below(3); n > 0; --n) {
      auto& operation = out.operations[pick(operations_)];
      for (auto* range : {&operation.requests, &operation.resources, &operation.per_resource, &operation.per_target}) {
        range->least = below(4);
        range->most = range->least + below(3);
      }
      for (std::size_t sizes = below(7); sizes > 0; --sizes) operation.sent.add(below(40));
      if (below(2)) operation.errors[below(2) ? 503 : 0] = {3, below(4)};
      const auto &a = pick(operations_), &b = pick(operations_);
      if (a < b) out.orders[{a, b}] = static_cast<std::uint8_t>(1 + below(3));
    }
    return out;
  }

  Surface fixed() {
    Surface out;
    out.kind = "static";
    out.client = "client";
    for (std::size_t i = below(4); i > 0; --i) {
      OperationSurface operation;
      operation.operation = pick(operations_);
      for (std::size_t n = below(4); n > 0; --n) {
        Field field = named();
        field.presence =
            pick<Presence>({Presence::always, Presence::conditional, Presence::never, Presence::undecided});
        if (field.presence == Presence::always || field.presence == Presence::never)
          field.proof = pick<Proof>({Proof::none, Proof::all_ways, Proof::open_ways});
        if (below(2)) field.guards = {pick(words_)};
        if (field.presence == Presence::undecided) {
          field.reason = pick(words_);
          if (below(2))
            field.option =
                OwnOption{pick<Presence>({Presence::always, Presence::conditional, Presence::never}), Proof::none};
          if (field.option && field.option->presence != Presence::conditional)
            field.option->proof = pick<Proof>({Proof::none, Proof::all_ways, Proof::open_ways});
        }
        field.evidence = {evidence(out, "path", "root main.go:1", fmt_line())};
        operation.request_headers.emplace(key_of(field), field);
      }
      for (std::size_t n = below(3); n > 0; --n) operation.compared_codes.insert(compared(out));
      operation.statuses = {{201, 0}};
      operation.level = pick<Level>({Level::none, Level::reachable, Level::by_reflection, Level::safe_bound});
      out.operations.emplace(operation.operation, std::move(operation));
    }
    for (std::size_t n = below(3); n > 0; --n) out.other_services[pick(words_)].insert(pick(words_));
    for (std::size_t n = below(3); n > 0; --n) out.compared_codes.insert(compared(out));
    return out;
  }

  std::pair<std::string, Field> compared(Surface& out) {
    Field field;
    field.name = pick(words_);
    field.presence = pick<Presence>({Presence::always, Presence::conditional, Presence::undecided});
    if (field.presence != Presence::always) field.reason = pick(words_);
    field.evidence = {evidence(out, "path", "root main.go:1", fmt_line())};
    return {field.name, field};
  }

 private:
  std::string fmt_line() { return pick(words_) + " file.go:" + std::to_string(below(20)); }
  std::string key_of(const Field& field) const {
    std::string key = field.name;
    for (auto& c : key) c = static_cast<char>(std::tolower(c));
    return key;
  }
  Field named() {
    Field field;
    field.name = pick(names_);
    field.value = {ValueKind::constant, {}};
    for (std::size_t n = below(12); n > 0; --n)
      add_value(field.value, below(2) ? pick(words_) : std::to_string(below(1000)));
    if (field.value.values.empty()) field.value = {};
    return field;
  }
  static std::string evidence(Surface& surface, const std::string& kind, std::string a, std::string b = {}) {
    Evidence evidence{kind, {std::move(a)}};
    if (!b.empty()) evidence.lines.push_back(std::move(b));
    const auto id = (kind == "path" ? "p" : "x") + std::to_string(surface.evidence.size() + 1);
    surface.evidence.emplace(id, evidence);
    return id;
  }
  OperationSurface observed_operation(Surface& surface) {
    OperationSurface out;
    out.operation = pick(operations_);
    out.exchanges = 1 + below(5);
    out.complete = below(out.exchanges + 1);
    out.statuses = {{201, out.exchanges}};
    out.scenarios = {pick(words_)};
    auto& answers = out.answers[{201, pick(words_)}];
    answers.count = out.exchanges;
    answers.bodies = below(answers.count + 1);
    answers.headers["etag"] = 1 + below(answers.count);
    answers.recorders = {pick(words_)};
    answers.accounts = {pick(words_)};
    answers.years = {"20" + std::to_string(10 + below(3))};
    for (std::size_t n = below(4); n > 0; --n) {
      Field field = named();
      const auto incomplete = out.exchanges - out.complete;
      const auto extra = below(incomplete + 1);
      field.seen = extra + below(out.complete + 1);
      field.of = out.complete + extra;
      if (!field.seen) continue;
      field.presence = presence_of(field.seen, field.of, out.complete);
      field.evidence = {evidence(surface, "exchange", source_ + "#" + std::to_string(1 + below(30)))};
      out.request_headers.emplace(key_of(field), field);
    }
    for (std::size_t n = below(3); n > 0; --n) {
      Field field = named();
      field.of = out.exchanges;
      field.seen = 1 + below(field.of);
      field.presence = presence_of(field.seen, field.of, field.of);
      out.query.emplace(field.name, field);
    }
    return out;
  }

  std::mt19937 random_;
  std::string source_;
  const std::vector<std::string> operations_ = {"Put Blob (block)", "Lease Blob: acquire", "unclassified"};
  const std::vector<std::string> names_ = {"ETag", "etag", "x-ms-version", "X-Ms-Version", "yes", "a: b"};
  const std::vector<std::string> words_ = {"2021-12-02", "true", "\xc3\xa9", "", " blank ", "a: b", "#", "null", "x"};
};

Surface merged(const Surface& a, const Surface& b) { return merge(a, b).value(); }

TEST(Surface, ReadsWhatItWrites) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    Generator generator(seed);
    for (const auto& surface : {generator.observed("a.trace"), generator.fixed()}) {
      const auto text = to_yaml(surface);
      const auto again = surface_from_yaml(text, "test");
      ASSERT_TRUE(again) << describe(again.error()) << "\n" << text;
      ASSERT_EQ(*again, surface) << text;
      ASSERT_EQ(to_yaml(*again), text);
    }
  }
}

TEST(Surface, MergesInAnyOrderAndGrouping) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    Generator generator(seed);
    const bool observed = seed % 2;
    const auto make = [&](const char* name) { return observed ? generator.observed(name) : generator.fixed(); };
    const auto a = make("a.trace"), b = make("b.trace"), c = make("c.trace");
    ASSERT_EQ(to_yaml(merged(a, b)), to_yaml(merged(b, a))) << seed;
    ASSERT_EQ(to_yaml(merged(merged(a, b), c)), to_yaml(merged(a, merged(b, c)))) << seed;
  }
}

TEST(Surface, CountsWhatAPieceDidNotHave) {
  Surface a, b;
  a.kind = b.kind = "observed";
  for (auto* surface : {&a, &b}) surface->operations["Get Blob"].operation = "Get Blob";
  auto& first = a.operations["Get Blob"];
  first.exchanges = first.complete = 4;
  auto& sent = first.request_headers["range"];
  sent.name = "Range";
  sent.seen = sent.of = 4;
  b.operations["Get Blob"].exchanges = 3;
  b.operations["Get Blob"].complete = 2;
  const auto both = merged(a, b);
  const auto& range = both.operations.at("Get Blob").request_headers.at("range");
  EXPECT_EQ(range.seen, 4u);
  EXPECT_EQ(range.of, 6u);  // the incomplete exchange shows nothing
  EXPECT_EQ(range.presence, Presence::conditional);
}

TEST(Surface, APartialRecordingNeverShowsAlways) {
  EXPECT_EQ(presence_of(5, 5, 0), Presence::undecided);
  EXPECT_EQ(presence_of(5, 5, 5), Presence::always);
  EXPECT_EQ(presence_of(4, 5, 5), Presence::conditional);
}

TEST(Surface, RefusesToMixWithoutBeingAsked) {
  Surface a, b;
  a.kind = "static";
  b.kind = "observed";
  const auto refused = merge(a, b);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().category, Category::usage);
  EXPECT_EQ(merge(a, b, true)->kind, "observed+static");
}

TEST(Surface, SharesEvidenceById) {
  Surface a;
  a.kind = "static";
  a.evidence = {{"p1", {"path", {"main main.go:1", "send send.go:9"}}}, {"p2", {"path", {"unused x.go:1"}}}};
  auto& operation = a.operations["Get Blob"];
  operation.operation = "Get Blob";
  operation.evidence = {"p1"};
  const auto both = merged(a, a);
  EXPECT_EQ(both.evidence.size(), 1u);
  EXPECT_EQ(both.operations.at("Get Blob").evidence, std::vector<std::string>{"p1"});
}

TEST(Surface, OperationsAloneStayAlone) {
  Surface alone, full;
  alone.kind = full.kind = "executable";
  alone.operations_only = true;
  alone.operations["A"].operation = full.operations["A"].operation = "A";
  full.operations["A"].request_headers["x-v"].name = "x-v";
  const auto read = surface_from_yaml(to_yaml(alone), "alone");
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(*read, alone);
  for (const auto& merged : {merge(alone, full), merge(full, alone)}) {
    ASSERT_TRUE(merged);
    EXPECT_TRUE(merged->operations_only);
    EXPECT_TRUE(merged->operations.at("A").request_headers.empty());
  }
  EXPECT_FALSE(merge(full, full)->operations_only);
  EXPECT_FALSE(surface_from_yaml("blobgauge-surface: 1\nkind: executable\nextent: all\n", "wrong"));
}

TEST(Surface, GradesAreNeverMixed) {
  const auto surface = [](Presence presence, Proof proof) {
    Surface out;
    out.kind = "executable";
    out.operations["Put Blob"].operation = "Put Blob";
    auto& field = out.operations["Put Blob"].request_headers["x-a"];
    field.name = "x-a";
    field.presence = presence;
    field.proof = proof;
    return out;
  };
  const auto merged = [](const Surface& a, const Surface& b) {
    const auto field = merge(a, b)->operations.at("Put Blob").request_headers.at("x-a");
    return std::string(name_of(field.presence)) + ": " + std::string(name_of(field.presence, field.proof));
  };
  const auto never = surface(Presence::never, Proof::all_ways), weak = surface(Presence::never, Proof::open_ways);
  EXPECT_EQ(merged(never, never), "never: no store found");
  EXPECT_EQ(merged(never, weak), "never: none on a feasible path");
  EXPECT_EQ(merged(never, surface(Presence::always, Proof::all_ways)), "conditional: ");
  const auto always = surface(Presence::always, Proof::open_ways);
  EXPECT_EQ(merged(always, surface(Presence::always, Proof::none)), "always: set on every feasible path");
  const auto text = to_yaml(always);
  EXPECT_NE(text.find("grade: set on every feasible path"), std::string::npos) << text;
  EXPECT_EQ(*surface_from_yaml(text, "s"), always);
}

TEST(Surface, AnOptionStaysBesideAHeaderThatAPolicyMayWrite) {
  const auto surface = [](Presence presence, std::optional<OwnOption> option) {
    Surface out;
    out.kind = "executable";
    out.operations["Put Blob"].operation = "Put Blob";
    auto& field = out.operations["Put Blob"].request_headers["x-a"];
    field.name = "x-a";
    field.presence = presence;
    field.option = option;
    return out;
  };
  const auto merged = [](const Surface& a, const Surface& b) {
    return merge(a, b)->operations.at("Put Blob").request_headers.at("x-a");
  };
  const OwnOption never{Presence::never, Proof::all_ways}, weak{Presence::never, Proof::open_ways};
  const auto open = surface(Presence::undecided, never);
  EXPECT_EQ(merged(open, surface(Presence::undecided, weak)).option, weak);
  EXPECT_EQ(merged(open, surface(Presence::undecided, std::nullopt)).option, std::nullopt);
  EXPECT_EQ(merged(open, surface(Presence::never, std::nullopt)).option, (OwnOption{Presence::never, Proof::all_ways}));
  EXPECT_EQ(merged(open, surface(Presence::conditional, std::nullopt)).option,
            (OwnOption{Presence::conditional, Proof::none}));
  const auto text = to_yaml(open);
  EXPECT_NE(text.find("option: never\n"), std::string::npos) << text;
  EXPECT_NE(text.find("option_grade: no store found\n"), std::string::npos) << text;
  EXPECT_EQ(*surface_from_yaml(text, "s"), open);
  const auto damaged = surface_from_yaml(
      "blobgauge-surface: 1\nkind: executable\nclient: c\noperations:\n  Put Blob:\n    request_headers:\n"
      "      x-a: {presence: undecided, option: conditional, option_grade: no store found}\n",
      "s");
  ASSERT_FALSE(damaged);
  EXPECT_NE(damaged.error().message.find("option_grade 'no store found' is none of a field that is conditional"),
            std::string::npos)
      << damaged.error().message;
}

TEST(Surface, NamesThePlaceOfAMistake) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"kind: static\n", "s:1:1: not a surface: the first key must be blobgauge-surface"},
      {"blobgauge-surface: 9\nkind: static\n", "newer than this program"},
      {"blobgauge-surface: 1\nkind: static\noperation:\n", "did you mean 'operations'?"},
      {"blobgauge-surface: 1\nkind: static\noperations:\n  A:\n    query:\n      b:\n        presence: often\n",
       "s:7:9: presence 'often' is none of"},
      {"blobgauge-surface: 1\nkind: static\noperations:\n  A:\n    evidence: [p7]\n", "evidence 'p7' stands nowhere"},
      {"blobgauge-surface: 1\nkind: static\noperations:\n  A:\n    request_headers:\n      X:\n        presence: "
       "never\n"
       "      x:\n        presence: never\n",
       "'x' stands twice in another spelling"},
      {"blobgauge-surface: 1\nkind: static\noperations:\n  A:\n    query:\n      b:\n        presence: never\n"
       "        seen: 5 of 3\n",
       "must be like '3 of 5'"},
      {"blobgauge-surface: 1\nkind: executable\noperations:\n  A:\n    query:\n      b:\n        presence: always\n"
       "        grade: no store found\n",
       "grade 'no store found' is none of a field that is always"},
      {"blobgauge-surface: 1\nkind: executable\noperations:\n  A:\n    level: maybe\n",
       "none of reachable, by reflection"},
      {"blobgauge-surface: 1\nkind: executable\nother_services: [a]\n", "other_services"},
      {"blobgauge-surface: 1\nkind: static\noperations: [a]\n", "'operations' must be a map"},
      {"blobgauge-surface: 1\nkind: observed\noperations:\n  A:\n    answers:\n      - status: abc\n",
       "no HTTP status"},
  };
  for (const auto& [text, message] : cases) {
    const auto result = surface_from_yaml(text, "s");
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().category, Category::input);
    const auto said = describe(result.error());
    EXPECT_NE(said.find(message), std::string::npos) << said;
  }
}

TEST(Surface, SurvivesEveryCutOfAFile) {
  const auto text = to_yaml(merged(Generator(7).observed("a"), Generator(8).observed("b")));
  for (std::size_t n = 0; n < text.size(); n += 7) (void)surface_from_yaml(std::string_view(text).substr(0, n), "cut");
}

TEST(Value, TemplatesNameWhatChanges) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"bytes=0-4194303", "bytes={number}-{number}"},
      {"Sat, 21 Nov 2026 12:00:00 GMT", "{date}"},
      {"2026-01-22T21:30:30.5251273Z", "{time}"},
      {"2021-12-02", "{day}"},
      {"\"0x8DE59FD77D53FC9\"", "\"0x{hex}\""},
      {"72d657d8-b4fb-46fd-7015-353f2b5218f7", "{guid}"},
      {"1B2M2Y8AsgTpgAmY7PhCfg==", "{base64}"},
      {"AAAAAAAAAAA=", "{base64}"},
      {"+khV8McJfpA=", "{base64}"},
      {"//3lDA6lSlKD0FUYzb8czA==", "{base64}"},
      {"https://acct.example/c/b", "https://acct.example/c/b"},
      {"AzCopy/10.32.2 azsdk-go", "AzCopy/{number}.{number}.{number} azsdk-go"},
      {"BlockBlob", "BlockBlob"},
      {"application/octet-stream", "application/octet-stream"},
      {"{block}/x", "{block}/x"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(template_of(text), expected) << text;
}

TEST(Value, WhatNoTwoRequestsShareIsNeverAConstant) {
  const std::vector<std::pair<std::string, std::string>> changing = {
      {"Mon, 30 Nov 2026 12:00:00 GMT", "{date}"},
      {"72d657d8-b4fb-46fd-7015-353f2b5218f7", "{guid}"},
      {"\"0x8DE59FD77D53FC9\"", "\"0x{hex}\""},
      {"2026-11-30T13:00:00Z", "{time}"},
      {"MDAwMDDP2bZLM2xGxl/uJOASYRPhMDAwMDAwMDAwMDAwMDAx", "{base64}"},
  };
  for (const auto& [text, shape] : changing) {
    Value value{ValueKind::constant, {}};
    add_seen_value(value, text);
    EXPECT_EQ(value.kind, ValueKind::pattern) << text;
    EXPECT_EQ(value.values, std::set<std::string>{shape});
  }
  for (const auto* text : {"BlockBlob", "2025-05-05", "4194304", "bytes=0-8388607", "application/xml", "{guid}"}) {
    Value value{ValueKind::constant, {}};
    add_seen_value(value, text);
    add_seen_value(value, text);
    EXPECT_EQ(value.kind, ValueKind::constant) << text;
    EXPECT_EQ(value.values, std::set<std::string>{text});
  }
  Value mixed{ValueKind::constant, {}};
  for (const auto* text : {"*", "\"0x8DE59FD77D53FC9\"", "*"}) add_seen_value(mixed, text);
  EXPECT_EQ(mixed.values, (std::set<std::string>{"*", "\"0x{hex}\""}));
}

// Identifiers of blocks as AzCopy makes them: base64 of five digits, a job's 16 bytes and 15 digits. One job in forty
// has none of base64's digits in it, and whoever met that one took its blocks for constants.
TEST(Value, Base64WithoutADigitIsStillBase64) {
  EXPECT_EQ(template_of("MDAwMDDylznLYyJHuXJXqJbonBEeMDAwMDAwMDAwMDAwMDAw"), "{base64}");
  std::mt19937 random(7);
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int job = 0; job < 20000; ++job) {
    std::string block = "MDAwMD";
    for (int i = 0; i < 22; ++i) block += alphabet[random() % alphabet.size()];
    block += "MDAwMDAwMDAwMDAwMDAw";
    ASSERT_EQ(template_of(block), "{base64}") << block;
  }
  for (const auto* words :
       {"AppendPositionConditionNotMet", "SnapshotOperationRateExceeded", "UnsupportedQueryParameter",
        "InsufficientAccountPermissions", "IncrementalCopyBlobMismatch", "InvalidInput/OutOfRange",
        "CopyAcrossAccountsNotSupported", "NoAuthenticationInformation"})
    EXPECT_EQ(template_of(words).find("{base64}"), std::string::npos) << words;
}

TEST(Value, TemplatesAreIdempotentAndSetsMergeInAnyOrder) {
  std::mt19937 random(1);
  const auto text = [&] {
    static constexpr std::string_view alphabet = "09afAFxz{}-=+/:. T\"";
    std::string out;
    for (std::size_t n = random() % 30; n > 0; --n) out += alphabet[random() % alphabet.size()];
    return out;
  };
  for (int i = 0; i < 20'000; ++i) {
    const auto once = template_of(text());
    ASSERT_EQ(template_of(once), once);
  }
  for (int i = 0; i < 500; ++i) {
    Value parts[3], all{ValueKind::constant, {}};
    const auto add = i % 2 ? add_value : add_seen_value;
    for (auto& part : parts) {
      part = {ValueKind::constant, {}};
      for (std::size_t n = random() % 8; n > 0; --n) {
        const auto value = random() % 3 ? std::to_string(random() % 50) : text();
        add(part, value);
        add(all, value);
      }
    }
    const auto left = merge_values(merge_values(parts[0], parts[1]), parts[2]);
    ASSERT_EQ(left, merge_values(parts[2], merge_values(parts[1], parts[0])));
    ASSERT_EQ(left, all);
  }
}

}  // namespace
}  // namespace blobgauge::model
