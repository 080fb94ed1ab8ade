#include "recorder/proxy.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "model/classifier.h"
#include "model/text.h"
#include "recorder/admission.h"
#include "recorder/client_finder.h"
#include "recorder/relay.h"
#include "recorder/rewrite.h"
#include "wire/client.h"
#include "wire/runtime.h"
#include "wire/server.h"

namespace blobgauge::recorder {

using model::Category;
using model::fail;
using model::Status;
using wire::Task;

namespace {

constexpr std::string_view established = "HTTP/1.1 200 Connection established\r\n\r\n";
constexpr std::size_t most_refused_hosts = 8;  // named at the end

std::string authority_of(const std::string& address, std::uint16_t port) {
  return address.find(':') == std::string::npos ? fmt::format("{}:{}", address, port)
                                                : fmt::format("[{}]:{}", address, port);
}

// No change was made to what was not forwarded, so this is the only mark.
void mark_refusal(model::Exchange& exchange, int status, std::string_view why) {
  exchange.marks.assign(1, fmt::format("request: not forwarded: {}; the recorder answered {}", why, status));
  exchange.response.body.complete = false;
}

Task<> copy(wire::Connection& from, wire::Connection& to) {
  for (;;) {
    const auto bytes = co_await from.read_raw();
    if (bytes && bytes->empty()) {
      co_await to.stream().finish();
      co_return;
    }
    if (!bytes || !co_await to.write(*bytes)) break;
  }
  from.stream().reset();
  to.stream().reset();
}

}  // namespace

struct Proxy::State {
  State(Options chosen, std::shared_ptr<ExchangeSink> to)
      : options(std::move(chosen)),
        sink(std::move(to)),
        redaction(model::Redaction(*options.catalogue).with(options.pseudonyms)),
        classifier(*options.catalogue),
        pass_through(model::concatenated(options.pass_through, options.catalogue->network("login-hosts"))),
        admission(model::concatenated(model::concatenated(options.allowed_hosts, pass_through),
                                      options.catalogue->network("storage-hosts")),
                  options.catalogue->network("identity-services")),
        kept(options.keep_total) {
    rewriter.mapping = options.mapping;
    rewriter.map_addresses = options.map_addresses;
    rewriter.address_headers = options.catalogue->role_names("url-header");
    rewriter.resign = options.resign;
    if (options.mode == Mode::reverse) rewriter.target = options.target;
    rewriter.rewrite_host = options.rewrite_host;
    rewriter.upstream = options.upstream;
    limits = {options.connect_limit, options.idle_limit, [this](std::string_view address, std::uint16_t to_port) {
                return admission.refuses_address(address, to_port);
              }};
  }

  Options options;
  std::shared_ptr<ExchangeSink> sink;
  model::Redaction redaction;
  model::Classifier classifier;
  std::vector<std::string> pass_through;
  Admission admission;
  Rewriter rewriter;
  wire::ConnectLimits limits;
  KeepBudget kept;
  ClientFinder clients;
  HashWorker hash_worker;  // before the runtime, whose exchanges use it to their end
  std::shared_ptr<wire::TlsServer> interceptor;
  std::shared_ptr<const wire::TlsClient> tls;
  wire::Runtime runtime;
  std::unique_ptr<wire::Server> server;
  std::uint16_t port = 0;
  bool stopped = false;
  std::atomic<std::uint64_t> tunnels{0}, handshakes_failed{0}, forbidden{0}, refused{0}, exchanges{0}, unanswered{0},
      connections{0};
  std::atomic<bool> sink_failed{false};
  Status written;                          // the sink's first error; of the queue's thread until that has ended
  std::vector<std::string> refused_hosts;  // of the loop's thread until that has ended
  std::unique_ptr<RecordingQueue> queue;   // its thread uses what is above

