#include "wire/sign.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <map>
#include <vector>

#include "model/text.h"

namespace blobgauge::wire {
namespace {

using model::Headers;

// A folded value becomes one line. Runs of spaces inside a line stay: clients sign them as sent, and the service
// agrees.
std::string unfolded(std::string_view value) {
  std::string out;
  bool folding = false;
  for (const char c : model::trim(value)) {
    if (c == '\r' || c == '\n') {
      folding = true;
    } else if (!folding || (c != ' ' && c != '\t')) {
      if (folding) out += ' ';
      folding = false;
      out += c;
    }
  }
  return out;
}

std::string canonical_headers(const Headers& headers, std::string_view version) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& field : headers) {
    std::string name = model::lower(field.name);
    if (!name.starts_with("x-ms-")) continue;
    // Until 2016-05-31 a field without a value was left out.
    if (field.value.empty() && !version.empty() && version < "2016-05-31") continue;
    const auto same =
        std::find_if(fields.begin(), fields.end(), [&](const auto& known) { return known.first == name; });
    if (same != fields.end()) {
      same->second += "," + unfolded(field.value);
    } else {
      fields.emplace_back(std::move(name), unfolded(field.value));
    }
  }
  std::stable_sort(fields.begin(), fields.end(),
                   [](const auto& a, const auto& b) { return signs_before(a.first, b.first); });
  std::string out;
  for (const auto& [name, value] : fields) out += name + ":" + value + "\n";
  return out;
}

std::string canonical_resource(const model::Url& url, std::string_view account) {
  std::string out = "/";
  out += account;
  out += url.path.empty() ? "/" : url.path;
  std::map<std::string, std::vector<std::string>> parameters;
  for (auto& parameter : service_query(url.query))
    parameters[model::lower(parameter.name)].push_back(std::move(parameter.value));
  for (auto& [name, values] : parameters) {
    std::sort(values.begin(), values.end());
    out += "\n" + name + ":";
    for (std::size_t i = 0; i < values.size(); ++i) out += (i ? "," : "") + values[i];
  }
  return out;
}

// Rank among the characters a header name may hold; 0 for those that do not count at first sight.
int rank(char c) {
  static constexpr std::string_view order = "!#$%&*.^_`|~+0123456789abcdefghijklmnopqrstuvwxyz";
  const auto at = order.find(c);
  return at == std::string_view::npos ? 0 : static_cast<int>(at) + 1;
}

int compare_ranks(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  for (;;) {
    while (i < a.size() && rank(a[i]) == 0) ++i;
    while (j < b.size() && rank(b[j]) == 0) ++j;
    if (i == a.size() || j == b.size()) return (i < a.size()) - (j < b.size());
    if (const int difference = rank(a[i++]) - rank(b[j++])) return difference;
  }
}

}  // namespace

model::Result<AccountKey> AccountKey::parse(std::string_view base64) {
  auto bytes = model::from_base64(base64);
  if (!bytes || bytes->empty())
    return model::fail(model::Category::usage, "the account key is not base64",
                       "copy it again as the account shows it");
  return AccountKey(std::move(*bytes));
}

std::string AccountKey::sign(std::string_view text) const {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), bytes_.data(), static_cast<int>(bytes_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  return model::base64({reinterpret_cast<const char*>(digest), size});
}

bool AccountKey::accepts(std::string_view text, std::string_view signature) const {
  const std::string right = sign(text);
  return right.size() == signature.size() && CRYPTO_memcmp(right.data(), signature.data(), right.size()) == 0;
}

bool signs_before(std::string_view a, std::string_view b) {
  if (const int difference = compare_ranks(a, b)) return difference < 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] == b[i]) continue;
    const bool a_counts = rank(a[i]) != 0, b_counts = rank(b[i]) != 0;
    if (a_counts != b_counts) return a_counts;  // the one with the earlier '-' comes later
    return a[i] < b[i];                         // ''' before '-'
  }
  return a.size() < b.size();
}

std::vector<model::QueryParameter> service_query(std::string_view raw) {
  std::string spelt;
  for (const char c : raw) c == '+' ? spelt += "%20" : spelt += c;
  return model::parse_query(spelt);
}

std::string shared_key_text(std::string_view method, const model::Url& url, const Headers& headers,
                            std::string_view account) {
  const std::string_view version = headers.get("x-ms-version");
  const auto standard = [&](std::string_view name) -> std::string_view {
    const auto value = model::trim(headers.get(name));
    // Since 2015-02-21 a length of zero is signed as nothing.
    if (name == "Content-Length" && value == "0" && (version.empty() || version >= "2015-02-21")) return {};
    if (name == "Date" && headers.has("x-ms-date")) return {};
    return value;
  };
  std::string out(method);
  for (const auto name : {"Content-Encoding", "Content-Language", "Content-Length", "Content-MD5", "Content-Type",
                          "Date", "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range"}) {
    out += "\n";
    out += standard(name);
  }
  return out + "\n" + canonical_headers(headers, version) + canonical_resource(url, account);
}

std::string shared_key_authorization(std::string_view method, const model::Url& url, const Headers& headers,
                                     const Credential& credential) {
  return "SharedKey " + credential.account + ":" +
         credential.key.sign(shared_key_text(method, url, headers, credential.account));
}

std::optional<SharedKeyClaim> parse_shared_key(std::string_view authorization) {
  constexpr std::string_view scheme = "SharedKey ";
  if (authorization.size() < scheme.size() || !model::iequals(authorization.substr(0, scheme.size()), scheme))
    return std::nullopt;
  const auto rest = model::trim(authorization.substr(scheme.size()));
  const auto colon = rest.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == rest.size()) return std::nullopt;
  return SharedKeyClaim{std::string(rest.substr(0, colon)), std::string(rest.substr(colon + 1))};
}

bool shared_key_fits(std::string_view method, const model::Url& url, const Headers& headers,
                     const Credential& credential) {
  const auto claim = parse_shared_key(headers.get("Authorization"));
  return claim && claim->account == credential.account &&
         credential.key.accepts(shared_key_text(method, url, headers, credential.account), claim->signature);
}

}  // namespace blobgauge::wire
