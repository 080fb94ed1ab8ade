#include "clients/store.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <pugixml.hpp>

#include "clients/fixture.h"
#include "model/text.h"
#include "wire/client.h"
#include "wire/runtime.h"
#include "wire/sign.h"

namespace blobgauge::clients {

using model::Category;
using model::Result;
using model::Status;

namespace {

// The head's views live as long as the head.
struct Answer {
  wire::ResponseHead head;
  std::string body;
  bool ok() const { return head.status >= 200 && head.status < 300; }
};

wire::Destination destination_of(const model::Profile& profile, std::shared_ptr<const wire::TlsClient> tls) {
  wire::Destination destination;
  destination.host = profile.url.host;
  destination.port = profile.url.effective_port();
  destination.tls = std::move(tls);
  if (!profile.resolve.empty()) {
    const auto colon = profile.resolve.rfind(':');
    destination.connect_host = profile.resolve.substr(0, colon);
    if (colon != std::string::npos)
      destination.connect_port = static_cast<std::uint16_t>(
          model::parse_number(std::string_view(profile.resolve).substr(colon + 1)).value_or(0));
  }
  return destination;
}

// IMF-fixdate, RFC 9110 section 5.6.7.
std::string http_date() { return fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", fmt::gmtime(std::time(nullptr))); }

}  // namespace

struct Store::State {
  const model::Profile& profile;
  const Service& service;
  wire::Credential credential;
  wire::Destination destination;
  wire::Runtime runtime;
  wire::Client client;  // after the runtime that it lives on

  Result<Answer> send(std::string_view name, const Pairs& names, std::string body = {}) {
    const auto& request = service.requests.find(name)->second;
    Pairs in_target, in_headers = names;
    for (const auto& [key, value] : names) in_target.emplace_back(key, model::percent_encode(value, "/"));
    in_headers.emplace_back("version", profile.api_version);
    in_headers.emplace_back("date", http_date());
    BLOBGAUGE_TRY(const auto raw, expand(request.target, in_target));
    wire::ClientRequest message;
    message.destination = destination;
    message.method = request.method;
    message.target = profile.target(raw);
    message.headers.add("Host", profile.url.authority());
    for (const auto* headers : {&service.headers, &request.headers})
      for (const auto& [field, value] : *headers) {
        BLOBGAUGE_TRY(auto expanded, expand(value, in_headers));
        message.headers.add(field, std::move(expanded));
      }
    if (!body.empty() || request.method == "PUT") message.headers.add("Content-Length", std::to_string(body.size()));
    BLOBGAUGE_TRY(const auto url, model::parse_target(message.target));
    message.headers.add("Authorization",
                        wire::shared_key_authorization(message.method, url, message.headers, credential));
    message.body = std::move(body);
    return runtime.run(exchange(std::move(message)));
  }

  wire::Task<Result<Answer>> exchange(wire::ClientRequest message) {
    auto response = co_await client.send(std::move(message));
    if (!response) co_return tl::make_unexpected(response.error());
    auto body = co_await response->read_all(std::size_t{1} << 30);
    if (!body) co_return tl::make_unexpected(body.error());
    co_return Answer{std::move(response->head), std::move(*body)};
  }

  // The same, and every status but 2xx is an error.
  Result<Answer> need(std::string_view name, const Pairs& names, std::string body = {}) {
    BLOBGAUGE_TRY(auto answer, send(name, names, std::move(body)));
    if (answer.ok()) return answer;
    return model::fail(Category::endpoint, fmt::format("{} of {} was answered {} {}", name, subject(names),
                                                       answer.head.status, answer.head.reason));
  }

