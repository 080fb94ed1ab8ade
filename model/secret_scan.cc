#include "model/secret_scan.h"

#include <algorithm>
#include <array>

#include "model/mask.h"
#include "model/scan_stops.h"
#include "model/text.h"

namespace blobgauge::model {
namespace {

constexpr auto npos = std::string_view::npos;
// A name longer than this is none that a rule knows; it bounds the search backwards.
constexpr std::size_t longest_name = 200;
// Shorter values are not hunted for elsewhere: they would match by chance. Addresses do not.
constexpr std::size_t shortest_hunted = 12, shortest_address = SecretSet::shortest_secret;
// A name, what stands after it, and a value.
constexpr std::size_t shortest_finding = 3;
// Texts beyond this are read in pieces where they are XML, because decoding takes ten times their memory.
constexpr std::size_t largest_piece = 64 * 1024;
// Base64 within base64, and once more.
constexpr int deepest_run = 2;
// A credential without a name before it is believed only if it looks like one.
constexpr std::size_t shortest_credential = 16;

const NameSet credential_headers{{"*authorization*"}};

enum : unsigned char { in_run = 1, trigger = 2, in_name = 4, ends_value = 8, in_credential = 16 };

constexpr auto classes = [] {
  std::array<unsigned char, 256> out{};
  for (std::size_t c = 0; c < 256; ++c) {
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const auto one_of = [&](std::string_view set) { return set.find(static_cast<char>(c)) != npos; };
    if (alphanumeric || one_of("+/_-")) out[c] |= in_run;
    if (c != 0 && one_of("=:\"' <")) out[c] |= trigger;
    if (alphanumeric || one_of("_-.~")) out[c] |= in_name;
    if (c <= ' ' || one_of("&#\"'<>\\`")) out[c] |= ends_value;
    if (alphanumeric || one_of("._~+/-")) out[c] |= in_credential;
  }
  return out;
}();

constexpr bool is(char c, unsigned char what) { return (classes[static_cast<unsigned char>(c)] & what) != 0; }
constexpr bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && blank(text[at])) ++at;
  return at;
}

// Marks say what was done to a header: "Authorization: signed again".
bool is_prose(std::string_view text) {
  return text.find(' ') != npos && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz ") == npos;
}

// After a byte order mark and white space.
bool begins_as_xml(std::string_view text) {
  const auto first = text.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  return first != npos && text[first] == '<';
}

bool is_separator(char c) { return std::string_view("?&;\"'\r\n").find(c) != npos; }

bool looks_like_address(std::string_view text) {
  return text.size() >= shortest_address && text.find_first_of(".:") != npos &&
         text.find_first_not_of("0123456789abcdefABCDEF.:-") == npos;
}

}  // namespace

std::string_view SecretScan::name_before(std::size_t end) const {
  std::size_t begin = end;
  while (begin > 0 && end - begin < longest_name && is(text_[begin - 1], in_name)) --begin;
  return text_.substr(begin, end - begin);
}

std::size_t SecretScan::value_end(std::size_t at, int percent) const {
  while (at < text_.size() && !(is(text_[at], ends_value) && unfolded_.percent(at) <= percent)) ++at;
  return at;
}

// The closing quote of the string that opens at `open`.
std::size_t SecretScan::string_end(std::size_t open) const {
  const char quote = text_[open];
  const int percent = unfolded_.percent(open), quoting = unfolded_.quoting(open);
  std::size_t at = open + 1;
  while (at < text_.size() &&
         !(text_[at] == quote && unfolded_.percent(at) <= percent && unfolded_.quoting(at) <= quoting))
    ++at;
  return at;
}

void SecretScan::remember(std::string_view secret, bool sized) {
  if (secret.size() < shortest_hunted && !(sized && looks_like_address(secret))) return;
  secrets_.add(secret);
}

void SecretScan::cut(std::size_t begin, std::size_t end, std::string_view what, bool sized) {
  if (begin >= end) return;
  const auto value = text_.substr(begin, end - begin);
  if (is_mask(value)) return;
  cuts_.push_back({unfolded_.raw(begin), unfolded_.raw(end), mask_of(value, sized)});
  if (is_foreign_mask(value)) return;
  remember(value, sized);
  if (told_) told_(what, unfolded_.raw(begin));
}

