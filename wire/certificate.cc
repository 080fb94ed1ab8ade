#include "wire/certificate.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>

#include "model/file.h"
#include "model/text.h"

namespace blobgauge::wire {
namespace {

using model::Category;
using model::fail;

constexpr long day = 24L * 60 * 60;
constexpr long authority_days = 3650;
// Clients refuse server certificates that are valid for more than 825 days.
constexpr long leaf_days = 365;
// A client that scans names must not fill the memory.
constexpr std::size_t most_leaves = 4096;

template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;

tl::unexpected<model::Error> openssl_failed(std::string_view what) {
  char text[256] = "unknown";
  if (const auto code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return fail(Category::internal, fmt::format("{}: {}", what, text));
}

template <class Write>
std::string pem(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || write(bio.get()) != 1) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  return pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

std::string pem_of(EVP_PKEY* key) {
  return pem([&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_name(X509_NAME* name, int part, const std::string& value) {
  return X509_NAME_add_entry_by_NID(name, part, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

// Version 3, a random serial number (RFC 5280 section 4.1.2.2: positive, at most 20 octets), valid from yesterday for
// clocks that are behind.
Certificate blank(EVP_PKEY* key, long days) {
  Certificate out(X509_new());
  unsigned char serial[16];
  if (!out || RAND_bytes(serial, sizeof serial) != 1) return nullptr;
  serial[0] = static_cast<unsigned char>((serial[0] & 0x7f) | 0x40);
  const std::unique_ptr<BIGNUM, Free<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  if (!number || !BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(out.get()))) return nullptr;
  if (X509_set_version(out.get(), 2) != 1 || X509_set_pubkey(out.get(), key) != 1) return nullptr;
  if (!X509_gmtime_adj(X509_getm_notBefore(out.get()), -day) ||
      !X509_gmtime_adj(X509_getm_notAfter(out.get()), days * day))
    return nullptr;
  return out;
}

bool is_address(const std::string& name) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, name.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

bool is_dns_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  for (const auto label : model::split(name, '.')) {
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
    if (label.empty() || label.size() > 63 || !std::all_of(label.begin(), label.end(), fits)) return false;
  }
  return true;
}

}  // namespace

struct CertificateAuthority::State {
  Key key;
  Certificate certificate;
  std::string certificate_pem;
  std::mutex mutex;  // of `leaves`
  std::map<std::string, TlsIdentity, std::less<>> leaves;

  static Result<std::unique_ptr<State>> create() {
    auto state = std::make_unique<State>();
    state->key.reset(EVP_EC_gen("P-256"));
    if (!state->key) return openssl_failed("cannot make a key");
    state->certificate = blank(state->key.get(), authority_days);
    X509* const x = state->certificate.get();
    // The serial number in the name tells two machines' authorities apart in a trust store.
    char host[64] = {};
    if (::gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
    if (!x || !set_name(X509_get_subject_name(x), NID_organizationName, "blobgauge") ||
        !set_name(X509_get_subject_name(x), NID_commonName,
                  fmt::format("blobgauge local authority {}", host).substr(0, 64)) ||
        X509_set_issuer_name(x, X509_get_subject_name(x)) != 1 ||
        !add_extension(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
        !add_extension(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") ||
        !add_extension(x, x, NID_subject_key_identifier, "hash") || X509_sign(x, state->key.get(), EVP_sha256()) == 0)
      return openssl_failed("cannot make an authority");
    state->certificate_pem = pem_of(x);
    return state;
  }

  // Key and certificate in one text, so that they are never of two different runs.
  static Result<std::unique_ptr<State>> parse(const std::string& text, const std::string& path) {
    const auto bad = [&](std::string_view why) {
      ERR_clear_error();
      return fail(Category::input, fmt::format("not an authority: {}", why), "move it away to have a new one made",
                  {path, 0, 0});
    };
    auto state = std::make_unique<State>();
    const Bio first(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    state->key.reset(PEM_read_bio_PrivateKey(first.get(), nullptr, nullptr, nullptr));
    const Bio second(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    state->certificate.reset(PEM_read_bio_X509(second.get(), nullptr, nullptr, nullptr));
    if (!state->key || !state->certificate) return bad("key or certificate is missing");
    if (X509_check_private_key(state->certificate.get(), state->key.get()) != 1)
      return bad("key and certificate differ");
    if (X509_cmp_current_time(X509_get0_notAfter(state->certificate.get())) <= 0) return bad("it has expired");
    state->certificate_pem = pem_of(state->certificate.get());
    return state;
  }

  Result<TlsIdentity> make_leaf(const std::string& name) {
    const Key leaf_key(EVP_EC_gen("P-256"));
    if (!leaf_key) return openssl_failed("cannot make a key");
    const Certificate leaf = blank(leaf_key.get(), leaf_days);
    X509* const x = leaf.get();
    const std::string alternative = (is_address(name) ? "IP:" : "DNS:") + name;
    // A common name has at most 64 characters; clients look at the alternative name.
    if (!x || !set_name(X509_get_subject_name(x), NID_commonName, name.substr(0, 64)) ||
        X509_set_issuer_name(x, X509_get_subject_name(certificate.get())) != 1 ||
        !add_extension(x, certificate.get(), NID_basic_constraints, "critical,CA:FALSE") ||
        !add_extension(x, certificate.get(), NID_key_usage, "critical,digitalSignature") ||
        !add_extension(x, certificate.get(), NID_ext_key_usage, "serverAuth") ||
        !add_extension(x, certificate.get(), NID_subject_alt_name, alternative) ||
        !add_extension(x, certificate.get(), NID_subject_key_identifier, "hash") ||
        !add_extension(x, certificate.get(), NID_authority_key_identifier, "keyid") ||
        X509_sign(x, key.get(), EVP_sha256()) == 0)
      return openssl_failed(fmt::format("cannot make a certificate for {}", name));
    return TlsIdentity{pem_of(x) + certificate_pem, pem_of(leaf_key.get())};
  }
};

CertificateAuthority::CertificateAuthority(std::unique_ptr<State> state) : state_(std::move(state)) {}
CertificateAuthority::~CertificateAuthority() = default;

const std::string& CertificateAuthority::certificate_pem() const { return state_->certificate_pem; }

std::string CertificateAuthority::default_folder() {
  const auto variable = [](const char* name) { return std::string(std::getenv(name) ? std::getenv(name) : ""); };
  const std::string data = variable("XDG_DATA_HOME");
  if (!data.empty()) return data + "/blobgauge";
  const std::string home = variable("HOME");
  return (home.empty() ? "." : home) + "/.local/share/blobgauge";
}

Result<std::shared_ptr<CertificateAuthority>> CertificateAuthority::temporary() {
  BLOBGAUGE_TRY(auto state, State::create());
  return std::shared_ptr<CertificateAuthority>(new CertificateAuthority(std::move(state)));
}

Result<std::shared_ptr<CertificateAuthority>> CertificateAuthority::open(const std::string& folder) {
  const std::string path = folder + "/authority.pem";
  const std::string next = "set XDG_DATA_HOME to a folder of yours";
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    BLOBGAUGE_TRY(auto fresh, State::create());
    auto kept = model::keep_secret(path, pem_of(fresh->key.get()) + fresh->certificate_pem);
    if (!kept) return fail(Category::output, "cannot keep the authority: " + kept.error().message, next, {path, 0, 0});
    if (::stat(path.c_str(), &status) != 0)
      return fail(Category::output, fmt::format("cannot read the authority: {}", std::strerror(errno)), next,
                  {path, 0, 0});
  }
  if ((status.st_mode & 077) != 0)
    return fail(Category::input, "others can read the authority's key", fmt::format("run: chmod 600 '{}'", path),
                {path, 0, 0});
  BLOBGAUGE_TRY(const auto text, model::read_file(path));
  BLOBGAUGE_TRY(auto state, State::parse(text, path));
  return std::shared_ptr<CertificateAuthority>(new CertificateAuthority(std::move(state)));
}

Result<TlsIdentity> CertificateAuthority::leaf(std::string_view name) {
  const std::string key = model::lower(name);
  if (!is_address(key) && !is_dns_name(key))
    return fail(Category::input, fmt::format("neither a host name nor an address: '{}'", key.substr(0, 80)));
  const std::lock_guard lock(state_->mutex);
  if (const auto found = state_->leaves.find(key); found != state_->leaves.end()) return found->second;
  BLOBGAUGE_TRY(auto leaf, state_->make_leaf(key));
  if (state_->leaves.size() >= most_leaves) state_->leaves.clear();
  return state_->leaves.emplace(key, std::move(leaf)).first->second;
}

}  // namespace blobgauge::wire
