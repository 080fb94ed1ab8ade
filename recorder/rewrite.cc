#include "recorder/rewrite.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/mark.h"
#include "model/text.h"
#include "wire/head_edit.h"

namespace blobgauge::recorder {
namespace {

using model::Category;
using model::iequals;

// Who the client believes that it talks to. `target` is set in reverse mode: who names no host there means that one.
model::Result<model::Url> believed(const wire::RequestHead& head, const Arrival& arrival,
                                   const std::optional<model::Url>& target) {
  const bool absolute = !head.target.starts_with('/') && head.target != "*";
  if (absolute) return model::parse_url(std::string(head.target));
  if (!target && arrival.tunnel.empty())
    return model::fail(Category::usage, "this is a proxy: send absolute-form requests or CONNECT",
                       "set HTTP_PROXY and HTTPS_PROXY to its address");
  const std::string host = head.text("Host");
  if (target && host.empty()) return *target;
  const std::string authority = arrival.tunnel.empty() ? host : arrival.tunnel;
  BLOBGAUGE_TRY(auto url, model::parse_url((arrival.secure ? "https://" : "http://") + authority));
  return url;
}

// The origin form inside an absolute form, as it was written.
std::string origin_form(std::string_view target) {
  const auto scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return std::string(target);  // CONNECT's, too
  const auto path = std::min(target.find_first_of("/?", scheme + 3), target.size());
  const auto rest = target.substr(path);
  return rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
}

// RFC 9112 section 3.2.2; OPTIONS for the whole server has no path there (section 3.2.4).
std::string absolute_form(const model::Url& server, const std::string& target) {
  return fmt::format("{}://{}{}", server.scheme, server.authority(), target == "*" ? "" : target);
}

// Is it a URL of another server than this one?
bool is_elsewhere(std::string_view text, const model::Url& server) {
  const auto url = model::parse_url(text);
  return url && (!iequals(url->host, server.host) || url->effective_port() != server.effective_port());
}

// Collects changes of one head.
class Changes {
 public:
  Changes(const wire::RequestHead& head, const model::Headers& fields, std::vector<std::string>& marks)
      : head_(head), edit_(head), sent_(fields), marks_(marks) {}

  void target(std::string target, std::string_view why) {
    edit_.start_line(fmt::format("{} {} {}", head_.method, target, head_.version()));
    mark("target", why);
  }
  void remove(std::string_view name, std::string_view why) {
    if (head_.count(name) == 0) return;
    for (std::size_t i = 0; i < head_.fields.size(); ++i)
      if (iequals(head_.fields[i].name, name)) edit_.remove(i);
    changed().remove(name);
    mark(name, why);
  }
  void set(std::string_view name, const std::string& value, std::string_view why) {
    for (std::size_t i = 0; i < head_.fields.size(); ++i)
      if (iequals(head_.fields[i].name, name)) edit_.value(i, value);
    changed().set(name, value);
    mark(name, why);
  }
  // Its value is none of the client's, and stays out of the exchange.
  void append(std::string_view name, std::string_view value, std::string_view why) {
    edit_.append(name, value);
    mark(name, why);
  }
  void not_mapped(std::string_view name, std::string_view why) {
    marks_.push_back(model::host_not_mapped_mark(name, why));
  }
  void mark(std::string_view what, std::string_view why) { marks_.push_back(fmt::format("{}: {}", what, why)); }

  // As they are now, but for what was appended.
  const model::Headers& fields() const { return changed_ ? *changed_ : sent_; }
  model::Result<std::string> bytes() const { return edit_.bytes(); }

 private:
  model::Headers& changed() { return changed_ ? *changed_ : changed_.emplace(sent_); }

  const wire::RequestHead& head_;
  wire::HeadEdit edit_;
  const model::Headers& sent_;
  std::optional<model::Headers> changed_;  // most heads go on as they came
  std::vector<std::string>& marks_;
};

}  // namespace

void describe_request(const wire::RequestHead& head, const Arrival& arrival, model::Request& request) {
  request.method = std::string(head.method);
  request.version = head.version();
  request.headers = head.headers();
  request.target = origin_form(head.target);
  request.scheme = arrival.secure ? "https" : "http";
  request.host = arrival.tunnel.empty() ? head.text("Host") : arrival.tunnel;
}

model::Result<Departure> Rewriter::rewrite(const wire::RequestHead& head, const Arrival& arrival,
                                           model::Exchange& exchange) const {
  auto& request = exchange.request;
  describe_request(head, arrival, request);
  BLOBGAUGE_TRY(const auto url, believed(head, arrival, target));
  request.scheme = url.scheme;
  request.host = head.target.starts_with('/') && head.count("Host") > 0 ? head.text("Host") : url.authority();

  Changes changes(head, request.headers, exchange.marks);
  Departure out{target.value_or(url), target.has_value(), false, {}};
  std::string sent = request.target, why = "absolute form became origin form", host, host_why;
  bool mapped = false;
  if (target) {
    if (target->path.size() > 1) {
      sent = target->path.substr(0, target->path.find_last_not_of('/') + 1) + sent;
      why = "the target's path went before it";
    }
    if (rewrite_host) host = target->authority();
    host_why = "became the target's";
  } else if (const MapRule* rule = mapping.find(url.authority())) {
    mapped = out.configured = true;
    auto route = mapping.route(*rule, url.authority(), request.target);
    changes.mark("server", fmt::format("{} mapped to {}", url.authority(), route.server.authority()));
    out.server = route.server;
    sent = route.target;
    if (sent != request.target) why = "the account went into the path";
    host = route.host;
    host_why = "mapped with the server";
  }
  out.relayed = upstream && upstream->serves(out.server);
  if (out.relayed) changes.mark("server", "met through the upstream proxy");
  const bool plain_relay = out.relayed && out.server.scheme == "http";
  const auto line = plain_relay ? absolute_form(out.server, sent) : sent;
  if (plain_relay && sent == request.target) why = "became absolute form, for the upstream proxy";
  if (line != head.target) changes.target(line, why);
  if (!host.empty()) changes.set("Host", host, host_why);
  changes.remove("Proxy-Connection", "is for the proxy");
  changes.remove("Proxy-Authorization", "is for the proxy");
  if (const auto& credential = plain_relay ? upstream->address()->authorization : std::string(); !credential.empty())
    changes.append("Proxy-Authorization", credential, "of the upstream proxy");

  // What follows breaks a signature over headers and path; only a key can make it good.
  const bool is_signed = wire::parse_shared_key(request.headers.get("Authorization")).has_value();
  const bool signs = is_signed && mapped && resign.has_value();
  for (const auto& name : address_headers) {
    const auto value = request.headers.find(name);
    if (!value) continue;
    const auto address = mapping.address(*value);
    if (address && map_addresses && (!is_signed || signs))
      changes.set(name, *address, "host mapped with the server");
    else if (address && map_addresses)
      changes.not_mapped(name, "the signature covers it, and no key was given to sign again");
    else if (mapped && address)
      changes.not_mapped(name, "that was not wanted");
    else if (mapped && is_elsewhere(*value, out.server))
      changes.not_mapped(name, "no mapping is for it");
  }
  if (signs) {
    BLOBGAUGE_TRY(const auto final_url, model::parse_target(sent));
    changes.set("Authorization", wire::shared_key_authorization(request.method, final_url, changes.fields(), *resign),
                "signed again");
  } else if (is_signed && sent != request.target) {
    changes.mark("Authorization", "does not fit the new path, and no key was given to sign again");
  }
  BLOBGAUGE_TRY(out.head, changes.bytes());
  return out;
}

}  // namespace blobgauge::recorder
