#include "tests/fidelity/conversation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace blobgauge::fidelity {

namespace {

constexpr std::string_view token_characters =
    "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

class Maker {
 public:
  Maker(std::uint64_t seed, std::string authority, Form form)
      : random_(seed), authority_(std::move(authority)), form_(form) {
    out_.id = fmt::format("{:016x}", seed);
    out_.authority = authority_;
  }

  Conversation make() {
    const auto count = 1 + n(3);
    for (std::size_t i = 0; i < count && !last_; ++i) exchange(i + 1 == count);
    // A half-close at once, while the answers are still to come, or when they are there.
    out_.client.finish_after = one_of(3) && !waits_ ? 0 : out_.answered.size();
    // The server's orderly end comes after its last answer; it reads what there is in any case.
    out_.server.finish_after = closes_ ? out_.seen.size() : at_their_end;
    return std::move(out_);
  }

 private:
  std::size_t n(std::size_t most) { return below_or(random_, most); }
  bool one_of(std::size_t count) { return one_in(random_, count); }
  std::string pick(std::initializer_list<std::string_view> from) {
    return std::string(*(from.begin() + n(from.size() - 1)));
  }

  std::string token() {
    std::string out(1 + n(12), 'x');
    for (auto& c : out) c = token_characters[n(token_characters.size() - 1)];
    return out;
  }

  // Any byte that a value may have; blanks stay inside, or they would not belong to it.
  std::string value() {
    if (one_of(6)) return {};
    std::string out(1 + n(one_of(40) ? 3000 : 24), 'v');
    for (auto& c : out) {
      const auto kind = n(9);
      c = kind == 0   ? pick({" ", "\t"})[0]
          : kind == 1 ? static_cast<char>(0x80 + n(0x7F))
                      : static_cast<char>(0x21 + n(0x7E - 0x21));
    }
    while (out.front() == ' ' || out.front() == '\t') out.front() = '"';
    while (out.back() == ' ' || out.back() == '\t') out.back() = ',';
    return out;
  }

  std::string target() {
    std::string out = fmt::format("/{}-{}", out_.id, out_.exchanges.size());
    for (auto parts = n(6); parts > 0; --parts)
      out += pick({"/",  "//", ".",    "..", "%2F", "%2f",     "%00",      "%25",  "%",        "%zz",
                   "a",  "B",  "~",    "+",  "\"",  "<>",      "|",        "\\",   "^",        "`",
                   "[]", "{}", ";p=1", ":",  "@",   "!$'()*,", "\xc3\xa9", "\xff", "http://x/"});
    if (one_of(2)) out += "?";
    for (auto parts = out.ends_with('?') ? n(5) : 0; parts > 0; --parts)
      out += pick({"a=b", "&", "=", "?", "%20", "+", "x%3D1", "/..", "\xc3\xa9", "&amp;", ";"});
    return out;
  }

  std::string framing_name() {
    return one_of(4) ? pick({"content-length", "CONTENT-LENGTH", "cOnTent-LengtH"}) : "Content-Length";
  }
  std::string coding_name() {
    return one_of(4) ? pick({"transfer-encoding", "TRANSFER-ENCODING"}) : "Transfer-Encoding";
  }

