#pragma once
// Listens to a body that streams past: measures and hashes all of it, keeps at most the beginning.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "model/exchange.h"
#include "recorder/hash_worker.h"

namespace blobgauge::recorder {

// How many bytes of bodies are kept at one time, over all exchanges that run. Of one thread.
class KeepBudget {
 public:
  explicit KeepBudget(std::uint64_t bytes) : left_(bytes) {}
  std::uint64_t left() const { return left_; }

 private:
  friend class KeptShare;
  std::uint64_t left_;
};

// What one exchange takes of it, and gives back at its end.
class KeptShare {
 public:
  explicit KeptShare(KeepBudget& budget) : budget_(budget) {}
  KeptShare(const KeptShare&) = delete;
  KeptShare& operator=(const KeptShare&) = delete;
  ~KeptShare() { budget_.left_ += taken_; }
  // As much of `bytes` as is left.
  std::uint64_t take(std::uint64_t bytes);

 private:
  KeepBudget& budget_;
  std::uint64_t taken_ = 0;
};

// What is computed over every body. `all` adds those two that the service and its clients put into headers.
enum class Hashes { none, sha256, all };

class BodyTap {
 public:
  // Before the first update. `worker`, where there is one, does it on its thread.
  void hash(Hashes hashes, const HashWorker* worker = nullptr) {
    hashes_ = hashes;
    worker_ = worker;
  }
  // Keeps up to so many bytes; 0 keeps none and leaves Body::bytes empty. They are taken from `share`, where there is
  // one, which must live until finish().
  void keep(std::uint64_t bytes, KeptShare* share = nullptr) {
    keep_ = bytes;
    share_ = share;
  }
  void update(std::string_view payload);
  // May be called once. `complete`: its framing said that this was all.
  model::Body finish(bool complete);
  // Fewer bytes were kept than keep() allowed, because the budget was used up.
  bool cut() const { return cut_; }

 private:
  Hashes hashes_ = Hashes::sha256;
  std::uint64_t keep_ = 0;
  std::uint64_t size_ = 0;
  std::string kept_;
  KeptShare* share_ = nullptr;
  bool cut_ = false;
  const HashWorker* worker_ = nullptr;
  std::unique_ptr<BodyHash> hash_;  // made with the first byte: most requests have none
};

}  // namespace blobgauge::recorder
