#include "model/trace.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "model/file.h"
#include "model/lines.h"
#include "model/trace_line.h"

namespace blobgauge::model {
namespace {

class Trace : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (std::filesystem::temp_directory_path() / "trace-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::filesystem::path folder_;
};

const Redaction& nothing() {
  static const Redaction redaction{SecretNames{}};
  return redaction;
}

std::string random_bytes(std::mt19937& random, std::size_t longest) {
  std::string out(std::uniform_int_distribution<std::size_t>(0, longest)(random), '\0');
  for (auto& c : out) c = static_cast<char>(random() % (random() % 2 ? 256 : 128));
  return out;
}

Exchange random_exchange(std::mt19937& random) {
  Exchange exchange;
  exchange.number = random();
  exchange.connection = random() % 3;
  exchange.attempt = random() % 3;
  exchange.sequence = random() % 3;
  exchange.connect_ns = random() % 2;
  exchange.tls_ns = random() % 2;
  exchange.first_byte_ns = random() % 2;
  const auto facts = [&]() -> std::shared_ptr<const TlsFacts> {
    if (random() % 2) return nullptr;
    return std::make_shared<const TlsFacts>(
        TlsFacts{random_bytes(random, 5), random_bytes(random, 9), random_bytes(random, 9), random_bytes(random, 9)});
  };
  exchange.client_tls = facts();
  exchange.server_tls = facts();
  if (random() % 2) exchange.process = {static_cast<std::int64_t>(random() % 100 + 1), random_bytes(random, 15)};
  exchange.started_ns = static_cast<std::int64_t>(random());
  exchange.wait_ns = random() % 2;
  exchange.total_ns = random();
  exchange.source = random_bytes(random, 9);
  exchange.label = random_bytes(random, 9);
  exchange.operation = random_bytes(random, 9);
  for (auto i = random() % 3; i > 0; --i) exchange.marks.push_back(random_bytes(random, 9));
  auto& request = exchange.request;
  request.method = random_bytes(random, 5);
  request.scheme = random_bytes(random, 5);
  request.host = random_bytes(random, 20);
  request.target = random_bytes(random, 80);
  request.version = random() % 2 ? "HTTP/1.0" : "HTTP/1.1";
  request.headers_complete = random() % 2;
  const auto fill = [&](auto& message) {
    for (auto i = random() % 9; i > 0; --i) message.headers.add(random_bytes(random, 9), random_bytes(random, 40));
    for (auto i = random() % 3; i > 0; --i)
      message.headers.add({random_bytes(random, 9), random_bytes(random, 9), random() % 2 ? " " : "\t", ""});
    for (auto i = random() % 2; i > 0; --i)
      message.body.trailers.add({random_bytes(random, 9), random_bytes(random, 9), "", random() % 2 ? " " : ""});
    for (auto i = random() % 3; i > 0; --i) message.body.extensions.push_back(random_bytes(random, 20));
    message.framing = static_cast<Framing>(random() % 4);
    message.body.size = random();
    message.body.sha256 = random_bytes(random, 9);
    message.body.md5 = random_bytes(random, 9);
    message.body.crc64 = random_bytes(random, 9);
    if (random() % 2) message.body.bytes = random_bytes(random, 90);
    message.body.complete = random() % 2;
  };
  fill(request);
  exchange.response.status = static_cast<int>(random() % 600);
  exchange.response.status_known = random() % 2;
  exchange.response.reason = random_bytes(random, 9);
  fill(exchange.response);
  return exchange;
}

TEST_F(Trace, ALineKeepsEveryByteOfAnyExchange) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    const auto exchange = random_exchange(random);
    const auto line = to_json_line(exchange);
    ASSERT_EQ(line.find('\n'), std::string::npos);
    const auto back = from_json_line(line);
    ASSERT_TRUE(back) << describe(back.error()) << '\n' << line;
    ASSERT_EQ(to_json_line(*back), line);
    ASSERT_EQ(back->request.headers, exchange.request.headers);
    ASSERT_EQ(back->response.body.bytes, exchange.response.body.bytes);
    ASSERT_EQ(back->request.target, exchange.request.target);
  }
}

