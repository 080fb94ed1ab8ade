#pragma once
// Between the loop that carries traffic and the sink that writes: a bounded queue with a thread of its own, so that a
// slow disk costs the traffic nothing until the queue is full, and then what the user chose. Naming and redacting
// happen on that thread too.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "model/error.h"
#include "model/exchange.h"
#include "wire/runtime.h"

namespace blobgauge::recorder {

struct QueueOptions {
  // Memory that waits to be written, by estimate: heads and kept bodies. A queue that holds less takes one more.
  std::uint64_t bytes = 16 << 20;
  // Where it is full: exchanges are dropped and counted, or their connections wait.
  bool drop = false;
  // But not for ever: a disk that hangs must not hang the traffic. After this an exchange is dropped all the same.
  std::chrono::milliseconds longest_wait{10'000};
};

class RecordingQueue {
 public:
  // Called on the queue's thread, one call at a time, in the order in which exchanges came. `more_follows`: another
  // call comes at once, so what is written may wait for it. The exchange may be changed, and lives until the call
  // returns.
  using Take = std::function<void(model::Exchange& exchange, bool more_follows)>;

  // `runtime` must outlive it.
  RecordingQueue(wire::Runtime& runtime, QueueOptions options, Take take);
  ~RecordingQueue();  // as finish()
  RecordingQueue(const RecordingQueue&) = delete;
  RecordingQueue& operator=(const RecordingQueue&) = delete;

  // On the runtime's thread. Waits while the queue is full and then gives the exchange up, or takes it; the first one
  // after a gap has a mark with the number of those that are missing. `exchange` must live until the call was awaited.
  wire::Task<> put(model::Exchange&& exchange);
  // Takes it however full the queue is.
  void put_now(model::Exchange&& exchange);

  // Any thread. Exchanges that were given up so far.
  std::uint64_t dropped() const;
  // Returns when all is written, and takes no more. A second call does nothing.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace blobgauge::recorder
