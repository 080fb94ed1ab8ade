#include "recorder/body_tap.h"

#include <algorithm>

namespace blobgauge::recorder {

void BodyTap::update(std::string_view payload) {
  if (payload.empty()) return;
  if (!digest_) digest_.emplace(wire::Algorithm::sha256);
  digest_->update(payload);
  size_ += payload.size();
  if (kept_.size() < keep_)
    kept_.append(payload.substr(0, std::min<std::uint64_t>(payload.size(), keep_ - kept_.size())));
}

model::Body BodyTap::finish(bool complete) {
  model::Body body;
  body.size = size_;
  body.complete = complete;
  if (digest_) body.sha256 = wire::hex(digest_->finish());
  if (keep_ > 0 && size_ > 0) body.bytes = std::move(kept_);
  return body;
}

}  // namespace blobgauge::recorder
