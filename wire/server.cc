#include "wire/server.h"

#include <fmt/format.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <list>

namespace blobgauge::wire {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

// A connection as the server sees it from outside its coroutine.
struct Entry {
  asio::cancellation_signal cancel;
  Stream* stream = nullptr;
  bool busy = false;  // inside a transaction
};

// Takes the stream out of its entry before it dies, however the coroutine ends.
struct Shown {
  std::shared_ptr<void> owner;
  Entry& entry;
  Shown(std::shared_ptr<void> keeps_entry, Entry& shown, Stream& stream) : owner(std::move(keeps_entry)), entry(shown) {
    entry.stream = &stream;
  }
  Shown(const Shown&) = delete;
  Shown& operator=(const Shown&) = delete;
  ~Shown() { entry.stream = nullptr; }
};

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(Executor chosen, ServerOptions settings, Handler function)
      : executor(std::move(chosen)), options(std::move(settings)), handler(std::move(function)) {}

  Executor executor;
  ServerOptions options;
  Handler handler;
  std::unique_ptr<Listener> listener;
  std::list<Entry> open;
  std::uint64_t accepted = 0;
  bool stopping = false;
  bool accepting = true;
  std::shared_ptr<Event> changed = std::make_shared<Event>();

  // Wakes who waits for fewer connections.
  void tell() {
    const auto woken = std::exchange(changed, std::make_shared<Event>());
    woken->set();
  }

  void stop_accepting() {
    stopping = true;
    listener->close();
    for (auto& entry : open)
      if (!entry.busy && entry.stream) entry.stream->close();
    tell();
  }

  void cut() {
    for (auto& entry : open) {
      if (entry.stream) entry.stream->close();
      entry.cancel.emit(asio::cancellation_type::terminal);
    }
  }

  void admit(std::unique_ptr<Stream> stream);
  static Task<> accept(std::shared_ptr<State> self);
  Task<> serve(Entry& entry, std::unique_ptr<Stream> stream, std::uint64_t number);
  Task<bool> serve_one(Entry& entry, Connection& connection, Session& session);
  Task<bool> drain(Connection& connection);
  Task<> linger(Connection& connection);
  Task<> refuse(Connection& connection, const Refusal& refusal);
};

Task<> Server::State::accept(std::shared_ptr<State> self) {
  while (!self->stopping) {
    if (self->open.size() >= self->options.connections) {
      const auto fewer = self->changed;
      co_await fewer->wait();
      continue;
    }
    auto stream = co_await self->listener->accept();
    if (stream) {
      self->admit(std::move(*stream));
    } else if (!self->stopping) {
      co_await pause(Milliseconds(50));  // out of file descriptors, most likely: they come back
    }
  }
  self->accepting = false;
  self->tell();
}

void Server::State::admit(std::unique_ptr<Stream> stream) {
  if (stopping) return;
  const auto entry = open.emplace(open.end());
  auto ended = [self = shared_from_this(), entry](std::exception_ptr) {
    self->open.erase(entry);
    self->tell();
  };
  asio::co_spawn(executor, serve(*entry, std::move(stream), ++accepted),
                 asio::bind_cancellation_slot(entry->cancel.slot(), std::move(ended)));
}

Task<> Server::State::serve(Entry& entry, std::unique_ptr<Stream> stream, std::uint64_t number) {
  Connection connection(std::move(stream), options.head);
  const Shown shown(shared_from_this(), entry, connection.stream());
  connection.stream().set_idle_limit(options.idle);
  Session session;
  session.number = number;
  session.peer = connection.stream().peer();
  if (options.tls) {
    const auto secured = co_await connection.accept_tls(options.tls, connection.stream().local_address());
    if (!secured && options.handshake_failed) options.handshake_failed(secured.error());
    if (!secured) co_return;
    session.secure = true;
    session.server_name = connection.stream().server_name();
  }
  bool more = true;
  while (more && !stopping) more = co_await serve_one(entry, connection, session);
  co_await linger(connection);
}

