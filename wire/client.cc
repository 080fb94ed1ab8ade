#include "wire/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/text.h"

namespace blobgauge::wire {

using model::Category;
using model::fail;
using model::Framing;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t most_informational = 16;
// Servers close idle connections after a minute or two; one that old is not worth the risk.
constexpr auto oldest_idle = std::chrono::seconds(30);

struct Idle {
  Destination to;
  std::unique_ptr<Connection> connection;
  Clock::time_point since;
};

bool idempotent(std::string_view method) {  // RFC 9110 section 9.2.2
  constexpr std::array<std::string_view, 5> methods{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"};
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

}  // namespace

struct Client::State {
  ClientOptions options;
  std::vector<Idle> idle;  // few: a search is quicker than a key
};

struct Loan::State {
  std::unique_ptr<Connection> connection;
  std::weak_ptr<Client::State> pool;
  Destination to;
  bool reused = false;
};

Loan::Loan(std::unique_ptr<State> state) : state_(std::move(state)) {}
Loan::~Loan() = default;
Loan::Loan(Loan&&) noexcept = default;
Loan& Loan::operator=(Loan&&) noexcept = default;
Connection& Loan::connection() const { return *state_->connection; }
Loan::operator bool() const { return state_ && state_->connection; }
bool Loan::reused() const { return state_->reused; }

void Loan::give_back() {
  auto connection = std::move(state_->connection);
  const auto pool = state_->pool.lock();
  if (!pool || !connection || !connection->buffered().empty()) return;
  connection->rest();
  auto& idle = pool->idle;
  const auto alike = std::count_if(idle.begin(), idle.end(), [&](const Idle& one) { return one.to == state_->to; });
  if (static_cast<std::size_t>(alike) < pool->options.idle_per_destination)
    idle.push_back({std::move(state_->to), std::move(connection), Clock::now()});
}

Client::Client(ClientOptions options) : state_(std::make_shared<State>(State{options, {}})) {}
Client::~Client() = default;
void Client::close_idle() { state_->idle.clear(); }

Task<Result<Loan>> Client::borrow(const Destination& asked, bool fresh) {
  const auto state = state_;
  auto loan = std::make_unique<Loan::State>();
  loan->pool = state;
  auto& idle = state->idle;
  // The one that was used last is the least likely to be closed.
  for (std::size_t i = fresh ? 0 : idle.size(); i-- > 0 && !loan->connection;) {
    if (idle[i].to != asked) continue;
    auto found = std::move(idle[i]);
    idle.erase(idle.begin() + static_cast<std::ptrdiff_t>(i));
    if (Clock::now() - found.since >= oldest_idle || !found.connection->stream().quiet()) continue;
    loan->connection = std::move(found.connection);
    loan->to = std::move(found.to);
  }
  loan->reused = loan->connection != nullptr;
  if (!loan->connection) {
    loan->to = asked;
    auto stream = co_await connect(loan->to, state->options.limits);
    if (!stream) co_return tl::make_unexpected(stream.error());
    loan->connection = std::make_unique<Connection>(std::move(*stream), state->options.head);
  }
  co_return Loan(std::move(loan));
}

namespace {

// One request on one connection: a writer and a reader that run at once and tell each other what happened.
class Exchange {
 public:
  Exchange(const ClientOptions& options, const ClientRequest& request, const std::string& head, BodyFraming framing,
           Connection& connection)
      : options_(options), request_(request), head_(head), framing_(framing), connection_(connection) {}

  Task<> run() {
    // What surely fits into the socket's buffer needs no writer of its own.
    constexpr std::size_t small = 16 * 1024;
    if (framing_.empty() || (whole() && request_.body.size() <= small)) {
      co_await write();
      co_await read();
    } else {
      co_await both(write(), read());
    }
  }

  Result<ResponseHead> response = fail(Category::internal, "no answer was read");
  std::vector<ResponseHead> informational;
  bool any_answer = false;    // a byte of an answer came
  bool request_done = false;  // all of it was handed to the stream
  std::uint64_t sent = 0;

 private:
  bool expects() const { return request_.headers.get("Expect") == "100-continue" && !framing_.empty(); }
  // Head and body can go out in one write.
  bool whole() const { return !expects() && !request_.source && framing_.kind == Framing::length; }

  Task<> write() {
    const auto status = co_await write_all();
    if (!status && mistake_) {
      response = tl::make_unexpected(status.error());
      connection_.stream().close();  // ends the reader
    }
    request_done = status && !given_up_;
    written_.set();
  }

  Task<Status> write_all() {
    if (whole()) {
      sent = request_.body.size();
      co_return co_await connection_.write(head_, request_.body);
    }
    auto status = co_await connection_.write(head_);
    if (!status || framing_.empty()) co_return status;
    if (expects()) {
      co_await go_.wait_for(options_.continue_wait);
      if (answered_) given_up_ = true;
    }
    if (!request_.source) {
      if (!given_up_ && !request_.body.empty()) status = co_await write_piece(request_.body);
    } else {
      status = co_await write_source();
    }
    if (!status || given_up_) co_return status;
    if (framing_.kind == Framing::chunked) co_return co_await connection_.write(last_chunk);
    if (sent != framing_.length) co_return mistake("a request body shorter than its Content-Length");
    co_return status;
  }

  Task<Status> write_source() {
    while (!given_up_) {
      const auto piece = co_await request_.source();
      if (!piece) {
        mistake_ = true;
        co_return tl::make_unexpected(piece.error());
      }
      if (piece->empty()) break;
      if (framing_.kind == Framing::length && piece->size() > framing_.length - sent)
        co_return mistake("a request body longer than its Content-Length");
      const auto status = co_await write_piece(*piece);
      if (!status) co_return status;
    }
    co_return Status{};
  }

  Task<Status> write_piece(std::string_view payload) {
    sent += payload.size();
    if (framing_.kind != Framing::chunked) co_return co_await connection_.write(payload);
    const auto prefix = chunk_prefix(payload.size());
    co_return co_await connection_.write(prefix, payload, chunk_suffix);
  }

  tl::unexpected<model::Error> mistake(std::string why) {
    mistake_ = true;
    return fail(Category::input, std::move(why));
  }

  Task<> read() {
    for (;;) {
      auto head = co_await connection_.read_response_head();
      any_answer = any_answer || connection_.head_started();
      if (head && head->status < 200 && head->status != 101) {
        if (head->status == 100) go_.set();
        informational.push_back(std::move(*head));
        if (informational.size() <= most_informational) continue;
        head = fail(Category::endpoint, "more informational answers than a request can need");
      }
      if (!mistake_) response = std::move(head);
      break;
    }
    answered_ = true;
    go_.set();
    // A failed read leaves nothing to wait for; an early answer lets the writer try for a while.
    if (!response) connection_.stream().close();
    if (response && co_await written_.wait_for(options_.early_answer_grace)) co_return;
    if (written_.is_set()) co_return;
    given_up_ = true;
    connection_.stream().interrupt();
  }

  const ClientOptions& options_;
  const ClientRequest& request_;
  const std::string& head_;
  BodyFraming framing_;
  Connection& connection_;
  Event go_;               // the body may go out
  Event written_;          // the writer has ended
  bool answered_ = false;  // the final head is there, or never will be
  bool given_up_ = false;  // the rest of the body is not sent
  bool mistake_ = false;   // the body does not fit its framing, or its source failed
};

Result<BodyFraming> framing_of(const ClientRequest& request, const std::string& head) {
  // Our own head: what it says wrong is the caller's mistake, not an endpoint's.
  auto parsed = parse_request_head(head, HeadLimits{1 << 20, 4096});
  if (!parsed) return fail(Category::input, "cannot send this request: " + parsed.error().message);
  auto framing = request_framing(*parsed);
  if (!framing) return fail(Category::input, "cannot send this request: " + framing.error().message);
  if (request.source) return framing;
  if (framing->kind == Framing::none && !request.body.empty())
    return fail(Category::input, "a request body without Content-Length or Transfer-Encoding");
  if (framing->kind == Framing::length && request.body.size() != framing->length)
    return fail(Category::input,
                fmt::format("a request body of {} bytes with Content-Length {}", request.body.size(), framing->length));
  return framing;
}

}  // namespace

Task<Result<ClientResponse>> Client::send(ClientRequest request) {
  const auto state = state_;
  const auto head = make_request_head(request.method, request.target, request.headers);
  if (!head) co_return tl::make_unexpected(head.error());
  const auto framing = framing_of(request, *head);
  if (!framing) co_return tl::make_unexpected(framing.error());
  for (bool retried = false;; retried = true) {
    auto loan = co_await borrow(request.destination, request.fresh_connection || retried);
    if (!loan) co_return tl::make_unexpected(loan.error());
    Exchange exchange(state->options, request, *head, *framing, loan->connection());
    co_await exchange.run();
    const bool reused = loan->reused();
    if (!exchange.response) {
      const bool died = exchange.response.error().category == Category::endpoint && !exchange.any_answer;
      if (reused && died && !request.source && idempotent(request.method)) continue;
      co_return tl::make_unexpected(exchange.response.error());
    }
    const auto body = response_framing(*exchange.response, request.method);
    if (!body) co_return tl::make_unexpected(body.error());
    ClientResponse out(std::move(*loan));
    out.head = std::move(*exchange.response);
    out.informational = std::move(exchange.informational);
    out.framing = *body;
    out.reused = reused;
    out.retried = retried;
    out.request_done = exchange.request_done;
    out.sent = exchange.sent;
    const bool closes = model::iequals(request.headers.get("Connection"), "close") || !out.head.keep_alive();
    out.reusable_ = out.request_done && !closes && body->kind != Framing::close && out.head.status != 101 &&
                    request.method != "CONNECT";
    out.loan_.connection().begin_body(*body);
    if (body->empty()) out.settle();
    co_return out;
  }
}

ClientResponse::ClientResponse(Loan loan) : loan_(std::move(loan)) {}
ClientResponse::ClientResponse(ClientResponse&&) noexcept = default;
ClientResponse& ClientResponse::operator=(ClientResponse&&) noexcept = default;
ClientResponse::~ClientResponse() {
  if (loan_ && loan_.connection().body_done()) settle();
}

void ClientResponse::settle() {
  surplus_ = surplus();
  if (loan_ && reusable_) loan_.give_back();
}

std::size_t ClientResponse::surplus() const {
  const bool there = loan_ && loan_.connection().body_done() && framing.kind != Framing::close;
  return there ? loan_.connection().buffered().size() : surplus_;
}

bool ClientResponse::body_done() const { return !loan_ || loan_.connection().body_done(); }

Task<Result<BodyPiece>> ClientResponse::read_body() {
  BodyPiece last;
  last.end = true;
  if (body_done()) {
    settle();
    co_return last;
  }
  co_return co_await loan_.connection().read_body();
}

Task<Result<std::string>> ClientResponse::read_all(std::size_t limit) {
  if (body_done()) co_return std::string();
  auto out = co_await loan_.connection().read_all(limit);
  if (out) settle();
  co_return out;
}

}  // namespace blobgauge::wire
