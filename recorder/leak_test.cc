// Secrets planted in every position that one can take, in every encoding, are in nothing that is written: traces (plain
// and zstd), HARs, messages, what an audit says. In memory for thousands of positions, and through the live proxy with
// reads that end anywhere.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <mutex>
#include <random>

#include "model/file.h"
#include "model/redaction.h"
#include "model/temporary.h"
#include "model/test_hash.h"
#include "model/text.h"
#include "model/trace.h"
#include "model/unfolded.h"
#include "model/url.h"
#include "recorder/byte_source.h"
#include "recorder/export_har.h"
#include "recorder/test_proxy.h"
#include "recorder/trace_sink.h"

namespace blobgauge::leaks {
namespace {

// Every secret begins with it, so that a part of one is found too.
constexpr std::string_view sentinel = "sEnTiNeL";

class Planter {
 public:
  explicit Planter(unsigned seed) : random_(seed) {}

  unsigned draw(unsigned below) { return static_cast<unsigned>(random_() % below); }
  // As long as a signature, of base64's characters.
  std::string secret();
  // A URL, a form, JSON, XML, a header line or a sentence that has the secret where a rule knows it.
  std::string carrier(const std::string& secret);
  // The same text percent-encoded up to four times, escaped for JSON or XML, in base64, or these one within the other.
  std::string encoded(std::string text);

 private:
  std::mt19937 random_;
};

std::string url_base64(std::string_view text) {
  std::string out = model::base64(text);
  while (out.ends_with('=')) out.pop_back();
  for (auto& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

std::string json_escaped(std::string_view text, bool all) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (byte < ' ' || (all && std::string_view("&=<>+/").find(c) != std::string_view::npos))
      out += {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    else
      out += c;
  }
  return out;
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
  return out;
}

// All that the runs of base64 characters in it may say, wherever they begin.
bool leaks_in_base64(std::string_view text, int depth) {
  const auto in_run = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("+/-_").find(c) != std::string_view::npos;
  };
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && in_run(text[end])) ++end;
    for (std::size_t skip = 0; skip < 4 && begin + skip + 11 < end; ++skip) {
      std::string run(text.substr(begin + skip, (end - begin - skip) / 4 * 4));
      for (auto& c : run) c = c == '-' ? '+' : c == '_' ? '/' : c;
      const auto bytes = model::from_base64(run);
      if (!bytes) continue;
      if (bytes->find(sentinel) != std::string::npos) return true;
      if (depth > 0 && leaks_in_base64(*bytes, depth - 1)) return true;
    }
    begin = std::max(end, begin + 1);
  }
  return false;
}

std::string Planter::secret() {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out(sentinel);
  while (out.size() < 43) out += alphabet[draw(alphabet.size())];
  return out + "=";
}

std::string Planter::carrier(const std::string& secret) {
  const auto token = url_base64(R"({"alg":"RS256","typ":"JWT"})") + "." +
                     url_base64("{\"aud\":\"x\",\"upn\":\"" + secret + "\"}") + "." + url_base64(secret);
  switch (draw(16)) {
    case 0:
      return "https://a.blob.core.windows.net/c/b?sv=2024-11-04&sig=" + model::percent_encode(secret) + "&sp=r";
    case 1:
      return "https://a.blob.core.windows.net/c/b?sp=r&sig=" + secret;
    case 2:
      return "?skoid=" + secret + "&sip=" + secret + "&si=" + secret;
    case 3:
      return "grant_type=client_credentials&client_secret=" + model::percent_encode(secret);
    case 4:
      return "{\"token_type\":\"Bearer\",\"access_token\" : \"" + secret + "\"}";
    case 5:
      return "<?xml version=\"1.0\"?><UserDelegationKey><SignedOid>o</SignedOid><Value>" + secret +
             "</Value></UserDelegationKey>";
    case 6:
      return "Authorization: SharedKey account:" + secret;
    case 7:
      return "said Bearer " + secret + ", which is old";
    case 8:
      return "the token " + token + " is old";
    case 9:
      return "http://user:" + model::percent_encode(secret) + "@proxy.test:3128/";
    case 10:
      return "DELETE /c/b HTTP/1.1\r\nx-ms-encryption-key: " + secret + "\r\nHost: h\r\n\r\n";
    case 11:
      return "The MAC signature found in the HTTP request '" + secret + "' is not the same as any computed";
    case 12:
      return "AccountName=a;AccountKey=" + secret;
    case 13:
      return "x-ms-copy-source-authorization: Bearer " + token;
    case 14:
      return "{'client_assertion': '" + secret + "'}";
    default:
      return "Cookie: a=b; c=" + secret;
  }
}

std::string Planter::encoded(std::string text) {
  for (auto layers = draw(3); layers > 0; --layers) switch (draw(5)) {
      case 0:
        for (auto depth = 1 + draw(4); depth > 0; --depth) text = model::percent_encode(text);
        break;
      case 1:
        text = "{\"text\":\"" + json_escaped(text, draw(2) == 0) + "\"}";
        break;
      case 2:
        text = "<a>" + xml_escaped(text) + "</a>";
        break;
      case 3:
        text = model::base64(text);
        break;
      default:
        text = "x=" + model::percent_encode(text) + "&y=1";
    }
  return text;
}

