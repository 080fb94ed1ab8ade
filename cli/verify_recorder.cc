#include "cli/verify_recorder.h"

#include <fmt/format.h>

#include "model/file.h"
#include "recorder/proxy.h"
#include "wire/sign.h"

namespace blobgauge::cli {

using model::Result;
using model::Status;

namespace {

class TraceSink final : public recorder::ExchangeSink {
 public:
  explicit TraceSink(std::unique_ptr<model::TraceWriter> writer) : writer_(std::move(writer)) {}
  Status write(const model::Exchange& exchange) override {
    ++count_;
    return writer_->write(exchange);
  }
  Status finish(int client_exit) {
    model::TraceEnd end;
    end.complete = true;
    end.exchanges = count_;
    end.client_exit = client_exit;
    return writer_->finish(std::move(end));
  }

 private:
  std::unique_ptr<model::TraceWriter> writer_;
  std::uint64_t count_ = 0;
};

class ProxyRecording final : public clients::Recording {
 public:
  ProxyRecording(std::unique_ptr<recorder::Proxy> proxy, std::shared_ptr<TraceSink> sink, std::string certificate)
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
  std::shared_ptr<TraceSink> sink_;
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
  BLOBGAUGE_TRY(auto writer, model::create_trace(trace, head));
  const auto sink = std::make_shared<TraceSink>(std::move(writer));
  recorder::Proxy::Options options;
  options.catalogue = catalogue_;
  options.authority = authority_;
  options.mapping = recorder::Mapping({recorder::MapRule{options_.hosts, profile_.url}}, options_.style);
  options.upstream_ca_file = profile_.ca_file;
  if (options_.style == recorder::MapStyle::path) {
    BLOBGAUGE_TRY(const auto text, model::account_key(profile_));
    BLOBGAUGE_TRY(auto key, wire::AccountKey::parse(text));
    options.resign = wire::Credential{profile_.account, std::move(key)};
  }
  BLOBGAUGE_TRY(auto proxy, recorder::Proxy::start(std::move(options), sink));
  return std::unique_ptr<clients::Recording>(new ProxyRecording(std::move(proxy), sink, certificate_));
}

}  // namespace blobgauge::cli
