#include "wire/runtime.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <exception>
#include <future>
#include <stdexcept>
#include <thread>

namespace blobgauge::wire {

namespace asio = boost::asio;

struct Runtime::State {
  asio::io_context io{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  std::thread thread;
};

Runtime::Runtime() : state_(std::make_unique<State>()) {}

Runtime::~Runtime() { stop(); }

Executor Runtime::executor() const { return state_->io.get_executor(); }

void Runtime::spawn(Task<> task) {
  asio::co_spawn(state_->io, std::move(task), [](std::exception_ptr error) noexcept {
    if (error) std::rethrow_exception(error);
  });
}

void Runtime::run_to_end(Task<> task) {
  if (state_->thread.joinable()) {
    std::promise<void> ended;
    asio::co_spawn(state_->io, std::move(task), [&](std::exception_ptr error) {
      if (error)
        ended.set_exception(error);
      else
        ended.set_value();
    });
    ended.get_future().get();
    return;
  }
  bool done = false;
  std::exception_ptr failure;
  asio::co_spawn(state_->io, std::move(task), [&](std::exception_ptr error) {
    failure = error;
    done = true;
  });
  state_->io.restart();
  while (!done)
    if (state_->io.run_one() == 0) throw std::logic_error("a task waits for something that nobody will do");
  if (failure) std::rethrow_exception(failure);
}

void Runtime::start() {
  state_->work.emplace(state_->io.get_executor());
  state_->io.restart();
  state_->thread = std::thread([this] { state_->io.run(); });
}

void Runtime::stop() {
  if (!state_->thread.joinable()) return;
  state_->work.reset();
  state_->io.stop();
  state_->thread.join();
}

namespace {

Task<int> next_of(std::unique_ptr<asio::signal_set> signals) {
  boost::system::error_code ignored;
  co_return co_await signals->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace

Task<int> Runtime::interrupted() { return next_of(std::make_unique<asio::signal_set>(state_->io, SIGINT, SIGTERM)); }

}  // namespace blobgauge::wire