// Is the sentinel in it, plain, or in any of the encodings above?
bool leaks(std::string_view text) {
  if (text.find(sentinel) != std::string_view::npos) return true;
  model::Unfolded unfolded;
  unfolded.read(text);
  return unfolded.text().find(sentinel) != std::string_view::npos || leaks_in_base64(unfolded.text(), 2);
}

using model::Exchange;
using recorder::test_catalogue;

// One secret in one position; the other fields are those of any exchange.
Exchange planted(Planter& planter, const std::string& secret, std::string& what) {
  Exchange e;
  e.number = 1;
  e.request.method = "PUT";
  e.request.scheme = "https";
  e.request.host = "acct.blob.core.windows.net";
  e.request.target = "/container/dir/blob.bin?comp=block&blockid=QUFB";
  e.request.headers = {
      {"Host", "acct.blob.core.windows.net"}, {"User-Agent", "AzCopy/10.32.2"}, {"x-ms-version", "2025-07-05"}};
  e.response.status = 201;
  e.response.reason = "Created";
  e.response.headers = {{"x-ms-request-id", "3d8fb641-501e-000c-031c-ee738c000000"}};
  const char* secret_headers[] = {
      "Authorization",       "Proxy-Authorization",        "Cookie",
      "x-ms-encryption-key", "x-ms-source-encryption-key", "x-ms-copy-source-authorization"};
  const char* plain_headers[] = {"x-ms-copy-source", "Referer", "Location", "x-ms-meta-link", "X-Unknown"};
  if (planter.draw(4) == 0) {
    const char* schemes[] = {"SharedKey acct:", "SharedKeyLite acct:", "Bearer ", "Basic ", "", "Unknown ", "sas "};
    what = schemes[planter.draw(std::size(schemes))] + secret;
    if (what.starts_with("Basic")) what = "Basic " + model::base64("user:" + secret);
    e.request.headers.add(secret_headers[planter.draw(std::size(secret_headers))], what);
    // An answer may repeat what it refuses.
    if (planter.draw(2)) e.response.body.bytes = "no: " + planter.encoded("it was " + secret + " that came");
    if (planter.draw(4) == 0) e.response.reason = "not " + secret;
    return e;
  }
  what = planter.encoded(planter.carrier(secret));
  std::string line = what;
  for (auto& c : line)
    if (c == '\r' || c == '\n') c = ' ';
  switch (planter.draw(10)) {
    case 0:
      // In a target, what is no URL character is encoded.
      e.request.target +=
          "&u=" + (line.find_first_of(" <>\"'{}") == std::string::npos && line.find('=') == std::string::npos
                       ? line
                       : model::percent_encode(what));
      break;
    case 1:
      e.request.headers.add(plain_headers[planter.draw(std::size(plain_headers))], line);
      break;
    case 2:
      e.response.headers.add(plain_headers[planter.draw(std::size(plain_headers))], line);
      break;
    case 3:
      e.request.body.bytes = what;
      break;
    case 4:
      e.response.body.bytes = what;
      break;
    case 5:
      e.marks.push_back("server: " + line);
      break;
    case 6:
      e.response.reason = line;
      break;
    case 7:
      e.response.body.trailers.add("x-ms-checked", line);
      break;
    case 8:
      e.request.body.extensions.push_back(";x=" + line);
      break;
    default:
      e.source = line;
  }
  return e;
}

std::string unpacked(const std::string& path) {
  std::string out;
  const auto bytes = recorder::open_bytes(path);
  EXPECT_TRUE(bytes);
  for (bool more = true; more;) {
    const auto got = (*bytes)->append_to(out);
    EXPECT_TRUE(got);
    more = got && *got;
  }
  return out;
}

void expect_silence(const std::string& path) {
  const auto text = unpacked(path);
  ASSERT_FALSE(text.empty());
  std::size_t begin = 0;
  for (std::size_t line = 1; begin < text.size(); ++line) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto one = text.substr(begin, end - begin);
    ASSERT_FALSE(leaks(one)) << path << ":" << line << ": " << one;
    begin = end + 1;
  }
}

