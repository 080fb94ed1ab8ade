#include "wire/trust_store.h"

#include <gtest/gtest.h>
#include <openssl/pkcs12.h>

#include "wire/certificate.h"
#include "wire/tls_state.h"

namespace blobgauge::wire {
namespace {

// As OpenSSL reads it back. That a JVM takes it for authorities is shown in recorder/, with a JVM.
TEST(TrustStore, HoldsEveryCertificateOfATextAndIsSealed) {
  const auto one = CertificateAuthority::temporary().value()->certificate_pem();
  const auto two = CertificateAuthority::temporary().value()->certificate_pem();
  const auto bad = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const auto bytes = make_trust_store("# a comment\n" + one + bad + two, "changeit");
  ASSERT_TRUE(bytes) << describe(bytes.error());

  const auto* at = reinterpret_cast<const unsigned char*>(bytes->data());
  const std::unique_ptr<PKCS12, Freed<PKCS12_free>> store(d2i_PKCS12(nullptr, &at, static_cast<long>(bytes->size())));
  ASSERT_TRUE(store);
  EXPECT_EQ(PKCS12_verify_mac(store.get(), "changeit", -1), 1);
  EXPECT_EQ(PKCS12_verify_mac(store.get(), "other", -1), 0);
  EVP_PKEY* key = nullptr;
  X509* leaf = nullptr;
  STACK_OF(X509)* all = nullptr;
  ASSERT_EQ(PKCS12_parse(store.get(), "changeit", &key, &leaf, &all), 1);
  const std::unique_ptr<STACK_OF(X509), ChainFree> authorities(all);
  EXPECT_EQ(key, nullptr);
  EXPECT_EQ(leaf, nullptr);
  EXPECT_EQ(sk_X509_num(authorities.get()), 2);
}

TEST(TrustStore, NeedsACertificate) {
  EXPECT_EQ(make_trust_store("", "x").error().category, model::Category::input);
  EXPECT_EQ(make_trust_store("-----BEGIN CERTIFICATE-----\n", "x").error().category, model::Category::input);
}

}  // namespace
}  // namespace blobgauge::wire
