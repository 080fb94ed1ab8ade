#include "tests/logins/token_service.h"

#include <fmt/format.h>
#include <httplib.h>

#include <nlohmann/json.hpp>

#include "model/text.h"

namespace blobgauge::logins {
namespace {

using nlohmann::json;

// Base64 as JSON web tokens have it.
std::string packed(const json& claims) {
  auto out = model::base64(claims.dump());
  for (auto& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out.substr(0, out.find('='));
}

constexpr auto login = "https://login.microsoftonline.com";

json configuration(const std::string& tenant) {
  const auto base = fmt::format("{}/{}", login, tenant);
  return {{"authorization_endpoint", base + "/oauth2/v2.0/authorize"},
          {"token_endpoint", base + "/oauth2/v2.0/token"},
          {"device_authorization_endpoint", base + "/oauth2/v2.0/devicecode"},
          {"issuer", base + "/v2.0"}};
}

json instance() {
  return {{"tenant_discovery_endpoint", fmt::format("{}/common/v2.0/.well-known/openid-configuration", login)},
          {"api-version", "1.1"},
          {"metadata",
           {{{"preferred_network", "login.microsoftonline.com"},
             {"preferred_cache", "login.windows.net"},
             {"aliases", {"login.microsoftonline.com", "login.windows.net", "login.microsoft.com"}}}}}};
}

json token(const Secrets& secrets) {
  return {
      {"token_type", "Bearer"},
      {"scope", "https://storage.azure.com/.default"},
      {"expires_in", 3600},
      {"ext_expires_in", 3600},
      {"access_token", secrets.access_token},
      {"refresh_token", secrets.refresh_token},
      {"id_token",
       fmt::format("{}.{}.{}", packed({{"alg", "none"}}),
                   packed({{"oid", "user"}, {"tid", "tenant"}, {"sub", "s"}, {"preferred_username", "user@x.test"}}),
                   secrets.id_token_mark)},
      {"client_info", packed({{"uid", "user"}, {"utid", "tenant"}})}};
}

// The form that the older endpoints of machines have.
json machine_token(const Secrets& secrets) {
  return {{"access_token", secrets.access_token},
          {"expires_on", std::to_string(std::time(nullptr) + 3600)},
          {"expires_in", "3600"},
          {"resource", "https://storage.azure.com"},
          {"token_type", "Bearer"}};
}

void answer(httplib::Response& response, const json& body, int status = 200) {
  response.status = status;
  response.set_content(body.dump(), "application/json; charset=utf-8");
}

}  // namespace

TokenService::TokenService(Secrets secrets, const std::string& address, int port)
    : secrets_(std::move(secrets)), server_(std::make_unique<httplib::Server>()) {
  server_->Get(R"(/common/discovery/instance)", [](const auto&, auto& response) { answer(response, instance()); });
  server_->Get(R"(/([^/]+)/v2.0/.well-known/openid-configuration)",
               [](const auto& request, auto& response) { answer(response, configuration(request.matches[1])); });
  server_->Post(R"(/[^/]+/oauth2/v2.0/devicecode)", [this](const auto&, auto& response) {
    answer(response, {{"user_code", "ABCD-1234"},
                      {"device_code", secrets_.device_code},
                      {"verification_uri", "https://microsoft.com/devicelogin"},
                      {"expires_in", 900},
                      {"interval", 1},
                      {"message", "To sign in, open the page and enter the code."}});
  });
  server_->Post(R"(/[^/]+/oauth2/v2.0/token)", [this](const auto& request, auto& response) {
    const auto grant = request.get_param_value("grant_type");
    const bool device = grant.find("device_code") != std::string::npos;
    const bool right =
        device ? request.get_param_value("device_code") == secrets_.device_code
               : grant == "client_credentials" && request.get_param_value("client_secret") == secrets_.client_secret;
    if (!right) return answer(response, {{"error", "invalid_client"}, {"error_description", "wrong secret"}}, 401);
    if (device && pending() == 0) {
      count("pending");
      return answer(response, {{"error", "authorization_pending"}, {"device_code", secrets_.device_code}}, 400);
    }
    count(device ? "device_code" : grant);
    answer(response, token(secrets_));
  });
  server_->Get("/metadata/identity/oauth2/token", [this](const auto& request, auto& response) {
    // The field that a page in a browser can't be made to send.
    if (request.get_header_value("Metadata") != "true") return answer(response, {{"error", "invalid_request"}}, 400);
    count("metadata");
    answer(response, machine_token(secrets_));
  });
  server_->Get("/msi/token", [this](const auto& request, auto& response) {
    if (request.get_header_value("X-IDENTITY-HEADER") != secrets_.identity_header)
      return answer(response, {{"error", "unauthorized"}}, 401);
    count("app_service");
    answer(response, machine_token(secrets_));
  });
  const bool bound = port == 0 ? (port = server_->bind_to_any_port(address.c_str())) > 0
                               : server_->bind_to_port(address.c_str(), port);
  if (!bound) throw std::runtime_error("a test's own server cannot listen on " + address);
  port_ = static_cast<std::uint16_t>(port);
  thread_ = std::thread([this] { server_->listen_after_bind(); });
}

TokenService::~TokenService() {
  while (!server_->is_running()) std::this_thread::yield();  // stopping it earlier has no effect
  server_->stop();
  thread_.join();
}

void TokenService::count(const std::string& what) {
  const std::lock_guard lock(mutex_);
  ++counts_[what];
}

int TokenService::granted(const std::string& grant) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(grant);
  return found == counts_.end() ? 0 : found->second;
}

int TokenService::pending() const { return granted("pending"); }

}  // namespace blobgauge::logins
