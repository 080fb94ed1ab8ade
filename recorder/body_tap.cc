#include "recorder/body_tap.h"

#include <algorithm>

namespace blobgauge::recorder {

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
  if (kept_.size() < keep_)
    kept_.append(payload.substr(0, std::min<std::uint64_t>(payload.size(), keep_ - kept_.size())));
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
