#include "model/redaction.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "model/text.h"
#include "model/url.h"

namespace blobgauge::model {
namespace {

// A name longer than this is none that a rule knows; it bounds the search backwards.
constexpr std::size_t longest_name = 200;
// How often one secret may be percent-encoded: a URL in a parameter of a URL in a log line, and one more.
constexpr int deepest_encoding = 4;
// Shorter values are not hunted for elsewhere: they would match by chance.
constexpr std::size_t shortest_hunted = 12;

// Options of command lines whose values are secrets, beside the names of queries.
const std::vector<std::string> secret_options = {"key",   "*-key",    "*_key", "*accountkey", "*secret*",
                                                 "*pass", "*passwd*", "token", "*-token",     "*password*"};

bool name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' || c == '~';
}

bool ends_value(char c) {
  return static_cast<unsigned char>(c) <= ' ' || std::string_view("&#\"'<>\\`").find(c) != std::string_view::npos;
}

// One character that is percent-encoded `level` times ("%253D" is '=' at level 2).
struct Encoded {
  char character = 0;
  int level = 0;
  std::size_t size = 0;
};

std::optional<Encoded> encoded_at(std::string_view text, std::size_t at) {
  if (text[at] != '%') return std::nullopt;
  Encoded out{0, 1, 1};
  while (text.substr(at + out.size, 2) == "25" && out.level <= deepest_encoding && at + out.size + 3 < text.size()) {
    out.size += 2;
    ++out.level;
  }
  if (at + out.size + 1 >= text.size()) return std::nullopt;
  const int high = hex_digit(text[at + out.size]), low = hex_digit(text[at + out.size + 1]);
  if (high < 0 || low < 0) return std::nullopt;
  out.character = static_cast<char>(high * 16 + low);
  out.size += 2;
  return out;
}

// The name that stands before `end`, decoded; what was a delimiter in some encoding bounds it.
std::string name_before(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && end - begin < longest_name && (name_character(text[begin - 1]) || text[begin - 1] == '%'))
    --begin;
  std::string name(text.substr(begin, end - begin));
  // "&" as Go writes it into JSON.
  if (begin > 0 && text[begin - 1] == '\\' && name.starts_with("u0026")) name.erase(0, 5);
  for (int i = 0; i <= deepest_encoding && name.find('%') != std::string::npos; ++i) name = percent_decode(name);
  std::size_t tail = name.size();
  while (tail > 0 && name_character(name[tail - 1])) --tail;
  return name.substr(tail);
}

std::size_t value_end(std::string_view text, std::size_t at, int level) {
  while (at < text.size() && !ends_value(text[at])) {
    const auto encoded = level > 0 ? encoded_at(text, at) : std::nullopt;
    if (encoded && encoded->level <= level && ends_value(encoded->character)) return at;
    at += encoded ? encoded->size : 1;
  }
  return at;
}

// The end of a JSON string whose first character is at `at`.
std::size_t string_end(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return std::min(at, text.size());
}

bool matches(const std::vector<std::string>& globs, std::string_view name) {
  return !name.empty() &&
         std::any_of(globs.begin(), globs.end(), [&](const auto& glob) { return glob_match(glob, name); });
}

void replace_all(std::string& text, std::string_view what) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + redacted.size()))
    text.replace(at, what.size(), redacted);
}

}  // namespace

// One exchange or text: remembers the secrets that it met.
class Redaction::Pass {
 public:
  explicit Pass(const SecretNames& names) : names_(names) {}

  std::string text(std::string_view in) { return names_.elements.empty() ? pairs(in) : elements(pairs(in)); }

  std::string header(const Header& header) {
    if (!matches(names_.headers, header.name)) return text(header.value);
    const std::string_view value = header.value;
    std::size_t keep = 0;
    // "Bearer TOKEN", "SharedKey ACCOUNT:SIGNATURE": the scheme and the account say how a client signs in.
    if (lower(header.name).find("authorization") != std::string::npos) {
      const auto blank = value.find(' ');
      const auto scheme = value.substr(0, blank == std::string_view::npos ? 0 : blank);
      if (!scheme.empty() && scheme.size() <= 32 && std::all_of(scheme.begin(), scheme.end(), name_character)) {
        keep = blank + 1;
        if (lower(scheme).starts_with("sharedkey")) {
          const auto colon = value.find(':', keep);
          if (colon != std::string_view::npos) keep = colon + 1;
        }
      }
    }
    return std::string(value.substr(0, keep)) + mask(value.substr(keep));
  }

  // Masks the secrets met so far wherever else they stand.
  void hunt(std::string& in) const {
    for (const auto& secret : secrets_) replace_all(in, secret);
  }

 private:
  std::string mask(std::string_view secret) {
    if (secret.empty()) return {};
    if (secret.size() >= shortest_hunted && secret.find(redacted) == std::string_view::npos) remember(secret);
    return std::string(redacted);
  }

  void remember(std::string_view secret) {
    std::string plain(secret);
    const auto add = [this](std::string form) {
      if (form.size() >= shortest_hunted && std::find(secrets_.begin(), secrets_.end(), form) == secrets_.end())
        secrets_.push_back(std::move(form));
    };
    add(plain);
    for (int i = 0; i < deepest_encoding && plain.find('%') != std::string::npos; ++i)
      add(plain = percent_decode(plain));
    const std::string encoded = percent_encode(plain);
    add(encoded);
    add(lower_escapes(encoded));
  }

