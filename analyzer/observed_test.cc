#include "analyzer/observed.h"

#include <gtest/gtest.h>

#include "analyzer/elements.h"

namespace blobgauge::analyzer {
namespace {

using model::Exchange;
using model::Presence;
using model::Surface;
using model::ValueKind;

const Vocabulary vocabulary{"x-ms-version", "x-ms-error-code",  "Error/Code",        {"x-ms-meta-"},
                            {"Metadata"},   {"se", "If-Match"}, {"x-ms-copy-source"}};

Exchange put_block(std::uint64_t number, std::string version = "2025-05-05") {
  Exchange exchange;
  exchange.number = number;
  exchange.request.method = "PUT";
  exchange.request.target = "/c/b?comp=block&blockid=AAAA" + std::to_string(number);
  exchange.request.headers = {{"x-ms-version", std::move(version)}, {"Content-Length", "4194304"}};
  exchange.response.status = 201;
  exchange.response.headers = {{"ETag", "\"0x8DE59FD77D53FC9\""}};
  return exchange;
}

Surface observe(const std::vector<Exchange>& exchanges, ObserveOptions options = {}) {
  if (options.trace.empty()) options.trace = "run.trace";
  Observer observer(vocabulary, std::move(options));
  for (const auto& exchange : exchanges) observer.add(exchange, "Put Block");
  return observer.finish();
}

TEST(Observer, CountsAndKeepsValues) {
  auto third = put_block(3);
  third.request.headers.add("If-Match", "*");
  const auto surface =
      observe({put_block(1), put_block(2), third}, {.trace = "", .client = "azcopy", .release = "", .scenario = "up"});
  const auto& operation = surface.operations.at("Put Block");
  EXPECT_EQ(operation.exchanges, 3u);
  EXPECT_EQ(operation.scenarios, std::set<std::string>{"up"});
  EXPECT_EQ(operation.statuses.at(201), 3u);
  const auto& version = operation.request_headers.at("x-ms-version");
  EXPECT_EQ(version.presence, Presence::always);
  EXPECT_EQ(version.value.kind, ValueKind::constant);
  const auto& match = operation.request_headers.at("if-match");
  EXPECT_EQ(match.name, "If-Match");
  EXPECT_EQ(match.presence, Presence::conditional);
  EXPECT_EQ(match.seen, 1u);
  EXPECT_EQ(match.of, 3u);
  EXPECT_EQ(surface.evidence.at(match.evidence.front()).lines.front(), "run.trace#3");
  EXPECT_EQ(operation.query.at("blockid").value.kind, ValueKind::one_of);
  EXPECT_EQ(operation.answers.at({201, "2025-05-05"}).headers.at("etag"), 3u);
}

TEST(Observer, WhatBelongsToOneRunIsNotKept) {
  auto first = put_block(1), second = put_block(2);
  for (auto* exchange : {&first, &second}) {
    const auto run = std::to_string(exchange->number);
    exchange->request.target = "/run-" + run + "/b?comp=block&se=2026-12-0" + run + "&sv=2022-11-02";
    exchange->request.headers.add("If-Match", run);
    exchange->request.headers.add("x-ms-copy-source", "https://a" + run + ".example/c-" + run +
                                                          "/b?sv=2022-11-02&se=2026-12-0" + run +
                                                          "T10%3A00%3A00Z&sp=rl&sig=REDACTED");
  }
  ObserveOptions options;
  options.repeatable = true;
  const auto a = observe({first}, options), b = observe({second}, options);
  EXPECT_EQ(to_yaml(a), to_yaml(b));
  const auto& operation = a.operations.at("Put Block");
  EXPECT_EQ(operation.query.at("se").value.values, std::set<std::string>{"{day}"});
  EXPECT_EQ(operation.query.at("sv").value.kind, ValueKind::constant);
  EXPECT_EQ(operation.request_headers.at("x-ms-copy-source").value.values,
            std::set<std::string>{"https://{resource}?sv={day}&se={time}&sp=rl&sig=REDACTED"});
  EXPECT_EQ(a.evidence.at(operation.evidence.front()).lines.front(), "run.trace");
}

TEST(Observer, AnIncompleteRecordingNeverShowsAbsence) {
  auto partial = put_block(1);
  partial.request.headers_complete = false;
  partial.request.headers.remove("x-ms-version");
  auto with = put_block(2);
  with.request.headers_complete = false;
  with.request.headers.add("If-Match", "*");
  const auto surface = observe({partial, with, put_block(3)});
  const auto& headers = surface.operations.at("Put Block").request_headers;
  EXPECT_EQ(headers.at("x-ms-version").seen, 2u);
  EXPECT_EQ(headers.at("x-ms-version").of, 2u);
  EXPECT_EQ(headers.at("x-ms-version").presence, Presence::always);
  EXPECT_EQ(headers.at("if-match").presence, Presence::conditional);
  const auto only_partial = observe({partial, with});
  EXPECT_EQ(only_partial.operations.at("Put Block").request_headers.at("if-match").presence, Presence::undecided);
}

TEST(Observer, PartialEvidenceShowsPresenceAndNothingElse) {
  auto refused = put_block(2);
  refused.response.status = 503;
  refused.response.headers.add("x-ms-error-code", "ServerBusy");
  auto unknown = put_block(3);
  unknown.response = {};
  unknown.response.status_known = false;
  ObserveOptions options;
  options.partial = "log of AzCopy, level DEBUG";
  const auto surface = observe({put_block(1), refused, unknown}, options);
  EXPECT_EQ(surface.kind, "partial");
  EXPECT_TRUE(model::is_partial(surface));
  const auto& operation = surface.operations.at("Put Block");
  EXPECT_EQ(operation.exchanges, 0u);
  EXPECT_EQ(operation.complete, 0u);
  EXPECT_EQ(operation.statuses, (std::map<int, std::uint64_t>{{201, 0}, {503, 0}}));
  EXPECT_TRUE(operation.answers.empty());
  EXPECT_EQ(operation.error_codes, std::set<std::string>{"ServerBusy"});
  for (const auto* fields : {&operation.query, &operation.request_headers, &operation.response_headers})
    for (const auto& [name, field] : *fields) {
      EXPECT_EQ(field.presence, Presence::undecided) << name;
      EXPECT_EQ(field.seen + field.of, 0u) << name;
      EXPECT_EQ(field.reason, "partial evidence: log of AzCopy, level DEBUG");
    }
  EXPECT_EQ(operation.request_headers.at("x-ms-version").value.values, std::set<std::string>{"2025-05-05"});
  EXPECT_EQ(model::surface_from_yaml(to_yaml(surface), "again"), surface);
}

TEST(Observer, PartialEvidenceIsNotMixedInByAccidentNorCountsAsAbsence) {
  ObserveOptions options;
  options.partial = "log";
  auto odd = put_block(2);
  odd.request.headers.remove("x-ms-version");
  odd.request.headers.add("If-Match", "*");
  const auto recorded = observe({put_block(1)}), logged = observe({odd}, options);
  EXPECT_FALSE(model::merge(recorded, logged));
  const auto both = model::merge(recorded, logged, true);
  ASSERT_TRUE(both);
  EXPECT_TRUE(model::is_partial(*both));
  const auto& headers = both->operations.at("Put Block").request_headers;
  EXPECT_EQ(headers.at("x-ms-version").presence, Presence::always);
  EXPECT_EQ(headers.at("x-ms-version").of, 1u);
  EXPECT_EQ(headers.at("if-match").presence, Presence::undecided);
}

TEST(Observer, AnErrorIsNamedByTheHeaderOrElseByTheBody) {
  auto old = put_block(1), both = put_block(2);
  old.response.status = both.response.status = 404;
  old.response.body.bytes = both.response.body.bytes = "<Error><Code>FromBody</Code></Error>";
  both.response.headers.add("x-ms-error-code", "FromHeader");
  const auto surface = observe({old, both, put_block(3)});
  EXPECT_EQ(surface.operations.at("Put Block").error_codes, (std::set<std::string>{"FromBody", "FromHeader"}));
}

TEST(Observer, PiecesMergeToTheWhole) {
  std::vector<Exchange> all;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    auto exchange = put_block(i, i % 3 ? "2025-05-05" : "CLEARED");
    exchange.request.headers_complete = i % 4 != 0;
    if (i % 5 == 0) exchange.response.status = 412;
    if (i % 5 == 0) exchange.response.headers.add("x-ms-error-code", "ConditionNotMet");
    if (i % 7 == 0) exchange.response.status = 0;
    if (i % 2 == 0) exchange.response.body.bytes = "<Error><Code>x</Code></Error>";
    all.push_back(std::move(exchange));
  }
  const auto whole = observe(all);
  for (std::size_t cut = 1; cut < all.size(); cut += 6) {
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(cut);
    const auto both = merge(observe({middle, all.end()}), observe({all.begin(), middle}));
    ASSERT_EQ(to_yaml(*both), to_yaml(whole)) << cut;
  }
}

TEST(Observer, KeepsNeitherValuesNorEvidenceWhereToldSo) {
  auto exchange = put_block(1);
  exchange.source = "owner/repository:path/secret-name.json";
  exchange.request.headers.add("x-ms-meta-Owner", "somebody");
  const auto text = to_yaml(observe(
      {exchange}, {.trace = "t", .client = "", .release = "", .scenario = "", .values = false, .evidence = false}));
  for (const auto* secret : {"somebody", "secret-name", "Owner", "AAAA1", "4194304", "#1"})
    EXPECT_EQ(text.find(secret), std::string::npos) << secret << "\n" << text;
  EXPECT_NE(text.find("x-ms-meta-*"), std::string::npos);
  EXPECT_NE(text.find("owner/repository"), std::string::npos);
}

TEST(Observer, AHostileTraceFillsNoMemory) {
  Observer observer(vocabulary, {.trace = "t", .client = "", .release = "", .scenario = ""});
  for (std::uint64_t i = 0; i < 3000; ++i) {
    auto exchange = put_block(i);
    exchange.request.target += "&name" + std::to_string(i) + "=" + std::string(5000, 'x');
    exchange.request.headers.add(std::string(1000, 'h') + std::to_string(i), "\xff\n");
    exchange.response.headers.add("h" + std::to_string(i), "v");
    observer.add(exchange, "Put Block");
  }
  const auto surface = observer.finish();
  const auto& operation = surface.operations.at("Put Block");
  EXPECT_EQ(operation.query.size(), Observer::most_names);
  EXPECT_LE(operation.request_headers.size(), 3u);  // cut to one name
  EXPECT_EQ(operation.response_headers.size(), Observer::most_names);
  EXPECT_EQ(surface.unresolved.size(), 1u);
  EXPECT_LT(to_yaml(surface).size(), 1'000'000u);
  EXPECT_TRUE(model::surface_from_yaml(to_yaml(surface), "again"));
}

TEST(Elements, NamesPathsOnceAndHidesOpenNames) {
  const auto elements = read_elements(
      "\xef\xbb\xbf<?xml version=\"1.0\"?><R a=\"1\"><B><N>x</N><Metadata><mine>1</mine></Metadata></B><B><N/></B></R>",
      {"Metadata"}, "R/B/N");
  EXPECT_EQ(elements->wanted, "x");
  EXPECT_EQ(elements->paths, (std::set<std::string>{"R", "R/@a", "R/B", "R/B/N", "R/B/Metadata", "R/B/Metadata/*"}));
}

TEST(Elements, RefusesWhatIsNoXml) {
  EXPECT_FALSE(read_elements("", {}));
  EXPECT_FALSE(read_elements("blob bytes", {}));
  EXPECT_FALSE(read_elements("<a><b></a>", {}));
  std::string deep, wide = "<r>";
  for (int i = 0; i < 10'000; ++i) deep += "<a>";
  for (int i = 0; i < 2'000; ++i) wide += "<e" + std::to_string(i) + "/>";
  EXPECT_FALSE(read_elements(deep, {}));
  EXPECT_EQ(read_elements(wide + "</r>", {})->paths.size(), most_elements);
}

}  // namespace
}  // namespace blobgauge::analyzer