std::size_t SecretScan::credential_begin(std::size_t begin, std::size_t end) const {
  const auto value = text_.substr(begin, end - begin);
  const auto blank_at = value.find(' ');
  if (blank_at == npos) return begin;
  const auto word = value.substr(0, blank_at);
  if (rules_.account_schemes.contains(word)) {
    const auto colon_at = value.find(':', blank_at);
    const auto account = colon_at == npos ? std::string_view{} : value.substr(blank_at + 1, colon_at - blank_at - 1);
    const bool plain =
        account.size() < 64 && std::all_of(account.begin(), account.end(), [](char c) { return is(c, in_name); });
    return begin + (colon_at != npos && plain ? colon_at : blank_at) + 1;
  }
  return rules_.schemes.contains(word) ? begin + blank_at + 1 : begin;
}

// A pair's value. `header`: its name is that of a secret header.
std::size_t SecretScan::cut_value(std::size_t begin, std::size_t end, std::string_view what, bool header) {
  const bool sized = rules_.sized.contains(what);
  if (header && credential_headers.contains(what)) begin = credential_begin(begin, end);
  cut(begin, end, what, sized);
  if (header && end > begin && !is_mask(text_.substr(begin, end - begin)))
    remember_parts(text_.substr(begin, end - begin));
  return end;
}

// Of a header's value an answer may repeat a part: a cookie, the words after an unknown scheme, a Basic password.
void SecretScan::remember_parts(std::string_view value) {
  for (std::size_t begin = 0; begin < value.size();) {
    const auto end = std::min(value.find_first_of(" \t,;", begin), value.size());
    const auto part = value.substr(begin, end - begin);
    remember(part, false);
    if (const auto mark = part.find_first_of("=:"); mark != npos) remember(part.substr(mark + 1), false);
    if (std::string decoded; decode_printable(part, decoded))
      if (const auto colon_at = decoded.find(':'); colon_at != npos)
        remember(std::string_view(decoded).substr(colon_at + 1), false);
    begin = end + 1;
  }
}

// NAME=VALUE
std::size_t SecretScan::pair(std::size_t at) {
  const auto name = name_before(at);
  const bool header = rules_.headers.contains(name);
  if (!header && !rules_.names.contains(name)) return 0;
  // The short names of such fields ("si") mean something in a query or a form only.
  const auto name_begin = at - name.size();
  if (rules_.sized.contains(name) && !header && name_begin > 0 && !is_separator(text_[name_begin - 1])) return 0;
  std::size_t begin = at + 1;
  if (begin < text_.size() && (text_[begin] == '"' || text_[begin] == '\''))
    return cut_value(begin + 1, string_end(begin), name, header);
  const int percent = unfolded_.percent(at);
  std::size_t end = value_end(begin, percent);
  // The blank after a scheme is a part of the credential.
  if (header && end < text_.size() && text_[end] == ' ' &&
      (rules_.schemes.contains(text_.substr(begin, end - begin)) ||
       rules_.account_schemes.contains(text_.substr(begin, end - begin))))
    end = value_end(end + 1, percent);
  return cut_value(begin, end, name, header);
}

