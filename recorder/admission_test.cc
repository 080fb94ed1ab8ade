#include "recorder/admission.h"

#include <gmock/gmock.h>

#include "recorder/test_sink.h"

namespace blobgauge::recorder {
namespace {

using testing::HasSubstr;
using testing::Optional;

const std::vector<std::string> identity = {"169.254.169.254", "168.63.129.16", "127.0.0.1:40342", "localhost:40342"};

TEST(Admission, ServesNamedHostsOnlyAndSaysWhichFlagNamesThem) {
  const Admission admission({"*.blob.core.windows.net", "127.0.0.1"}, identity);
  EXPECT_EQ(admission.refuses("acct.blob.core.windows.net", 443), std::nullopt);
  EXPECT_EQ(admission.refuses("ACCT.Blob.Core.Windows.Net", 443), std::nullopt);
  EXPECT_EQ(admission.refuses("127.0.0.1", 80), std::nullopt);
  for (const auto* host : {"blob.core.windows.net", "acct.blob.core.windows.net.evil.test", "evil.test", "127.0.0.2"})
    EXPECT_THAT(admission.refuses(host, 443), Optional(HasSubstr("--allow-host '" + std::string(host) + "'")));
}

TEST(Admission, SomeAddressesAreRefusedUnderEveryNameAndInEveryForm) {
  const Admission admission({"*"}, identity);
  for (const auto* address :
       {"169.254.169.254", "169.254.0.1", "168.63.129.16", "fe80::1", "FE80::1%eth0", "febf::1",
        "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "64:ff9b::169.254.169.254", "64:ff9b::a83f:8110"}) {
    EXPECT_NE(admission.refuses(address, 443), std::nullopt) << address;
    EXPECT_NE(admission.refuses_address(address, 443), std::nullopt) << address;
  }
  for (const auto* address : {"169.253.169.254", "168.63.129.17", "fec0::1", "2001:db8::fe80", "127.0.0.1", "::1"})
    EXPECT_EQ(admission.refuses_address(address, 443), std::nullopt) << address;
  EXPECT_NE(admission.refuses_address("127.0.0.1", 40342), std::nullopt);
  EXPECT_EQ(admission.refuses_address("a.name.test", 443), std::nullopt);
}

TEST(Admission, TheProxyItselfIsNoServer) {
  Admission admission({"*"});
  admission.own("10.1.2.3", 8080);
  for (const auto* address : {"127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "10.1.2.3"}) {
    EXPECT_THAT(admission.refuses_address(address, 8080), Optional(HasSubstr("circles"))) << address;
    EXPECT_EQ(admission.refuses_address(address, 8081), std::nullopt) << address;
  }
  EXPECT_EQ(admission.refuses_address("10.1.2.4", 8080), std::nullopt);
}

TEST(Admission, TheCataloguesStorageHostsAreThoseOfEveryCloudAndOfNobodyElse) {
  const Admission admission(test_catalogue()->network("storage-hosts"));
  for (const auto* host :
       {"acct.blob.core.windows.net", "acct-secondary.blob.core.windows.net", "acct.privatelink.blob.core.windows.net",
        "acct.dfs.core.usgovcloudapi.net", "acct.blob.core.chinacloudapi.cn", "acct.z01.blob.storage.azure.net"})
    EXPECT_EQ(admission.refuses(host, 443), std::nullopt) << host;
  for (const auto* host : {"core.windows.net", "blob.core.windows.net.evil.test", "management.azure.com",
                           "acct.blob.core.evil.test", "acct.database.windows.net"})
    EXPECT_NE(admission.refuses(host, 443), std::nullopt) << host;
}

TEST(Admission, LoopbackIsKnownInEveryForm) {
  for (const auto* host : {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "localhost", "LocalHost"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const auto* host : {"0.0.0.0", "::", "10.0.0.1", "localhost.evil.test", ""})
    EXPECT_FALSE(is_loopback(host)) << host;
}

}  // namespace
}  // namespace blobgauge::recorder
