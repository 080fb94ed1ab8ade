#include "recorder/client_environment.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "model/file.h"
#include "wire/certificate.h"

namespace blobgauge::recorder {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

struct ClientEnvironment : testing::Test {
  std::map<std::string, std::string> variables(const UserEnvironment& user) const {
    const auto trust = TrustFiles::create(authority->certificate_pem(), user).value();
    const auto proxy = model::parse_url("http://127.0.0.1:4321").value();
    const auto list = client_environment(proxy, trust, user, {"169.254.169.254", "127.0.0.1:40342"});
    return {list.begin(), list.end()};
  }
  std::shared_ptr<wire::CertificateAuthority> authority = wire::CertificateAuthority::temporary().value();
};

TEST_F(ClientEnvironment, NamesTheProxyInEveryFormAndKeepsTheUsersExceptions) {
  UserEnvironment user;
  user.no_proxy = "intern.test,.lan,10.0.0.0/8,169.254.169.254";
  auto out = variables(user);
  for (const auto* name : {"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"})
    EXPECT_EQ(out[name], "http://127.0.0.1:4321") << name;
  for (const auto* name : {"NO_PROXY", "no_proxy"})
    EXPECT_EQ(out[name], "intern.test,.lan,10.0.0.0/8,169.254.169.254,127.0.0.1:40342") << name;
  EXPECT_EQ(variables({})["NO_PROXY"], "169.254.169.254,127.0.0.1:40342");
}

TEST_F(ClientEnvironment, AJvmGetsItsOptionsBehindTheUsers) {
  UserEnvironment user;
  user.no_proxy = "intern.test,.lan,10.0.0.0/8";
  user.java_options = "-Xmx1g";
  const auto options = variables(user)["JAVA_TOOL_OPTIONS"];
  EXPECT_THAT(options,
              StartsWith("-Xmx1g -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=4321 -Dhttps.proxyHost=127.0.0.1"));
  EXPECT_THAT(options, HasSubstr("-Dhttp.nonProxyHosts=localhost|127.*|[::1]|intern.test|*.lan|169.254.169.254|"));
  EXPECT_THAT(options, HasSubstr("trust.p12 -Djavax.net.ssl.trustStoreType=PKCS12"));
}

TEST_F(ClientEnvironment, TrustIsTheSystemsAndTheUsersAndOurs) {
  std::string path;
  {
    const auto folder = model::TemporaryFolder::create().value();
    UserEnvironment user;
    user.trust_files = {folder.path() + "/corporate", folder.path() + "/corporate", folder.path() + "/missing"};
    ASSERT_TRUE(model::write_file(folder.path() + "/corporate", "CORPORATE"));
    const auto trust = TrustFiles::create(authority->certificate_pem(), user);
    ASSERT_TRUE(trust) << describe(trust.error());
    path = trust->pem();
    const auto text = model::read_file(path).value();
    EXPECT_THAT(text, EndsWith("CORPORATE\n" + authority->certificate_pem()));
    EXPECT_EQ(text.find("CORPORATE"), text.rfind("CORPORATE"));
    const auto system = model::read_file("/etc/ssl/certs/ca-certificates.crt");
    if (system) {
      EXPECT_THAT(text, StartsWith(*system));
    }
    EXPECT_TRUE(std::filesystem::exists(trust->store()));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ClientEnvironment, ReadsWhatTheUserHas) {
  ::setenv("no_proxy", "lower.test", 1);
  ::setenv("CURL_CA_BUNDLE", "/some/bundle", 1);
  const auto user = UserEnvironment::current();
  ::unsetenv("no_proxy");
  ::unsetenv("CURL_CA_BUNDLE");
  EXPECT_THAT(user.trust_files, testing::Contains("/some/bundle"));
  if (!std::getenv("NO_PROXY")) {
    EXPECT_EQ(user.no_proxy, "lower.test");
  }
}

}  // namespace
}  // namespace blobgauge::recorder