// "NAME: VALUE" to the end of the line, and the user information of a URL.
std::size_t SecretScan::colon(std::size_t at) {
  if (text_.substr(at + 1, 2) == "//") {
    const auto begin = at + 3;
    std::size_t end = begin, last = npos;
    const int percent = unfolded_.percent(at);
    for (; end < text_.size(); ++end) {
      if (unfolded_.percent(end) > percent) continue;
      if (is(text_[end], ends_value) || text_[end] == '/' || text_[end] == '?') break;
      if (text_[end] == '@') last = end;
    }
    if (last == npos) return 0;
    const auto password = text_.substr(begin, last - begin).find(':');
    if (password != npos) remember(text_.substr(begin + password + 1, last - begin - password - 1), false);
    cut(begin, last, "user information of a URL", false);
    return last;
  }
  const auto name = name_before(at);
  const bool header = rules_.headers.contains(name);
  if (!header && (!rules_.names.contains(name) || rules_.sized.contains(name))) return 0;
  std::size_t begin = at + 1;
  while (begin < text_.size() && (text_[begin] == ' ' || text_[begin] == '\t')) ++begin;
  if (!header) return cut_value(begin, value_end(begin, unfolded_.percent(at)), name, false);
  // "-H 'Authorization: ...'": a quote before the name ends the value too.
  const std::size_t before = at - name.size();
  const char quoted = before > 0 ? text_[before - 1] : '\0';
  const auto end = std::min(quoted == '"' || quoted == '\'' ? string_end(before - 1) : text_.size(),
                            text_.find_first_of("\r\n", begin));
  if (before == 0 && is_prose(text_.substr(begin))) return 0;
  return cut_value(begin, end, name, true);
}

// "NAME": "VALUE", and what stands in quotes after a phrase.
std::size_t SecretScan::quote(std::size_t at) {
  if (text_[at] == '\'')
    for (const auto& phrase : rules_.phrases)
      if (text_.substr(0, at).ends_with(phrase)) {
        const auto end = string_end(at);
        cut(at + 1, end, "quoted in a message", false);
        return end;
      }
  const auto separator = skip_blanks(text_, at + 1);
  if (separator >= text_.size() || text_[separator] != ':') return 0;
  const auto open = skip_blanks(text_, separator + 1);
  if (open >= text_.size() || (text_[open] != '"' && text_[open] != '\'')) return 0;
  const auto name = name_before(at);
  const bool header = rules_.headers.contains(name);
  if (!header && !rules_.names.contains(name)) return 0;
  return cut_value(open + 1, string_end(open), name, header);
}

// "SCHEME CREDENTIAL" without a name before it.
std::size_t SecretScan::scheme(std::size_t at) {
  const char last = at > 0 ? text_[at - 1] : '\0';
  if (!rules_.schemes.may_end_in(last) && !rules_.account_schemes.may_end_in(last)) return 0;
  const auto word = name_before(at);
  std::size_t begin = at + 1;
  if (rules_.account_schemes.contains(word)) {
    const auto colon_at =
        text_.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", begin);
    if (colon_at == npos || text_[colon_at] != ':') return 0;
    begin = colon_at + 1;
  } else if (!rules_.schemes.contains(word)) {
    return 0;
  }
  std::size_t end = begin;
  while (end < text_.size() && is(text_[end], in_credential)) ++end;
  const auto size = end - begin;
  while (end < text_.size() && text_[end] == '=') ++end;
  // Not the name of a challenge's parameter: realm="...".
  const bool parameter = end + 1 < text_.size() && end > begin && text_[end - 1] == '=' &&
                         (text_[end] == '"' || text_[end] == '\'') && is(text_[end + 1], in_credential);
  const bool whole = !parameter && (end == text_.size() || is(text_[end], ends_value) ||
                                    std::string_view(",;])").find(text_[end]) != npos);
  if (!whole || (size < shortest_credential && end - begin == size)) return 0;
  cut(begin, end, word, false);
  return end;
}

std::size_t SecretScan::tag(std::size_t at) {
  const bool closing = at + 1 < text_.size() && text_[at + 1] == '/';
  std::size_t end = at + (closing ? 2 : 1);
  const auto begin = end;
  while (end < text_.size() && is(text_[end], in_name)) ++end;
  const auto name = text_.substr(begin, end - begin);
  inside_.resize(rules_.elements.size());
  for (std::size_t i = 0; i < rules_.elements.size(); ++i) {
    const auto& element = rules_.elements[i];
    if (name == element.parent) inside_[i] = !closing;
    if (closing || !inside_[i] || name != element.child) continue;
    const auto open = text_.find('>', end);
    if (open == npos || text_[open - 1] == '/') continue;
    std::size_t stop = open + 1;
    while (stop < text_.size() && !(text_[stop] == '<' && unfolded_.quoting(stop) <= unfolded_.quoting(at))) ++stop;
    cut(open + 1, stop, element.child, element.sized);
    return stop;
  }
  return 0;
}

