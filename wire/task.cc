#include "wire/task.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

namespace blobgauge::wire {

namespace asio = boost::asio;

Task<> both(Task<> first, Task<> second) {
  using asio::experimental::awaitable_operators::operator&&;
  co_await (std::move(first) && std::move(second));
}

Task<> pause(Milliseconds duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

struct Event::State {
  bool set = false;
  std::vector<asio::steady_timer*> waiting;
};

namespace {

// Takes the timer off the list however the wait ends, the destruction of its coroutine included.
template <class State>
struct Waiting {
  std::shared_ptr<State> state;
  asio::steady_timer* timer;
  Waiting(std::shared_ptr<State> event, asio::steady_timer& wake) : state(std::move(event)), timer(&wake) {
    state->waiting.push_back(timer);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() { std::erase(state->waiting, timer); }
};

}  // namespace

Event::Event() : state_(std::make_shared<State>()) {}
Event::~Event() = default;

void Event::set() {
  state_->set = true;
  for (auto* timer : state_->waiting) timer->cancel();
}

bool Event::is_set() const { return state_->set; }

Task<> Event::wait() {
  const auto state = state_;
  while (!state->set) {
    asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    const Waiting<State> waiting(state, timer);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

Task<bool> Event::wait_for(Milliseconds limit) {
  const auto state = state_;
  if (state->set) co_return true;
  asio::steady_timer timer(co_await asio::this_coro::executor, limit);
  const Waiting<State> waiting(state, timer);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  co_return state->set;
}

}  // namespace blobgauge::wire
