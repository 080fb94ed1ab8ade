#include "wire/framing.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace blobgauge::wire {
namespace {

using model::Framing;
using testing::HasSubstr;
using testing::StartsWith;

Result<BodyFraming> of_request(const std::string& fields, const std::string& line = "PUT / HTTP/1.1") {
  return request_framing(*parse_request_head(line + "\r\n" + fields + "\r\n"));
}
Result<BodyFraming> of_response(const std::string& fields, int status = 200, std::string_view method = "GET") {
  return response_framing(*parse_response_head("HTTP/1.1 " + std::to_string(status) + " X\r\n" + fields + "\r\n"),
                          method);
}

TEST(Framing, OfRequests) {
  EXPECT_EQ(*of_request(""), (BodyFraming{Framing::none, 0}));
  EXPECT_EQ(*of_request("content-LENGTH: 007\r\n"), (BodyFraming{Framing::length, 7}));
  EXPECT_EQ(*of_request("Transfer-Encoding: Chunked\r\n"), (BodyFraming{Framing::chunked, 0}));
  EXPECT_EQ(*of_request("Content-Length: 18446744073709551615\r\n"), (BodyFraming{Framing::length, ~0ull}));
}

TEST(Framing, RefusesWhatTwoReadersCouldReadDifferently) {
  for (const std::string fields : {"Content-Length: 5\r\nContent-Length: 5\r\n",
                                   "Content-Length: 5\r\nContent-Length: 6\r\n",
                                   "Content-Length: 5, 5\r\n",
                                   "Content-Length: +5\r\n",
                                   "Content-Length: -1\r\n",
                                   "Content-Length: 0x5\r\n",
                                   "Content-Length: 5 5\r\n",
                                   "Content-Length:\r\n",
                                   "Content-Length: 18446744073709551616\r\n",
                                   "Content-Length:\r\n 5\r\n",
                                   "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                                   "Transfer-Encoding: gzip\r\n",
                                   "Transfer-Encoding: gzip, chunked\r\n",
                                   "Transfer-Encoding: identity\r\n",
                                   "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                   "Transfer-Encoding: chunked, chunked\r\n",
                                   "Transfer-Encoding: xchunked\r\n",
                                   "Transfer-Encoding:\r\n",
                                   "Transfer-Encoding:\r\n chunked\r\n",
                                   "Transfer-Encoding: \"chunked\"\r\n"}) {
    for (const auto& framing : {of_request(fields), of_response(fields)}) {
      ASSERT_FALSE(framing) << fields;
      EXPECT_THAT(framing.error().message, StartsWith("refused framing: "));
      EXPECT_EQ(framing.error().category, model::Category::endpoint);
    }
  }
  EXPECT_FALSE(of_request("Transfer-Encoding: chunked\r\n", "PUT / HTTP/1.0"));
  EXPECT_FALSE(of_request("Content-Length: 1\r\n", "CONNECT a:1 HTTP/1.1"));
}

TEST(Framing, OfResponses) {
  EXPECT_EQ(*of_response(""), (BodyFraming{Framing::close, 0}));
  EXPECT_EQ(*of_response("Content-Length: 0\r\n"), (BodyFraming{Framing::length, 0}));
  EXPECT_EQ(*of_response("Transfer-Encoding: chunked\r\n"), (BodyFraming{Framing::chunked, 0}));
  for (const int status : {100, 103, 204, 304})
    EXPECT_EQ(*of_response("Content-Length: 5\r\n", status), BodyFraming{}) << status;
  EXPECT_EQ(*of_response("Transfer-Encoding: chunked\r\n", 404, "HEAD"), BodyFraming{});
  EXPECT_EQ(*of_response("", 200, "CONNECT"), BodyFraming{});
  EXPECT_EQ(*of_response("Content-Length: 2\r\n", 407, "CONNECT"), (BodyFraming{Framing::length, 2}));
}

// Runs the portions through a decoder: wire bytes, payload and how it ended.
std::string outcome(BodyFraming framing, const std::vector<std::string_view>& portions, bool close = false,
                    FramingLimits limits = {}) {
  BodyDecoder decoder(framing, limits);
  std::string wire, payload, rest;
  int ends = 0;
  for (auto portion : portions) {
    while (!portion.empty() && !decoder.done()) {
      const auto piece = decoder.next(portion);
      if (!piece) return payload + "|error: " + piece.error().message;
      EXPECT_EQ(piece->wire.data(), portion.data());
      if (!piece->payload.empty()) {
        EXPECT_GE(piece->payload.data(), piece->wire.data());
        EXPECT_LE(piece->payload.data() + piece->payload.size(), piece->wire.data() + piece->wire.size());
      }
      ends += piece->end;
      wire += piece->wire;
      payload += piece->payload;
      portion.remove_prefix(piece->wire.size());
    }
    rest += portion;
  }
  EXPECT_EQ(decoder.size(), payload.size());
  if (close)
    if (const auto closed = decoder.closed(); !closed) return payload + "|error: " + closed.error().message;
  EXPECT_LE(ends, 1);
  return wire + "|" + payload + "|" + std::string(decoder.trailers()) +
         fmt::format("{}", fmt::join(decoder.extensions(), " ")) + "|" + rest + (decoder.done() ? "|done" : "|more");
}

void same_however_cut(BodyFraming framing, std::string_view text, const std::string& whole, FramingLimits limits = {}) {
  for (std::size_t a = 0; a <= text.size(); ++a)
    for (std::size_t b = a; b <= text.size(); ++b)
      ASSERT_EQ(outcome(framing, {text.substr(0, a), text.substr(a, b - a), text.substr(b)}, false, limits), whole)
          << text << " cut at " << a << "," << b;
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
  ASSERT_EQ(outcome(framing, bytes, false, limits), whole);
}

constexpr BodyFraming in_chunks{Framing::chunked, 0};

TEST(BodyDecoder, ChunkedKeepsExtensionsAndTrailers) {
  const std::string body =
      "5 ;a=\"b;c\"\r\nhello\r\n00B;x\r\n, wide\r\nwor\r\n2\r\nld\r\n0;last\r\nX-T: 1\r\ny:2\r\n\r\n";
  const std::string text = body + "GET /";
  const auto whole = outcome(in_chunks, {text});
  EXPECT_EQ(whole, body + "|hello, wide\r\nworld|X-T: 1\r\ny:2\r\n;a=\"b;c\" ;x ;last|GET /|done");
  same_however_cut(in_chunks, text, whole);
  BodyDecoder decoder(in_chunks);
  for (auto rest = std::string_view(body); !decoder.done();) rest.remove_prefix(decoder.next(rest).value().wire.size());
  EXPECT_EQ(decoder.trailer_fields(), (model::Headers{{"X-T", "1"}, {"y", "2", "", ""}}));
}

TEST(BodyDecoder, KeepsExtensionsUpToALimit) {
  FramingLimits limits;
  limits.extensions = 5;
  const std::string_view body = "1;ab\r\nx\r\n1;abc\r\nx\r\n1;c\r\nx\r\n1;d\r\nx\r\n0\r\n\r\n";
  EXPECT_EQ(outcome(in_chunks, {body}, false, limits), std::string(body) + "|xxxx|;ab ;c||done");
}

TEST(BodyDecoder, LengthAndClose) {
  same_however_cut({Framing::length, 5}, "hello, rest", "hello|hello||, rest|done");
  EXPECT_EQ(outcome({Framing::close, 0}, {"a", "bc"}, true), "abc|abc|||done");
  EXPECT_EQ(outcome({Framing::length, 5}, {"abc"}, true),
            "abc|error: the body ended 2 bytes before its Content-Length");
  EXPECT_THAT(outcome(in_chunks, {"3\r\nabc\r\n"}, true), HasSubstr("ended before its last chunk"));
  EXPECT_TRUE(BodyDecoder(BodyFraming{}).done());
  EXPECT_TRUE(BodyDecoder(BodyFraming{Framing::length, 0}).done());
}

TEST(BodyDecoder, RefusesHostileChunks) {
  using namespace std::literals;
  const std::vector<std::pair<std::string_view, std::string_view>> table = {
      {"\r\n", "without a size"},
      {";a\r\n", "without a size"},
      {" 5\r\n", "without a size"},
      {"5 \r\nhello\r\n", "white space after"},
      {"5 5\r\n", "not hexadecimal"},
      {"0x5\r\n", "not hexadecimal"},
      {"-5\r\n", "without a size"},
      {"5\nhello", "control character"},
      {"5;a\nb\r\n", "control character"},
      {"5;\0\r\n"sv, "control character"},
      {"5\rX", "CR that does not end"},
      {"00000000000000005\r\n", "more than 16 digits"},
      {"1\r\na\r\nFFFFFFFFFFFFFFFF\r\n", "overflows"},
      {"3\r\nhello\r\n", "longer than its size"},
      {"3\r\nabc\nX", "longer than its size"},
      {"3\r\nabc\rX", "no CRLF after"},
      {"5;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", "chunk line longer than 32"},
      {"0\r\nA: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", "trailer section longer than 32"},
      {"0\r\nA: b\n\r\n", "LF alone"},
      {"0\r\nA: b\rc\r\n", "CR that does not end"},
      {"0\r\nA b\r\n\r\n", "without a colon"},
      {"0\r\n A: b\r\n\r\n", "no name may have"},
      {"0\r\nA: \0\r\n\r\n"sv, "NUL"},
  };
  const FramingLimits limits{32, 32};
  for (const auto& [text, why] : table) {
    const auto whole = outcome(in_chunks, {text}, false, limits);
    EXPECT_THAT(whole, HasSubstr("error: malformed")) << text;
    EXPECT_THAT(whole, HasSubstr(std::string(why)));
    same_however_cut(in_chunks, text, whole, limits);
  }
}

TEST(BodyDecoder, ManyTinyChunksAreBounded) {
  std::string text;
  for (int i = 0; i < 10000; ++i) text += chunk_prefix(1) + "x" + std::string(chunk_suffix);
  text += last_chunk;
  BodyDecoder decoder(in_chunks);
  std::size_t at = 0;
  while (!decoder.done()) {
    const auto piece = decoder.next(std::string_view(text).substr(at));
    ASSERT_TRUE(piece);
    at += piece->wire.size();
  }
  EXPECT_EQ(at, text.size());
  EXPECT_EQ(decoder.size(), 10000u);
}

}  // namespace
}  // namespace blobgauge::wire
