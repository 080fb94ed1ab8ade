#include "recorder/har_document.h"

#include <fmt/format.h>

namespace blobgauge::recorder {

using model::Category;
using model::fail;
using model::Result;
using model::Status;

namespace {

constexpr std::size_t longest_key = 1000;

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

HarDocument::HarDocument(std::string path, std::unique_ptr<ByteSource> bytes)
    : path_(std::move(path)), bytes_(std::move(bytes)) {}

tl::unexpected<model::Error> HarDocument::refuse(std::string message) const {
  return fail(Category::input, "not a HAR: " + std::move(message), "docs/formats/har.md says what is read",
              {path_, line_, column_});
}

// False where the file has no more bytes.
Result<bool> HarDocument::refill() {
  if (at_ < buffer_.size()) return true;
  buffer_.clear();
  at_ = 0;
  while (more_ && buffer_.empty()) {
    BLOBGAUGE_TRY(more_, bytes_->append_to(buffer_));
  }
  return !buffer_.empty();
}

void HarDocument::take(char c) {
  ++at_;
  if (c == '\n') {
    ++line_;
    column_ = 1;
  } else {
    ++column_;
  }
}

// The next character that is no blank, left where it is; 0 at the end of the file.
Result<char> HarDocument::peek() {
  for (;;) {
    BLOBGAUGE_TRY(const bool more, refill());
    if (!more) return '\0';
    const char c = buffer_[at_];
    if (!blank(c)) return c;
    take(c);
  }
}

Status HarDocument::expect(char wanted) {
  BLOBGAUGE_TRY(const char c, peek());
  if (c == '\0') return refuse("it ends too early");
  if (c != wanted) return refuse(fmt::format("'{}' expected", wanted));
  take(c);
  return {};
}

// Passes over one value and keeps its text where asked to. Brackets are counted, not matched: whoever parses the text
// sees whether it is JSON.
Status HarDocument::value(std::string* into, std::size_t longest) {
  BLOBGAUGE_TRY(const char first, peek());
  const bool text = first == '"', nested = first == '{' || first == '[';
  if (first == ',' || first == ':' || first == '}' || first == ']') return refuse("a value expected");
  bool quoted = false, escaped = false;
  std::size_t depth = 0, size = 0;
  for (;;) {
    BLOBGAUGE_TRY(const bool more, refill());
    if (!more) return refuse("it ends too early");
    const char c = buffer_[at_];
    // A number, true, false or null ends before what follows it.
    if (!text && !nested && (blank(c) || c == ',' || c == '}' || c == ']')) return {};
    take(c);
    if (into) {
      if (++size > longest) return refuse(fmt::format("a value of more than {} bytes", longest));
      *into += c;
    }
    if (quoted) {
      quoted = escaped || c != '"';
      escaped = !escaped && c == '\\';
      if (!quoted && depth == 0) return {};
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return {};
    }
  }
}

// Steps to the next member of an object; false at its end, which is taken.
Result<bool> HarDocument::member(bool first) {
  BLOBGAUGE_TRY(const char c, peek());
  if (c == '}') {
    take(c);
    return false;
  }
  if (!first) BLOBGAUGE_CHECK(expect(','));
  return true;
}

// A key with its colon; without its quotes, escapes as they stand.
Result<std::string> HarDocument::key() {
  std::string out;
  BLOBGAUGE_TRY(const char c, peek());
  if (c != '"') return refuse("a key expected");
  BLOBGAUGE_CHECK(value(&out, longest_key));
  BLOBGAUGE_CHECK(expect(':'));
  return out.substr(1, out.size() - 2);
}

Status HarDocument::start() {
  BLOBGAUGE_CHECK(expect('{'));
  for (bool first = true;; first = false) {
    BLOBGAUGE_TRY(const bool more, member(first));
    if (!more) return refuse("it has no 'log'");
    BLOBGAUGE_TRY(const auto name, key());
    if (name == "log") break;
    BLOBGAUGE_CHECK(value(nullptr, 0));
  }
  BLOBGAUGE_CHECK(expect('{'));
  for (bool first = true;; first = false) {
    BLOBGAUGE_TRY(const bool more, member(first));
    if (!more) return refuse("its log has no 'entries'");
    BLOBGAUGE_TRY(const auto name, key());
    if (name == "entries") break;
    auto* kept = name == "creator" ? &creator_ : name == "_blobgauge" ? &own_ : nullptr;
    if (kept) kept->clear();
    BLOBGAUGE_CHECK(value(kept, longest_member));
  }
  return expect('[');
}

Result<bool> HarDocument::next(std::string& entry) {
  entry.clear();
  if (ended_) return false;
  BLOBGAUGE_TRY(char c, peek());
  if (c == ']') {
    take(c);
    BLOBGAUGE_CHECK(rest());
    ended_ = true;
    return false;
  }
  if (!first_entry_) {
    BLOBGAUGE_CHECK(expect(','));
    BLOBGAUGE_TRY(c, peek());
  }
  first_entry_ = false;
  entry_line_ = line_;
  entry_column_ = column_;
  if (c == '\0') return refuse("it ends too early");
  if (c != '{') return refuse("an entry is no object");
  BLOBGAUGE_CHECK(value(&entry, longest_entry));
  return true;
}

// What follows the entries: the other members of the log and of the document.
Status HarDocument::rest() {
  for (int level = 0; level < 2; ++level)
    for (;;) {
      BLOBGAUGE_TRY(const bool more, member(false));
      if (!more) break;
      BLOBGAUGE_CHECK(key());
      BLOBGAUGE_CHECK(value(nullptr, 0));
    }
  BLOBGAUGE_TRY(const char c, peek());
  if (c != '\0') return refuse("more after its end");
  return {};
}

}  // namespace blobgauge::recorder
