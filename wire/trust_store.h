#pragma once
// A trust store as a JVM takes it: PKCS #12 (RFC 7292) with certificates only. To a JVM a certificate in such a file is
// an authority only if its bag says so, by an attribute of Oracle's (2.16.840.1.113894.746875.1.1); the `openssl
// pkcs12` of OpenSSL 3.0 cannot write it.
#include <string>
#include <string_view>

#include "model/error.h"

namespace blobgauge::wire {

using model::Result;

// All certificates of a PEM text; blocks that cannot be read are passed over, as a system's bundle may have some.
// Nothing in the store is secret, `password` only seals it (HMAC-SHA-1, which every JVM knows). Category::input where
// there is no certificate.
Result<std::string> make_trust_store(std::string_view certificates_pem, const std::string& password);

}  // namespace blobgauge::wire
