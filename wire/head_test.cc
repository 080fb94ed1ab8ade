#include "wire/head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/text.h"
#include "wire/head_edit.h"
#include "wire/head_parser.h"

namespace blobgauge::wire {
namespace {

using testing::HasSubstr;
using Kind = HeadParser::Kind;

constexpr std::string_view request_text =
    "\r\nPUT /c/b%20b?comp=block&blockid=QQ%3D%3D HTTP/1.1\r\n"
    "host:  example.test:10000 \t\r\n"
    "X-Twice: one\r\n"
    "x-between:\r\n"
    "x-twice: two\r\n"
    "X-Folded: first\r\n \t second  \r\n\t\r\n  third\r\n"
    "X-Bytes: caf\xC3\xA9\r\n"
    "\r\n";

// Everything that can be seen of a parse, as one text.
std::string outcome(Kind kind, const std::vector<std::string_view>& portions, HeadLimits limits = {}) {
  HeadParser parser(kind, limits);
  std::string rest;
  for (const auto portion : portions) {
    if (parser.done()) {
      rest += portion;
      continue;
    }
    const auto taken = parser.feed(portion);
    if (!taken) return "error: " + taken.error().message;
    rest += portion.substr(*taken);
  }
  if (!parser.done()) return "unfinished";
  const auto show = [&](const Head& head, std::string_view first, std::string_view second) {
    std::string out = std::string(head.bytes()) + "|" + std::string(first) + "|" + std::string(second) + "|";
    for (const auto& field : head.fields)
      out += std::string(field.name) + "=" + field.text() + (field.folded ? "(folded)" : "") + "|";
    return out + "rest:" + rest;
  };
  if (kind == Kind::request) {
    const auto head = parser.take_request();
    return show(head, head.method, head.target);
  }
  const auto head = parser.take_response();
  return show(head, std::to_string(head.status), head.reason);
}

TEST(Head, KeepsOrderCasingDuplicatesAndFolds) {
  const auto head = parse_request_head(request_text);
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->bytes(), request_text);
  EXPECT_EQ(head->method, "PUT");
  EXPECT_EQ(head->target, "/c/b%20b?comp=block&blockid=QQ%3D%3D");
  ASSERT_EQ(head->fields.size(), 6u);
  EXPECT_EQ(head->fields[0].name, "host");
  EXPECT_EQ(head->fields[0].value, "example.test:10000");
  EXPECT_EQ(head->fields[0].line, "host:  example.test:10000 \t\r\n");
  EXPECT_EQ(head->fields[2].value, "");
  EXPECT_EQ(head->fields[3].name, "x-twice");
  EXPECT_TRUE(head->fields[4].folded);
  EXPECT_EQ(head->fields[4].value, "first\r\n \t second  \r\n\t\r\n  third");
  EXPECT_EQ(head->fields[4].text(), "first second third");
  EXPECT_TRUE(head->has_folds());
  EXPECT_EQ(head->count("X-TWICE"), 2u);
  EXPECT_EQ(head->headers().get("X-Bytes"), "caf\xC3\xA9");
  EXPECT_EQ(*head->headers().begin(), (model::Header{"host", "example.test:10000", "  ", " \t"}));
}

TEST(Head, FieldLinesComeApartWithoutLoss) {
  for (const std::string line : {"a: b", "a:b", "a:\t b c \t", "a:", "a: ", "a: \t", "a: b:c "}) {
    const auto field = parse_field_line(line);
    EXPECT_EQ(field.name, "a");
    EXPECT_EQ(field.value, model::trim(line.substr(2)));
    EXPECT_EQ(field.name + ":" + field.before + field.value + field.after, line);
  }
}

TEST(Head, ViewsOutliveMovesAndCopies) {
  std::optional<RequestHead> copy;
  {
    auto head = parse_request_head("GET / HTTP/1.1\r\na: b\r\n\r\n");
    ASSERT_TRUE(head);
    const auto moved = std::move(*head);
    copy = moved;
  }
  EXPECT_EQ(copy->method, "GET");
  EXPECT_EQ(copy->find("A")->value, "b");
}

TEST(Head, EverySplitGivesTheSameHead) {
  const std::string pipelined = std::string(request_text) + "GET / HTTP/1.1\r\n\r\n";
  const auto whole = outcome(Kind::request, {pipelined});
  EXPECT_THAT(whole, HasSubstr("rest:GET / HTTP/1.1"));
  const std::string_view text = pipelined;
  for (std::size_t a = 0; a <= text.size(); ++a)
    for (std::size_t b = a; b <= text.size(); b += 7)
      ASSERT_EQ(outcome(Kind::request, {text.substr(0, a), text.substr(a, b - a), text.substr(b)}), whole)
          << a << "," << b;
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
  EXPECT_EQ(outcome(Kind::request, bytes), whole);
}

TEST(Head, Responses) {
  const auto head = parse_response_head("HTTP/1.0 206 Partial Content\r\nServer: a\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 206);
  EXPECT_EQ(head->reason, "Partial Content");
  EXPECT_EQ(head->version(), "HTTP/1.0");
  EXPECT_EQ(parse_response_head("HTTP/1.1 200\r\n\r\n")->reason, "");
  EXPECT_EQ(parse_response_head("HTTP/1.1 200 \r\n\r\n")->reason, "");
}

struct Hostile {
  Kind kind;
  std::string_view text;
  std::string_view why;
};

TEST(Head, RefusesHostileInputsHoweverTheyAreCut) {
  using namespace std::literals;
  const HeadLimits limits{200, 3};
  const std::string long_line = "GET /" + std::string(300, 'a');
  const std::string long_value = "GET / HTTP/1.1\r\na: " + std::string(300, 'a') + "\r\n\r\n";
  const std::vector<Hostile> table = {
      {Kind::request, "GET / HTTP/1.1\na: b\r\n\r\n", "LF alone"},
      {Kind::request, "GET / HTTP/1.1\r\na: b\n\r\n", "LF alone"},
      {Kind::request, "GET / HTTP/1.1\r\na: b\rc: d\r\n\r\n", "CR that does not end"},
      {Kind::request, "GET / HTTP/1.1\r\na: b\r\r\n\r\n", "CR that does not end"},
      {Kind::request, "GET /\0 HTTP/1.1\r\n\r\n"sv, "NUL"},
      {Kind::request, "GET / HTTP/1.1\r\na: \0\r\n\r\n"sv, "NUL"},
      {Kind::request, "GET / HTTP/1.1\r\na: \x01\r\n\r\n", "control character"},
      {Kind::request, "GET / HTTP/1.1\r\na : b\r\n\r\n", "before the colon"},
      {Kind::request, "GET / HTTP/1.1\r\n: b\r\n\r\n", "without a name"},
      {Kind::request, "GET / HTTP/1.1\r\nab\r\n\r\n", "without a colon"},
      {Kind::request, "GET / HTTP/1.1\r\na(b: c\r\n\r\n", "no name may have"},
      {Kind::request, "GET / HTTP/1.1\r\n a: b\r\n\r\n", "begins with white space"},
      {Kind::request, "GET  / HTTP/1.1\r\n\r\n", "white space"},
      {Kind::request, "GET /a b HTTP/1.1\r\n\r\n", "white space"},
      {Kind::request, "GET /\ta HTTP/1.1\r\n\r\n", "white space"},
      {Kind::request, "GET /\r\n\r\n", "method target version"},
      {Kind::request, "GET / HTTP/1.2\r\n\r\n", "version"},
      {Kind::request, "GET / http/1.1\r\n\r\n", "version"},
      {Kind::request, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "version"},
      {Kind::request, "\x16\x03\x01\x02", "TLS"},
      {Kind::request, "\x80GET / HTTP/1.1\r\n\r\n", "not an HTTP request"},
      {Kind::request, "GET / HTTP/1.1\r\na: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\n\r\n", "more than 3 fields"},
      {Kind::request, long_line, "longer than 200"},
      {Kind::request, long_value, "longer than 200"},
      {Kind::response, "ICY 200 OK\r\n\r\n", "not an HTTP response"},
      {Kind::response, "HTTP/2 200 OK\r\n\r\n", "version"},
      {Kind::response, "HTTP/1.1 20 OK\r\n\r\n", "status"},
      {Kind::response, "HTTP/1.1 2000 OK\r\n\r\n", "status"},
      {Kind::response, "HTTP/1.1 099 OK\r\n\r\n", "status"},
      {Kind::response, "HTTP/1.1\r\n\r\n", "status"},
      {Kind::response, "\r\nHTTP/1.1 200 OK\r\n\r\n", "not an HTTP response"},
  };
  for (const auto& [kind, text, why] : table) {
    const auto whole = outcome(kind, {text}, limits);
    EXPECT_THAT(whole, testing::StartsWith("error: malformed")) << text;
    EXPECT_THAT(whole, HasSubstr(std::string(why)));
    for (std::size_t cut = 0; cut <= text.size(); ++cut)
      ASSERT_EQ(outcome(kind, {text.substr(0, cut), text.substr(cut)}, limits), whole) << text << " cut at " << cut;
  }
}

TEST(Head, ErrorsDoNotRepeatWhatWasSent) {
  EXPECT_THAT(outcome(Kind::request, {"GET / HTTP/1.1\r\nAuthorization secret\r\n\r\n"}), Not(HasSubstr("secret")));
}

TEST(Head, KeepAlive) {
  const auto alive = [](std::string_view text) { return parse_request_head(text)->keep_alive(); };
  EXPECT_TRUE(alive("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(alive("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_FALSE(alive("GET / HTTP/1.1\r\nConnection: upgrade, Close\r\n\r\n"));
  EXPECT_TRUE(alive("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

TEST(Head, MakesWhatItReads) {
  const model::Headers headers{{"Host", "a"}, {"x-B", ""}, {"X-b", "1"}};
  const auto request = make_request_head("PUT", "/a?b", headers);
  ASSERT_TRUE(request);
  EXPECT_EQ(*request, "PUT /a?b HTTP/1.1\r\nHost: a\r\nx-B: \r\nX-b: 1\r\n\r\n");
  EXPECT_EQ(parse_request_head(*request)->headers(), headers);
  EXPECT_EQ(*make_response_head(404, "Not Found", {}), "HTTP/1.1 404 Not Found\r\n\r\n");
  EXPECT_FALSE(make_request_head("GET", "/", {{"a", "b\r\nc: d"}}));
  EXPECT_FALSE(make_request_head("GET", "/", {{"a:", "b"}}));
  EXPECT_FALSE(make_request_head("GET", "/ x", {}));
  EXPECT_FALSE(make_request_head("G T", "/", {}));
  EXPECT_FALSE(make_response_head(200, "a\nb", {}));
}

TEST(HeadEdit, ChangesOnlyWhatIsNamed) {
  const auto head =
      parse_request_head("\r\nGET http://h/p HTTP/1.1\r\nhost:h\r\nDrop: 1\r\nx:   old  \r\nEnd:\r\n\r\n");
  ASSERT_TRUE(head);
  HeadEdit edit(*head);
  EXPECT_EQ(*edit.bytes(), head->bytes());
  edit.start_line("GET /p HTTP/1.1");
  edit.remove(1);
  edit.value(2, "new");
  edit.append("More", "1");
  EXPECT_EQ(*edit.bytes(), "\r\nGET /p HTTP/1.1\r\nhost:h\r\nx:   new\r\nEnd:\r\nMore: 1\r\n\r\n");
  edit.value(3, "a\r\nb");
  EXPECT_FALSE(edit.bytes());
}

}  // namespace
}  // namespace blobgauge::wire