TEST_F(Trace, FilesRoundTripPlainAndCompressed) {
  for (const auto* name : {"a.trace", "a.trace.zst"}) {
    std::mt19937 random(3);
    auto writer =
        create_trace(path(name), {"blobgauge 0", "azcopy", "10.32.2", "azcopy-make", {"azcopy", "make"}}, nothing());
    ASSERT_TRUE(writer);
    std::vector<std::string> lines;
    for (int i = 0; i < 300; ++i) {
      const auto exchange = random_exchange(random);
      lines.push_back(to_json_line(exchange));
      ASSERT_TRUE((*writer)->write(exchange));
    }
    ASSERT_TRUE((*writer)->finish({true, 0, 3, 1, {"a note"}}));
    auto reader = open_trace(path(name));
    ASSERT_TRUE(reader) << describe(reader.error());
    EXPECT_EQ((*reader)->head().scenario, "azcopy-make");
    EXPECT_EQ((*reader)->head().command, (std::vector<std::string>{"azcopy", "make"}));
    Exchange exchange;
    for (const auto& line : lines) {
      ASSERT_TRUE((*reader)->next(exchange).value_or(false));
      EXPECT_EQ(to_json_line(exchange), line);
    }
    EXPECT_EQ((*reader)->next(exchange).value_or(true), false);
    EXPECT_TRUE((*reader)->end().complete);
    EXPECT_EQ((*reader)->end().exchanges, 300u);
    EXPECT_EQ((*reader)->end().client_exit, 1);
    EXPECT_EQ((*reader)->end().dropped, 3u);
  }
}

// Wherever a writer is killed, the reader gives the exchanges before the cut and says that it is one.
TEST_F(Trace, EveryCutIsNoticed) {
  for (const auto* name : {"cut.trace", "cut.trace.zst"}) {
    std::mt19937 random(5);
    auto writer = create_trace(path(name), {}, nothing());
    ASSERT_TRUE(writer);
    for (int i = 0; i < 2; ++i) ASSERT_TRUE((*writer)->write(random_exchange(random)));
    ASSERT_TRUE((*writer)->finish({}));
    const auto whole = read_file(path(name)).value();
    for (std::size_t size = 0; size < whole.size(); size += size + 12 < whole.size() ? 3 : 1) {
      std::ofstream(path("part"), std::ios::binary) << whole.substr(0, size);
      auto reader = open_trace(path("part"));
      if (!reader) continue;  // not even the head is whole
      Exchange exchange;
      Result<bool> more = true;
      for (int count = 0; (more = (*reader)->next(exchange)) && *more;) ASSERT_LE(++count, 2);
      // A file that lacks only its last line feed, or zstd's last bytes, has all its lines.
      const bool whole_enough = more && (*reader)->end().complete;
      if (whole_enough) {
        EXPECT_GE(size + 4, whole.size()) << name;
      } else if (more) {
        EXPECT_FALSE((*reader)->end().complete);
      }
    }
  }
}

TEST_F(Trace, AFullDiskIsOneClearErrorAndNothingFollowsIt) {
  auto writer = create_trace("/dev/full", {}, nothing());
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().category, Category::output);
  EXPECT_NE(describe(writer.error()).find("No space left"), std::string::npos);
}

TEST_F(Trace, SecretsNeverReachTheFile) {
  const Redaction redaction{SecretNames{{"authorization"}, {"sig"}, {}}};
  TraceHead head;
  head.command = {"azcopy", "https://a/c?sig=SENTINEL"};
  auto writer = create_trace(path("a.trace"), head, redaction);
  ASSERT_TRUE(writer);
  Exchange exchange;
  exchange.request.target = "/c?sig=SENTINEL";
  exchange.request.headers.add("Authorization", "Bearer SENTINEL");
  ASSERT_TRUE((*writer)->write(exchange));
  TraceEnd end;
  end.notes = {"?sig=SENTINEL"};
  ASSERT_TRUE((*writer)->finish(end));
  const auto text = read_file(path("a.trace")).value();
  EXPECT_EQ(text.find("SENTINEL"), std::string::npos);
  EXPECT_NE(text.find("sig=REDACTED"), std::string::npos);
}