  std::string body() {
    std::string out(one_of(6) ? n(90'000) : n(300), '\0');
    for (std::size_t at = 0; at < out.size(); at += sizeof(std::uint64_t)) {
      const auto bytes = random_();
      std::memcpy(out.data() + at, &bytes, std::min(sizeof bytes, out.size() - at));
    }
    // What a reader that lost its place would take for a message.
    if (one_of(4) && out.size() > 80) {
      const std::string lure = "\r\n0\r\n\r\nGET /lure HTTP/1.1\r\nHost: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
      out.replace(n(out.size() - lure.size()), lure.size(), lure);
    }
    return out;
  }

  // The wire form of a chunked body.
  std::string chunked(const std::string& payload) {
    std::string out;
    for (std::size_t at = 0; at < payload.size();) {
      const auto size = std::min(1 + n(one_of(2) ? 9000 : 30), payload.size() - at);
      out += fmt::format(fmt::runtime(pick({"{:x}", "{:X}", "0{:x}", "00000000{:X}"})), size);
      out += pick({"", "", "", ";n", ";n=v", ";n=\"q;\\\"\"", " ;n = v", ";;", ";\tx=\xc3\xa9"});
      out += "\r\n" + payload.substr(at, size) + "\r\n";
      at += size;
    }
    out += pick({"0", "000", "0;last", "0 ;x=\"y\""}) + "\r\n";
    for (auto trailers = one_of(3) ? n(3) : 0; trailers > 0; --trailers) out += "X-" + token() + ":" + value() + "\r\n";
    return out + "\r\n";
  }

  // Fields in any order, each with some white space around its value.
  std::string written(Fields fields) {
    std::string out;
    for (const auto& [name, text] : fields) {
      out += name + ":" + (one_of(3) ? pick({"", "\t", "  ", " \t "}) : " ") + text;
      if (one_of(8)) out += pick({" ", "\t", "  \t"});
      out += "\r\n";
    }
    return out;
  }

  void add_odd_fields(Fields& fields) {
    for (auto count = one_of(30) ? 40 + n(200) : n(6); count > 0; --count) {
      const auto name = "x" + token();
      fields.emplace_back(name, value());
      if (one_of(4)) fields.emplace_back(one_of(2) ? name : "X" + name.substr(1), value());
    }
    if (one_of(6)) fields.emplace_back("Keep-Alive", "timeout=5");
    if (one_of(6)) fields.emplace_back("Connection", pick({"keep-alive", "Keep-Alive, xhop", "xhop,,"}));
    if (!fields.empty()) std::shuffle(fields.begin(), fields.end(), random_);
    for (auto& [name, text] : fields)
      while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == ',')) text.pop_back();
  }

  // Puts a framing field at any place. Gives the body's wire bytes.
  std::string frame(Side& side, const std::string& kind) {
    const auto put = [&](std::string name, std::string text) {
      side.fields.emplace(side.fields.begin() + static_cast<std::ptrdiff_t>(n(side.fields.size())), std::move(name),
                          std::move(text));
    };
    side.framing = kind;
    if (kind == "length") {
      put(framing_name(), (one_of(10) ? "00" : "") + std::to_string(side.payload.size()));
      return side.payload;
    }
    if (kind == "chunked") {
      put(coding_name(), pick({"chunked", "chunked", "Chunked", "CHUNKED"}));
      return chunked(side.payload);
    }
    return side.payload;
  }

  // Says `bytes` in some pieces, when so many of the other side's have come.
  void say(Script& script, std::size_t after, std::string_view bytes) {
    do {
      const auto size =
          one_of(3) ? std::min<std::size_t>(bytes.size(), 1 + n(one_of(2) ? 20 : bytes.size())) : bytes.size();
      script.steps.push_back({after, std::string(bytes.substr(0, size)), one_of(8)});
      bytes.remove_prefix(size);
    } while (!bytes.empty());
  }

