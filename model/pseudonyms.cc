#include "model/pseudonyms.h"

#include <algorithm>
#include <map>

#include "model/mask.h"
#include "model/name_set.h"
#include "model/text.h"
#include "model/unfolded.h"

namespace blobgauge::model {
namespace {

// Shorter names are replaced in texts only where slashes stand around them.
constexpr std::size_t shortest_word = 3;

bool word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool host_character(char c) { return (word_byte(c) && static_cast<unsigned char>(c) < 0x80) || c == '.' || c == '-'; }
bool ends_url(char c) {
  return static_cast<unsigned char>(c) <= ' ' || std::string_view("\"'<>`|{}").find(c) != std::string_view::npos;
}

}  // namespace

struct Pseudonyms::Rules {
  Rules(const Catalogue& catalogue, KeyedHash hash)
      : pseudonym(std::move(hash), {catalogue.pseudonyms("kept"), catalogue.pseudonyms("kept-below"),
                                    catalogue.addressing("secondary-suffix")}),
        names(catalogue.pseudonyms("names")),
        urls(concatenated(catalogue.pseudonyms("urls"), catalogue.role_names("url-header"))),
        expressions(catalogue.pseudonyms("expressions")),
        pairs(catalogue.pseudonyms("pairs")),
        files(catalogue.pseudonyms("files")),
        addresses(catalogue.pseudonyms("addresses")),
        identifiers(catalogue.pseudonyms("identifiers")),
        parents(concatenated(catalogue.role_names("open-element"), catalogue.pseudonyms("parents"))),
        kept_values(catalogue.pseudonyms("kept-values")),
        account_schemes(catalogue.addressing("account-schemes")),
        storage(concatenated(catalogue.addressing("host-style"), catalogue.network("storage-hosts"))),
        logins(catalogue.network("login-hosts")),
        foreign(catalogue.addressing("foreign")),
        metadata_prefix(catalogue.role("metadata-prefix")) {}

  Pseudonym pseudonym;
  NameSet names, urls, expressions, pairs, files, addresses, identifiers, parents, kept_values, account_schemes;
  std::vector<std::string> storage, logins, foreign;
  std::string metadata_prefix;
};

// One exchange: remembers the names that it met, for the texts that repeat them.
class Pseudonyms::Pass {
 public:
  explicit Pass(const Rules& rules) : rules_(rules) {}

  void exchange(Exchange& exchange) {
    auto& request = exchange.request;
    own_host_ = lower(request.host.substr(0, request.host.find(':')));
    edit(request.host, [&](std::string& text) { return host(text, 0, text.size(), true), void(); });
    edit(request.target, [&](std::string& text) { target(text); });
    for (auto* headers :
         {&request.headers, &request.body.trailers, &exchange.response.headers, &exchange.response.body.trailers})
      for (auto& each : *headers) header(each.name, each.value);
    const bool in_request = body(request.body, false);
    const bool in_response = body(exchange.response.body, exchange.response.status >= 400);
    for (auto& mark : exchange.marks) plain(mark, true);
    plain(exchange.response.reason, true);
    plain(exchange.source, true);
    for (auto* tls : {&exchange.client_tls, &exchange.server_tls}) server_name(*tls);
    if (in_request) exchange.marks.emplace_back("request body: names became pseudonyms");
    if (in_response) exchange.marks.emplace_back("response body: names became pseudonyms");
  }

  void plain(std::string& raw, bool with_words) {
    edit(raw, [&](std::string& text) { free_text(text, 0, text.size(), with_words); });
  }

  // A word of a command line: between its delimiters it is made of names.
  void argument(std::string& text) {
    if (text.find("://") != std::string::npos) return plain(text, false);
    if (text.find_first_not_of("0123456789.") == std::string::npos) return;
    for (std::size_t begin = 0; begin <= text.size();) {
      const auto end = std::min(text.find_first_of("/\\=,:;", begin), text.size());
      name(text, begin, end);
      begin = end + 1;
    }
  }

 private:
  enum class Whose { ours, login, foreign };

  // Changes the decoded form of a text without its length.
  template <class Change>
  bool edit(std::string& raw, Change change) {
    if (raw.empty()) return false;
    Unfolded unfolded;
    unfolded.read(raw);
    std::string text(unfolded.text());
    const auto* outer = unfolded_;
    unfolded_ = &unfolded;
    change(text);
    unfolded_ = outer;
    if (text == unfolded.text()) return false;
    raw = unfolded.fold(text);
    return true;
  }

