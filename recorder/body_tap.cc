#include "recorder/body_tap.h"

#include <algorithm>

namespace blobgauge::recorder {

std::uint64_t KeptShare::take(std::uint64_t bytes) {
  const auto granted = std::min(bytes, budget_.left_);
  budget_.left_ -= granted;
  taken_ += granted;
  return granted;
}

void BodyTap::update(std::string_view payload) {
  if (payload.empty()) return;
  if (size_ == 0 && hashes_ != Hashes::none) {
    digests_.emplace_back(&model::Body::sha256, wire::Digest(wire::Algorithm::sha256));
    if (hashes_ == Hashes::all) {
      digests_.emplace_back(&model::Body::md5, wire::Digest(wire::Algorithm::md5));
      digests_.emplace_back(&model::Body::crc64, wire::Digest(wire::Algorithm::crc64));
    }
  }
  for (auto& [destination, digest] : digests_) digest.update(payload);
  size_ += payload.size();
  if (cut_ || kept_.size() >= keep_) return;
  const auto wanted = std::min<std::uint64_t>(payload.size(), keep_ - kept_.size());
  const auto granted = share_ ? share_->take(wanted) : wanted;
  kept_.append(payload.substr(0, granted));
  cut_ = granted < wanted;  // what came later would leave a hole
}

model::Body BodyTap::finish(bool complete) {
  model::Body body;
  body.size = size_;
  body.complete = complete;
  for (auto& [destination, digest] : digests_) body.*destination = wire::hex(digest.finish());
  if (keep_ > 0 && size_ > 0) body.bytes = std::move(kept_);
  return body;
}

}  // namespace blobgauge::recorder
