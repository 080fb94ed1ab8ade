#include "wire/certificate.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "model/file.h"

namespace blobgauge::wire {
namespace {

class Certificate : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (std::filesystem::temp_directory_path() / "certificate-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  // What the openssl program, an independent reader, prints.
  std::string openssl(const std::string& arguments) const {
    FILE* pipe = ::popen(("cd '" + folder_ + "' && openssl " + arguments + " 2>&1").c_str(), "r");
    std::string out;
    for (int c = 0; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
    ::pclose(pipe);
    return out;
  }
  std::string folder_;
};

TEST_F(Certificate, TheAuthorityIsMadeOnceAndIsPrivate) {
  const auto first = CertificateAuthority::open(path("a"));
  ASSERT_TRUE(first) << describe(first.error());
  const auto second = CertificateAuthority::open(path("a"));
  ASSERT_TRUE(second);
  EXPECT_EQ((*first)->certificate_pem(), (*second)->certificate_pem());
  struct stat status {};
  ASSERT_EQ(::stat(path("a/authority.pem").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_EQ((*first)->certificate_pem().find("PRIVATE"), std::string::npos);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path("a")), {}), 1);

  ::chmod(path("a/authority.pem").c_str(), 0644);
  const auto open = CertificateAuthority::open(path("a"));
  ASSERT_FALSE(open);
  EXPECT_NE(describe(open.error()).find("chmod 600"), std::string::npos);
}

TEST_F(Certificate, ManyWhoStartAtOnceShareOneAuthority) {
  std::vector<std::string> seen(8);
  std::vector<std::thread> threads;
  for (auto& each : seen)
    threads.emplace_back([&] {
      const auto authority = CertificateAuthority::open(path("race"));
      each = authority ? (*authority)->certificate_pem() : describe(authority.error());
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 1u);
}

TEST_F(Certificate, LeavesAreWhatOpensslAcceptsForTheirName) {
  const auto authority = CertificateAuthority::temporary();
  ASSERT_TRUE(authority);
  ASSERT_TRUE(model::write_file(path("ca.pem"), (*authority)->certificate_pem()));
  const std::string long_name = std::string(60, 'a') + "." + std::string(60, 'b') + ".example";
  for (const std::string name : {"acct.blob.core.windows.net", "127.0.0.1", "::1", long_name.c_str()}) {
    const auto leaf = (*authority)->leaf(name);
    ASSERT_TRUE(leaf) << describe(leaf.error());
    ASSERT_TRUE(model::write_file(path("leaf.pem"), leaf->chain_pem));
    const bool address = name.find_first_not_of("0123456789.:") == std::string::npos;
    const std::string check = address ? "-verify_ip " : "-verify_hostname ";
    EXPECT_EQ(openssl("verify -x509_strict -purpose sslserver -CAfile ca.pem " + check + name + " leaf.pem"),
              "leaf.pem: OK\n");
    EXPECT_NE(openssl("verify -CAfile ca.pem -verify_hostname other.example leaf.pem").find("mismatch"),
              std::string::npos);
    EXPECT_EQ((*authority)->leaf(name)->key_pem, leaf->key_pem);
  }
  EXPECT_EQ((*authority)->leaf("Acct.Blob.core.windows.net")->key_pem,
            (*authority)->leaf("acct.blob.core.windows.net")->key_pem);
}

TEST_F(Certificate, NamesThatAreNoneAreRefused) {
  const auto authority = CertificateAuthority::temporary();
  ASSERT_TRUE(authority);
  for (const std::string name : {"", "a b", "a,DNS:evil", "a..b", "*.example", "a\n", "ä.example"})
    EXPECT_FALSE((*authority)->leaf(name)) << name;
  EXPECT_FALSE((*authority)->leaf(std::string(254, 'a')));
}

TEST_F(Certificate, DamagedFilesAreNamed) {
  const auto first = CertificateAuthority::open(path("a"));
  const auto second = CertificateAuthority::open(path("b"));
  ASSERT_TRUE(first && second);
  const auto file = path("a/authority.pem");
  const auto text = model::read_file(file).value();
  for (const auto& damaged : {std::string{}, text.substr(0, text.size() / 2),
                              text.substr(0, text.find("-----BEGIN CERT")) + (*second)->certificate_pem()}) {
    ASSERT_TRUE(model::write_file(file, damaged));
    const auto again = CertificateAuthority::open(path("a"));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().category, model::Category::input);
    EXPECT_EQ(again.error().where.file, file);
  }
}

}  // namespace
}  // namespace blobgauge::wire