  Task<> handle(wire::Transaction& transaction);
  Task<> connect(wire::Transaction& transaction, model::Exchange& exchange);
  // True if bytes went through.
  Task<bool> tunnel(wire::Transaction& transaction, const model::Url& to, model::Exchange& exchange);
  Task<> forward(wire::Transaction& transaction, model::Exchange& exchange, KeptShare& share);
  Task<> pass_on(wire::Transaction& transaction, const Departure& departure, model::Exchange& exchange,
                 KeptShare& share);
  Task<> answer_error(wire::Transaction& transaction, model::Exchange& exchange, const model::Error& error);
  Task<> forbid(wire::Transaction& transaction, model::Exchange& exchange, const model::Url& to,
                const std::string& why);
  Task<> refuse(wire::Transaction& transaction, model::Exchange& exchange, int status, const std::string& why);
  Task<> answer(wire::Transaction& transaction, int status, const std::string& why);
  Task<> tell_refusal(const wire::Refusal& refusal);
  RelayOptions relay_options(const wire::RequestHead& head, const model::Request& request) const;
  Task<> tell(model::Exchange&& exchange);
  void write(model::Exchange& exchange, bool more_follows);
  wire::Client& servers_of(wire::Session& session) const;
};

Task<> Proxy::State::handle(wire::Transaction& transaction) {
  const auto& session = transaction.session();
  connections = std::max(connections.load(), session.number);
  model::Exchange exchange;
  exchange.connection = session.number;
  exchange.sequence = session.requests;
  auto& stream = transaction.connection().stream();
  // A tunnel begins to count anew, but its process is found by then.
  if (session.requests == 1 && session.tunnel.empty())
    clients.look_for(session.number, session.peer, authority_of(stream.local_address(), port));
  exchange.client_tls = transaction.connection().stream().tls_facts();
  exchange.started_ns = now_ns();
  if (transaction.head().method == "CONNECT") {
    co_await connect(transaction, exchange);
    co_return;
  }
  KeptShare share(kept);  // until the exchange was told
  try {
    co_await forward(transaction, exchange, share);
  } catch (...) {
    // Only a stop ends it so; what crossed the wire until then is still told.
    exchange.marks.push_back("recorder: stopped before the exchange was complete");
    exchange.response.body.complete = false;
    if (!sink_failed) queue->put_now(std::move(exchange));
    throw;
  }
  co_await tell(std::move(exchange));
}

Task<> Proxy::State::forward(wire::Transaction& transaction, model::Exchange& exchange, KeptShare& share) {
  const auto& head = transaction.head();
  const auto& session = transaction.session();
  const auto departure = rewriter.rewrite(head, {session.tunnel, session.secure}, exchange);
  if (!departure) {
    co_await refuse(transaction, exchange, 400, describe(departure.error()));
    co_return;
  }
  // Two readers see two values in a folded line (RFC 9112 section 5.2).
  if (head.has_folds()) {
    co_await refuse(transaction, exchange, 400, "a field is folded over several lines");
    co_return;
  }
  const auto& to = departure->server;
  if (const auto why = departure->configured ? std::nullopt : admission.refuses(to.host, to.effective_port())) {
    co_await forbid(transaction, exchange, to, *why);
    co_return;
  }
  co_await pass_on(transaction, *departure, exchange, share);
}

// Each client connection has its own to servers, as it would have without us: what one client sends can't come to lie
// before another's request, and a server's limits per connection count as they do directly.
wire::Client& Proxy::State::servers_of(wire::Session& session) const {
  using Own = std::shared_ptr<wire::Client>;
  if (!session.data.has_value()) {
    wire::ClientOptions settings;
    settings.limits = limits;
    settings.idle_per_destination = 1;
    session.data = std::make_shared<wire::Client>(settings);
  }
  return *std::any_cast<Own&>(session.data);
}

Task<> Proxy::State::pass_on(wire::Transaction& transaction, const Departure& departure, model::Exchange& exchange,
                             KeptShare& share) {
  wire::Destination destination;
  destination.host = departure.server.host;
  destination.port = departure.server.effective_port();
  if (departure.server.scheme == "https") {
    destination.tls = tls;
    if (departure.relayed) destination.via = options.upstream->address();
  } else if (departure.relayed) {
    destination.host = options.upstream->address()->host;
    destination.port = options.upstream->address()->port;
  }
  auto keep = relay_options(transaction.head(), exchange.request);
  keep.share = &share;
  auto loan = co_await servers_of(transaction.session()).borrow(destination);
  if (!loan && loan.error().category == Category::usage) {
    co_await forbid(transaction, exchange, departure.server, loan.error().message);
    co_return;
  }
  if (!loan) {
    co_await answer_error(transaction, exchange, loan.error());
    co_return;
  }
  const auto& stream = loan->connection().stream();
  exchange.server_tls = stream.tls_facts();
  if (!loan->reused()) {
    exchange.connect_ns = stream.opening().connect_ns;
    exchange.tls_ns = stream.opening().tls_ns;
  }
  Relay relay(transaction, loan->connection(), exchange, keep);
  co_await relay.run(departure.head);
  if (relay.keeps_server()) loan->give_back();
  if (relay.answered()) co_return;
  if (relay.client_failed()) {
    co_await answer(transaction, 400, "the request's body broke off");
    co_return;
  }
  // A kept connection that the server closed meanwhile: the client meets what it would have met without us, and has its
  // own rules for what may be sent again.
  if (loan->reused() && relay.silent() && relay.error() && relay.error()->category == Category::endpoint) {
    exchange.marks.push_back("server: had closed a kept connection, the client's was closed too");
    transaction.connection().stream().close();
    co_return;
  }
  const model::Error none{Category::endpoint, "no answer", {}, {}};
  const auto& error = relay.error() ? *relay.error() : none;
  co_await answer_error(transaction, exchange, error);
}

// The client gets an answer of ours, the trace says that the server gave none.
Task<> Proxy::State::answer_error(wire::Transaction& transaction, model::Exchange& exchange,
                                  const model::Error& error) {
  const int status = error.category == Category::timeout ? 504 : 502;
  exchange.marks.push_back(fmt::format("server: {}; the recorder answered {}", error.message, status));
  exchange.response = {};
  exchange.response.body.complete = false;
  exchange.total_ns = now_ns() - exchange.started_ns;
  co_await answer(transaction, status, error.message);
}

Task<> Proxy::State::forbid(wire::Transaction& transaction, model::Exchange& exchange, const model::Url& to,
                            const std::string& why) {
  const auto known = std::find(refused_hosts.begin(), refused_hosts.end(), to.host) != refused_hosts.end();
  if (!known && refused_hosts.size() < most_refused_hosts) refused_hosts.push_back(to.host);
  ++forbidden;
  co_await refuse(transaction, exchange, 403, why);
}

// Nothing went to a server, and nothing of the request's body was read.
Task<> Proxy::State::refuse(wire::Transaction& transaction, model::Exchange& exchange, int status,
                            const std::string& why) {
  mark_refusal(exchange, status, why);
  exchange.request.framing = transaction.framing().kind;
  exchange.request.body.complete = transaction.framing().empty();
  ++refused;
  co_await answer(transaction, status, why);
}

Task<> Proxy::State::answer(wire::Transaction& transaction, int status, const std::string& why) {
  const std::string_view reason = status == 400   ? "Bad Request"
                                  : status == 403 ? "Forbidden"
                                  : status == 502 ? "Bad Gateway"
                                                  : "Gateway Timeout";
  model::Headers headers;
  headers.add("Content-Type", "text/plain");
  transaction.close();
  const std::string text = "blobgauge: " + why + "\n";
  co_await transaction.respond(status, reason, std::move(headers), text);
}

// What the server refused before there was a request to handle.
Task<> Proxy::State::tell_refusal(const wire::Refusal& refusal) {
  model::Exchange exchange;
  exchange.connection = refusal.session.number;
  exchange.sequence = refusal.session.requests;
  exchange.started_ns = now_ns();
  connections = std::max(connections.load(), refusal.session.number);
  const Arrival arrival{refusal.session.tunnel, refusal.session.secure};
  if (refusal.head) {
    describe_request(*refusal.head, arrival, exchange.request);
  } else {
    exchange.request.scheme = arrival.secure ? "https" : "http";
    exchange.request.host = arrival.tunnel;
    exchange.request.headers_complete = false;
  }
  exchange.request.body.complete = false;
  mark_refusal(exchange, refusal.status, refusal.why);
  ++refused;
  co_await tell(std::move(exchange));
}

RelayOptions Proxy::State::relay_options(const wire::RequestHead& head, const model::Request& request) const {
  RelayOptions out;
  out.hashes = options.hashes;
  out.hash_worker = &hash_worker;
  out.early_answer_grace = options.early_answer_grace;
  out.keep_request = out.keep_answer = options.keep_body;
  out.keep_error = std::max(options.keep_document, options.keep_body);
  // Blob content has no such parameter: what has one is a document of the API.
  const auto mark = request.target.find('?');
  if (mark == std::string::npos) return out;
  const auto& names = options.catalogue->discriminators();
  for (const auto& parameter : model::parse_query(std::string_view(request.target).substr(mark + 1)))
    out.keeps_documents |= std::find(names.begin(), names.end(), parameter.name) != names.end();
  const auto type = model::lower(head.text("Content-Type"));
  if (out.keeps_documents && (type.find("xml") != std::string::npos || type.find("json") != std::string::npos))
    out.keep_request = out.keep_error;
  return out;
}

Task<> Proxy::State::tell(model::Exchange&& exchange) {
  if (!sink_failed) co_await queue->put(std::move(exchange));
}

// On the queue's thread.
void Proxy::State::write(model::Exchange& exchange, bool more_follows) {
  if (!written) return;
  exchange.number = exchanges + 1;
  exchange.process = clients.found(exchange.connection);
  exchange.operation = classifier.identify(exchange).name;
  const auto redacted = redaction.redact(exchange);
  written = sink->write(redacted, more_follows);
  sink_failed = !written;
  if (!written) return;
  ++exchanges;
  if (redacted->response.status == 0) ++unanswered;
}

Task<> Proxy::State::connect(wire::Transaction& transaction, model::Exchange& exchange) {
  const std::string authority(transaction.head().target);
  const auto to = model::parse_url("https://" + authority);
  describe_request(transaction.head(), {}, exchange.request);
  exchange.request.scheme = "https";
  exchange.request.host = authority;
  if (options.mode == Mode::reverse || !transaction.session().tunnel.empty() || !to) {
    co_await refuse(transaction, exchange, 400, "CONNECT is for a forward proxy and a HOST:PORT");
    co_return co_await tell(std::move(exchange));
  }
  const bool mapped = rewriter.mapping.find(to->authority()) != nullptr;
  if (const auto why = mapped ? std::nullopt : admission.refuses(to->host, to->effective_port())) {
    co_await forbid(transaction, exchange, *to, *why);
    co_return co_await tell(std::move(exchange));
  }
  ++tunnels;
  const bool passes = !interceptor || (!mapped && model::matches_any(pass_through, to->host));
  if (passes) {
    if (!co_await tunnel(transaction, *to, exchange)) co_await tell(std::move(exchange));
    co_return;
  }
  const auto secured = co_await transaction.intercept(interceptor, authority, std::string(established));
  if (!secured) ++handshakes_failed;
}

Task<bool> Proxy::State::tunnel(wire::Transaction& transaction, const model::Url& to, model::Exchange& exchange) {
  wire::Destination destination;
  destination.host = to.host;
  destination.port = to.effective_port();
  if (options.upstream && options.upstream->serves(to)) destination.via = options.upstream->address();
  auto stream = co_await wire::connect(destination, limits);
  if (!stream) {
    if (stream.error().category == Category::usage)
      co_await forbid(transaction, exchange, to, stream.error().message);
    else
      co_await answer_error(transaction, exchange, stream.error());
    co_return false;
  }
  wire::Connection far(std::move(*stream));
  if (!co_await transaction.write_raw(established)) co_return true;
  co_await wire::both(copy(transaction.connection(), far), copy(far, transaction.connection()));
  transaction.complete(false);
  co_return true;
}

model::Result<std::unique_ptr<Proxy>> Proxy::start(Options options, std::shared_ptr<ExchangeSink> sink) {
  if (!options.catalogue || !sink) return fail(Category::internal, "a proxy needs a catalogue and a sink");
  if (options.mode == Mode::reverse && options.target.host.empty())
    return fail(Category::usage, "reverse mode needs a target", "add --target URL");
  if (options.mode == Mode::forward && options.tls)
    return fail(Category::usage, "a forward proxy is met over plain HTTP", "a TLS listener is for reverse mode");
  auto state = std::make_unique<State>(std::move(options), std::move(sink));
  wire::TlsClientOptions upstream;
  upstream.ca_file = state->options.upstream_ca_file;
  upstream.verify = state->options.upstream_verify;
  BLOBGAUGE_TRY(state->tls, wire::TlsClient::create(upstream));
  if (state->options.authority) {
    wire::TlsServerOptions intercepting;
    intercepting.pick = [authority = state->options.authority](std::string_view name) { return authority->leaf(name); };
    BLOBGAUGE_TRY(state->interceptor, wire::TlsServer::create(intercepting));
  }
  wire::ServerOptions listening;
  listening.address = state->options.address;
  listening.port = state->options.port;
  listening.tls = state->options.tls;
  listening.idle = state->options.idle_limit;
  auto* self = state.get();
  state->queue =
      std::make_unique<RecordingQueue>(state->runtime, state->options.queue,
                                       [self](model::Exchange& exchange, bool more) { self->write(exchange, more); });
  listening.handshake_failed = [self](const model::Error&) { ++self->handshakes_failed; };
  listening.refused = [self](const wire::Refusal& refusal) { return self->tell_refusal(refusal); };
  BLOBGAUGE_TRY(state->server, wire::Server::start(state->runtime, listening, [self](wire::Transaction& transaction) {
                  return self->handle(transaction);
                }));
  state->port = state->server->port();
  state->admission.own(state->options.address, state->port);
  state->runtime.start();
  return std::unique_ptr<Proxy>(new Proxy(std::move(state)));
}

Proxy::Proxy(std::unique_ptr<State> state) : state_(std::move(state)) {}

Proxy::~Proxy() { (void)stop(std::chrono::milliseconds{0}); }

std::uint16_t Proxy::port() const { return state_->port; }

std::string Proxy::url() const {
  const auto& address = state_->options.address;
  // A listener on every address is reached by the loopback one.
  const bool any = address == "0.0.0.0" || address == "::";
  const std::string host = any ? "127.0.0.1" : address.find(':') != std::string::npos ? "[" + address + "]" : address;
  return fmt::format("{}://{}:{}", state_->options.tls ? "https" : "http", host, state_->port);
}

Proxy::Counts Proxy::counts() const {
  return {state_->connections, state_->tunnels,    state_->handshakes_failed, state_->forbidden,  state_->refused,
          state_->exchanges,   state_->unanswered, state_->queue->dropped(),  state_->sink_failed};
}

const std::vector<std::string>& Proxy::refused_hosts() const { return state_->refused_hosts; }

Status Proxy::stop(std::chrono::milliseconds grace) {
  if (!state_->stopped) {
    state_->stopped = true;
    state_->runtime.run(state_->server->stop(grace));
    state_->runtime.stop();
    state_->queue->finish();
  }
  return state_->written;
}

}  // namespace blobgauge::recorder