  static std::string subject(const Pairs& names) {
    std::string text;
    for (const auto& [key, value] : names)
      if (key == "container" || key == "blob") text += "/" + value;
    return text.empty() ? "the account" : text;
  }
};

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const model::Profile& profile, const Service& service) {
  BLOBGAUGE_TRY(const auto text, model::account_key(profile));
  BLOBGAUGE_TRY(auto key, wire::AccountKey::parse(text));
  std::shared_ptr<const wire::TlsClient> tls;
  if (profile.url.scheme == "https") {
    BLOBGAUGE_TRY(tls, wire::TlsClient::create({.ca_file = profile.ca_file, .verify = true, .identity = {}}));
  }
  return std::unique_ptr<Store>(new Store(std::unique_ptr<State>(new State{profile,
                                                                           service,
                                                                           {profile.account, std::move(key)},
                                                                           destination_of(profile, std::move(tls)),
                                                                           {},
                                                                           wire::Client()})));
}

Status Store::probe() {
  BLOBGAUGE_TRY(const auto answer, state_->send("probe", {}));
  if (answer.ok()) return {};
  const bool refused = answer.head.status == 401 || answer.head.status == 403;
  return model::fail(Category::endpoint,
                     fmt::format("{} answered {} {} to the first request", state_->profile.url.text(),
                                 answer.head.status, answer.head.reason),
                     refused ? fmt::format("it does not accept the key of account '{}'", state_->profile.account) : "");
}

Status Store::create_container(std::string_view container) {
  BLOBGAUGE_CHECK(state_->need("create_container", {{"container", std::string(container)}}));
  return {};
}

Status Store::delete_container(std::string_view container) {
  BLOBGAUGE_TRY(const auto answer, state_->send("delete_container", {{"container", std::string(container)}}));
  if (answer.ok() || answer.head.status == 404) return {};
  return model::fail(Category::endpoint, fmt::format("container {} stays: {}", container, answer.head.status));
}

Result<bool> Store::has_container(std::string_view container) {
  const Pairs names{{"container", std::string(container)}};
  BLOBGAUGE_TRY(const auto answer, state_->send("find_container", names));
  // Gone, or going: a service may answer 409 while it still deletes.
  if (answer.head.status == 404 || answer.head.status == 409) return false;
  if (answer.ok()) return true;
  return model::fail(Category::endpoint,
                     fmt::format("asked for container {}: {} {}", container, answer.head.status, answer.head.reason));
}

Status Store::put(std::string_view container, std::string_view blob, std::string bytes) {
  const Pairs names{{"container", std::string(container)}, {"blob", std::string(blob)}, {"md5", md5_base64(bytes)}};
  BLOBGAUGE_CHECK(state_->need("put", names, std::move(bytes)));
  return {};
}

Result<std::string> Store::get(std::string_view container, std::string_view blob) {
  const Pairs names{{"container", std::string(container)}, {"blob", std::string(blob)}};
  BLOBGAUGE_TRY(auto answer, state_->need("get", names));
  return std::move(answer.body);
}

Result<std::optional<model::Headers>> Store::properties(std::string_view container, std::string_view blob) {
  const Pairs names{{"container", std::string(container)}, {"blob", std::string(blob)}};
  BLOBGAUGE_TRY(const auto answer, state_->send("properties", names));
  if (answer.head.status == 404) return std::optional<model::Headers>{};
  if (!answer.ok())
    return model::fail(Category::endpoint, fmt::format("asked for {}: {} {}", State::subject(names), answer.head.status,
                                                       answer.head.reason));
  return std::optional<model::Headers>(answer.head.headers());
}

Result<std::vector<std::string>> Store::list(std::string_view container, std::string_view prefix) {
  std::vector<std::string> found;
  std::string marker;
  do {
    const Pairs names{{"container", std::string(container)}, {"prefix", std::string(prefix)}, {"marker", marker}};
    BLOBGAUGE_TRY(const auto answer, state_->need("list", names));
    pugi::xml_document document;
    if (const auto parsed = document.load_buffer(answer.body.data(), answer.body.size()); !parsed)
      return model::fail(Category::endpoint,
                         fmt::format("the list of {} is not XML: {}", container, parsed.description()));
    for (const auto& node : document.select_nodes(state_->service.names.c_str())) {
      const std::string name = node.node().text().get();
      const std::string_view encoded = node.node().attribute("Encoded").value();
      found.push_back(encoded == "true" ? model::percent_decode(name) : name);
    }
    marker = document.select_node(state_->service.next.c_str()).node().text().get();
  } while (!marker.empty());
  return found;
}

}  // namespace blobgauge::clients
