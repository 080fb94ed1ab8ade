#include "recorder/body_tap.h"

#include <algorithm>

namespace blobgauge::recorder {

namespace {

using model::Body;
using wire::Algorithm;

const std::vector<std::pair<std::string Body::*, Algorithm>> one_digest{{&Body::sha256, Algorithm::sha256}};
const std::vector<std::pair<std::string Body::*, Algorithm>> all_digests{
    {&Body::sha256, Algorithm::sha256}, {&Body::md5, Algorithm::md5}, {&Body::crc64, Algorithm::crc64}};

}  // namespace

std::uint64_t KeptShare::take(std::uint64_t bytes) {
  const auto granted = std::min(bytes, budget_.left_);
  budget_.left_ -= granted;
  taken_ += granted;
  return granted;
}

void BodyTap::update(std::string_view payload) {
  if (payload.empty()) return;
  if (size_ == 0 && hashes_ != Hashes::none)
    hash_ = std::make_unique<BodyHash>(hashes_ == Hashes::all ? all_digests : one_digest, worker_);
  if (hash_) hash_->update(payload);
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
  if (hash_) hash_->finish(body);
  if (keep_ > 0 && size_ > 0) body.bytes = std::move(kept_);
  return body;
}

}  // namespace blobgauge::recorder