  static void put(std::string& text, std::size_t begin, const std::string& what) {
    text.replace(begin, what.size(), what);
  }

  void name(std::string& text, std::size_t begin, std::size_t end) {
    if (begin >= end) return;
    const auto old = text.substr(begin, end - begin);
    if (is_mask(old)) return;
    const auto fresh = rules_.pseudonym.name(old);
    put(text, begin, fresh);
    for (std::size_t from = 0; from <= old.size();) {
      const auto to = std::min(old.find('/', from), old.size());
      if (old.compare(from, to - from, fresh, from, to - from) != 0)
        words_.emplace(old.substr(from, to - from), fresh.substr(from, to - from));
      from = to + 1;
    }
  }

  // The first of `characters` that is syntax of a URL whose own syntax is encoded `level` times.
  std::size_t find(const std::string& text, std::string_view characters, std::size_t begin, std::size_t end,
                   int level) const {
    for (auto at = begin; at < end; ++at)
      if (characters.find(text[at]) != std::string_view::npos && unfolded_->percent(at) <= level) return at;
    return end;
  }

  bool is_address(std::string_view name) const {
    return name.find_first_not_of("0123456789.") == std::string_view::npos || name.starts_with('[');
  }

  // `known`: what stands here is a host of the service, whatever it is called.
  Whose host(std::string& text, std::size_t begin, std::size_t end, bool known) {
    if (const auto at = text.rfind('@', end); at != std::string::npos && at >= begin && at < end) begin = at + 1;
    auto stop = text[begin] == '[' ? end : std::min(text.find(':', begin), end);
    const auto whole = lower(std::string_view(text).substr(begin, stop - begin));
    if (whole.empty() || whole == "localhost" || is_address(whole)) return Whose::ours;
    if (matches_any(rules_.logins, whole)) return Whose::login;
    if (matches_any(rules_.storage, whole)) {
      const auto dot = whole.find('.');
      name(text, begin, begin + std::min(dot, whole.size()));
      return Whose::ours;
    }
    if (matches_any(rules_.foreign, whole)) return Whose::foreign;
    if (whole.find('.') == std::string::npos) return Whose::ours;  // a machine's own name: path style
    if (!known && whole != own_host_) return Whose::foreign;
    // Somebody's own domain: all but its top.
    for (std::size_t from = begin;;) {
      const auto dot = text.find('.', from);
      if (dot >= stop || dot == std::string::npos) return Whose::ours;
      name(text, from, dot);
      from = dot + 1;
    }
  }

  void path(std::string& text, std::size_t begin, std::size_t end, Whose whose) {
    if (whose == Whose::ours) return name(text, begin, end);
    if (whose == Whose::login) {
      // "/TENANT/oauth2/...": a domain's name, where it is no identifier.
      const auto from = std::min(begin + 1, end);
      const auto to = std::min(text.find('/', from), end);
      if (text.find('.', from) < to) return name(text, from, to);
    }
    if (!identifiers_done_) put(text, begin, rules_.pseudonym.identifiers(text.substr(begin, end - begin)));
  }

  void query(std::string& text, std::size_t begin, std::size_t end, int level) {
    while (begin < end) {
      const auto stop = find(text, "&", begin, end, level);
      const auto equals = find(text, "=", begin, stop, level);
      const auto key = text.substr(begin, equals - begin);
      if (equals < stop) value(key, text, equals + 1, stop);
      begin = stop + 1;
    }
  }

  void url(std::string& text, std::size_t begin, std::size_t end, bool known) {
    const auto separator = text.find("://", begin);
    const int level = separator < end ? unfolded_->percent(separator) : 0;
    auto whose = Whose::ours;
    auto from = begin;
    if (separator < end) {
      from = find(text, "/?#", separator + 3, end, level);
      whose = host(text, separator + 3, from, known);
      if (whose == Whose::foreign && !known) return;
    }
    const auto mark = find(text, "?#", from, end, level);
    path(text, from, mark, whose);
    if (mark < end && whose == Whose::ours) query(text, mark + 1, end, level);
  }

