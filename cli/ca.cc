// blobgauge ca export, ca trust-help: the local authority.
#include <fmt/format.h>

#include "cli/command.h"
#include "model/file.h"
#include "wire/certificate.h"

namespace blobgauge::cli::ca_command {
namespace {

struct Options {
  std::string folder, output = "-";
};

model::Result<std::shared_ptr<wire::CertificateAuthority>> open(const Options& options) {
  return wire::CertificateAuthority::open(options.folder.empty() ? wire::CertificateAuthority::default_folder()
                                                                 : options.folder);
}

void options_of(CLI::App& app, const std::shared_ptr<Options>& options) {
  app.add_option("--authority", options->folder, "folder of the local authority");
  output_option(app, options->output);
}

const Command export_command{"ca export", {"blobgauge ca export -o ca.pem"}, [](CLI::App& app) -> Action {
                               auto options = std::make_shared<Options>();
                               options_of(app, options);
                               return [options]() -> model::Result<int> {
                                 BLOBGAUGE_TRY(const auto authority, open(*options));
                                 BLOBGAUGE_CHECK(model::write_file(options->output, authority->certificate_pem()));
                                 return 0;
                               };
                             }};

constexpr std::string_view help = R"(`blobgauge record -- COMMAND` sets all of this for the command that it runs.

For a client that you start yourself, write the authority to a file once:
  blobgauge ca export -o ca.pem
  cat /etc/ssl/certs/ca-certificates.crt ca.pem > both.pem     # most clients take one file and forget the system's

  Go (AzCopy, rclone) on Linux   SSL_CERT_FILE=both.pem
  .NET on Linux                  SSL_CERT_FILE=both.pem
  curl, GDAL                     CURL_CA_BUNDLE=both.pem
  Python                         REQUESTS_CA_BUNDLE=both.pem, SSL_CERT_FILE=both.pem
  Node                           NODE_EXTRA_CA_CERTS=ca.pem
  Java                           keytool -importcert -noprompt -alias blobgauge -file ca.pem -keystore trust.p12 \
                                   -storetype PKCS12 -storepass changeit, then
                                 -Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit

Go and .NET clients on Windows and macOS read no SSL_CERT_FILE; trust the authority, and take it back afterwards:
  Windows   certutil -user -addstore Root ca.pem
            PowerShell: Get-ChildItem Cert:\CurrentUser\Root | Where-Object Subject -like '*blobgauge*' | Remove-Item
  macOS     security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db ca.pem
            security remove-trusted-cert ca.pem
            security delete-certificate -c 'blobgauge local authority' ~/Library/Keychains/login.keychain-db

Whoever has {folder}/authority.pem can pose as any server to those who trust it: it is
readable by you only, never copy it to another machine, and remove the trust when you are done.
)";

const Command trust_command{
    "ca trust-help", {"blobgauge ca trust-help"}, [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      options_of(app, options);
      return [options]() -> model::Result<int> {
        const auto folder = options->folder.empty() ? wire::CertificateAuthority::default_folder() : options->folder;
        std::string text(help);
        const std::string_view hole = "{folder}";
        text.replace(text.find(hole), hole.size(), folder);
        BLOBGAUGE_CHECK(model::write_file(options->output, text));
        return 0;
      };
    }};

}  // namespace
}  // namespace blobgauge::cli::ca_command