  static std::string lower_escapes(std::string text) {
    for (std::size_t at = text.find('%'); at != std::string::npos; at = text.find('%', at + 1))
      for (std::size_t i = at + 1; i < text.size() && i <= at + 2; ++i) text[i] = ascii_lower(text[i]);
    return text;
  }

  // name=value in any encoding, and "name": "value".
  std::string pairs(std::string_view in) {
    std::string out;
    std::size_t done = 0;
    const auto cut = [&](std::size_t begin, std::size_t end) {
      out.append(in, done, begin - done);
      out += mask(in.substr(begin, end - begin));
      done = end;
    };
    for (std::size_t at = in.find_first_of("=%\""); at != std::string_view::npos; at = in.find_first_of("=%\"", at)) {
      const std::size_t separator = at++;
      if (in[separator] == '"') {
        const auto colon = in.find_first_not_of(" \t\r\n", at);
        if (colon == std::string_view::npos || in[colon] != ':') continue;
        const auto quote = in.find_first_not_of(" \t\r\n", colon + 1);
        if (quote == std::string_view::npos || in[quote] != '"') continue;
        if (!matches(names_.queries, name_before(in, separator))) continue;
        cut(quote + 1, at = string_end(in, quote + 1));
        continue;
      }
      int level = 0;
      if (in[separator] == '%') {
        const auto encoded = encoded_at(in, separator);
        if (!encoded || encoded->character != '=') continue;
        level = encoded->level;
        at = separator + encoded->size;
      }
      if (!matches(names_.queries, name_before(in, separator))) continue;
      const auto end = value_end(in, at, level);
      cut(at, end);
      at = end;
    }
    if (done == 0) return std::string(in);
    out.append(in, done);
    return out;
  }

  std::string elements(std::string text) {
    for (const auto& rule : names_.elements) {
      const auto slash = rule.find('/');
      const std::string open = "<" + rule.substr(0, slash), close = "</" + rule.substr(0, slash);
      const std::string child = "<" + rule.substr(slash + 1);
      for (auto at = text.find(open); at != std::string::npos; at = text.find(open, at + 1))
        for (auto inner = text.find(child, at); inner < text.find(close, at); inner = text.find(child, inner + 1)) {
          const char after = inner + child.size() < text.size() ? text[inner + child.size()] : '>';
          if (name_character(after)) continue;
          const auto begin = text.find('>', inner);
          if (begin == std::string::npos) break;
          const auto end = std::min(text.find('<', begin), text.size());
          text.replace(begin + 1, end - begin - 1, mask(std::string_view(text).substr(begin + 1, end - begin - 1)));
        }
    }
    return text;
  }

  const SecretNames& names_;
  std::vector<std::string> secrets_;
};

Redaction::Redaction(SecretNames names) : names_(std::make_shared<const SecretNames>(std::move(names))) {}

Redaction::Redaction(const Catalogue& catalogue)
    : Redaction(SecretNames{catalogue.secret_headers(), catalogue.secret_queries(),
                            catalogue.role_names("secret-element")}) {}

std::string Redaction::text(std::string_view text) const { return Pass(*names_).text(text); }

void Redaction::apply(Exchange& exchange) const {
  Pass pass(*names_);
  const auto message = [&](auto& side, std::string_view name) {
    for (auto& header : side.headers) header.value = pass.header(header);
    for (auto& header : side.body.trailers) header.value = pass.header(header);
    for (auto& extension : side.body.extensions) extension = pass.text(extension);
    if (!side.body.bytes) return;
    auto masked = pass.text(*side.body.bytes);
    pass.hunt(masked);
    if (masked == *side.body.bytes) return;
    side.body.bytes = std::move(masked);
    exchange.marks.push_back(std::string(name) + " body: a secret was masked");
  };
  exchange.request.target = pass.text(exchange.request.target);
  message(exchange.request, "request");
  for (auto& mark : exchange.marks) mark = pass.text(mark);
  message(exchange.response, "response");
  // Answers repeat what they refuse ("the signature ... is not the same").
  pass.hunt(exchange.request.target);
  for (auto* side : {&exchange.request.headers, &exchange.response.headers, &exchange.request.body.trailers,
                     &exchange.response.body.trailers})
    for (auto& header : *side) pass.hunt(header.value);
  pass.hunt(exchange.response.reason);
  for (auto& mark : exchange.marks) pass.hunt(mark);
}

RedactedExchange Redaction::redact(Exchange exchange) const {
  apply(exchange);
  return RedactedExchange(std::move(exchange));
}

std::vector<std::string> Redaction::command(const std::vector<std::string>& arguments) const {
  SecretNames names = *names_;
  names.queries.insert(names.queries.end(), secret_options.begin(), secret_options.end());
  Pass pass(names);
  std::vector<std::string> out;
  bool secret_follows = false;
  for (const auto& argument : arguments) {
    const bool option = argument.starts_with('-');
    out.push_back(secret_follows && !option ? std::string(redacted) : pass.text(argument));
    secret_follows =
        option && argument.find('=') == std::string::npos &&
        matches(names.queries, std::string_view(argument).substr(argument.find_first_not_of('-') == std::string::npos
                                                                     ? argument.size()
                                                                     : argument.find_first_not_of('-')));
  }
  return out;
}

}  // namespace blobgauge::model
