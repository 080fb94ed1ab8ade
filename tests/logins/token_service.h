#pragma once
// Stands in for the token services of Azure: Microsoft Entra ID as its public clients use it (OpenID configuration,
// client credentials, device code), the metadata service of a virtual machine, and the one of App Service. It hands out
// the same token to whoever shows the right secret.
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace httplib {
class Server;
}

namespace blobgauge::logins {

// Everything that must not be found anywhere. Each has characters that percent-encoding changes.
struct Secrets {
  std::string access_token = "eyJhbGciOiJub25lIn0.AC/CE+55-sentinel-0123456789abcdef.s1gn4ture=";
  std::string refresh_token = "0.RE/FRE+5H~sentinel-0123456789abcdef=";
  std::string device_code = "DE/V1CE+C0DE-sentinel-0123456789abcdef=";
  std::string client_secret = "CL1/ENT+53CRET~sentinel-0123456789abcdef=";
  std::string identity_header = "1D/ENT1TY+HEADER-sentinel-0123456789abcdef=";
  // Made anew for each service, so that it is found by its beginning.
  std::string id_token_mark = "sentinel-of-the-id-token";
};

class TokenService {
 public:
  // Port 0: a free one. Throws where it can't listen.
  explicit TokenService(Secrets secrets, const std::string& address = "127.0.0.1", int port = 0);
  TokenService(const TokenService&) = delete;
  ~TokenService();

  std::uint16_t port() const { return port_; }
  // How many tokens each grant got: "client_credentials", "device_code", "metadata", "app_service".
  int granted(const std::string& grant) const;
  // How often a device was told to wait.
  int pending() const;

 private:
  void count(const std::string& what);

  Secrets secrets_;
  std::unique_ptr<httplib::Server> server_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, int> counts_;
  std::thread thread_;
};

}  // namespace blobgauge::logins
