#include "tests/fidelity/lenient_reader.h"

#include <cctype>
#include <cstdint>
#include <optional>

namespace blobgauge::fidelity {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && (blank(text.back()) || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

class Reader {
 public:
  Reader(std::string_view bytes, const Habits& habits) : bytes_(bytes), habits_(habits) {}

  std::vector<Seen> all() {
    std::vector<Seen> out;
    while (at_ < bytes_.size()) {
      Seen seen;
      seen.begin = at_;
      auto text = line();
      while (text && text->empty()) text = line();  // left over from the message before
      if (!text) {
        if (at_ < bytes_.size()) out.push_back(seen);
        break;
      }
      seen.start = *text;
      const auto length = head();
      seen.body = at_;
      seen.whole = length && body(*length);
      seen.end = at_;
      out.push_back(seen);
      if (!seen.whole) break;
    }
    return out;
  }

 private:
  static constexpr std::uint64_t chunked = ~std::uint64_t{0};

  // Without its end; nothing where there is none.
  std::optional<std::string_view> line() {
    for (auto i = at_; i < bytes_.size(); ++i) {
      const bool crlf = bytes_[i] == '\r' && i + 1 < bytes_.size() && bytes_[i + 1] == '\n';
      const bool lf = habits_.lf_ends_line && bytes_[i] == '\n';
      const bool cr = habits_.cr_ends_line && bytes_[i] == '\r' && i + 1 < bytes_.size();
      if (!crlf && !lf && !cr) continue;
      const auto text = bytes_.substr(at_, i - at_);
      at_ = i + (crlf ? 2 : 1);
      return text;
    }
    return std::nullopt;
  }

  std::uint64_t number(std::string_view text, int base) const {
    std::uint64_t value = 0;
    if (habits_.prefix_numbers && !text.empty() && text.front() == '+') text.remove_prefix(1);
    if (habits_.prefix_numbers && base == 16 && lower(text.substr(0, 2)) == "0x") text.remove_prefix(2);
    for (const char c : text) {
      const char small = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      const int digit = small >= '0' && small <= '9'   ? small - '0'
                        : small >= 'a' && small <= 'f' ? small - 'a' + 10
                                                       : 99;
      if (digit >= base) break;
      value = value * static_cast<unsigned>(base) + static_cast<unsigned>(digit);
    }
    return value;
  }

  // The body's length, or `chunked`.
  std::optional<std::uint64_t> head() {
    std::optional<std::uint64_t> length;
    bool coded = false;
    std::string last;
    const auto take = [&](std::string_view field) {
      if (habits_.nul_ends_value) field = field.substr(0, field.find('\0'));
      const auto colon = field.find(':');
      if (colon == std::string_view::npos) return;
      const auto name = lower(habits_.trims_name ? trimmed(field.substr(0, colon)) : field.substr(0, colon));
      const auto value = lower(trimmed(field.substr(colon + 1)));
      if (name == "content-length" && (!length || habits_.last_length_wins)) length = number(value, 10);
      if (name == "transfer-encoding")
        coded |= habits_.coding_by_substring ? value.find("chunked") != std::string::npos : value == "chunked";
    };
    for (auto text = line(); text; text = line()) {
      if (text->empty()) {
        take(last);
        if (coded && !(length && habits_.length_before_coding)) return chunked;
        return length.value_or(0);
      }
      if (habits_.joins_folds && blank(text->front())) {
        last += " " + std::string(trimmed(*text));
        continue;
      }
      take(last);
      last = std::string(*text);
    }
    at_ = bytes_.size();
    return std::nullopt;
  }

  bool skip(std::uint64_t count) {
    const bool enough = count <= bytes_.size() - at_;
    at_ = enough ? at_ + static_cast<std::size_t>(count) : bytes_.size();
    return enough;
  }

  bool end() {
    at_ = bytes_.size();
    return false;
  }

  bool body(std::uint64_t length) {
    if (length != chunked) return skip(length);
    const auto own = habits_;
    for (;;) {
      if (habits_.bare_chunks) habits_.lf_ends_line = true;
      const auto size_line = line();
      habits_ = own;
      if (!size_line) return end();
      const auto size = number(*size_line, 16);
      if (size == 0) break;
      if (!skip(size)) return false;
      if (bytes_.substr(at_, 2) == "\r\n")
        at_ += 2;
      else if (habits_.bare_chunks)
        at_ += bytes_.substr(at_, 1) == "\n" ? 1 : 0;
      else
        return end();
    }
    for (auto trailer = line(); trailer; trailer = line())
      if (trailer->empty()) return true;
    return end();
  }

  std::string_view bytes_;
  Habits habits_;
  std::size_t at_ = 0;
};

}  // namespace

const std::vector<Habits>& all_habits() {
  static const std::vector<Habits> habits = [] {
    const auto with = [](const char* name, auto... members) {
      Habits out;
      out.name = name;
      ((out.*members = true), ...);
      return out;
    };
    return std::vector<Habits>{
        with("strict"),
        with("LF", &Habits::lf_ends_line),
        with("CR", &Habits::lf_ends_line, &Habits::cr_ends_line),
        with("NUL", &Habits::nul_ends_value),
        with("blank before colon", &Habits::trims_name),
        with("folds", &Habits::joins_folds),
        with("last length", &Habits::last_length_wins, &Habits::length_before_coding),
        with("length first", &Habits::length_before_coding),
        with("substring", &Habits::coding_by_substring),
        with("strtol", &Habits::prefix_numbers),
        with("CGI", &Habits::trims_name, &Habits::joins_folds, &Habits::lf_ends_line),
        with("chunks", &Habits::bare_chunks),
        with("all", &Habits::lf_ends_line, &Habits::nul_ends_value, &Habits::trims_name, &Habits::joins_folds,
             &Habits::last_length_wins, &Habits::coding_by_substring, &Habits::prefix_numbers, &Habits::bare_chunks)};
  }();
  return habits;
}

std::vector<Seen> read_requests(std::string_view bytes, const Habits& habits) { return Reader(bytes, habits).all(); }

}  // namespace blobgauge::fidelity
