#include "recorder/import_har.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "model/temporary.h"
#include "recorder/export_har.h"

namespace blobgauge::recorder::import_har_test {
namespace {

using model::Exchange;
using testing::HasSubstr;
using Json = nlohmann::json;

struct Imported {
  model::TraceHead head;
  std::vector<Exchange> exchanges;
  HarSummary summary;
  std::string error;
};

Imported drain(model::Result<Har> har) {
  Imported out;
  if (!har) {
    out.error = describe(har.error());
    return out;
  }
  out.head = har->head();
  for (;;) {
    Exchange exchange;
    const auto more = har->next(exchange);
    if (!more) out.error = describe(more.error());
    if (!more || !*more) break;
    out.exchanges.push_back(std::move(exchange));
  }
  out.summary = har->summary();
  return out;
}

Imported import(std::string text) { return drain(Har::read({"a.har", as_utf8(bytes_of(std::move(text)))})); }

std::string entry(const std::string& url, const std::string& more = "") {
  return R"({"startedDateTime":"2026-11-21T15:58:12Z","time":1,"cache":{},"request":{"method":"GET","url":")" + url +
         R"(","httpVersion":"HTTP/1.1","headers":[],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},)" +
         R"("response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","headers":[],"cookies":[],"content":{},)" +
         R"("redirectURL":"","headersSize":-1,"bodySize":0},"timings":{"send":0,"wait":1,"receive":0})" + more + "}";
}

std::string har(const std::string& creator, const std::string& entries) {
  return "\xEF\xBB\xBF{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"" + creator +
         "\",\"version\":\"1\"},\n\"pages\":[],\n\"entries\":[\n" + entries + "\n]}}";
}

TEST(Har, EntriesAreNumberedAndWhatIsLeftOutIsCounted) {
  const auto got =
      import(har("WebInspector", entry("http://h/1") + ",\n" + entry("data:x") + ",\n" +
                                     entry("http://h/2", R"(,"_fromCache":"memory")") + ",\n" + entry("http://h/3")));
  EXPECT_EQ(got.error, "");
  ASSERT_EQ(got.exchanges.size(), 2U);
  EXPECT_EQ(got.exchanges[1].request.target, "/3");
  EXPECT_EQ(got.exchanges[1].number, 2U);
  EXPECT_EQ(got.summary.cached, 1U);
  EXPECT_EQ(got.summary.other_schemes, 1U);
  EXPECT_EQ(got.summary.headers_incomplete, 2U);
}

TEST(Har, OnlyAProxysHeadsAreWhole) {
  EXPECT_TRUE(import(har("mitmproxy exporthar", entry("http://h/1"))).exchanges.at(0).request.headers_complete);
  EXPECT_FALSE(import(har("WebInspector", entry("http://h/1"))).exchanges.at(0).request.headers_complete);
  EXPECT_FALSE(
      import("{\"log\":{\"entries\":[" + entry("http://h/1") + "]}}").exchanges.at(0).request.headers_complete);
}

TEST(Har, ErrorsNameThePlaceOfTheEntry) {
  EXPECT_THAT(import(har("x", entry("http://h/1") + ",\n" + entry("nonsense"))).error,
              HasSubstr("a.har:5:1: a request has no URL"));
  EXPECT_THAT(import(har("x", entry("http://h/1") + ",\n {\"request\":}")).error,
              HasSubstr("a.har:5:2: an entry is not JSON"));
  EXPECT_THAT(drain(Har::open("/no/such.har")).error, HasSubstr("/no/such.har: cannot be read"));
}

class HarFile : public testing::Test {
 protected:
  const model::TemporaryFolder folder_ = model::TemporaryFolder::create().value();
  const std::string path_ = folder_.path() + "/export.har";

  static model::Redaction redaction() { return model::Redaction(model::SecretNames{{"Authorization"}, {"sig"}, {}}); }
  Json write(const model::TraceHead& head, const std::vector<Exchange>& exchanges, model::TraceEnd end) const {
    auto writer = create_har(path_, head, redaction());
    EXPECT_TRUE(writer);
    for (const auto& exchange : exchanges) EXPECT_TRUE((*writer)->write(exchange));
    EXPECT_TRUE((*writer)->finish(std::move(end)));
    std::ifstream file(path_);
    return Json::parse(file);
  }
};

Exchange sample() {
  Exchange e;
  e.number = 1;
  e.connection = 7;
  e.started_ns = 1'795'276'692'774'123'456;
  e.wait_ns = 20'001'001;
  e.total_ns = 26'502'002;
  e.operation = "Put Block List";
  e.marks = {"server: a mapped to b?sig=secret"};
  e.request.method = "PUT";
  e.request.scheme = "https";
  e.request.host = "acct.blob.core.windows.net";
  e.request.target = "/c/gr%C3%BCn?comp=blocklist&sig=secret";
  e.request.headers = {
      {"Authorization", "SharedKey acct:secret"}, {"Content-Length", "12"}, {"content-type", "application/xml"}};
  e.request.framing = model::Framing::length;
  e.request.body.size = 12;
  e.request.body.bytes = "<BlockList/>";
  e.response.status = 201;
  e.response.reason = "Created";
  e.response.headers = {{"ETag", "\"0x8\""}, {"x-two", "1"}, {"x-two", "2"}};
  return e;
}

