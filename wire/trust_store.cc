#include "wire/trust_store.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <memory>

#include "wire/tls_state.h"

namespace blobgauge::wire {

using model::Category;
using model::fail;

namespace {

constexpr const char* trusted_key_usage = "2.16.840.1.113894.746875.1.1";
constexpr int seal_rounds = 2048;

struct BagsFree {
  void operator()(STACK_OF(PKCS12_SAFEBAG) * bags) const { sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free); }
};
struct SafesFree {
  void operator()(STACK_OF(PKCS7) * safes) const { sk_PKCS7_pop_free(safes, PKCS7_free); }
};
using BagPtr = std::unique_ptr<PKCS12_SAFEBAG, Freed<PKCS12_SAFEBAG_free>>;
using BagsPtr = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), BagsFree>;

// Null at the end of the text.
CertificatePtr next_certificate(BIO* text) {
  for (;;) {
    ERR_clear_error();
    CertificatePtr out(PEM_read_bio_X509(text, nullptr, nullptr, nullptr));
    if (out || ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) return out;
  }
}

BagPtr bag_of(X509* certificate, std::size_t number) {
  BagPtr bag(PKCS12_SAFEBAG_create_cert(certificate));
  // With length -1 the "bytes" are the object itself.
  const auto* any_usage = reinterpret_cast<const unsigned char*>(OBJ_nid2obj(NID_anyExtendedKeyUsage));
  if (!bag || PKCS12_add1_attr_by_txt(bag.get(), trusted_key_usage, V_ASN1_OBJECT, any_usage, -1) != 1) return nullptr;
  // Entries of one name would replace each other.
  const auto name = fmt::format("authority {}", number);
  if (PKCS12_add_friendlyname_utf8(bag.get(), name.c_str(), -1) != 1) return nullptr;
  return bag;
}

}  // namespace

Result<std::string> make_trust_store(std::string_view certificates_pem, const std::string& password) {
  const auto failed = [] { return fail(Category::internal, "cannot make a trust store: " + openssl_error()); };
  const std::unique_ptr<BIO, Freed<BIO_free>> text(
      BIO_new_mem_buf(certificates_pem.data(), static_cast<int>(certificates_pem.size())));
  const BagsPtr bags(sk_PKCS12_SAFEBAG_new_null());
  std::size_t count = 0;
  while (const auto certificate = next_certificate(text.get())) {
    auto bag = bag_of(certificate.get(), ++count);
    if (!bag || sk_PKCS12_SAFEBAG_push(bags.get(), bag.get()) == 0) return failed();
    (void)bag.release();
  }
  ERR_clear_error();
  if (count == 0) return fail(Category::input, "no certificate for a trust store");
  constexpr int unencrypted = -1;
  STACK_OF(PKCS7)* made = nullptr;
  const int added = PKCS12_add_safe(&made, bags.get(), unencrypted, 0, nullptr);
  const std::unique_ptr<STACK_OF(PKCS7), SafesFree> safes(made);
  if (added != 1) return failed();
  const std::unique_ptr<PKCS12, Freed<PKCS12_free>> store(PKCS12_add_safes(safes.get(), 0));
  if (!store || PKCS12_set_mac(store.get(), password.c_str(), -1, nullptr, 0, seal_rounds, EVP_sha1()) != 1)
    return failed();
  unsigned char* bytes = nullptr;
  const int size = i2d_PKCS12(store.get(), &bytes);
  if (size <= 0) return failed();
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

}  // namespace blobgauge::wire
