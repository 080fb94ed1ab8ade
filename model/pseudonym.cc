#include "model/pseudonym.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "model/text.h"

namespace blobgauge::model {
namespace {

constexpr std::size_t most_remembered = 1 << 16, longest_extension = 8;
constexpr std::size_t identifier_size = 36;

constexpr bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool decimal(char c) { return c >= '0' && c <= '9'; }

// Characters that take each other's place.
struct Class {
  std::uint32_t first = 0, size = 0;  // size 0: stays
};

Class class_of(std::uint32_t c) {
  // Letters of one script; combining marks stay, because normalisation hangs on them.
  constexpr std::array<Class, 14> classes{{{'0', 10},
                                           {'A', 26},
                                           {'a', 26},
                                           {0xc0, 23},
                                           {0xd8, 7},
                                           {0xdf, 24},
                                           {0xf8, 8},
                                           {0x3b1, 17},
                                           {0x410, 32},
                                           {0x430, 32},
                                           {0x5d0, 27},
                                           {0x3041, 86},
                                           {0x4e00, 20992},
                                           {0xac00, 11172}}};
  for (const auto& each : classes)
    if (c >= each.first && c < each.first + each.size) return each;
  // What is no letter may matter for escaping.
  const bool stays =
      c < 0x100 || (c >= 0x300 && c < 0x370) || (c >= 0x2000 && c < 0x2070) || (c >= 0x3000 && c < 0x3040);
  return {c & ~std::uint32_t{63}, stays ? 0u : 64u};
}

// The size of a UTF-8 sequence and its code point; 0 where it is none.
std::size_t decode(std::string_view text, std::uint32_t& c) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return c = lead, 1;
  const std::size_t size = lead >= 0xf0 && lead < 0xf5   ? 4
                           : lead >= 0xe0 && lead < 0xf0 ? 3
                           : lead >= 0xc2 && lead < 0xe0 ? 2
                                                         : 0;
  if (size == 0 || size > text.size()) return 0;
  c = lead & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    c = c << 6 | (byte(i) & 0x3f);
  }
  return size;
}

void encode(std::uint32_t c, std::size_t size, std::string& out) {
  if (size == 1) {
    out += static_cast<char>(c);
    return;
  }
  out += static_cast<char>((0xf00u >> size & 0xff) | c >> (6 * (size - 1)));
  for (std::size_t i = size - 1; i-- > 0;) out += static_cast<char>(0x80 | (c >> (6 * i) & 0x3f));
}

bool is_identifier(std::string_view text) {
  if (text.size() != identifier_size) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((i == 8 || i == 13 || i == 18 || i == 23) ? text[i] != '-' : hex_digit(text[i]) < 0) return false;
  return true;
}

// Where a segment's extension begins, with its dot; its size where it has none.
std::size_t extension(std::string_view segment) {
  const auto dot = segment.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return segment.size();
  const auto rest = segment.substr(dot + 1);
  const bool plain = !rest.empty() && rest.size() <= longest_extension &&
                     std::all_of(rest.begin(), rest.end(), [](char c) { return letter(c) || decimal(c); }) &&
                     std::any_of(rest.begin(), rest.end(), letter);
  return plain ? dot : segment.size();
}

}  // namespace

struct Pseudonym::State {
  KeyedHash hash;
  Exceptions exceptions;
  std::mutex mutex;
  std::unordered_map<std::string, std::string> known;  // by segment

