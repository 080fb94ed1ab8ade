#pragma once
// Asynchronous work: a coroutine that runs on one Runtime's single thread (wire/runtime.h).
//
// Rules that keep coroutines sound here:
// - Everything of wire/ that is used by a coroutine is used on its Runtime's thread only; nothing is locked.
// - What a string_view or span argument points to must live until the call was awaited.
// - GCC 12 destroys braced temporaries inside a co_await expression twice (GCC bug 104031): name them first.
// - Errors are values; an exception that leaves a spawned task is a bug and ends the process.
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace blobgauge::wire {

template <class T = void>
using Task = boost::asio::awaitable<T>;
using Milliseconds = std::chrono::milliseconds;

// Runs both at once and ends when both ended: the two directions of a forwarded exchange.
Task<> both(Task<> first, Task<> second);

// Lets `duration` pass. Tests have no use for it.
Task<> pause(Milliseconds duration);

// A flag that coroutines can wait for. Set once, it stays set.
class Event {
 public:
  Event();
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  void set();
  bool is_set() const;
  Task<> wait();
  // True if it was set in time.
  Task<bool> wait_for(Milliseconds limit);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace blobgauge::wire
