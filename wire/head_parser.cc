#include "wire/head_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "model/text.h"
#include "wire/characters.h"

namespace blobgauge::wire {

using model::Category;
using model::fail;

namespace {

// What most heads need at most, and what an allocator has at hand: glibc's gives up to 1,032 bytes from a cache of the
// thread's own.
constexpr std::size_t usual_bytes = 1000, usual_fields = 24;

// HTTP/1.0 or HTTP/1.1, nothing else.
std::optional<int> minor_version_of(std::string_view text) {
  if (text == "HTTP/1.1") return 1;
  if (text == "HTTP/1.0") return 0;
  return std::nullopt;
}

}  // namespace

HeadParser::HeadParser(Kind kind, HeadLimits limits) : kind_(kind), limits_(limits) {}

tl::unexpected<model::Error> HeadParser::refuse(std::string_view why) const {
  return fail(Category::endpoint, fmt::format("malformed {} head, line {}: {}",
                                              kind_ == Kind::request ? "request" : "response", line_number_, why));
}

tl::unexpected<model::Error> HeadParser::refuse_size(std::string_view why) {
  too_large_ = true;
  return refuse(why);
}

Result<std::size_t> HeadParser::feed(std::string_view bytes) {
  std::size_t taken = 0;
  if (bytes_.empty()) {
    bytes_.reserve(usual_bytes);
    entries_.reserve(usual_fields);
  }
  while (!done_ && taken < bytes.size()) {
    const auto rest = bytes.substr(taken);
    // The first byte tells other protocols at once, instead of waiting for a line that never ends.
    if (!have_start_ && line_begin_ == bytes_.size()) {
      const char first = rest.front();
      if (kind_ == Kind::response && first != 'H') return refuse("not an HTTP response");
      if (kind_ == Kind::request && first == '\x16') return refuse("a TLS handshake where plain HTTP was expected");
      if (kind_ == Kind::request && !is_token_char(first) && first != '\r' && first != '\n')
        return refuse("not an HTTP request");
    }
    const auto lf = rest.find('\n');
    const auto portion = rest.substr(0, lf == std::string_view::npos ? lf : lf + 1);
    if (portion.size() > limits_.bytes - bytes_.size())
      return refuse_size(fmt::format("the head is longer than {} bytes", limits_.bytes));
    bytes_.append(portion);
    taken += portion.size();
    if (lf == std::string_view::npos) break;
    BLOBGAUGE_CHECK(line());
    line_begin_ = bytes_.size();
    ++line_number_;
  }
  return taken;
}

Status HeadParser::line() {
  auto text = std::string_view(bytes_).substr(line_begin_);
  text.remove_suffix(1);
  if (text.empty() || text.back() != '\r') return refuse("the line ends with LF alone");
  text.remove_suffix(1);
  if (const char* bad = bad_character(text)) return refuse(bad);
  if (!have_start_) {
    // RFC 9112 section 2.2: empty lines before a request line are left over from the message before it.
    if (text.empty() && kind_ == Kind::request) return {};
    have_start_ = true;
    start_ = {line_begin_, line_begin_ + text.size()};
    return kind_ == Kind::request ? request_line(text, line_begin_) : status_line(text, line_begin_);
  }
  if (text.empty()) {
    done_ = true;
    return {};
  }
  return field_line(text, line_begin_);
}

Status HeadParser::request_line(std::string_view text, std::size_t at) {
  const auto first = text.find(' ');
  const auto last = text.rfind(' ');
  if (first == std::string_view::npos || first == last) return refuse("not \"method target version\"");
  const auto target = text.substr(first + 1, last - first - 1);
  if (!is_token(text.substr(0, first))) return refuse("the method is not a token");
  if (target.empty() || std::any_of(target.begin(), target.end(), is_blank))
    return refuse("white space where the target should be");
  const auto minor = minor_version_of(text.substr(last + 1));
  if (!minor) return refuse("the version is neither HTTP/1.1 nor HTTP/1.0");
  minor_version_ = *minor;
  first_ = {at, at + first};
  second_ = {at + first + 1, at + last};
  return {};
}

Status HeadParser::status_line(std::string_view text, std::size_t at) {
  const auto minor = minor_version_of(text.substr(0, 8));
  if (!minor) return refuse("the version is neither HTTP/1.1 nor HTTP/1.0");
  const auto status = text.size() < 12 || text[8] != ' ' ? std::nullopt : model::parse_number(text.substr(9, 3));
  // A reason phrase may be missing, and its space with it: many servers do that.
  if (!status || *status < 100 || (text.size() > 12 && text[12] != ' '))
    return refuse("no three-digit status after the version");
  minor_version_ = *minor;
  status_ = static_cast<int>(*status);
  const auto reason = std::min<std::size_t>(13, text.size());
  first_ = {at + 9, at + 12};
  second_ = {at + reason, at + text.size()};
  return {};
}

Status HeadParser::field_line(std::string_view text, std::size_t at) {
  const auto content = [&](std::string_view raw) {
    const auto trimmed = model::trim(raw);
    if (trimmed.empty()) return Piece{at + text.size(), at + text.size()};
    const auto begin = at + static_cast<std::size_t>(trimmed.data() - text.data());
    return Piece{begin, begin + trimmed.size()};
  };
  const auto line_end = at + text.size() + 2;  // with its CRLF
  if (is_blank(text.front())) {
    if (entries_.empty()) return refuse("the first field line begins with white space");
    auto& last = entries_.back();
    const auto more = content(text);
    if (more.begin != more.end) {
      if (last.value.begin == last.value.end) last.value.begin = more.begin;
      last.value.end = more.end;
    }
    last.line.end = line_end;
    last.folded = true;
    return {};
  }
  if (const char* bad = bad_field_form(text)) return refuse(bad);
  if (entries_.size() == limits_.fields) return refuse_size(fmt::format("more than {} fields", limits_.fields));
  const auto colon = text.find(':');
  entries_.push_back({{at, line_end}, {at, at + colon}, content(text.substr(colon + 1)), false});
  return {};
}

void HeadParser::take(Head& head) {
  head.storage = std::make_shared<const std::string>(std::move(bytes_));
  const auto view = [&](Piece piece) { return head.bytes().substr(piece.begin, piece.end - piece.begin); };
  head.start_line = view(start_);
  head.minor_version = minor_version_;
  head.fields.reserve(entries_.size());
  for (const auto& entry : entries_)
    head.fields.push_back({view(entry.name), view(entry.value), view(entry.line), entry.folded});
}

RequestHead HeadParser::take_request() {
  RequestHead head;
  take(head);
  head.method = head.bytes().substr(first_.begin, first_.end - first_.begin);
  head.target = head.bytes().substr(second_.begin, second_.end - second_.begin);
  *this = HeadParser(kind_, limits_);
  return head;
}

ResponseHead HeadParser::take_response() {
  ResponseHead head;
  take(head);
  head.status = status_;
  head.reason = head.bytes().substr(second_.begin, second_.end - second_.begin);
  *this = HeadParser(kind_, limits_);
  return head;
}

namespace {

Result<HeadParser> parse_whole(HeadParser::Kind kind, std::string_view bytes, HeadLimits limits) {
  HeadParser parser(kind, limits);
  BLOBGAUGE_TRY(const auto taken, parser.feed(bytes));
  if (!parser.done()) return fail(Category::endpoint, "the head ends before its empty line");
  if (taken != bytes.size()) return fail(Category::endpoint, "there are bytes after the head's empty line");
  return parser;
}

}  // namespace

Result<RequestHead> parse_request_head(std::string_view bytes, HeadLimits limits) {
  BLOBGAUGE_TRY(auto parser, parse_whole(HeadParser::Kind::request, bytes, limits));
  return parser.take_request();
}

Result<ResponseHead> parse_response_head(std::string_view bytes, HeadLimits limits) {
  BLOBGAUGE_TRY(auto parser, parse_whole(HeadParser::Kind::response, bytes, limits));
  return parser.take_response();
}

}  // namespace blobgauge::wire