  std::uint32_t number(std::string_view context) const {
    const auto bytes = hash(context);
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < 4 && i < bytes.size(); ++i) out = out << 8 | static_cast<unsigned char>(bytes[i]);
    return out;
  }

  std::string moved(std::string_view text) const {
    std::string out, context = "name ";
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
      std::uint32_t c = 0;
      const auto size = std::max<std::size_t>(decode(text.substr(at), c), 1);
      const auto kind = decode(text.substr(at), c) ? class_of(c) : Class{};
      if (kind.size == 0)
        out.append(text, at, size);
      else
        encode(kind.first + (c - kind.first + number(context) % kind.size) % kind.size, size, out);
      context.append(text, at, size);
      at += size;
    }
    return out;
  }

  std::string identifier(std::string_view text) const {
    const bool upper = std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'F'; });
    const auto bytes = hash("identifier " + lower(text));
    std::string out(text);
    for (std::size_t i = 0, n = 0; i < out.size(); ++i)
      if (out[i] != '-') {
        const auto value = static_cast<unsigned char>(bytes[n / 2 % bytes.size()]) >> (n % 2 ? 0 : 4) & 15;
        out[i] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[value];
        ++n;
      }
    return out;
  }

  std::string fresh(std::string_view segment) const {
    for (const auto& suffix : exceptions.suffixes)
      if (segment.size() > suffix.size() && segment.ends_with(suffix))
        return segment_of(segment.substr(0, segment.size() - suffix.size())) + suffix;
    if (is_identifier(segment)) return identifier(segment);
    const auto end = extension(segment);
    return moved(segment.substr(0, end)).append(segment.substr(end));
  }

  std::string segment_of(std::string_view segment) const {
    const auto& kept = exceptions.kept;
    if (segment.empty() || segment.front() == '$' || std::find(kept.begin(), kept.end(), segment) != kept.end())
      return std::string(segment);
    return fresh(segment);
  }

  std::string remembered(std::string_view segment) {
    std::string key(segment);
    {
      const std::lock_guard lock(mutex);
      if (const auto found = known.find(key); found != known.end()) return found->second;
    }
    auto out = segment_of(segment);
    const std::lock_guard lock(mutex);
    if (known.size() >= most_remembered) known.clear();
    known.emplace(std::move(key), out);
    return out;
  }

  // Numbers of as many digits as they had: no address changes its length.
  std::string octets(std::string_view text) const {
    std::string out;
    for (const auto part : split(text, '.')) {
      const auto value = parse_number(part).value_or(0);
      const auto draw = number(fmt::format("address {} {}", out, part));
      const std::uint64_t first = part.size() == 1 ? 0 : part.size() == 2 ? 10 : 100;
      const std::uint64_t size = part.size() == 1 ? 10 : part.size() == 2 ? 90 : 156;
      out += (out.empty() ? "" : ".") + std::to_string(first + (value - first + draw) % size);
    }
    return out;
  }

  std::string groups(std::string_view text) const {
    std::string out(text);
    for (std::size_t i = 0; i < out.size(); ++i)
      if (hex_digit(text[i]) >= 0)
        out[i] = "0123456789abcdef"[(static_cast<unsigned>(hex_digit(text[i])) +
                                     number(fmt::format("address {}", text.substr(0, i)))) %
                                    16];
    return out;
  }
};

Pseudonym::Pseudonym(KeyedHash hash, Exceptions exceptions) : state_(std::make_unique<State>()) {
  state_->hash = std::move(hash);
  state_->exceptions = std::move(exceptions);
  state_->exceptions.kept.insert(state_->exceptions.kept.end(), {"true", "false", ".", ".."});
}

Pseudonym::~Pseudonym() = default;

std::string Pseudonym::name(std::string_view path) const {
  std::string out;
  out.reserve(path.size());
  const auto& stays = state_->exceptions.kept_below;
  for (std::size_t begin = 0;;) {
    const auto end = std::min(path.find_first_of("/\\", begin), path.size());
    const auto segment = path.substr(begin, end - begin);
    out += state_->remembered(segment);
    if (end == path.size()) return out;
    if (std::find(stays.begin(), stays.end(), segment) != stays.end()) return out.append(path.substr(end));
    out += path[end];
    begin = end + 1;
  }
}

std::string Pseudonym::identifiers(std::string_view text) const {
  std::string out(text);
  for (std::size_t at = 0; at + identifier_size <= out.size(); ++at)
    if (out[at + 8] == '-' && is_identifier(text.substr(at, identifier_size))) {
      out.replace(at, identifier_size, state_->identifier(text.substr(at, identifier_size)));
      at += identifier_size - 1;
    }
  return out;
}

std::string Pseudonym::addresses(std::string_view text) const {
  std::string out(text);
  const auto in_address = [](char c) { return hex_digit(c) >= 0 || c == '.' || c == ':'; };
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && in_address(text[end])) ++end;
    auto word = text.substr(begin, end - begin);
    const bool bounded = begin == 0 || !(letter(text[begin - 1]) || decimal(text[begin - 1]));
    if (std::count(word.begin(), word.end(), ':') == 1) word = word.substr(0, word.find(':'));  // a port
    while (word.ends_with('.')) word.remove_suffix(1);
    const auto parts = split(word, '.');
    const bool v4 = parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
                      const auto value = parse_number(part);
                      return value && *value < 256 && part.size() <= 3 && (part.size() == 1 || part[0] != '0');
                    });
    const bool v6 = std::count(word.begin(), word.end(), ':') >= 2 && word.find('.') == std::string_view::npos;
    if (bounded && v4 && !word.starts_with("127.")) out.replace(begin, word.size(), state_->octets(word));
    if (bounded && v6 && word != "::1" && word != "::") out.replace(begin, word.size(), state_->groups(word));
    begin = std::max(end, begin + 1);
  }
  return out;
}

std::string Pseudonym::key_id() const { return fmt::format("{:08x}", state_->number("key")); }

}  // namespace blobgauge::model