  void target(std::string& text) {
    if (text.find("://") < text.find('?') && text[0] != '/') return url(text, 0, text.size(), true);
    if (text[0] != '/') return (void)host(text, 0, text.size(), true);  // of a CONNECT
    const auto mark = find(text, "?#", 0, text.size(), 0);
    auto whose = Whose::ours;
    if (matches_any(rules_.logins, own_host_))
      whose = Whose::login;
    else if (matches_any(rules_.foreign, own_host_) && !matches_any(rules_.storage, own_host_))
      whose = Whose::foreign;
    path(text, 0, mark, whose);
    if (mark < text.size() && whose == Whose::ours) query(text, mark + 1, text.size(), 0);
  }

  // What stands in quotes: the values of an expression over tags.
  void quoted(std::string& text, std::size_t begin, std::size_t end, char quote) {
    while (begin < end) {
      const auto open = text.find(quote, begin);
      if (open >= end) return;
      const auto close = std::min(text.find(quote, open + 1), end);
      name(text, open + 1, close);
      begin = close + 1;
    }
  }

  // The value of a query parameter, a header, an element or a member, by its name. False: by none of the rules.
  bool value(std::string_view key, std::string& text, std::size_t begin, std::size_t end) {
    if (rules_.kept_values.contains(key)) return true;
    if (rules_.names.contains(key)) return name(text, begin, end), true;
    if (rules_.urls.contains(key)) return url(text, begin, end, true), true;
    if (rules_.expressions.contains(key)) return quoted(text, begin, end, '\''), true;
    if (rules_.pairs.contains(key)) return pair_values(text, begin, end), true;
    if (rules_.files.contains(key)) return file_name(text, begin, end), true;
    const auto old = text.substr(begin, end - begin);
    if (rules_.addresses.contains(key)) return put(text, begin, rules_.pseudonym.addresses(old)), true;
    if (rules_.identifiers.contains(key)) {
      put(text, begin, rules_.pseudonym.identifiers(old));
      identifiers_done_ = true;
      free_text(text, begin, end, false);
      identifiers_done_ = false;
      return true;
    }
    return false;
  }

  void pair_values(std::string& text, std::size_t begin, std::size_t end) {
    while (begin < end) {
      const auto stop = find(text, "&", begin, end, 0);
      const auto equals = find(text, "=", begin, stop, 0);
      if (equals < stop) name(text, equals + 1, stop);
      begin = stop + 1;
    }
  }

  void file_name(std::string& text, std::size_t begin, std::size_t end) {
    for (auto at = text.find("filename", begin); at < end; at = text.find("filename", at + 1)) {
      auto from = text.find('=', at);
      if (from >= end) return;
      ++from;
      if (const auto tick = text.find("''", from); text[at + 8] == '*' && tick < end) from = tick + 2;
      const bool quoted_name = from < end && text[from] == '"';
      const auto to = std::min(quoted_name ? text.find('"', from + 1) : text.find(';', from), end);
      name(text, from + (quoted_name ? 1 : 0), to);
    }
  }

  void header(const std::string& key, std::string& raw) {
    edit(raw, [&](std::string& text) {
      const auto end = text.size();
      if (iequals(key, "Host")) return (void)host(text, 0, end, true);
      if (value(key, text, 0, end)) return;
      const auto& prefix = rules_.metadata_prefix;
      if (!prefix.empty() && key.size() >= prefix.size() && iequals(key.substr(0, prefix.size()), prefix))
        return name(text, 0, end);
      const auto blank = text.find(' '), colon = text.find(':');
      if (blank < colon && colon != std::string::npos && rules_.account_schemes.contains(text.substr(0, blank)))
        return name(text, blank + 1, colon);
      free_text(text, 0, end, false);
    });
  }

  void server_name(std::shared_ptr<const TlsFacts>& facts) {
    if (!facts || facts->server_name.empty()) return;
    auto copy = std::make_shared<TlsFacts>(*facts);
    edit(copy->server_name, [&](std::string& text) { (void)host(text, 0, text.size(), true); });
    facts = std::move(copy);
  }

