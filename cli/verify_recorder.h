#pragma once
// The recorder, as `verify` needs it: one proxy and one trace per scenario, all under one throw-away authority.
#include <memory>
#include <string>

#include "clients/recording.h"
#include "model/catalogue.h"
#include "model/error.h"
#include "model/profile.h"
#include "model/temporary.h"
#include "recorder/mapping.h"
#include "wire/certificate.h"

namespace blobgauge::cli {

class VerifyRecorder final : public clients::Recorder {
 public:
  struct Options {
    std::string hosts;  // glob of the host names that the clients are given
    recorder::MapStyle style = recorder::MapStyle::host;
  };

  // The clients' hosts are mapped to `profile`'s endpoint. Category::output where there is no room for its certificate.
  static model::Result<std::unique_ptr<VerifyRecorder>> create(Options options, const model::Profile& profile,
                                                               std::shared_ptr<const model::Catalogue> catalogue);

  model::Result<std::unique_ptr<clients::Recording>> start(const std::string& trace,
                                                           const model::TraceHead& head) override;

 private:
  explicit VerifyRecorder(model::TemporaryFolder folder) : folder_(std::move(folder)) {}
  Options options_;
  model::Profile profile_;
  std::shared_ptr<const model::Catalogue> catalogue_;
  std::shared_ptr<wire::CertificateAuthority> authority_;
  model::TemporaryFolder folder_;
  std::string certificate_;  // path
};

}  // namespace blobgauge::cli