bool SecretScan::hides_a_secret(std::string_view run) {
  const auto contains = [&](const std::string& decoded) {
    if (decoded.size() < shortest_hunted) return false;
    std::string copy = decoded;
    SecretScan inner(rules_);
    inner.depth_ = depth_ + 1;
    inner.outer_ = this;
    return inner.mask(copy) || inner.hunt(copy);
  };
  std::string decoded;
  if (decode_printable(run, decoded)) return contains(decoded);
  // A '/' may be the separator of a path.
  if (run.find('/') == npos) return false;
  for (std::size_t begin = 0; begin < run.size();) {
    const auto end = std::min(run.find('/', begin), run.size());
    const auto part = run.substr(begin, end - begin);
    if (part.size() >= ScanStops::shortest_run && decode_printable(part, decoded) && contains(decoded)) return true;
    begin = end + 1;
  }
  return false;
}

// A JSON web token whose first part ends at `end`.
std::size_t SecretScan::token(std::size_t begin, std::size_t end) {
  const auto part = text_.substr(begin, end - begin);
  for (auto found = part.find("eyJ"); found != npos; found = part.find("eyJ", found + 1)) {
    const auto at = begin + found;
    if (const auto size = token_size(text_.substr(at))) {
      cut(at, at + size, "token", false);
      return at + size;
    }
  }
  return 0;
}

// Base64 of a text that has a secret.
std::size_t SecretScan::run(std::size_t begin, std::size_t end) {
  if (depth_ >= deepest_run || !hides_a_secret(text_.substr(begin, end - begin))) return 0;
  while (end < text_.size() && text_[end] == '=') ++end;
  cuts_.push_back({unfolded_.raw(begin), unfolded_.raw(end), std::string(redacted)});
  if (told_) told_("base64 of a secret", unfolded_.raw(begin));
  return end;
}

void SecretScan::scan(std::string_view raw) {
  cuts_.clear();
  unfolded_.read(raw);
  text_ = unfolded_.text();
  ScanStops stops(text_);
  for (std::size_t from = 0, at = 0, run_begin = 0; stops.next(from, at, run_begin);) {
    const char c = at < text_.size() ? text_[at] : '\0';
    const auto size = at - run_begin;
    std::size_t next = c == '.' && size > 3 ? token(run_begin, at) : 0;
    if (next == 0 && size >= ScanStops::shortest_run) next = run(run_begin, at);
    if (next == 0 && at < text_.size() && is(c, trigger)) {
      switch (c) {
        case '=':
          next = pair(at);
          break;
        case ':':
          next = colon(at);
          break;
        case ' ':
          next = scheme(at);
          break;
        case '<':
          next = rules_.elements.empty() ? 0 : tag(at);
          break;
        default:
          next = quote(at);
      }
    }
    // A value's end is looked at again: it may be a delimiter that begins the next name.
    from = next > 0 ? next : at + 1;
    stops.begin_at(from);
  }
}

namespace {

// A slash, plain or in one of the encodings that are seen through; or what only looks like one.
bool has_slash(std::string_view text, std::size_t begin, std::size_t end) {
  const auto part = text.substr(begin, end - begin);
  return part.find('/') != npos || part.find("2F") != npos || part.find("2f") != npos;
}

}  // namespace

bool SecretScan::replace(std::string& text) {
  if (cuts_.empty()) return false;
  std::string out;
  out.reserve(text.size());
  std::size_t done = 0;
  for (const auto& cut : cuts_) {
    out.append(text, done, cut.begin - done).append(cut.put);
    done = cut.end;
  }
  out.append(text, done);
  text = std::move(out);
  return true;
}

