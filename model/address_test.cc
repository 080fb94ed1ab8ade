#include "model/address.h"

#include <gtest/gtest.h>

#include "model/test_catalogue.h"

namespace blobgauge::model {
namespace {

Address read(std::string host, std::string target, AddressHints hints = {}, Headers headers = {}) {
  Request request;
  request.host = std::move(host);
  request.target = std::move(target);
  request.headers = std::move(headers);
  return AddressReader(test_catalogue(), std::move(hints)).read(request);
}

TEST(Address, HostStyle) {
  const auto a = read("acct.blob.core.windows.net:443", "/c/dir/a%20b%2Fc?comp=block");
  EXPECT_EQ(a.problem, "");
  EXPECT_EQ(a.account, "acct");
  EXPECT_EQ(a.container, "c");
  EXPECT_EQ(a.blob, "dir/a b/c");
  EXPECT_FALSE(a.path_style);
  EXPECT_EQ(read("ACCT.BLOB.core.usgovcloudapi.net.", "/c").container, "c");
  EXPECT_EQ(read("acct.z12.blob.storage.azure.net", "/").account, "acct");
  EXPECT_EQ(read("acct.blob.localhost:10000", "/c/b").account, "acct");
}

TEST(Address, PathStyleIsWhatNamesNoAccountInTheHost) {
  for (const auto* host : {"127.0.0.1:10000", "localhost:10000", "10.1.2.3", "[::1]:10000", "azurite:10000",
                           "host.docker.internal:10000", "LocalHost"}) {
    const auto a = read(host, "/devstoreaccount1/c/b/x");
    EXPECT_EQ(a.problem, "") << host;
    EXPECT_TRUE(a.path_style) << host;
    EXPECT_EQ(a.account, "devstoreaccount1") << host;
    EXPECT_EQ(a.container, "c") << host;
    EXPECT_EQ(a.blob, "b/x") << host;
  }
  EXPECT_EQ(read("127.0.0.1:10000", "/acct?comp=list").level(), 0);
  EXPECT_EQ(read("127.0.0.1:10000", "/acct/?comp=list").level(), 0);
  EXPECT_EQ(read("127.0.0.1:10000", "/acct/c?restype=container").level(), 1);
  EXPECT_NE(read("127.0.0.1:10000", "/?comp=list").problem, "");
}

TEST(Address, SecondaryAccountsKeepTheirName) {
  const auto host = read("acct-secondary.blob.core.windows.net", "/c/b");
  EXPECT_TRUE(host.secondary);
  EXPECT_EQ(host.account, "acct");
  const auto path = read("127.0.0.1", "/acct-secondary/c/b");
  EXPECT_TRUE(path.secondary);
  EXPECT_EQ(path.account, "acct");
  EXPECT_EQ(path.container, "c");
}

TEST(Address, SpecialContainersAndOddPaths) {
  const std::string host = "acct.blob.core.windows.net";
  EXPECT_EQ(read(host, "/$root/b").container, "$root");
  EXPECT_EQ(read(host, "/%24web/index.html").container, "$web");
  EXPECT_EQ(read(host, "/$logs/blob/2024/01/01/0000/000000.log").blob, "blob/2024/01/01/0000/000000.log");
  EXPECT_EQ(read(host, "/c//b//").blob, "/b//");
  EXPECT_EQ(read(host, "/c/100%").blob, "100%");
  EXPECT_EQ(read(host, "/c/").level(), 1);
  EXPECT_EQ(read(host, "").level(), 0);
  EXPECT_EQ(read(host, "/").level(), 0);
  EXPECT_NE(read(host, "//b").problem, "");
  EXPECT_NE(read(host, "c/b").problem, "");
}

TEST(Address, AbsoluteFormStandsInForAMissingHost) {
  const auto a = read("", "http://acct.blob.core.windows.net/c/b?x=1");
  EXPECT_EQ(a.account, "acct");
  EXPECT_EQ(a.blob, "b");
  EXPECT_EQ(read("", "/c/b").container, "c");
}

TEST(Address, OtherHostsAreRefusedUnlessTheRequestSpeaksThisApi) {
  for (const auto* host : {"acct.dfs.core.windows.net", "acct.z13.web.core.windows.net", "login.microsoftonline.com",
                           "169.254.169.254", "proxy.example.org"})
    EXPECT_NE(read(host, "/a/b").problem, "") << host;
  const auto custom = read("files.example.org", "/c/b", {}, {{"x-ms-version", "2021-12-02"}});
  EXPECT_EQ(custom.problem, "");
  EXPECT_EQ(custom.account, "");
  EXPECT_EQ(custom.container, "c");
  EXPECT_EQ(read("files.example.org", "/c/b?sv=1&sig=2").blob, "b");
}

TEST(Address, TheSignatureTellsTheStyleOfAnUnknownHost) {
  const Headers signed_by = {{"Authorization", "SharedKey acct:c2ln"}};
  const auto path = read("gw.example.org", "/acct/c/b?comp=block", {}, signed_by);
  EXPECT_TRUE(path.path_style);
  EXPECT_EQ(path.account, "acct");
  EXPECT_EQ(path.container, "c");
  const auto host = read("files.example.org", "/c/b?comp=block", {}, signed_by);
  EXPECT_FALSE(host.path_style);
  EXPECT_EQ(host.account, "acct");
  EXPECT_EQ(host.container, "c");
  EXPECT_EQ(read("gw.example.org", "/acct/c?comp=list", {}, {{"Authorization", "Bearer acct:x"}}).account, "");
}

TEST(Address, HintsDecideFirst) {
  const auto path = read("gw.example.org:8443", "/acct/c/b", {{"gw.example.org"}, {}});
  EXPECT_TRUE(path.path_style);
  EXPECT_EQ(path.account, "acct");
  const auto host = read("acct.gw.example.org", "/c/b", {{}, {"*.gw.example.org"}});
  EXPECT_EQ(host.account, "acct");
  EXPECT_EQ(host.container, "c");
}

}  // namespace
}  // namespace blobgauge::model