// The required fields of HAR 1.2 and their types, as the JSON schema of har-validator has them.
void expect_valid(const Json& root) {
  const auto check = [](const Json& object, std::string_view where,
                        std::initializer_list<std::pair<const char*, const char*>> fields) {
    for (const auto& [name, type] : fields) {
      ASSERT_TRUE(object.contains(name)) << where << " lacks " << name;
      EXPECT_EQ(std::string(object[name].type_name()), type) << where << "." << name;
    }
  };
  check(root, "root", {{"log", "object"}});
  const auto& log = root["log"];
  check(log, "log", {{"version", "string"}, {"creator", "object"}, {"entries", "array"}, {"pages", "array"}});
  check(log["creator"], "creator", {{"name", "string"}, {"version", "string"}});
  const auto pairs = [&](const Json& list, std::string_view where) {
    for (const auto& item : list) check(item, where, {{"name", "string"}, {"value", "string"}});
  };
  for (const auto& entry : log["entries"]) {
    check(entry, "entry",
          {{"startedDateTime", "string"},
           {"time", "number"},
           {"request", "object"},
           {"response", "object"},
           {"cache", "object"},
           {"timings", "object"}});
    check(entry["timings"], "timings", {{"send", "number"}, {"wait", "number"}, {"receive", "number"}});
    EXPECT_NEAR(entry["time"].get<double>(),
                entry["timings"]["send"].get<double>() + entry["timings"]["wait"].get<double>() +
                    entry["timings"]["receive"].get<double>(),
                1e-6);
    const auto& request = entry["request"];
    check(request, "request",
          {{"method", "string"},
           {"url", "string"},
           {"httpVersion", "string"},
           {"cookies", "array"},
           {"headers", "array"},
           {"queryString", "array"},
           {"headersSize", "number"},
           {"bodySize", "number"}});
    pairs(request["headers"], "request.headers");
    pairs(request["queryString"], "queryString");
    if (request.contains("postData"))
      check(request["postData"], "postData", {{"mimeType", "string"}, {"text", "string"}});
    const auto& response = entry["response"];
    check(response, "response",
          {{"status", "number"},
           {"statusText", "string"},
           {"httpVersion", "string"},
           {"cookies", "array"},
           {"headers", "array"},
           {"content", "object"},
           {"redirectURL", "string"},
           {"headersSize", "number"},
           {"bodySize", "number"}});
    pairs(response["headers"], "response.headers");
    check(response["content"], "content", {{"size", "number"}, {"mimeType", "string"}});
    if (entry.contains("connection")) check(entry, "entry", {{"connection", "string"}});
  }
}

TEST_F(HarFile, IsValidAndComesBack) {
  model::TraceHead head;
  head.client = "azcopy";
  head.release = "10.32.2";
  head.command = {"azcopy", "copy", "https://h/?sig=secret"};
  head.partial = "log of AzCopy, level DEBUG";
  head.omits = {"bodies"};
  auto unanswered = sample();
  unanswered.response = {};
  const auto json = write(head, {sample(), unanswered},
                          {.complete = true, .exchanges = 2, .client_exit = 0, .notes = {"a \"note\""}});
  expect_valid(json);
  EXPECT_EQ(json["log"]["comment"], "a \"note\"");
  EXPECT_EQ(json["log"]["entries"][0]["startedDateTime"], "2026-11-21T15:58:12.774123456Z");
  EXPECT_EQ(json["log"]["entries"][0]["request"]["queryString"][0]["value"], "blocklist");
  EXPECT_EQ(json.dump().find("secret"), std::string::npos);

  const auto back = drain(Har::open(path_));
  EXPECT_EQ(back.error, "");
  EXPECT_EQ(back.head.client, "azcopy");
  EXPECT_EQ(back.head.partial, head.partial);
  EXPECT_EQ(back.head.omits, head.omits);
  ASSERT_EQ(back.exchanges.size(), 2U);
  auto want = sample();
  redaction().apply(want);
  want.operation.clear();
  EXPECT_EQ(model::to_json_line(back.exchanges[0]), model::to_json_line(want));
  EXPECT_EQ(back.exchanges[1].response.status, 0);
  EXPECT_TRUE(back.exchanges[1].response.status_known);
}

TEST_F(HarFile, AnEmptyOrCutTraceIsStillAHar) {
  const auto json = write({}, {}, {});
  expect_valid(json);
  EXPECT_EQ(json["log"]["comment"], "the trace was cut short");
  EXPECT_TRUE(drain(Har::open(path_)).exchanges.empty());
}

}  // namespace
}  // namespace blobgauge::recorder::import_har_test