  void exchange(bool last) {
    Expected expected;
    expected.method = one_of(3) ? pick({"HEAD", "OPTIONS", "PATCH", "get", "M-SEARCH", "!#$%&'*+-.^_`|~09", "TRACE"})
                                : pick({"GET", "PUT", "POST", "DELETE"});
    expected.target = target();
    expected.version = last && one_of(8) ? "HTTP/1.0" : "HTTP/1.1";
    const bool old = expected.version == "HTTP/1.0";
    auto& request = expected.request;
    add_odd_fields(request.fields);
    // HTTP/1.0 has no need of it.
    if (!old || one_of(2))
      request.fields.emplace(request.fields.begin() + static_cast<std::ptrdiff_t>(n(request.fields.size())),
                             pick({"Host", "host", "HOST"}), authority_);
    const auto kind = one_of(2) ? std::string("none") : old || one_of(2) ? "length" : "chunked";
    if (kind != "none" && !one_of(12)) request.payload = body();
    const bool expects = !request.payload.empty() && !old && one_of(4);
    if (expects) request.fields.emplace_back("Expect", pick({"100-continue", "100-Continue"}));
    const bool closing = last && one_of(3);
    if (closing) request.fields.emplace_back("Connection", pick({"close", "Close", "x, close"}));
    const auto sent_body = frame(request, kind);

    const auto fields = written(request.fields) + "\r\n";
    const std::string before = !out_.asked.empty() && one_of(12) ? "\r\n" : "";
    const auto asked_head =
        fmt::format("{}{} {}{} {}\r\n{}", before, expected.method,
                    form_ == Form::absolute ? "http://" + authority_ : "", expected.target, expected.version, fields);
    const auto seen_head =
        fmt::format("{}{} {} {}\r\n{}", before, expected.method, expected.target, expected.version, fields);

    // Pipelined: before the answer to the one before it has come.
    const auto begin = one_of(3) ? 0 : out_.answered.size();
    const auto seen_so_far = out_.seen.size();

    answer(expected, last, old || closing, expects, begin, asked_head, seen_head, sent_body, seen_so_far);
    out_.exchanges.push_back(std::move(expected));
  }

  // How the two sides take turns, and the answer itself.
  void answer(Expected& expected, bool last, bool closing, bool expects, std::size_t begin,
              const std::string& asked_head, const std::string& seen_head, const std::string& sent_body,
              std::size_t seen_so_far) {
    auto& reply = expected.answer;
    expected.status = static_cast<int>(one_of(4) ? 200 + n(399) : 200);
    if (one_of(5)) expected.status = one_of(2) ? 204 : 304;
    const bool head_only = expected.method == "HEAD" || expected.status == 204 || expected.status == 304;
    expected.answer_version = last && one_of(10) ? "HTTP/1.0" : "HTTP/1.1";
    const bool old = expected.answer_version == "HTTP/1.0";
    expected.reason = pick({"OK", "", "Not At All  Fine", "\xc3\xa9\xff", "200"});
    add_odd_fields(reply.fields);
    // The server's own wish to close ends the conversation, as its body by close does.
    const bool by_close = last && !head_only && one_of(6);
    const bool says_close = last && (by_close ? one_of(2) : one_of(5));
    if (says_close) reply.fields.emplace_back("Connection", pick({"close", "CLOSE", "close, x"}));
    closes_ = closing || by_close || says_close || old;
    last_ = last;
    std::string wire;
    if (head_only) {
      // Fields that tell of a body which is not there.
      if (one_of(3)) reply.fields.emplace_back("Content-Length", "12345");
      if (one_of(9)) reply.fields.emplace_back("Transfer-Encoding", "chunked");
      reply.framing = "none";
    } else {
      if (!one_of(6)) reply.payload = body();
      wire = frame(reply, by_close ? "close" : old || one_of(2) ? "length" : "chunked");
    }
    const auto head =
        fmt::format("{} {}{}{}\r\n{}\r\n", expected.answer_version, expected.status,
                    expected.reason.empty() && one_of(2) ? "" : " ", expected.reason, written(reply.fields));

    const auto seen_with_head = seen_so_far + seen_head.size();
    const auto seen_all = seen_with_head + sent_body.size();
    std::string interim;
    const auto inform = [&](int status, const char* reason) {
      const auto text = fmt::format("HTTP/1.1 {} {}\r\n{}\r\n", status, reason, one_of(2) ? "Link: </x>\r\n" : "");
      expected.interim.push_back(fmt::format("{} {}", status, reason));
      interim += text;
    };
    if (expected.version == "HTTP/1.1" && one_of(5)) inform(one_of(3) ? 102 : 103, "Early");
    const bool continues = expects && one_of(2);
    if (continues) inform(100, "Continue");

    out_.asked += asked_head;
    out_.seen += seen_head;
    const auto answers_so_far = out_.answered.size();
    const bool refuses = expects && !continues && last && !closes_ && one_of(2);
    const bool early = !sent_body.empty() && !by_close && !closes_ && !refuses && one_of(4);
    if (refuses) {
      // The final answer in place of the 100: the client keeps its body.
      expected.request.complete = false;
      expected.request.payload.clear();
      say(out_.client, begin, asked_head);
      say(out_.server, seen_with_head, interim + head + wire);
      out_.answered += interim + head + wire;
      waits_ = true;
      return;
    }
    out_.asked += sent_body;
    out_.seen += sent_body;
    if (continues) {
      say(out_.client, begin, asked_head);
      say(out_.server, seen_with_head, interim);
      out_.answered += interim;
      if (!sent_body.empty()) say(out_.client, out_.answered.size(), sent_body);
      say(out_.server, seen_all, head + wire);
      out_.answered += head + wire;
      return;
    }
    if (early) {
      // The answer, or its beginning, is there before the rest of the body is sent.
      const auto part = n(sent_body.size() - 1);
      say(out_.client, begin, asked_head + sent_body.substr(0, part));
      const auto ready = interim + head + wire;
      // At least the head: before that nothing has come which a recorder could pass on.
      const auto shown_early = interim.size() + head.size() + n(wire.size());
      say(out_.server, seen_with_head + part, ready.substr(0, shown_early));
      say(out_.server, seen_all, ready.substr(shown_early));
      say(out_.client, answers_so_far + shown_early, sent_body.substr(part));
      out_.answered += ready;
      return;
    }
    say(out_.client, begin, asked_head + sent_body);
    say(out_.server, interim.empty() ? seen_all : seen_with_head, interim + (interim.empty() ? head + wire : ""));
    if (!interim.empty()) say(out_.server, seen_all, head + wire);
    out_.answered += interim + head + wire;
  }

