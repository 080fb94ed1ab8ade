#include "recorder/hash_worker.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

namespace blobgauge::recorder {
namespace {

// What is smaller is hashed in less time than a copy of it and a wake-up take.
constexpr std::size_t smallest_handed_over = 8 << 10;

// Blocks are kept for the next piece: fresh memory costs a page fault for each 4 KiB, as much as the hash.
// One is handed over when it is full, for that costs a wake-up: TLS gives 16 KiB at a time.
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
  Block filling;       // of the caller's thread: follows the blocks, and is not full yet

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

  // Null where too much is under way.
  Storage borrow() {
    const std::lock_guard lock(mutex);
    if (ended || (used + 1) * block_bytes > most_bytes) return nullptr;
    ++used;
    if (unused.empty()) return std::make_unique_for_overwrite<char[]>(block_bytes);
    auto storage = std::move(unused.back());
    unused.pop_back();
    return storage;
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

BodyHash::~BodyHash() {
  if (stream_->filling.bytes) worker_->give_back(std::move(stream_->filling.bytes));
}

void BodyHash::update(std::string_view payload) {
  if (!worker_) return stream_->hash(payload);
  auto& filling = stream_->filling;
  if (!filling.bytes && payload.size() < smallest_handed_over && !behind()) return stream_->hash(payload);
  while (!payload.empty()) {
    if (!filling.bytes && (filling.bytes = worker_->borrow()) == nullptr) return hash_here(payload);
    const auto size = std::min(block_bytes - filling.size, payload.size());
    std::memcpy(filling.bytes.get() + filling.size, payload.data(), size);
    filling.size += size;
    payload.remove_prefix(size);
    if (filling.size == block_bytes) hand_over();
  }
}

bool BodyHash::behind() const {
  const std::lock_guard lock(stream_->mutex);
  return stream_->taken || !stream_->blocks.empty();
}

void BodyHash::hand_over() {
  std::unique_lock lock(stream_->mutex);
  stream_->blocks.push_back(std::exchange(stream_->filling, {}));
  const bool idle = !stream_->taken && stream_->blocks.size() == 1;
  lock.unlock();
  if (idle) worker_->add(stream_);
}

// What was handed over first, and then this.
void BodyHash::hash_here(std::string_view payload) {
  std::unique_lock lock(stream_->mutex);
  stream_->released.wait(lock, [this] { return !stream_->taken; });
  worker_->drain(*stream_, lock);
  lock.unlock();
  stream_->hash(payload);
}

void BodyHash::finish(model::Body& body) {
  if (worker_) {
    auto rest = std::exchange(stream_->filling, {});
    hash_here({rest.bytes.get(), rest.size});
    if (rest.bytes) worker_->give_back(std::move(rest.bytes));
  }
  for (auto& [destination, digest] : stream_->digests) body.*destination = wire::hex(digest.finish());
}

}  // namespace blobgauge::recorder