  // URLs and hosts of storage services; with `with_words` also the names that the exchange showed.
  void free_text(std::string& text, std::size_t begin, std::size_t end, bool with_words) {
    std::size_t word_begin = begin;
    const auto words = [&](std::size_t to) {
      if (with_words) replace_words(text, word_begin, to);
    };
    for (auto at = begin; at < end;) {
      if (!host_character(text[at]) || (at > begin && host_character(text[at - 1]))) {
        ++at;
        continue;
      }
      auto stop = at;
      while (stop < end && host_character(text[stop])) ++stop;
      const auto word = std::string_view(text).substr(at, stop - at);
      if ((word == "http" || word == "https") && std::string_view(text).substr(stop, 3) == "://") {
        const int level = unfolded_->percent(stop);
        auto last = stop + 3;
        while (last < end && !(ends_url(text[last]) && unfolded_->percent(last) <= level)) ++last;
        words(at);
        url(text, at, last, false);
        at = word_begin = last;
      } else if (word.find('.') != std::string_view::npos && matches_any(rules_.storage, word)) {
        words(at);
        (void)host(text, at, stop, false);
        at = word_begin = stop;
      } else {
        at = stop;
      }
    }
    words(end);
  }

  void replace_words(std::string& text, std::size_t begin, std::size_t end) {
    std::vector<bool> done(end - begin, false);
    std::vector<const std::pair<const std::string, std::string>*> longest_first;
    for (const auto& word : words_) longest_first.push_back(&word);
    std::stable_sort(longest_first.begin(), longest_first.end(),
                     [](const auto* a, const auto* b) { return a->first.size() > b->first.size(); });
    const std::string old = text.substr(begin, end - begin);
    for (const auto* word : longest_first) {
      const auto& from = word->first;
      for (auto at = old.find(from); at != std::string::npos; at = old.find(from, at + 1)) {
        const char before = at > 0 ? old[at - 1] : ' ';
        const char after = at + from.size() < old.size() ? old[at + from.size()] : ' ';
        if (done[at] || done[at + from.size() - 1] || word_byte(before) || word_byte(after)) continue;
        if (from.size() < shortest_word && before != '/') continue;
        put(text, begin + at, word->second);
        std::fill_n(done.begin() + static_cast<std::ptrdiff_t>(at), from.size(), true);
      }
    }
  }

  bool body(Body& body, bool error) {
    if (!body.bytes) return false;
    auto& raw = *body.bytes;
    const auto first = raw.find_first_not_of("\xEF\xBB\xBF \t\r\n");
    if (first == std::string::npos) return false;
    if (raw[first] == '<') return xml(raw);
    if (raw[first] == '{' || raw[first] == '[') return edit(raw, [&](std::string& text) { json(text); });
    if (raw.compare(first, 2, "--") == 0) return lines(raw);
    return error && edit(raw, [&](std::string& text) { free_text(text, 0, text.size(), true); });
  }

  bool xml(std::string& raw) {
    std::string out;
    out.reserve(raw.size());
    std::vector<std::string> open;
    for (std::size_t at = 0; at < raw.size();) {
      const auto tag = std::min(raw.find('<', at), raw.size());
      out += content(open, raw.substr(at, tag - at));
      if (tag == raw.size()) break;
      const auto end = std::min(raw.find('>', tag), raw.size() - 1) + 1;
      auto markup = raw.substr(tag, end - tag);
      at = end;
      const bool closing = markup.starts_with("</");
      const auto stop = markup.find_first_of(" \t\r\n/>", 1 + (closing ? 1 : 0));
      if (closing) {
        if (!open.empty()) open.pop_back();
      } else if (markup[1] != '?' && markup[1] != '!') {
        if (!markup.ends_with("/>") && open.size() < 64) open.push_back(markup.substr(1, stop - 1));
        attributes(markup);
      }
      out += markup;
    }
    if (out == raw) return false;
    raw = std::move(out);
    return true;
  }

  std::string content(const std::vector<std::string>& open, std::string raw) {
    if (raw.find_first_not_of(" \t\r\n") == std::string::npos || open.empty()) return raw;
    edit(raw, [&](std::string& text) {
      if (value(open.back(), text, 0, text.size())) return;
      if (open.size() > 1 && rules_.parents.contains(open[open.size() - 2])) return name(text, 0, text.size());
      free_text(text, 0, text.size(), true);
    });
    return raw;
  }

  void attributes(std::string& markup) {
    for (auto equals = markup.find('='); equals != std::string::npos; equals = markup.find('=', equals + 1)) {
      const char quote = equals + 1 < markup.size() ? markup[equals + 1] : '\0';
      const auto close = quote == '"' || quote == '\'' ? markup.find(quote, equals + 2) : std::string::npos;
      if (close == std::string::npos) continue;
      auto begin = equals;
      while (begin > 0 && (word_byte(markup[begin - 1]) || markup[begin - 1] == ':')) --begin;
      const auto key = markup.substr(begin, equals - begin);
      auto raw = markup.substr(equals + 2, close - equals - 2);
      edit(raw, [&](std::string& text) {
        // Old answers have a URL where later ones have a name.
        if (text.find("://") != std::string::npos)
          free_text(text, 0, text.size(), false);
        else
          (void)value(key, text, 0, text.size());
      });
      markup.replace(equals + 2, close - equals - 2, raw);
      equals = equals + 2 + raw.size();
    }
  }

