#pragma once
// For tests: a client's certificate. What the program itself makes (certificate.h) is for servers only.
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "wire/tls.h"
#include "wire/tls_state.h"

namespace blobgauge::wire {

// Signed by itself and good for any purpose: the client's certificate and the authority for it in one.
inline TlsIdentity self_signed() {
  KeyPtr key(EVP_EC_gen("P-256"));
  CertificatePtr certificate(X509_new());
  auto* made = certificate.get();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  X509_gmtime_adj(X509_getm_notBefore(made), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made), 3600);
  X509_set_pubkey(made, key.get());
  auto* name = X509_get_subject_name(made);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("me"), -1, -1, 0);
  X509_set_issuer_name(made, name);
  X509_sign(made, key.get(), EVP_sha256());
  std::unique_ptr<BIO, Freed<BIO_free>> chain(BIO_new(BIO_s_mem())), secret(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(chain.get(), made);
  PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  const auto text = [](BIO* bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    return std::string(data, static_cast<std::size_t>(size));
  };
  return {text(chain.get()), text(secret.get())};
}

}  // namespace blobgauge::wire
