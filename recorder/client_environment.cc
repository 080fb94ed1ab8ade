#include "recorder/client_environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "model/file.h"
#include "model/text.h"
#include "wire/trust_store.h"

namespace blobgauge::recorder {
namespace {

constexpr std::array trust_variables = {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"};
// Where distributions keep their authorities; the first that is there counts.
constexpr std::array system_bundles = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                       "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem"};

std::string environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// True if there was something to add.
bool add_file(const std::string& path, std::string& to) {
  const auto text = model::read_file(path);
  if (!text || text->empty()) return false;
  to += *text;
  if (!to.ends_with('\n')) to += '\n';
  return true;
}

std::string with_bypass(std::string list, const std::vector<std::string>& bypass) {
  for (const auto& each : bypass)
    if (("," + list + ",").find("," + each + ",") == std::string::npos) list += (list.empty() ? "" : ",") + each;
  return list;
}

// Exceptions as a JVM writes them: hosts without ports, '*' at an end. What it cannot say (address ranges) is left out.
std::string java_exceptions(std::string_view no_proxy) {
  std::string out = "localhost|127.*|[::1]";  // its own default
  for (auto entry : model::split(no_proxy, ',')) {
    entry = model::trim(entry);
    if (std::count(entry.begin(), entry.end(), ':') == 1) entry = entry.substr(0, entry.find(':'));
    if (entry.empty() || entry.find_first_of("/|\"' ") != std::string_view::npos) continue;
    out += fmt::format("|{}{}", entry.starts_with('.') ? "*" : "", entry);
  }
  return out;
}

std::string java_options(const model::Url& proxy, const TrustFiles& trust, const UserEnvironment& user,
                         std::string_view no_proxy) {
  std::string out = user.java_options + (user.java_options.empty() ? "" : " ");
  for (const char* scheme : {"http", "https"})
    out += fmt::format("-D{0}.proxyHost={1} -D{0}.proxyPort={2} ", scheme, proxy.host, proxy.effective_port());
  // A JVM splits at blanks, but for those in quotes.
  const char* quote = trust.store().find(' ') == std::string::npos ? "" : "'";
  return out + fmt::format(
                   "-Dhttp.nonProxyHosts={0} {1}-Djavax.net.ssl.trustStore={2}{1} "
                   "-Djavax.net.ssl.trustStoreType=PKCS12 -Djavax.net.ssl.trustStorePassword={3}",
                   java_exceptions(no_proxy), quote, trust.store(), TrustFiles::store_password);
}

}  // namespace

UserEnvironment UserEnvironment::current() {
  UserEnvironment out;
  out.no_proxy = environment_variable("NO_PROXY");
  if (out.no_proxy.empty()) out.no_proxy = environment_variable("no_proxy");
  out.java_options = environment_variable("JAVA_TOOL_OPTIONS");
  for (const char* name : trust_variables)
    if (auto path = environment_variable(name); !path.empty()) out.trust_files.push_back(std::move(path));
  return out;
}

model::Result<TrustFiles> TrustFiles::create(const std::string& certificate_pem, const UserEnvironment& user,
                                             const std::string& base) {
  std::string text;
  std::vector<std::string> taken;
  const auto add = [&](const std::string& path) {
    if (std::find(taken.begin(), taken.end(), path) != taken.end()) return true;
    taken.push_back(path);
    return add_file(path, text);
  };
  for (const char* path : system_bundles)
    if (add(path)) break;
  for (const auto& path : user.trust_files) (void)add(path);
  text += certificate_pem;
  BLOBGAUGE_TRY(auto folder, model::TemporaryFolder::create(base));
  TrustFiles out(std::move(folder));
  BLOBGAUGE_CHECK(model::write_file(out.pem(), text));
  BLOBGAUGE_TRY(const auto store, wire::make_trust_store(text, std::string(store_password)));
  BLOBGAUGE_CHECK(model::write_file(out.store(), store));
  return out;
}

Variables client_environment(const model::Url& proxy, const TrustFiles& trust, const UserEnvironment& user,
                             const std::vector<std::string>& bypass) {
  const auto no_proxy = with_bypass(user.no_proxy, bypass);
  Variables out;
  for (const char* name : {"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"})
    out.emplace_back(name, "http://" + proxy.authority());
  for (const char* name : {"NO_PROXY", "no_proxy"}) out.emplace_back(name, no_proxy);
  for (const char* name : trust_variables) out.emplace_back(name, trust.pem());
  out.emplace_back("JAVA_TOOL_OPTIONS", java_options(proxy, trust, user, no_proxy));
  return out;
}

}  // namespace blobgauge::recorder