TEST_F(Trace, ForeignFilesAreRefusedWithTheirLine) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "empty"},
      {"{\"blobgauge\":\"facts\",\"version\":1}\n", "another blobgauge format"},
      {"{\"blobgauge\":\"trace\",\"version\":99}\n", "version 99"},
      {"hello\n", "not a trace"},
  };
  for (const auto& [text, word] : cases) {
    std::ofstream(path("bad"), std::ios::binary) << text;
    const auto reader = open_trace(path("bad"));
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().category, Category::input);
    EXPECT_NE(describe(reader.error()).find(word), std::string::npos) << describe(reader.error());
  }
  std::ofstream(path("bad"), std::ios::binary)
      << "{\"blobgauge\":\"trace\",\"version\":1}\n{\"n\":}\n{\"end\":true,\"exchanges\":0}\n";
  auto reader = open_trace(path("bad"));
  ASSERT_TRUE(reader);
  Exchange exchange;
  const auto next = (*reader)->next(exchange);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().where.line, 2u);
}

TEST_F(Trace, UnknownKeysArePassedOver) {
  const auto exchange = from_json_line(
      R"({"n":1,"later":{"a":[1]},"request":{"method":"GET","target":"/","new":1,"headers":[["A","b"]],"body":{"size":3,"x":[]}},"response":{"status":200,"headers":[],"body":{"size":0}}})");
  ASSERT_TRUE(exchange) << describe(exchange.error());
  EXPECT_EQ(exchange->request.headers.get("a"), "b");
  EXPECT_EQ(exchange->request.body.size, 3u);
}

// A reader is given the same exchange for line after line.
TEST_F(Trace, NothingOfAnEarlierLineIsSeen) {
  std::mt19937 random(11);
  TraceLineParser parser;
  Exchange kept;
  const auto parse = [&](const std::string& line) {
    std::string padded = line;
    padded.reserve(line.size() + LineReader::padding);
    return parser.parse(padded.data(), padded.size(), padded.capacity(), kept);
  };
  const std::string least = R"({"n":1,"request":{"method":"GET","target":"/"}})";
  for (int i = 0; i < 500; ++i) {
    const auto line = to_json_line(random_exchange(random));
    ASSERT_EQ(parse(line), TraceLine::exchange);
    ASSERT_EQ(to_json_line(kept), line);
    if (i % 3 == 0) {
      ASSERT_FALSE(parse(line.substr(0, random() % line.size())));
    }
    if (i % 5 == 0) kept = {};
    ASSERT_EQ(parse(least), TraceLine::exchange);
    ASSERT_EQ(to_json_line(kept), to_json_line(*from_json_line(least)));
  }
  // The last of two that have the same name, and nothing of the first one.
  ASSERT_EQ(parse(R"({"request":{"method":"GET","target":"/","headers":[["A","1"]]},"request":{"target":"/b"}})"),
            TraceLine::exchange);
  EXPECT_EQ(kept.request.method + kept.request.target, "/b");
  EXPECT_TRUE(kept.request.headers.empty());
}

TEST_F(Trace, LinesComeWholeHoweverTheyArrive) {
  std::mt19937 random(5);
  std::string text;
  std::vector<std::string> lines;
  for (const std::size_t size : {0u, 1u, 63u, 262'143u, 262'144u, 700'000u, 0u, 5u}) {
    lines.emplace_back(size, static_cast<char>('a' + random() % 26));
    text += lines.back() + '\n';
  }
  text += lines.emplace_back("no line feed");
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  std::thread writer([&] {
    const int out = ::open(path("pipe").c_str(), O_WRONLY);
    for (std::size_t at = 0; at < text.size();) {
      const auto count = ::write(out, text.data() + at, at < 5 ? 1 : std::min<std::size_t>(text.size() - at, 99'991));
      if (count <= 0) break;
      at += static_cast<std::size_t>(count);
    }
    ::close(out);
  });
  auto reader = LineReader::open(path("pipe"));
  ASSERT_TRUE(reader);
  LineReader::Line line;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ASSERT_TRUE(reader->next(line).value_or(false));
    EXPECT_EQ(line.text, lines[i]) << i;
    EXPECT_EQ(line.terminated, i + 1 < lines.size());
    EXPECT_EQ(reader->number(), i + 1);
  }
  EXPECT_EQ(reader->next(line).value_or(true), false);
  writer.join();
}

TEST(TraceLine, NumbersKeepAllOfTheirBits) {
  Exchange exchange;
  exchange.number = ~std::uint64_t{0};
  exchange.request.body.size = ~std::uint64_t{0};
  const auto back = from_json_line(to_json_line(exchange));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->number, exchange.number);
  EXPECT_EQ(back->request.body.size, exchange.request.body.size);
}

}  // namespace
}  // namespace blobgauge::model
