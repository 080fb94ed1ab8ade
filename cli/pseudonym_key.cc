#include "cli/pseudonym_key.h"

#include <fmt/format.h>
#include <openssl/rand.h>
#include <sys/stat.h>

#include "model/file.h"
#include "model/text.h"
#include "wire/certificate.h"
#include "wire/digest.h"

namespace blobgauge::cli {
namespace {

using model::Category;
using model::fail;

constexpr std::size_t shortest_key = 32;

model::Status make_key(const std::string& path) {
  unsigned char bytes[32];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return fail(Category::internal, "no random bytes for a key");
  auto kept = model::keep_secret(path, wire::hex({reinterpret_cast<const char*>(bytes), sizeof bytes}) + "\n");
  if (!kept) kept.error().next = "give another place with --pseudonym-key-file";
  return kept;
}

model::Result<std::string> read_key(const std::string& path, bool may_make) {
  struct stat status {};
  if (may_make && ::stat(path.c_str(), &status) != 0) BLOBGAUGE_CHECK(make_key(path));
  BLOBGAUGE_TRY(const auto text, model::read_file(path));
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0)
    return fail(Category::input, "others may read the key of pseudonyms", "run 'chmod 600' on it", {path, 0, 0});
  const std::string key(model::trim(std::string_view(text).substr(0, text.find_first_of("\r\n"))));
  if (key.size() < shortest_key)
    return fail(Category::input, fmt::format("a key of pseudonyms has {} characters or more", shortest_key),
                "let one be made: leave --pseudonym-key-file out", {path, 1, 0});
  return key;
}

}  // namespace

void PseudonymOptions::define(CLI::App& app) {
  auto* flag = app.add_flag("--pseudonymize", wanted,
                            "put stable keyed pseudonyms in the place of accounts, containers, blobs and metadata");
  app.add_option("--pseudonym-key-file", key_file,
                 "key of the pseudonyms, a line of 32 characters or more; by default one is made, once per user")
      ->needs(flag);
}

model::Result<std::shared_ptr<const model::Pseudonyms>> make_pseudonyms(const PseudonymOptions& options,
                                                                        const model::Catalogue& catalogue) {
  if (!options.wanted) return nullptr;
  const bool own = options.key_file.empty();
  const auto path = own ? wire::CertificateAuthority::default_folder() + "/pseudonym.key" : options.key_file;
  BLOBGAUGE_TRY(auto key, read_key(path, own));
  return std::make_shared<const model::Pseudonyms>(
      catalogue, [key = std::move(key)](std::string_view text) { return wire::hmac_sha256(key, text); });
}

}  // namespace blobgauge::cli