TEST(Leaks, NothingThatIsWrittenHasASecret) {
  const model::Redaction redaction(*test_catalogue());
  const auto other_names =
      redaction.with(std::make_shared<const model::Pseudonyms>(*test_catalogue(), model::test_hash("a key")));
  const auto folder = model::TemporaryFolder::create();
  ASSERT_TRUE(folder);
  model::TraceHead head;
  Planter planter(17);
  const auto head_secret = planter.secret();
  head.command = {"azcopy", "copy", "--key=" + head_secret, planter.carrier(head_secret)};
  const auto path = [&](const char* name) { return folder->path() + "/" + name; };
  auto trace = model::create_trace(path("a.trace.zst"), head, redaction);
  auto pseudonymous = model::create_trace(path("b.trace"), head, other_names);
  auto har = recorder::create_har(path("c.har"), head, redaction);
  ASSERT_TRUE(trace && pseudonymous && har);
  const int positions = std::getenv("BLOBGAUGE_LONG") ? 100'000 : 3'000;
  for (int i = 0; i < positions; ++i) {
    const auto secret = planter.secret();
    std::string what;
    const auto e = planted(planter, secret, what);
    auto masked = e;
    const auto redacted = redaction.redact(masked);
    const auto line = model::to_json_line(*redacted);
    ASSERT_FALSE(leaks(line)) << what << "\n" << line;
    const auto findings = redaction.find(e);
    ASSERT_FALSE(findings.empty()) << what;
    // What is said on the terminal quotes what was met.
    const auto message = "cannot read " + planter.encoded(planter.carrier(secret)) + "; nothing was written";
    ASSERT_FALSE(leaks(redaction.text(message))) << message;
    for (const auto& found : findings) ASSERT_FALSE(leaks(found.place + found.what)) << what;
    auto again = *redacted;
    redaction.apply(again);
    ASSERT_EQ(model::to_json_line(again), line) << what;
    ASSERT_TRUE((*trace)->write(e));
    ASSERT_TRUE((*pseudonymous)->write(e));
    ASSERT_TRUE((*har)->write(e));
  }
  model::TraceEnd end;
  end.complete = true;
  end.notes = {"at the end: " + planter.carrier(planter.secret())};
  for (auto* writer : {&*trace, &*pseudonymous, &*har}) ASSERT_TRUE((*writer)->finish(end));
  for (const auto* name : {"a.trace.zst", "b.trace", "c.har"}) expect_silence(path(name));
}

// Requests and answers come in pieces that end anywhere, within secrets too.
TEST(Leaks, SplitReadsThroughTheProxy) {
  Planter planter(23);
  std::mutex mutex;
  std::string answer;
  recorder::testing_peers::Origin origin([&](recorder::testing_peers::Socket& socket) {
    for (;;) {
      const auto request = socket.until("\r\n\r\n");
      if (!request.ends_with("\r\n\r\n")) return;
      const auto length = request.find("Content-Length: ");
      socket.bytes(length == std::string::npos ? 0 : std::stoul(request.substr(length + 16)));
      const std::lock_guard lock(mutex);
      for (std::size_t at = 0, size = 0; at < answer.size(); at += size) {
        size = std::min<std::size_t>(1 + answer.size() / 3 + at % 7, answer.size() - at);
        socket.say(std::string_view(answer).substr(at, size));
      }
    }
  });
  const auto folder = model::TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto path = folder->path() + "/live.trace.zst";
  const auto open = [](const std::string& to) {
    return model::create_trace(to, {}, model::Redaction(*test_catalogue()));
  };
  auto sink = recorder::TraceSink::create(path, {}, open);
  ASSERT_TRUE(sink);
  auto options = recorder::Recorded::reverse(origin);
  options.catalogue = test_catalogue();
  auto proxy = recorder::Proxy::start(std::move(options), *sink);
  ASSERT_TRUE(proxy);
  const int requests = 120;
  {
    auto client = recorder::testing_peers::Socket::to((*proxy)->port());
    for (int i = 0; i < requests; ++i) {
      const auto secret = planter.secret();
      const auto document = planter.encoded(planter.carrier(secret));
      const auto body = "<?xml version=\"1.0\"?><A>" + document + "</A>";
      auto link = "https://a.test/?sp=r&sig=" + model::percent_encode(secret);
      {
        const std::lock_guard lock(mutex);
        answer = fmt::format(
            "HTTP/1.1 403 Not {}\r\nLocation: {}\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n{}",
            secret, link, body.size(), body);
      }
      const auto request = fmt::format(
          "PUT /c/b?comp=blocklist&sig={} HTTP/1.1\r\nHost: acct.blob.core.windows.net\r\nAuthorization: SharedKey "
          "acct:{}\r\nx-ms-copy-source: {}\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n{}",
          model::percent_encode(secret), secret, link, body.size(), body);
      for (std::size_t at = 0, size = 0; at < request.size(); at += size) {
        size = std::min<std::size_t>(1 + planter.draw(200), request.size() - at);
        ASSERT_TRUE(client.say(std::string_view(request).substr(at, size)));
      }
      const auto head = client.until("\r\n\r\n");
      ASSERT_TRUE(head.find(secret) != std::string::npos) << head;  // the client is told everything
      ASSERT_EQ(client.bytes(body.size()), body);
    }
  }
  ASSERT_TRUE((*proxy)->stop());
  EXPECT_EQ((*proxy)->counts().exchanges, static_cast<std::uint64_t>(requests));
  ASSERT_TRUE((*sink)->finish(-1, 0, {}));
  expect_silence(path);
}

}  // namespace
}  // namespace blobgauge::leaks
