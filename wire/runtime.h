#pragma once
// The loop that runs tasks: one io_context on one thread. One thread is enough for dozens of connections at the speed
// of loopback and leaves nothing to lock; who needs more cores makes a second Runtime with objects of its own.
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "wire/task.h"

namespace blobgauge::wire {

using Executor = boost::asio::any_io_executor;

// Must outlive every Stream, Listener, Server and Client that was made on it.
class Runtime {
 public:
  Runtime();
  // Ends the loop and destroys the tasks that have not ended, wherever they wait.
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  Executor executor() const;
  // Starts a task of its own; any thread may call it.
  void spawn(Task<> task);
  // Runs `task` to its end and gives its value. The calling thread drives the loop, unless start() gave the loop a
  // thread of its own: then it waits. Never from inside a task.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> value;
    run_to_end(store(std::move(task), value));
    return std::move(*value);
  }
  void run(Task<> task) { run_to_end(std::move(task)); }

  // Gives the loop its own thread until stop(): for callers that block, such as a CLI that waits for a child process.
  void start();
  // Ends that thread. Tasks stay suspended; run() or start() would go on with them.
  void stop();

  // The next SIGINT or SIGTERM. From this call on, awaited or not, they do not kill the process, until the task is
  // gone; so call it before anything that makes others send one, such as a line that says that we are ready.
  Task<int> interrupted();

 private:
  struct State;
  void run_to_end(Task<> task);
  template <class T>
  static Task<> store(Task<T> task, std::optional<T>& value) {
    value.emplace(co_await std::move(task));
  }
  std::unique_ptr<State> state_;
};

}  // namespace blobgauge::wire