// True if the connection can carry another request.
Task<bool> Server::State::serve_one(Entry& entry, Connection& connection, Session& session) {
  entry.busy = false;
  auto head = co_await connection.read_request_head();
  entry.busy = true;
  ++session.requests;
  if (!head) {
    const bool too_large = connection.head_refusal() == Connection::Refusal::too_large;
    const Refusal refusal{session, nullptr, too_large ? 431 : 400, head.error().message};
    if (connection.head_refusal() != Connection::Refusal::none) co_await refuse(connection, refusal);
    co_return false;
  }
  if (!*head) co_return false;
  const auto framing = request_framing(**head);
  if (!framing) {
    const Refusal refusal{session, &**head, 400, framing.error().message};
    co_await refuse(connection, refusal);
    co_return false;
  }
  // RFC 9112 section 3.2: HTTP/1.0 needs none, and two are two readings in any version.
  const auto hosts = (*head)->count("Host");
  if (hosts > 1 || (hosts == 0 && (*head)->minor_version == 1)) {
    const std::string why = hosts > 1 ? "a request with more than one Host" : "a request without Host";
    const Refusal refusal{session, &**head, 400, why};
    co_await refuse(connection, refusal);
    co_return false;
  }
  connection.begin_body(*framing);
  Transaction transaction(connection, session, std::move(**head), *framing);
  std::string thrown;
  try {
    co_await handler(transaction);
  } catch (const std::exception& error) {
    thrown = error.what();
  }
  if (!transaction.response_started() && !stopping) {
    transaction.close();
    const auto why = thrown.empty() ? std::string("no answer was made\n") : thrown + "\n";
    co_await transaction.respond(500, "Internal Server Error", {}, why);
  }
  if (!transaction.response_done()) {
    connection.stream().close();
    co_return false;
  }
  if (!transaction.keep_alive()) co_return false;
  co_return co_await drain(connection);
}

Task<bool> Server::State::drain(Connection& connection) {
  const auto before = connection.body().size();
  while (!connection.body_done()) {
    const auto piece = co_await connection.read_body();
    if (!piece || connection.body().size() - before > options.drain) co_return false;
  }
  co_return true;
}

// A socket that is closed with unread bytes resets the connection, and the reset can overtake the answer (RFC 9112
// section 9.6). So the sending side ends first and what still comes is thrown away for a while.
Task<> Server::State::linger(Connection& connection) {
  auto& stream = connection.stream();
  stream.set_idle_limit(options.linger);
  const auto finished = co_await stream.finish();
  const auto end = Clock::now() + options.linger;
  bool more = finished.has_value();
  while (more && !stopping && Clock::now() < end) {
    const auto bytes = co_await connection.read_raw();
    more = bytes && !bytes->empty();
  }
  stream.close();
}

Task<> Server::State::refuse(Connection& connection, const Refusal& refusal) {
  if (options.refused) co_await options.refused(refusal);
  const auto answer =
      fmt::format("HTTP/1.1 {} {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}\n",
                  refusal.status, refusal.status == 431 ? "Request Header Fields Too Large" : "Bad Request",
                  refusal.why.size() + 1, refusal.why);
  co_await connection.write(answer);
}

Result<std::unique_ptr<Server>> Server::start(Runtime& runtime, ServerOptions options, Handler handler) {
  auto state = std::make_shared<State>(runtime.executor(), std::move(options), std::move(handler));
  BLOBGAUGE_TRY(state->listener, Listener::bind(state->executor, state->options.address, state->options.port));
  runtime.spawn(State::accept(state));
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::Server(std::shared_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  asio::post(state_->executor, [state = state_] {
    if (!state->stopping) state->stop_accepting();
    state->cut();
  });
}

std::uint16_t Server::port() const { return state_->listener->port(); }
const std::string& Server::address() const { return state_->listener->address(); }
std::size_t Server::open_connections() const { return state_->open.size(); }
std::uint64_t Server::accepted() const { return state_->accepted; }

Task<> Server::stop(Milliseconds grace) {
  const auto state = state_;
  const auto end = Clock::now() + grace;
  state->stop_accepting();
  bool cut = false;
  while (state->accepting || !state->open.empty()) {
    const auto changed = state->changed;
    const auto left = std::chrono::ceil<Milliseconds>(end - Clock::now());
    if (!cut && left.count() > 0) {
      co_await changed->wait_for(left);
      continue;
    }
    if (!cut) state->cut();
    cut = true;
    co_await changed->wait();
  }
}

}  // namespace blobgauge::wire
