#include "endpoint/store.h"

namespace blobgauge::endpoint {
namespace {

// Lead bytes of UTF-8 in the order of UTF-16: characters beyond U+FFFF are surrogates (D800 to DFFF) there and stand
// before U+E000 to U+FFFF (lead bytes EE and EF).
int rank(unsigned char byte) { return byte >= 0xF0 ? 0xED : byte >= 0xEE ? byte + 0x10 : byte; }

}  // namespace

bool NameOrder::operator()(std::string_view a, std::string_view b) const {
  const auto size = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < size; ++i) {
    if (a[i] == b[i]) continue;
    const auto x = static_cast<unsigned char>(a[i]), y = static_cast<unsigned char>(b[i]);
    if (rank(x) != rank(y)) return rank(x) < rank(y);
    return x < y;
  }
  return a.size() < b.size();
}

Account* Store::account(std::string_view name) {
  const auto found = accounts.find(name);
  return found == accounts.end() ? nullptr : &found->second;
}

Outcome<Container*> Store::container(std::string_view account_name, std::string_view name) {
  Account* owner = account(account_name);
  if (!owner) return refuse(errors::resource_not_found);
  const auto found = owner->containers.find(name);
  if (found == owner->containers.end()) return refuse(errors::container_not_found);
  return &found->second;
}

Outcome<void> check_container_name(std::string_view name) {
  if (name == "$root" || name == "$web" || name == "$logs") return {};
  if (name.size() < 3 || name.size() > 63) {
    static constexpr ErrorKind length{400, "OutOfRangeInput",
                                      "The specified resource name length is not within the permissible limits."};
    return refuse(length);
  }
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool hyphen = c == '-' && i > 0 && i + 1 < name.size() && name[i - 1] != '-';
    if (!plain && !hyphen) return refuse(errors::invalid_resource_name);
  }
  return {};
}

Outcome<void> check_blob_name(std::string_view name) {
  std::size_t units = 0, segments = 1;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xC0) != 0x80;  // characters
    units += byte >= 0xF0;           // two code units
    segments += c == '/';
  }
  if (units > 1024 || segments > 254) return refuse(errors::invalid_resource_name);
  return {};
}

}  // namespace blobgauge::endpoint