  // Members whose names have a rule, and texts.
  void json(std::string& text) {
    std::size_t done = 0;
    for (auto quote = text.find('"'); quote != std::string::npos; quote = text.find('"', quote + 1)) {
      const auto close = text.find('"', quote + 1);
      if (close == std::string::npos) break;
      auto at = text.find_first_not_of(" \t\r\n", close + 1);
      if (at == std::string::npos || text[at] != ':') continue;
      at = text.find_first_not_of(" \t\r\n", at + 1);
      if (at == std::string::npos || text[at] != '"') continue;
      auto end = at + 1;
      while (end < text.size() && !(text[end] == '"' && unfolded_->quoting(end) <= unfolded_->quoting(at))) ++end;
      free_text(text, done, quote, true);
      if (!value(text.substr(quote + 1, close - quote - 1), text, at + 1, end)) free_text(text, at + 1, end, true);
      done = quote = end;
    }
    free_text(text, std::min(done, text.size()), text.size(), true);
  }

  // A MIME body: requests and answers within.
  bool lines(std::string& raw) {
    std::string out;
    for (std::size_t at = 0; at < raw.size();) {
      const auto end = std::min(raw.find('\n', at), raw.size() - 1) + 1;
      auto line = raw.substr(at, end - at);
      at = end;
      const auto colon = line.find(": "), blank = line.find(' ');
      const auto last = line.rfind(" HTTP/1.");
      if (last != std::string::npos && blank < last) {
        auto inner = line.substr(blank + 1, last - blank - 1);
        if (!inner.empty()) edit(inner, [&](std::string& text) { target(text); });
        line.replace(blank + 1, last - blank - 1, inner);
      } else if (colon < blank) {
        const auto stop = std::min(line.find_last_not_of("\r\n") + 1, line.size());
        auto inner = line.substr(std::min(colon + 2, stop), stop - std::min(colon + 2, stop));
        header(line.substr(0, colon), inner);
        line.replace(std::min(colon + 2, stop), inner.size(), inner);
      } else {
        plain(line, true);
      }
      out += line;
    }
    if (out == raw) return false;
    raw = std::move(out);
    return true;
  }

  const Rules& rules_;
  const Unfolded* unfolded_ = nullptr;  // of the text that is edited
  bool identifiers_done_ = false;       // in all of the text that is edited
  std::string own_host_;
  std::map<std::string, std::string> words_;
};

Pseudonyms::Pseudonyms(const Catalogue& catalogue, KeyedHash hash)
    : rules_(std::make_unique<const Rules>(catalogue, std::move(hash))) {}
Pseudonyms::~Pseudonyms() = default;

void Pseudonyms::apply(Exchange& exchange) const { Pass(*rules_).exchange(exchange); }

std::string Pseudonyms::text(std::string_view text) const {
  std::string out(text);
  Pass(*rules_).plain(out, false);
  return out;
}

std::vector<std::string> Pseudonyms::command(const std::vector<std::string>& arguments) const {
  Pass pass(*rules_);
  std::vector<std::string> out;
  bool words = true;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    auto argument = arguments[i];
    const bool option = argument.starts_with('-');
    const bool word = argument.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string::npos;
    if (i > 0 && (option || !word)) words = false;
    const auto equals = option ? argument.find('=') : std::string::npos;
    if (i == 0) {
      const auto slash = argument.rfind('/') + 1;
      auto folder = argument.substr(0, slash);
      pass.argument(folder);
      argument = folder + argument.substr(slash);
    } else if (equals != std::string::npos) {
      auto text = argument.substr(equals + 1);
      pass.argument(text);
      argument = argument.substr(0, equals + 1) + text;
    } else if (!option && !words) {
      pass.argument(argument);
    }
    out.push_back(std::move(argument));
  }
  return out;
}

std::string Pseudonyms::key_id() const { return rules_->pseudonym.key_id(); }

}  // namespace blobgauge::model
