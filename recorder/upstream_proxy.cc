#include "recorder/upstream_proxy.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "model/text.h"
#include "recorder/admission.h"

namespace blobgauge::recorder {
namespace {

using model::Category;
using model::fail;

struct IpAddress {
  std::array<unsigned char, 16> bytes{};
  std::size_t bits = 0;  // 32 or 128
};

std::optional<IpAddress> parse_address(std::string_view text) {
  const std::string name(text);
  IpAddress out;
  if (::inet_pton(AF_INET, name.c_str(), out.bytes.data()) == 1) {
    out.bits = 32;
    return out;
  }
  if (::inet_pton(AF_INET6, name.c_str(), out.bytes.data()) != 1) return std::nullopt;
  out.bits = 128;
  return out;
}

bool within(std::string_view range, std::string_view host) {
  const auto slash = range.find('/');
  const auto network = parse_address(range.substr(0, slash));
  const auto bits = model::parse_number(range.substr(slash + 1));
  const auto address = parse_address(host);
  if (!network || !bits || !address || address->bits != network->bits || *bits > network->bits) return false;
  for (std::size_t bit = 0; bit < *bits; ++bit) {
    const auto mask = 0x80U >> (bit % 8);
    if ((network->bytes[bit / 8] & mask) != (address->bytes[bit / 8] & mask)) return false;
  }
  return true;
}

bool excepts(std::string_view entry, const model::Url& server) {
  if (entry == "*") return true;
  if (entry.find('/') != std::string_view::npos) return within(entry, server.host);
  if (std::count(entry.begin(), entry.end(), ':') == 1) {
    if (model::parse_number(entry.substr(entry.find(':') + 1)) != server.effective_port()) return false;
    entry = entry.substr(0, entry.find(':'));
  }
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  if (entry.starts_with('.')) return model::lower(server.host).ends_with(model::lower(entry));
  return model::iequals(entry, server.host) || model::lower(server.host).ends_with("." + model::lower(entry));
}

}  // namespace

model::Result<UpstreamProxy> UpstreamProxy::parse(std::string_view address, std::string_view exceptions) {
  // What a message may show of it.
  const auto at = address.rfind('@');
  const auto scheme = address.find("://");
  std::string shown(address), user;
  if (at != std::string_view::npos && scheme != std::string_view::npos && scheme + 3 <= at) {
    user = model::percent_decode(address.substr(scheme + 3, at - scheme - 3));
    shown = fmt::format("{}{}", address.substr(0, scheme + 3), address.substr(at + 1));
  }
  const auto bad = [](std::string_view why) {
    return fail(Category::usage, fmt::format("not an upstream proxy: {}", why), "give it as http://HOST:PORT");
  };
  const auto url = model::parse_url(shown);
  if (!url) return bad(at == std::string_view::npos ? url.error().message : "not a URL");
  if (url->scheme != "http") return bad("it must be met over http");
  if (url->path.size() > 1 || url->has_query) return bad("it has a path or a query");
  wire::HttpProxy proxy{url->host, url->effective_port(), {}};
  if (!user.empty())
    proxy.authorization = "Basic " + model::base64(user.find(':') == std::string::npos ? user + ":" : user);
  UpstreamProxy out;
  out.address_ = std::make_shared<const wire::HttpProxy>(std::move(proxy));
  for (const auto entry : model::split(exceptions, ','))
    if (const auto text = model::trim(entry); !text.empty()) out.exceptions_.emplace_back(text);
  return out;
}

bool UpstreamProxy::serves(const model::Url& server) const {
  if (is_loopback(server.host)) return false;
  return std::none_of(exceptions_.begin(), exceptions_.end(),
                      [&](const auto& entry) { return excepts(entry, server); });
}

}  // namespace blobgauge::recorder
