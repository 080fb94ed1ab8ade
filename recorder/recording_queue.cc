#include "recorder/recording_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace blobgauge::recorder {
namespace {

using Clock = std::chrono::steady_clock;

// Waking a thread for each exchange costs more than writing it: the first of a batch waits for others, so long at most
// and until there are so many bytes.
constexpr std::chrono::milliseconds gathering{5};
constexpr std::uint64_t batch_bytes = 256 << 10;
// Memory that one thread allocates and another frees goes the slow ways of the allocator each time. What was written
// goes back, a batch of so many at most, to be freed where the next exchange is made of it.
constexpr std::size_t most_spent = 1024;

std::uint64_t footprint(const model::Exchange& exchange) {
  std::uint64_t sum = sizeof exchange;
  const auto message = [&](const auto& side) {
    for (const auto& header : side.headers) sum += sizeof header + header.name.size() + header.value.size();
    for (const auto& trailer : side.body.trailers) sum += sizeof trailer + trailer.name.size() + trailer.value.size();
    sum += side.body.bytes ? side.body.bytes->size() : 0;
  };
  message(exchange.request);
  message(exchange.response);
  return sum + exchange.request.target.size();
}

}  // namespace

struct RecordingQueue::State {
  State(wire::Runtime& on, QueueOptions chosen, Take to) : runtime(on), options(chosen), take(std::move(to)) {}

  struct Item {
    model::Exchange exchange;
    std::uint64_t bytes = 0;
  };

  wire::Runtime& runtime;
  const QueueOptions options;
  const Take take;
  std::thread thread;
  std::vector<std::shared_ptr<wire::Event>> waiting;  // of the runtime's thread
  std::vector<Item> returned;                         // likewise: spent, one is freed for each that comes

  mutable std::mutex mutex;
  std::condition_variable filled;
  // Under the mutex, all of them.
  std::vector<Item> items;
  std::vector<Item> spent;  // written
  std::uint64_t bytes = 0;  // of items and of those that are being written
  std::uint64_t dropped = 0, gap = 0;
  bool finished = false, sleeping = false, wanted = false;  // wanted: somebody waits for room
  std::uint64_t awaited = 1;                                // bytes for which the sleeping thread is woken

  bool full() const { return bytes >= options.bytes; }

  // The lock is held.
  void add(model::Exchange&& exchange) {
    if (gap > 0)
      exchange.marks.push_back(fmt::format("recorder: {} exchanges before this one were dropped, the queue was full",
                                           std::exchange(gap, 0)));
    const auto size = footprint(exchange);
    bytes += size;
    items.push_back({std::move(exchange), size});
    if (sleeping && bytes >= awaited) {
      sleeping = false;
      filled.notify_one();
    }
  }

  void give_up() {
    ++dropped;
    ++gap;
  }

  void write_all() {
    std::vector<Item> batch;
    std::unique_lock lock(mutex);
    for (;;) {
      const auto awake = [&] { return finished || !sleeping; };
      if (items.empty() && !finished) {
        awaited = 1;
        sleeping = true;
        filled.wait(lock, awake);
        awaited = std::min(batch_bytes, options.bytes / 2);
        sleeping = bytes < awaited;
        filled.wait_for(lock, gathering, awake);
        sleeping = false;
      }
      if (items.empty()) return;
      std::swap(batch, items);
      lock.unlock();
      for (auto& item : batch) {
        take(item.exchange, &item != &batch.back());
        item.exchange.request.body.bytes.reset();
        item.exchange.response.body.bytes.reset();
        lock.lock();
        bytes -= item.bytes;
        const bool room = wanted && bytes <= options.bytes / 2;
        wanted = wanted && !room;
        lock.unlock();
        if (room) runtime.spawn(wake());
      }
      lock.lock();
      if (spent.empty() && batch.size() <= most_spent) {
        std::swap(spent, batch);
      } else {
        lock.unlock();
        batch.clear();
        lock.lock();
      }
    }
  }

  wire::Task<> wake() {
    for (const auto& event : std::exchange(waiting, {})) event->set();
    co_return;
  }
};

RecordingQueue::RecordingQueue(wire::Runtime& runtime, QueueOptions options, Take take)
    : state_(std::make_unique<State>(runtime, options, std::move(take))) {
  state_->thread = std::thread([state = state_.get()] { state->write_all(); });
}

RecordingQueue::~RecordingQueue() { finish(); }

wire::Task<> RecordingQueue::put(model::Exchange&& exchange) {
  auto& state = *state_;
  std::optional<Clock::time_point> end;
  for (;;) {
    auto left = state.options.longest_wait;
    if (end) left = std::chrono::duration_cast<std::chrono::milliseconds>(*end - Clock::now());
    {
      std::unique_lock lock(state.mutex);
      if (!state.full()) {
        state.add(std::move(exchange));
        if (state.returned.empty()) std::swap(state.returned, state.spent);
        lock.unlock();
        if (!state.returned.empty()) state.returned.pop_back();
        co_return;
      }
      if (state.options.drop || left.count() <= 0) co_return state.give_up();
      state.wanted = true;
    }
    if (!end) end = Clock::now() + left;
    const auto event = std::make_shared<wire::Event>();
    state.waiting.push_back(event);
    (void)co_await event->wait_for(left);
  }
}

void RecordingQueue::put_now(model::Exchange&& exchange) {
  const std::lock_guard lock(state_->mutex);
  state_->add(std::move(exchange));
}

std::uint64_t RecordingQueue::dropped() const {
  const std::lock_guard lock(state_->mutex);
  return state_->dropped;
}

void RecordingQueue::finish() {
  if (!state_->thread.joinable()) return;
  {
    const std::lock_guard lock(state_->mutex);
    state_->finished = true;
    state_->filled.notify_one();
  }
  state_->thread.join();
}

}  // namespace blobgauge::recorder
