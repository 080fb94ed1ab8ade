#include "wire/head.h"

#include <fmt/format.h>

#include "model/text.h"
#include "wire/characters.h"

namespace blobgauge::wire {

using model::Category;
using model::fail;

namespace {

constexpr std::string_view crlf = "\r\n";

// HTTP/1.0 or HTTP/1.1, nothing else.
std::optional<int> minor_version_of(std::string_view text) {
  if (text == "HTTP/1.1") return 1;
  if (text == "HTTP/1.0") return 0;
  return std::nullopt;
}

Status check_fields(const model::Headers& headers) {
  for (const auto& field : headers) {
    if (!is_token(field.name)) return fail(Category::input, fmt::format("'{}' cannot be a field name", field.name));
    if (const char* bad = bad_character(field.value))
      return fail(Category::input, fmt::format("the value of field {} has {}", field.name, bad));
  }
  return {};
}

void append_fields(std::string& out, const model::Headers& headers) {
  for (const auto& field : headers) {
    out.append(field.name).append(": ").append(field.value).append(crlf);
  }
  out.append(crlf);
}

}  // namespace

std::string HeadField::text() const {
  if (!folded) return std::string(value);
  std::string out;
  std::string_view rest = value;
  while (!rest.empty()) {
    const auto fold = rest.find(crlf);
    out.append(model::trim(rest.substr(0, fold)));
    if (fold == std::string_view::npos) break;
    rest.remove_prefix(fold);
    while (!rest.empty() && (rest.front() == '\r' || rest.front() == '\n' || is_blank(rest.front())))
      rest.remove_prefix(1);
    out.push_back(' ');
  }
  return out;
}

const HeadField* Head::find(std::string_view name) const {
  for (const auto& field : fields)
    if (model::iequals(field.name, name)) return &field;
  return nullptr;
}

std::size_t Head::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(), [&](const HeadField& field) { return model::iequals(field.name, name); }));
}

std::string Head::text(std::string_view name) const {
  const auto* field = find(name);
  return field ? field->text() : std::string();
}

bool Head::lists(std::string_view name, std::string_view token) const {
  for (const auto& field : fields) {
    if (!model::iequals(field.name, name)) continue;
    const auto text = field.text();
    for (const auto item : model::split(text, ','))
      if (model::iequals(model::trim(item), token)) return true;
  }
  return false;
}

bool Head::has_folds() const {
  return std::any_of(fields.begin(), fields.end(), [](const HeadField& field) { return field.folded; });
}

bool Head::keep_alive() const {
  if (lists("Connection", "close")) return false;
  return minor_version == 1 || lists("Connection", "keep-alive");
}

model::Headers Head::headers() const {
  model::Headers out;
  for (const auto& field : fields) out.add(std::string(field.name), field.text());
  return out;
}

HeadParser::HeadParser(Kind kind, HeadLimits limits) : kind_(kind), limits_(limits) {}

tl::unexpected<model::Error> HeadParser::refuse(std::string_view why) const {
  return fail(Category::endpoint, fmt::format("malformed {} head, line {}: {}",
                                              kind_ == Kind::request ? "request" : "response", line_number_, why));
}

Result<std::size_t> HeadParser::feed(std::string_view bytes) {
  std::size_t taken = 0;
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
      return refuse(fmt::format("the head is longer than {} bytes", limits_.bytes));
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
  const auto line_end = at + text.size() + crlf.size();
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
  if (const char* bad = bad_field_line(text)) return refuse(bad);
  if (entries_.size() == limits_.fields) return refuse(fmt::format("more than {} fields", limits_.fields));
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

Result<std::string> make_request_head(std::string_view method, std::string_view target, const model::Headers& headers) {
  if (!is_token(method)) return fail(Category::input, fmt::format("'{}' cannot be a method", method));
  if (target.empty() || bad_character(target) || std::any_of(target.begin(), target.end(), is_blank))
    return fail(Category::input, "a request target is empty or has white space or control characters in it");
  BLOBGAUGE_CHECK(check_fields(headers));
  std::string out;
  out.append(method).append(" ").append(target).append(" HTTP/1.1").append(crlf);
  append_fields(out, headers);
  return out;
}

Result<std::string> make_response_head(int status, std::string_view reason, const model::Headers& headers) {
  if (status < 100 || status > 999) return fail(Category::input, fmt::format("{} cannot be a status", status));
  if (bad_character(reason)) return fail(Category::input, "a reason phrase has control characters in it");
  BLOBGAUGE_CHECK(check_fields(headers));
  auto out = fmt::format("HTTP/1.1 {} {}\r\n", status, reason);
  append_fields(out, headers);
  return out;
}

HeadEdit::HeadEdit(const Head& head) : head_(head), values_(head.fields.size()), removed_(head.fields.size()) {}

void HeadEdit::start_line(std::string text) { start_line_ = std::move(text); }
void HeadEdit::value(std::size_t index, std::string_view value) { values_.at(index) = std::string(value); }
void HeadEdit::remove(std::size_t index) { removed_.at(index) = true; }
void HeadEdit::append(std::string_view name, std::string_view value) {
  appended_.add(std::string(name), std::string(value));
}

Result<std::string> HeadEdit::bytes() const {
  BLOBGAUGE_CHECK(check_fields(appended_));
  if (start_line_ && bad_character(*start_line_))
    return fail(Category::input, "a start line has control characters in it");
  const auto before = static_cast<std::size_t>(head_.start_line.data() - head_.bytes().data());
  std::string out(head_.bytes().substr(0, before));
  out.append(start_line_ ? std::string_view(*start_line_) : head_.start_line).append(crlf);
  for (std::size_t i = 0; i < head_.fields.size(); ++i) {
    const auto& field = head_.fields[i];
    if (removed_[i]) continue;
    if (!values_[i]) {
      out.append(field.line);
      continue;
    }
    if (const char* bad = bad_character(*values_[i]))
      return fail(Category::input, fmt::format("the value of field {} has {}", field.name, bad));
    const auto prefix = static_cast<std::size_t>(field.value.data() - field.line.data());
    out.append(field.line.substr(0, prefix)).append(*values_[i]).append(crlf);
  }
  append_fields(out, appended_);
  return out;
}

}  // namespace blobgauge::wire
