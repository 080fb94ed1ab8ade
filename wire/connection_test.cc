// Connections over a stream that plays a script, so that every way of cutting the bytes can be tried.
#include "wire/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace blobgauge::wire {
namespace {

using testing::HasSubstr;

class ScriptedStream final : public Stream {
 public:
  ScriptedStream(std::vector<std::string> portions, std::string& written)
      : portions_(std::move(portions)), written_(written) {}
  Task<Result<std::size_t>> read_some(std::span<char> into) override {
    while (next_ < portions_.size() && portions_[next_].empty()) ++next_;
    if (next_ == portions_.size()) co_return std::size_t{0};
    auto& portion = portions_[next_];
    const auto size = std::min(into.size(), portion.size());
    std::copy_n(portion.begin(), size, into.begin());
    portion.erase(0, size);
    co_return size;
  }
  using Stream::write;
  Task<Status> write(std::string_view a, std::string_view b, std::string_view c) override {
    written_.append(a).append(b).append(c);
    co_return Status{};
  }
  Task<Status> finish() override { co_return Status{}; }
  void close() override {}
  void reset() override { close(); }
  void interrupt() override {}
  bool quiet() override { return true; }
  void set_idle_limit(Milliseconds) override {}
  void on_silence(std::function<void()>) override {}
  bool broken() override { return false; }
  Task<Status> accept_tls(std::shared_ptr<TlsServer>, std::string, std::string) override { co_return Status{}; }
  Task<Status> connect_tls(std::shared_ptr<const TlsClient>, std::string) override { co_return Status{}; }
  bool secure() const override { return false; }
  const std::string& server_name() const override { return name_; }
  const std::string& peer() const override { return name_; }

 private:
  std::vector<std::string> portions_;
  std::size_t next_ = 0;
  std::string& written_;
  std::string name_ = "script";
};

// Reads requests until the end and gives a transcript.
Task<std::string> transcript(std::vector<std::string> portions, std::size_t buffer) {
  std::string written, out;
  Connection connection(std::make_unique<ScriptedStream>(std::move(portions), written), {}, buffer);
  for (;;) {
    auto head = co_await connection.read_request_head();
    if (!head) co_return out + "error: " + head.error().message;
    if (!*head) co_return out + "end";
    const auto framing = request_framing(**head);
    if (!framing) co_return out + "error: " + framing.error().message;
    connection.begin_body(*framing);
    std::string wire, payload;
    for (bool end = false; !end;) {
      const auto piece = co_await connection.read_body();
      if (!piece) co_return out + payload + " error: " + piece.error().message;
      wire += piece->wire;
      payload += piece->payload;
      end = piece->end;
    }
    out += std::string((*head)->start_line) + "[" + wire + "](" + payload + ") ";
  }
}

constexpr std::string_view conversation =
    "PUT /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcPUT /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    "2;x\r\nde\r\n1\r\nf\r\n0\r\nT: 1\r\n\r\n\r\nGET /c HTTP/1.1\r\n\r\n";

TEST(Connection, ReadsTheSameHoweverItIsCut) {
  Runtime runtime;
  const std::string expected =
      "PUT /a HTTP/1.1[abc](abc) PUT /b HTTP/1.1[2;x\r\nde\r\n1\r\nf\r\n0\r\nT: 1\r\n\r\n](def) GET /c HTTP/1.1[]() "
      "end";
  for (std::size_t cut = 0; cut <= conversation.size(); ++cut)
    for (const std::size_t buffer : {1, 7, 4096}) {
      std::vector<std::string> portions{std::string(conversation.substr(0, cut)),
                                        std::string(conversation.substr(cut))};
      ASSERT_EQ(runtime.run(transcript(portions, buffer)), expected) << cut;
    }
}

TEST(Connection, EndsInTheMiddleAreErrors) {
  Runtime runtime;
  const auto of = [&](std::string text) { return runtime.run(transcript({std::move(text)}, 4096)); };
  EXPECT_EQ(of(""), "end");
  EXPECT_EQ(of("GET / HT"), "error: the connection with script ended inside a head");
  EXPECT_THAT(of("PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab"),
              HasSubstr("ab error: the body ended 1 bytes before"));
  EXPECT_THAT(of("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na"), HasSubstr("a error: the chunked body"));
}

TEST(Connection, ResponsesUntilCloseAndLimits) {
  Runtime runtime;
  const auto read = [&](std::size_t limit) {
    return runtime.run([](std::size_t most) -> Task<Result<std::string>> {
      std::string written;
      std::vector<std::string> portions{"HTTP/1.1 200 OK\r\n\r\nhel", "lo"};
      Connection connection(std::make_unique<ScriptedStream>(std::move(portions), written));
      const auto head = co_await connection.read_response_head();
      connection.begin_body(*response_framing(*head, "GET"));
      co_return co_await connection.read_all(most);
    }(limit));
  };
  EXPECT_EQ(*read(5), "hello");
  EXPECT_THAT(read(4).error().message, HasSubstr("longer than 4 bytes"));
}

TEST(Connection, ARefusedHeadCanBeReadAgainAsItCame) {
  Runtime runtime;
  const auto read = [](std::vector<std::string> portions, std::size_t buffer) -> Task<std::string> {
    std::string written, out;
    Connection connection(std::make_unique<ScriptedStream>(std::move(portions), written), {}, buffer);
    const auto head = co_await connection.read_response_head();
    EXPECT_FALSE(head);
    EXPECT_EQ(connection.head_refusal(), Connection::Refusal::malformed);
    for (;;) {
      const auto bytes = co_await connection.read_raw();
      if (!bytes || bytes->empty()) co_return out;
      out += *bytes;
    }
  };
  for (const std::string text :
       {"HTTP/1.1 200 OK\r\nA: b\r\nbad : x\r\n\r\nbody", "HTTP/1.1 200 OK\nrest", "?", "HTTP/9\r\n"})
    for (std::size_t cut = 0; cut <= text.size(); ++cut)
      for (const std::size_t buffer : {1, 7, 4096}) {
        std::vector<std::string> portions{text.substr(0, cut), text.substr(cut)};
        ASSERT_EQ(runtime.run(read(portions, buffer)), text) << cut;
      }
}

TEST(Connection, NoAnswerNamesThePeer) {
  Runtime runtime;
  std::string written;
  Connection connection(std::make_unique<ScriptedStream>(std::vector<std::string>(), written));
  const auto head = runtime.run(connection.read_response_head());
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().message, "script closed the connection without an answer");
  EXPECT_FALSE(connection.head_started());
}

}  // namespace
}  // namespace blobgauge::wire