void SecretScan::find(std::string_view text) {
  inside_.clear();
  if (text.size() <= largest_piece || !begins_as_xml(text)) return scan(text);
  // XML: no value goes over a tag.
  std::vector<Cut> all;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('<', std::min(begin + largest_piece, text.size())), text.size());
    auto whole_told = std::move(told_);
    if (whole_told) told_ = [&, begin](std::string_view what, std::size_t at) { whole_told(what, begin + at); };
    scan(text.substr(begin, end - begin));
    told_ = std::move(whole_told);
    for (auto& cut : cuts_) all.push_back({cut.begin + begin, cut.end + begin, std::move(cut.put)});
    begin = end;
  }
  cuts_ = std::move(all);
}

bool SecretScan::mask(std::string& text) {
  if (text.size() < shortest_finding) return false;
  // Once a secret is known, base64 of it is one too, whatever the text was before.
  const bool remembers = clean_ && !knows();
  if (remembers && clean_->has(text)) return false;
  find(text);
  const bool opens =
      std::any_of(cuts_.begin(), cuts_.end(), [&](const Cut& cut) { return has_slash(text, cut.begin, cut.end); });
  if (replace(text)) {
    if (!opens) return true;
    // That slash kept what stands around it from being the user information of a URL.
    const auto told = std::exchange(told_, {});
    find(text);
    replace(text);
    told_ = told;
    return true;
  }
  if (remembers && !knows()) clean_->add(text);
  return false;
}

bool SecretScan::mask_header(std::string& name, std::string& value) {
  if (name.find('=') != npos) mask(name);
  if (!rules_.headers.contains(name)) return mask(value);
  cuts_.clear();
  unfolded_.read(value);
  text_ = unfolded_.text();
  cut_value(0, text_.size(), name, true);
  return replace(value);
}

std::size_t SecretScan::shortest_known() const {
  const auto outer = outer_ ? outer_->shortest_known() : 0, own = secrets_.shortest();
  return outer == 0 ? own : own == 0 ? outer : std::min(outer, own);
}

std::size_t SecretScan::known_at(std::size_t at) const {
  std::size_t size = 0;
  for (const auto* scan = this; scan; scan = scan->outer_)
    size = std::max(size, scan->secrets_.at_begin(text_.substr(at)));
  return size;
}

std::size_t SecretScan::known_cut() const {
  std::size_t size = 0;
  for (const auto* scan = this; scan; scan = scan->outer_) size = std::max(size, scan->secrets_.cut_at_end(text_));
  return size;
}

bool SecretScan::hunt(std::string& text, bool cut_off) {
  const auto shortest = shortest_known();
  if (shortest == 0) return false;
  if (text.size() < (cut_off ? shortest_hunted : shortest)) return false;
  cuts_.clear();
  unfolded_.read(text);
  text_ = unfolded_.text();
  const auto found = [&](std::size_t begin, std::size_t end) {
    cuts_.push_back({unfolded_.raw(begin), unfolded_.raw(end), std::string(redacted)});
    if (told_) told_("a secret of this exchange", unfolded_.raw(begin));
  };
  for (std::size_t at = 0; at + shortest <= text_.size(); ++at)
    if (const auto size = known_at(at)) found(at, at + size);
  if (text_.size() > shortest * 4 / 3)
    for (std::size_t begin = 0, at = 0; at <= text_.size(); ++at) {
      if (at < text_.size() && is(text_[at], in_run)) continue;
      if (depth_ < deepest_run && at - begin >= shortest * 4 / 3 && hides_a_secret(text_.substr(begin, at - begin)))
        found(begin, at);
      begin = at + 1;
    }
  if (const auto size = cut_off ? known_cut() : 0) found(text_.size() - size, text_.size());
  // One secret may be a part of another.
  std::sort(cuts_.begin(), cuts_.end(), [](const Cut& a, const Cut& b) { return a.begin < b.begin; });
  std::size_t kept = 0;
  for (auto& cut : cuts_) {
    if (kept > 0 && cut.begin < cuts_[kept - 1].end) {
      cuts_[kept - 1].end = std::max(cuts_[kept - 1].end, cut.end);
      continue;
    }
    if (&cut != &cuts_[kept]) cuts_[kept] = std::move(cut);
    ++kept;
  }
  cuts_.resize(kept);
  return replace(text);
}

}  // namespace blobgauge::model