  Random random_;
  std::string authority_;
  Form form_;
  Conversation out_;
  bool last_ = false;
  bool closes_ = false;
  bool waits_ = false;  // the client finishes when all answers are there
};

}  // namespace

Conversation random_conversation(std::uint64_t seed, const std::string& authority, Form form) {
  return Maker(seed, authority, form).make();
}

std::string shown(std::string_view bytes) {
  std::string out;
  const bool cut = bytes.size() > 2000;
  for (const char c : bytes.substr(0, 2000)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      out += "\\n\n";
    else if (c == '\r')
      out += "\\r";
    else if (byte < 0x20 || byte > 0x7E || c == '\\')
      out += fmt::format("\\x{:02x}", byte);
    else
      out.push_back(c);
  }
  return cut ? out + fmt::format("... ({} bytes)", bytes.size()) : out;
}

std::string difference(std::string_view expected, std::string_view got) {
  if (expected == got) return {};
  const auto parting = static_cast<std::size_t>(
      std::mismatch(expected.begin(), expected.end(), got.begin(), got.end()).first - expected.begin());
  const auto from = parting - std::min<std::size_t>(parting, 60);
  return fmt::format("{} bytes expected, {} came; they part at byte {}\n--- expected\n{}\n--- came\n{}\n",
                     expected.size(), got.size(), parting, shown(expected.substr(from, 160)),
                     shown(got.substr(from, 160)));
}

std::string dump(const Conversation& conversation) {
  std::string out;
  const auto tell = [&](const char* who, const Script& script) {
    for (const auto& step : script.steps)
      out += fmt::format("=== {}, when {} bytes have come{}:\n{}\n", who,
                         step.after == at_their_end ? "the last" : std::to_string(step.after),
                         step.alone ? ", alone" : "", shown(step.bytes));
    out += fmt::format("=== {} finishes after {}\n", who,
                       script.finish_after == at_their_end ? "the end" : std::to_string(script.finish_after));
  };
  tell("client", conversation.client);
  tell("server", conversation.server);
  return out;
}

}  // namespace blobgauge::fidelity
