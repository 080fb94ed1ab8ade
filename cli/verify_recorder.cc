#include "cli/verify_recorder.h"

#include <fmt/format.h>

#include "model/file.h"
#include "recorder/proxy.h"
#include "recorder/trace_sink.h"
#include "wire/sign.h"

namespace blobgauge::cli {

using model::Result;
using model::Status;

namespace {

class ProxyRecording final : public clients::Recording {
 public:
  ProxyRecording(std::unique_ptr<recorder::Proxy> proxy, std::shared_ptr<recorder::TraceSink> sink,
                 std::string certificate)
      : proxy_(std::move(proxy)), sink_(std::move(sink)), certificate_(std::move(certificate)) {}

  clients::Pairs environment() const override {
    return {{"HTTPS_PROXY", proxy_->url()},
            {"HTTP_PROXY", proxy_->url()},
            {"NO_PROXY", ""},
            {"SSL_CERT_FILE", certificate_},
            {"SSL_CERT_DIR", "/nonexistent"}};
  }
  Status finish(int client_exit) override {
    BLOBGAUGE_CHECK(proxy_->stop());
    return sink_->finish(client_exit);
  }

 private:
  std::unique_ptr<recorder::Proxy> proxy_;
  std::shared_ptr<recorder::TraceSink> sink_;
  std::string certificate_;
};

}  // namespace

Result<std::unique_ptr<VerifyRecorder>> VerifyRecorder::create(Options options, const model::Profile& profile,
                                                               std::shared_ptr<const model::Catalogue> catalogue) {
  BLOBGAUGE_TRY(auto folder, model::TemporaryFolder::create());
  auto made = std::unique_ptr<VerifyRecorder>(new VerifyRecorder(std::move(folder)));
  made->options_ = std::move(options);
  made->profile_ = profile;
  made->catalogue_ = std::move(catalogue);
  BLOBGAUGE_TRY(made->authority_, wire::CertificateAuthority::temporary());
  made->certificate_ = made->folder_.path() + "/authority.pem";
  BLOBGAUGE_CHECK(model::write_file(made->certificate_, made->authority_->certificate_pem()));
  return made;
}

Result<std::unique_ptr<clients::Recording>> VerifyRecorder::start(const std::string& trace,
                                                                  const model::TraceHead& head) {
  const auto open = [head, redaction = model::Redaction(*catalogue_)](const std::string& path) {
    return model::create_trace(path, head, redaction);
  };
  BLOBGAUGE_TRY(const auto sink, recorder::TraceSink::create(trace, {}, open));
  recorder::Proxy::Options options;
  options.catalogue = catalogue_;
  options.authority = authority_;
  options.mapping = recorder::Mapping({recorder::MapRule{options_.hosts, profile_.url}}, options_.style);
  options.upstream_ca_file = profile_.ca_file;
  // Path style breaks a SharedKey signature, and so does a mapped copy source in either style.
  const auto text = model::account_key(profile_);
  if (text) {
    BLOBGAUGE_TRY(auto key, wire::AccountKey::parse(*text));
    options.resign = wire::Credential{profile_.account, std::move(key)};
  } else if (options_.style == recorder::MapStyle::path) {
    return tl::make_unexpected(text.error());
  }
  BLOBGAUGE_TRY(auto proxy, recorder::Proxy::start(std::move(options), sink));
  return std::unique_ptr<clients::Recording>(new ProxyRecording(std::move(proxy), sink, certificate_));
}

}  // namespace blobgauge::cli
