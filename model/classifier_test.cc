#include "model/classifier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <tuple>

#include "model/test_catalogue.h"
#include "model/url.h"

namespace blobgauge::model {
namespace {

const Classifier& classifier() {
  static const Classifier one(test_catalogue());
  return one;
}

Request request(std::string method, std::string target, Headers headers = {}) {
  Request out;
  out.method = std::move(method);
  out.scheme = "https";
  out.host = "acct.blob.core.windows.net";
  out.target = std::move(target);
  out.headers = std::move(headers);
  return out;
}

std::string name(const Request& sent) { return std::string(classifier().classify(sent).name); }
std::string name(std::string method, std::string target, Headers headers = {}) {
  return name(request(std::move(method), std::move(target), std::move(headers)));
}

// The smallest requests that an operation's own data allows: one per method, path and alternative.
std::vector<Request> minimal_requests(const Operation& operation) {
  const auto value = [](const Selector& selector) {
    return selector.test == Selector::Test::equals ? selector.values.front() : std::string("x");
  };
  const auto needed = [](const Selector& selector) {
    return selector.test == Selector::Test::present || selector.test == Selector::Test::equals;
  };
  std::vector<Request> out;
  for (const auto& method : operation.methods)
    for (const auto& path : operation.paths)
      for (std::size_t i = 0; i < std::max<std::size_t>(1, operation.any.size()); ++i) {
        auto sent = request(method, path == "/" ? "/" : path == "/{container}" ? "/con" : "/con/dir/blob.txt");
        std::string query;
        const auto add = [&](const Selector& selector) {
          if (selector.in == Selector::In::header)
            sent.headers.add(selector.name, value(selector));
          else
            query += (query.empty() ? "?" : "&") + selector.name + "=" + value(selector);
        };
        for (const auto& selector : operation.query)
          if (needed(selector)) add(selector);
        for (const auto& selector : operation.headers)
          if (needed(selector)) add(selector);
        if (!operation.any.empty()) add(operation.any[i]);
        sent.target += query;
        out.push_back(std::move(sent));
      }
  return out;
}

TEST(Classifier, EveryOperationIsItsOwnMinimalRequest) {
  std::size_t requests = 0;
  for (const auto& operation : test_catalogue().operations())
    for (const auto& sent : minimal_requests(operation)) {
      const auto found = classifier().classify(sent);
      EXPECT_EQ(found.name, operation.full_name) << sent.method << ' ' << sent.target << ": " << found.reason;
      EXPECT_EQ(found.operation, test_catalogue().find(operation.full_name));
      EXPECT_TRUE(found.certain);
      EXPECT_EQ(found.reason, "");
      ++requests;
    }
  EXPECT_GE(requests, test_catalogue().count().forms);
}

// What clients add to a request says nothing about its operation: a SAS, other parameters in any order, headers in any
// casing, an address in another style.
TEST(Classifier, UnrelatedPartsChangeNothing) {
  std::mt19937 random(20240229);
  const std::vector<std::string> extra = {"sv=2021-12-02",
                                          "ss=b",
                                          "srt=sco",
                                          "sp=rwdlacup",
                                          "se=2030-01-01T00%3A00%3A00Z",
                                          "sr=c",
                                          "sig=a%2Bb%3D",
                                          "timeout=30",
                                          "api-version=2014-02-14",
                                          "maxresults=5",
                                          "marker=",
                                          "include=metadata",
                                          "blockid=AAAA%3D",
                                          "",
                                          "snapshot=x",
                                          "prefix=comp"};
  for (const auto& operation : test_catalogue().operations()) {
    for (const auto& plain : minimal_requests(operation)) {
      for (int round = 0; round < 20; ++round) {
        auto sent = plain;
        std::vector<std::string> parts;
        const auto mark = sent.target.find('?');
        auto path = sent.target.substr(0, mark);
        if (mark != std::string::npos) {
          std::string rest = sent.target.substr(mark + 1);
          for (std::size_t at = 0; at <= rest.size();) {
            const auto end = std::min(rest.find('&', at), rest.size());
            parts.push_back(rest.substr(at, end - at));
            at = end + 1;
          }
        }
        for (int i = 0; i < 5; ++i) parts.push_back(extra[random() % extra.size()]);
        std::shuffle(parts.begin(), parts.end(), random);
        std::string query;
        for (auto& part : parts) {
          if (random() % 4 == 0)  // odd casing
            for (auto& c : part)
              if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
          query += (query.empty() ? "?" : "&") + part;
        }
        sent.headers.add("Authorization", "SharedKey acct:sig");
        sent.headers.add("X-MS-Version", "2021-12-02");
        sent.headers.add("x-ms-meta-comp", "lease");
        sent.headers.add("If-Match", "*");
        for (auto& header : sent.headers)
          if (random() % 2)
            for (auto& c : header.name) c = static_cast<char>(std::tolower(c));
        switch (random() % 3) {
          case 0:
            sent.host = "127.0.0.1:10000";
            path = "/devstoreaccount1" + path;
            break;
          case 1:
            sent.host = "acct-secondary.blob.core.windows.net";
            break;
          default:
            break;
        }
        sent.target = path + query;
        EXPECT_EQ(classifier().classify(sent).name, operation.full_name) << sent.method << ' ' << sent.target;
      }
    }
  }
}

// A second way to the same answer, straight from the operation's data and without the classifier's tables.
bool satisfies(const Operation& operation, const Request& sent, const std::vector<QueryParameter>& query) {
  const auto value = [&](const Selector& selector) {
    if (selector.in == Selector::In::header) return std::string(sent.headers.get(selector.name));
    for (const auto& parameter : query)
      if (parameter.name == selector.name) return parameter.value;
    return std::string();
  };
  const auto holds = [&](const Selector& selector) {
    const auto is = value(selector);
    const bool listed = std::count(selector.values.begin(), selector.values.end(), is) > 0;
    return selector.test == Selector::Test::present  ? !is.empty()
           : selector.test == Selector::Test::absent ? is.empty()
                                                     : listed == (selector.test == Selector::Test::equals);
  };
  const auto& [methods, paths] = std::tie(operation.methods, operation.paths);
  const auto level = sent.target.find("/con/b") == 0 ? 2 : sent.target.find("/con") == 0 ? 1 : 0;
  const bool path = std::any_of(paths.begin(), paths.end(), [&](const auto& one) { return path_level(one) == level; });
  if (std::count(methods.begin(), methods.end(), sent.method) == 0 || !path) return false;
  for (const auto* discriminator : {"comp", "restype"}) {
    const Selector absent{Selector::In::query, discriminator, Selector::Test::absent, {}};
    const bool named = std::any_of(operation.query.begin(), operation.query.end(),
                                   [&](const Selector& selector) { return selector.name == discriminator; });
    if (!named && !operation.any_query && !holds(absent)) return false;
  }
  return std::all_of(operation.query.begin(), operation.query.end(), holds) &&
         std::all_of(operation.headers.begin(), operation.headers.end(), holds) &&
         (operation.any.empty() || std::any_of(operation.any.begin(), operation.any.end(), holds));
}

TEST(Classifier, AgreesWithTheDataOnRandomRequestsAndFormsExcludeEachOther) {
  std::vector<const Selector*> selectors;
  for (const auto& operation : test_catalogue().operations())
    for (const auto* list : {&operation.query, &operation.headers, &operation.any})
      for (const auto& selector : *list) selectors.push_back(&selector);
  std::mt19937 random(1);
  std::size_t named = 0;
  for (int i = 0; i < 30000; ++i) {
    const auto& operations = test_catalogue().operations();
    const auto& start = operations[random() % operations.size()];
    const auto plain = minimal_requests(start);
    auto sent = plain[random() % plain.size()];
    auto url = *parse_target(sent.target);
    if (url.path.starts_with("/con/")) url.path = "/con/b";
    auto query = parse_query(url.query);
    for (auto n = random() % 3; n > 0; --n) {
      const auto& selector = *selectors[random() % selectors.size()];
      const std::string value = selector.values.empty() ? "x" : selector.values.front();
      if (selector.in == Selector::In::header)
        sent.headers.set(selector.name, value);
      else if (std::none_of(query.begin(), query.end(), [&](const auto& p) { return p.name == selector.name; }))
        query.push_back({selector.name, value, true});
    }
    if (url.path == "/con" &&
        std::none_of(query.begin(), query.end(), [](const auto& p) { return p.name == "restype"; }))
      url.path = "/con/b";  // a lone part without it is a blob of the root container, tested apart
    sent.target = url.path;
    for (const auto& parameter : query)
      sent.target += (sent.target == url.path ? "?" : "&") + parameter.name + "=" + parameter.value;
    std::set<std::string_view> fitting;
    for (const auto& operation : operations)
      if (satisfies(operation, sent, query)) fitting.insert(operation.full_name);
    ASSERT_LE(fitting.size(), 1U) << sent.method << ' ' << sent.target;
    ASSERT_EQ(classifier().classify(sent).name, fitting.empty() ? unclassified : *fitting.begin())
        << sent.method << ' ' << sent.target;
    named += !fitting.empty();
  }
  EXPECT_GT(named, 10000U);
}

TEST(Classifier, UnknownSelectorsAreNeverFoldedIntoANeighbour) {
  for (const auto* target : {"/c/b?comp=nosuch", "/c/b?restype=directory", "/c/b?comp=list", "/c?comp=list",
                             "/?comp=acl", "/c?restype=container&comp=nosuch", "/?restype=nosuch&comp=properties",
                             "/c/b?comp=block%20", "/c/b?comp=list&restype=container", "/?comp=properties"}) {
    const auto found = classifier().classify(request("GET", target));
    EXPECT_EQ(found.name, unclassified) << target;
    EXPECT_EQ(found.operation, nullptr);
    EXPECT_NE(found.reason, "") << target;
  }
  EXPECT_EQ(name("PUT", "/c/b?comp=lease&comp=tags", {{"x-ms-lease-action", "renew"}}), unclassified);
  EXPECT_EQ(name("PUT", "/c/b?comp=lease&comp=Lease", {{"x-ms-lease-action", "renew"}}), "Lease Blob: renew");
  EXPECT_EQ(name("PATCH", "/c/b"), unclassified);
  EXPECT_EQ(name("get", "/c/b"), unclassified);
  EXPECT_EQ(name("POST", "/c/b"), unclassified);
  EXPECT_EQ(name("GET", "/"), unclassified);
}

TEST(Classifier, CompleteHeadersThatFitNothingAreSaidSo) {
  EXPECT_EQ(name("PUT", "/c/b"), unclassified);
  EXPECT_EQ(name("PUT", "/c/b", {{"x-ms-blob-type", "OtherBlob"}}), unclassified);
  EXPECT_EQ(name("PUT", "/c/b", {{"x-ms-blob-type", "PageBlob"}, {"x-ms-copy-source", "https://x/y"}}), unclassified);
  EXPECT_EQ(name("PUT", "/c/b?comp=lease"), unclassified);
  EXPECT_EQ(name("PUT", "/c/b?comp=lease", {{"x-ms-lease-action", "steal"}}), unclassified);
  EXPECT_EQ(name("PUT", "/c/b?comp=page"), unclassified);
  const auto found = classifier().classify(request("PUT", "/c/b?comp=page"));
  EXPECT_EQ(found.reason, "the headers fit none of Put Page (update), Put Page (clear), Put Page From URL");
}

TEST(Classifier, FormsOfOneAddress) {
  EXPECT_EQ(name("PUT", "/c/b", {{"X-Ms-Blob-Type", "blockblob"}}), "Put Blob (block)");
  EXPECT_EQ(name("PUT", "/c/b", {{"x-ms-blob-type", "BlockBlob"}, {"x-ms-copy-source", "https://x/y"}}),
            "Put Blob From URL");
  EXPECT_EQ(name("PUT", "/c/b", {{"x-ms-copy-source", "https://x/y"}}), "Copy Blob");
  EXPECT_EQ(name("PUT", "/c/b", {{"x-ms-copy-source", "https://x/y"}, {"x-ms-requires-sync", "True"}}),
            "Copy Blob From URL");
  EXPECT_EQ(name("PUT", "/c/b", {{"x-ms-copy-source", "https://x/y"}, {"x-ms-requires-sync", "false"}}), "Copy Blob");
  EXPECT_EQ(name("GET", "/c/b", {{"range", "bytes=0-"}}), "Get Blob (range)");
  EXPECT_EQ(name("GET", "/c/b?comp=pagelist&prevsnapshot=2020", {{"x-ms-range", "bytes=0-"}}),
            "Get Page Ranges (diff)");
  EXPECT_EQ(name("GET", "/c?restype=container&comp=list&delimiter="), "List Blobs (flat)");
  EXPECT_EQ(name("GET", "/c?restype=container&comp=list&delimiter=%2F"), "List Blobs (hierarchy)");
  EXPECT_EQ(name("GET", "/c?restype=container&comp=list&delimiter=/&DELIMITER=/"), "List Blobs (hierarchy)");
  EXPECT_EQ(name("OPTIONS", "/c/b?comp=whatever"), "Preflight Blob Request");
  EXPECT_EQ(name("PUT", "/c/b?c%6Fmp=%74ags"), "Set Blob Tags");
}

TEST(Classifier, RootContainer) {
  const auto found = classifier().classify(request("GET", "/favicon.ico"));
  EXPECT_EQ(found.name, "Get Blob");
  EXPECT_EQ(found.address.container, "$root");
  EXPECT_EQ(found.address.blob, "favicon.ico");
  EXPECT_EQ(name("PUT", "/b", {{"x-ms-blob-type", "BlockBlob"}}), "Put Blob (block)");
  EXPECT_EQ(name("PUT", "/$root?restype=container"), "Create Container");
  EXPECT_EQ(name("DELETE", "/b"), "Delete Blob");
  EXPECT_EQ(name("PUT", "/b?comp=lease", {{"x-ms-lease-action", "acquire"}}), "Lease Blob: acquire");
  EXPECT_EQ(name("GET", "/$web/"), "Get Blob");  // a container without restype is a blob of the root container
  EXPECT_EQ(name("GET", "/$logs?restype=container&comp=list"), "List Blobs (flat)");
}

Exchange unrecorded(std::string method, std::string target, Headers recorded = {}, Headers answer = {}) {
  Exchange out;
  out.request = request(std::move(method), std::move(target), std::move(recorded));
  out.request.headers_complete = false;
  out.response.headers = std::move(answer);
  return out;
}

TEST(Classifier, UnrecordedHeadersLeaveOpenWhatTheyLeaveOpen) {
  const auto put = classifier().classify(unrecorded("PUT", "/c/b"));
  EXPECT_EQ(put.name, "Put Blob (type unrecorded)");
  EXPECT_EQ(put.operation, nullptr);
  EXPECT_FALSE(put.certain);
  EXPECT_EQ(put.candidates.size(), 6U);
  EXPECT_EQ(classifier().classify(unrecorded("PUT", "/c/b?comp=lease")).name, "Lease Blob: (action unrecorded)");
  EXPECT_EQ(classifier().classify(unrecorded("PUT", "/c?comp=lease&restype=container")).name,
            "Lease Container: (action unrecorded)");
  EXPECT_EQ(classifier().classify(unrecorded("PUT", "/c/b?comp=page")).name, "Put Page (?)");
  EXPECT_EQ(classifier().classify(unrecorded("PUT", "/c/b?comp=nosuch")).name, unclassified);
}

TEST(Classifier, TheResponseProvesSomeForms) {
  EXPECT_EQ(classifier().classify(unrecorded("PUT", "/c/b", {}, {{"x-ms-copy-id", "1"}})).name, "Copy Blob");
  EXPECT_EQ(classifier().classify(unrecorded("GET", "/c/b", {}, {{"Content-Range", "bytes 0-1/2"}})).name,
            "Get Blob (range)");
  // What the request says counts more than what the answer hints at.
  Exchange known = unrecorded("GET", "/c/b", {}, {{"Content-Range", "bytes 0-1/2"}});
  known.request.headers_complete = true;
  EXPECT_EQ(classifier().classify(known).name, "Get Blob");
}

TEST(Classifier, WhatWasRecordedDecides) {
  EXPECT_EQ(classifier().classify(unrecorded("GET", "/c/b")).name, "Get Blob");
  EXPECT_EQ(classifier().classify(unrecorded("GET", "/c/b", {{"x-ms-range", "bytes=0-1"}})).name, "Get Blob (range)");
  EXPECT_EQ(classifier().classify(unrecorded("PUT", "/c/b?comp=block")).name, "Put Block");
  EXPECT_FALSE(classifier().classify(unrecorded("PUT", "/c/b?comp=block")).certain);
  EXPECT_EQ(classifier().classify(unrecorded("PUT", "/c/b?comp=block", {{"x-ms-copy-source", "u"}})).name,
            "Put Block From URL");
  EXPECT_EQ(classifier().classify(unrecorded("PUT", "/c/b", {{"x-ms-blob-type", "PageBlob"}})).name, "Put Blob (page)");
  EXPECT_EQ(classifier().classify(unrecorded("PUT", "/c/b", {{"x-ms-copy-source", "u"}})).name, "Copy Blob");
  EXPECT_EQ(classifier().classify(unrecorded("PUT", "/c/b?comp=lease", {{"x-ms-lease-action", "break"}})).name,
            "Lease Blob: break");
}

TEST(Classifier, OtherHostsAreNoOperations) {
  auto sent = request("GET", "/metadata/identity/oauth2/token?resource=x");
  sent.host = "169.254.169.254";
  EXPECT_EQ(name(sent), unclassified);
  sent.host = "acct.dfs.core.windows.net";
  EXPECT_EQ(name(sent), unclassified);
}

TEST(Classifier, HostileTargets) {
  std::mt19937 random(7);
  const std::string alphabet = "/?&=%$+#:.[]@comprestyp0\x7f\x01\xff ";
  for (int i = 0; i < 20000; ++i) {
    std::string target;
    for (auto n = random() % 40; n > 0; --n) target += alphabet[random() % alphabet.size()];
    auto sent = request("PUT", target);
    if (random() % 2) sent.host = target.substr(0, target.size() / 2);
    sent.headers_complete = random() % 2;
    const auto found = classifier().classify(sent);
    EXPECT_FALSE(found.name.empty());
    EXPECT_TRUE(found.name != unclassified || !found.reason.empty()) << target;
  }
}

}  // namespace
}  // namespace blobgauge::model
