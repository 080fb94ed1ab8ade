#include "recorder/hash_worker.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

namespace blobgauge::recorder {
namespace {

// Handing over costs a lock and perhaps a wake-up: a smaller piece is hashed in less.
constexpr std::size_t smallest_handed_over = 8 << 10;

// Blocks are kept for the next piece: fresh memory costs a page fault for each 4 KiB, as much as the hash.
constexpr std::size_t block_bytes = 64 << 10;
using Storage = std::unique_ptr<char[]>;

struct Block {
  Storage bytes;
  std::size_t size = 0;
};

}  // namespace

struct BodyHash::Stream {
  std::vector<std::pair<std::string model::Body::*, wire::Digest>> digests;  // of who has `taken`
  std::mutex mutex;
  std::condition_variable released;
  // Under the mutex.
  std::deque<Block> blocks;
  bool taken = false;  // somebody hashes

  void hash(std::string_view bytes) {
    for (auto& [destination, digest] : digests) digest.update(bytes);
  }
};

struct HashWorker::State {
  explicit State(std::size_t most) : most_bytes(most) {}

  const std::size_t most_bytes;
  std::mutex mutex;
  std::condition_variable filled;
  // Under the mutex.
  std::deque<std::shared_ptr<BodyHash::Stream>> ready;
  std::vector<Storage> unused;
  std::size_t used = 0;  // blocks of all streams
  bool ended = false;
  std::thread thread;

  // Storage for a copy of so many bytes; empty where too much is under way.
  std::vector<Storage> borrow(std::size_t size) {
    const auto count = (size + block_bytes - 1) / block_bytes;
    const std::lock_guard lock(mutex);
    std::vector<Storage> out;
    if (ended || (used > 0 && (used + count) * block_bytes > most_bytes)) return out;
    used += count;
    for (std::size_t i = 0; i < count; ++i) {
      if (unused.empty()) {
        out.push_back(std::make_unique_for_overwrite<char[]>(block_bytes));
      } else {
        out.push_back(std::move(unused.back()));
        unused.pop_back();
      }
    }
    return out;
  }
  void give_back(Storage storage) {
    const std::lock_guard lock(mutex);
    --used;
    unused.push_back(std::move(storage));
  }
  void add(std::shared_ptr<BodyHash::Stream> stream) {
    const std::lock_guard lock(mutex);
    ready.push_back(std::move(stream));
    filled.notify_one();
  }

  // Hashes what waits of one body. `lock` is the stream's, held, and nobody has taken the stream.
  void drain(BodyHash::Stream& stream, std::unique_lock<std::mutex>& lock) {
    stream.taken = true;
    while (!stream.blocks.empty()) {
      auto block = std::move(stream.blocks.front());
      stream.blocks.pop_front();
      lock.unlock();
      stream.hash({block.bytes.get(), block.size});
      give_back(std::move(block.bytes));
      lock.lock();
    }
    stream.taken = false;
    stream.released.notify_all();
  }

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      filled.wait(lock, [this] { return ended || !ready.empty(); });
      if (ready.empty()) return;
      const auto stream = std::move(ready.front());
      ready.pop_front();
      lock.unlock();
      {
        std::unique_lock held(stream->mutex);
        if (!stream->taken) drain(*stream, held);
      }
      lock.lock();
    }
  }
};

HashWorker::HashWorker(std::size_t most_bytes) : state_(std::make_shared<State>(most_bytes)) {
  if (std::thread::hardware_concurrency() < 2) {
    state_->ended = true;
    return;
  }
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

HashWorker::~HashWorker() {
  if (!state_->thread.joinable()) return;
  {
    const std::lock_guard lock(state_->mutex);
    state_->ended = true;
    state_->filled.notify_one();
  }
  state_->thread.join();
}

BodyHash::BodyHash(const std::vector<std::pair<std::string model::Body::*, wire::Algorithm>>& wanted,
                   const HashWorker* worker)
    : worker_(worker ? worker->state_ : nullptr), stream_(std::make_shared<Stream>()) {
  for (const auto& [destination, algorithm] : wanted)
    stream_->digests.emplace_back(destination, wire::Digest(algorithm));
}

BodyHash::~BodyHash() = default;

void BodyHash::update(std::string_view payload) {
  if (!worker_) return stream_->hash(payload);
  std::unique_lock lock(stream_->mutex);
  const bool behind = stream_->taken || !stream_->blocks.empty();
  auto storage =
      behind || payload.size() >= smallest_handed_over ? worker_->borrow(payload.size()) : std::vector<Storage>();
  if (!storage.empty()) {
    for (auto& bytes : storage) {
      const auto size = std::min(block_bytes, payload.size());
      std::memcpy(bytes.get(), payload.data(), size);
      payload.remove_prefix(size);
      stream_->blocks.push_back({std::move(bytes), size});
    }
    const bool idle = !stream_->taken;
    lock.unlock();
    if (idle) worker_->add(stream_);
    return;
  }
  if (behind) {
    stream_->released.wait(lock, [this] { return !stream_->taken; });
    worker_->drain(*stream_, lock);
  }
  stream_->hash(payload);
}

void BodyHash::finish(model::Body& body) {
  if (worker_) {
    std::unique_lock lock(stream_->mutex);
    stream_->released.wait(lock, [this] { return !stream_->taken; });
    worker_->drain(*stream_, lock);
  }
  for (auto& [destination, digest] : stream_->digests) body.*destination = wire::hex(digest.finish());
}

}  // namespace blobgauge::recorder
