#include "recorder/import_recordings.h"

#include <gtest/gtest.h>

#include <fstream>

#include "model/temporary.h"

namespace blobgauge::recorder {
namespace {

using model::Exchange;
using model::Framing;

Exchange parse(std::string_view line, ImportOptions options = {}) {
  const auto out = parse_recording(line, options);
  EXPECT_TRUE(out) << describe(out.error());
  return out.value_or(Exchange{});
}

std::string refusal(std::string_view line) {
  const auto out = parse_recording(line);
  return out ? "" : out.error().message;
}

TEST(ImportRecordings, AWholeExchange) {
  const auto e = parse(R"({"operation":"Put Block","source":"a/b:c","method":"PUT",
    "url":"https://acct.blob.core.windows.net:443/c/a%20b?comp=block&blockid=AA%3D%3D",
    "request_headers":{"Content-Length":"3","x-ms-version":["2021-12-02"]},"request_body":"abc","status":201,
    "response_headers":{"Server":["One/1.0","Two/2.0"],"Transfer-Encoding":"chunked","Vary":["a","b"]},
    "response_body":"\ufeff<x/>","response_body_bytes":7,"reason":"Created"})");
  EXPECT_EQ(e.label, "Put Block");
  EXPECT_EQ(e.source, "a/b:c");
  EXPECT_EQ(e.request.host, "acct.blob.core.windows.net:443");
  EXPECT_EQ(e.request.target, "/c/a%20b?comp=block&blockid=AA%3D%3D");
  EXPECT_TRUE(e.request.headers_complete);
  EXPECT_EQ(e.request.headers.get("X-Ms-Version"), "2021-12-02");
  EXPECT_EQ(e.request.framing, Framing::length);
  EXPECT_EQ(e.request.body.size, 3U);
  EXPECT_EQ(e.request.body.bytes, "abc");
  EXPECT_EQ(e.request.body.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(e.response.headers.get("Server"), "One/1.0 Two/2.0");
  EXPECT_EQ(e.response.headers.count("Vary"), 2U);
  EXPECT_EQ(e.response.framing, Framing::chunked);
  EXPECT_EQ(e.response.body.bytes, "\xEF\xBB\xBF<x/>");
  EXPECT_EQ(e.response.reason, "Created");
  EXPECT_TRUE(e.marks.empty());
}

TEST(ImportRecordings, LostHeadersAreSaidSo) {
  const std::string rest = R"(,"method":"GET","url":"http://h/","status":200,"response_headers":{}})";
  EXPECT_FALSE(parse(R"({"request_headers":null)" + rest).request.headers_complete);
  EXPECT_FALSE(parse(R"({"x":1)" + rest).request.headers_complete);
  const auto some = parse(R"({"request_headers":{"a":"b"},"request_headers_scrubbed":"Date removed")" + rest);
  EXPECT_FALSE(some.request.headers_complete);
  EXPECT_EQ(some.marks, std::vector<std::string>{"request headers: Date removed"});
  EXPECT_TRUE(parse(R"({"request_headers":{})" + rest).request.headers_complete);
}

TEST(ImportRecordings, BodiesAreKeptOnlyWhereTheirLengthIsConfirmed) {
  const auto body = [](std::string fields, ImportOptions options = {}) {
    return parse(
        R"({"request_headers":{},"method":"GET","url":"http://h/","status":200,"response_headers":{},)" + fields + "}",
        options);
  };
  EXPECT_EQ(body(R"("response_body":"YWJj","response_body_bytes":3,"response_body_note":"base64")").response.body.bytes,
            "abc");
  EXPECT_EQ(body(R"("response_body":"YWJj","response_body_bytes":4)").response.body.bytes, "YWJj");
  const auto cut = body(R"("response_body":"abc","response_body_bytes":9000,"response_body_note":"truncated")");
  EXPECT_FALSE(cut.response.body.bytes);
  EXPECT_EQ(cut.response.body.size, 9000U);
  EXPECT_EQ(cut.marks, std::vector<std::string>{"response body: truncated"});
  const auto dropped = body(R"("response_body":"abc","response_body_bytes":3)", ImportOptions{.keep_bodies = false});
  EXPECT_FALSE(dropped.response.body.bytes);
  EXPECT_EQ(dropped.response.body.size, 3U);
  EXPECT_FALSE(body(R"("response_body":null,"response_body_bytes":0)").response.body.bytes);
}

TEST(ImportRecordings, WhatIsNoExchangeIsRefused) {
  EXPECT_NE(refusal(""), "");
  EXPECT_NE(refusal("[]"), "");
  EXPECT_NE(refusal("{}"), "");
  EXPECT_NE(refusal(R"({"method":"GET","url":"nonsense","status":200})"), "");
  EXPECT_NE(refusal(R"({"method":"GET","url":"http://h/","status":"200"})"), "");
  EXPECT_NE(refusal(R"({"method":"GET","url":"http://h/","status":20})"), "");
  EXPECT_NE(refusal(R"({"method":"GET","url":"http://h/","status":200,"request_headers":["a"]})"), "");
  EXPECT_NE(refusal(R"({"method":"GET","url":"http://h/","status":200,"request_headers":{"a":{}}})"), "");
  EXPECT_NE(refusal(R"({"method":"GET","url":"http://h/","status":200,"request_headers":{"a":[1]}})"), "");
  EXPECT_NE(refusal("{\"method\":\"GET\",\"url\":\"http://h/\",\"status\":200,\"x\":\"\xff\"}"), "");
}

TEST(ImportRecordings, ErrorsNameTheLineAndTheSinkMayStop) {
  const auto folder = model::TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto path = folder->path() + "/recordings.jsonl";
  std::ofstream(path) << R"({"method":"GET","url":"http://h/1","status":200})"
                      << "\n\n"
                      << R"({"method":"GET","url":"http://h/2","status":200})"
                      << "\nnonsense\n";
  std::vector<std::string> seen;
  const auto result = import_recordings(path, {}, [&](Exchange&& e) -> model::Status {
    seen.push_back(e.request.target + std::to_string(e.number));
    return {};
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().where.line, 4U);
  EXPECT_EQ(seen, (std::vector<std::string>{"/11", "/22"}));
  const auto stopped = import_recordings(
      path, {}, [](Exchange&&) -> model::Status { return model::fail(model::Category::output, "full"); });
  EXPECT_EQ(stopped.error().message, "full");
}

}  // namespace
}  // namespace blobgauge::recorder
