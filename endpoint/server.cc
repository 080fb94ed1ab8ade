#include "endpoint/server.h"

#include <fmt/format.h>

#include "endpoint/service.h"
#include "endpoint/source.h"
#include "endpoint/store.h"
#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

constexpr std::size_t write_size = 256u << 10;  // bytes of one write of a blob

std::string without_port(const std::string& peer) {
  auto host = peer.substr(0, peer.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host;
}

// Nothing for a target that is none.
std::optional<Request> read_request(wire::Transaction& transaction) {
  const auto& head = transaction.head();
  Request out;
  out.method = head.method;
  auto url = model::parse_target(head.target);
  if (!url) return std::nullopt;
  out.url = std::move(*url);
  out.headers = head.headers();
  out.authority = out.url.host.empty() ? std::string(out.headers.get("Host")) : out.url.authority();
  out.client_address = without_port(transaction.session().peer);
  out.secure = transaction.session().secure;
  out.request_id = new_guid();
  return out;
}

// Bytes that go out of a body of `size`. Those of a blob and of an answer with a length are announced whole all the
// same, so that the client waits for the rest.
std::uint64_t sent_of(const Answer& answer, std::uint64_t size) {
  return std::min(size, answer.delivery.cut_after.value_or(size));
}

// An answer that is not delivered whole leaves the transaction open, and the server cuts its connection.
wire::Task<model::Status> send(wire::Transaction& transaction, Answer answer) {
  const auto reason = reason_phrase(answer.status);
  if (answer.delivery.late.count()) co_await wire::pause(answer.delivery.late);
  if (answer.delivery.never) co_return co_await transaction.write_raw({});
  if (answer.status == 304) answer.headers.add("Content-Length", "0");
  if (!answer.content && !answer.chunked) {
    const auto size = sent_of(answer, answer.text.size());
    if (size == answer.text.size())
      co_return co_await transaction.respond(answer.status, reason, std::move(answer.headers), answer.text);
    const auto begun = co_await transaction.begin(answer.status, reason, std::move(answer.headers), answer.text.size());
    if (!begun) co_return begun;
    co_return co_await transaction.write(std::string_view(answer.text).substr(0, size));
  }
  const auto length = answer.chunked ? std::nullopt : std::optional(answer.content->size());
  auto status = co_await transaction.begin(answer.status, reason, std::move(answer.headers), length);
  if (!status) co_return status;
  if (answer.chunked) {
    const auto size = sent_of(answer, answer.text.size());
    status = co_await transaction.write(std::string_view(answer.text).substr(0, size));
    if (!status || size < answer.text.size()) co_return status;
  } else {
    const auto end = sent_of(answer, *length);
    std::string buffer(std::min<std::uint64_t>(write_size, end), '\0');
    for (std::uint64_t at = 0; at < end; at += buffer.size()) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end - at));
      status = answer.content->read(at, std::span(buffer.data(), size));
      if (status) status = co_await transaction.write({buffer.data(), size});
      if (!status) co_return status;
    }
    if (end < *length) co_return status;
  }
  co_return co_await transaction.finish();
}

}  // namespace

struct Endpoint::State {
  State(ServerOptions given)
      : options(std::move(given)),
        store(options.spill),
        service(store, options.faults, options.without),
        sources(service, options.aliases, options.reached) {}

  // The body into the store; nothing where the client broke off.
  wire::Task<std::optional<Outcome<Body>>> receive(wire::Transaction& transaction) {
    auto writer = store.contents.writer();
    Digester digester;
    for (;;) {
      const auto piece = co_await transaction.read_body();
      if (!piece) co_return std::nullopt;
      digester.update(piece->payload);
      if (const auto kept = writer.append(piece->payload); !kept)
        co_return Outcome<Body>(refuse(internal_error(kept.error().message)));
      if (piece->end) break;
    }
    auto content = writer.finish();
    if (!content) co_return Outcome<Body>(refuse(internal_error(content.error().message)));
    co_return Outcome<Body>(Body{std::move(*content), digester.finish()});
  }

  // A request whose body does not come to its end has no effect and gets no answer.
  wire::Task<> serve(wire::Transaction& transaction) {
    auto request = read_request(transaction);
    if (request && sources.is_alias(request->authority)) request->secure = true;
    if (!request) {
      co_await transaction.respond(400, reason_phrase(400), {}, {});
      co_return;
    }
    const auto route = service.prepare(*request);
    if (!route) {
      co_await send(transaction, service.error(*request, route.error()));
      co_return;
    }
    auto body = co_await receive(transaction);
    if (!body) co_return;
    if (!*body) {
      co_await send(transaction, service.error(*request, body->error()));
      co_return;
    }
    request->body = std::move(**body);
    if (!(*route)->source) {
      co_await send(transaction, service.run(**route, *request));
      co_return;
    }
    const auto source = co_await sources.read(*request, **route);
    auto answer = source ? service.run(**route, *request, &*source) : service.error(*request, source.error());
    co_await send(transaction, std::move(answer));
  }

  ServerOptions options;
  Store store;
  Service service;
  SourceReader sources;
};

model::Result<std::unique_ptr<Endpoint>> Endpoint::start(wire::Runtime& runtime, ServerOptions options) {
  if (options.accounts.empty()) options.accounts.emplace(default_account, default_key);
  auto state = std::make_shared<State>(std::move(options));
  for (const auto& [name, text] : state->options.accounts) {
    auto key = wire::AccountKey::parse(text);
    if (!key)
      return model::fail(key.error().category, fmt::format("account {}: {}", name, key.error().message),
                         key.error().next);
    state->store.accounts[name].keys.push_back(std::move(*key));
  }
  for (const auto& glob : state->options.without)
    if (std::none_of(routes().begin(), routes().end(),
                     [&](const Route& route) { return model::glob_match(glob, route.name); }))
      return model::fail(model::Category::usage, fmt::format("no operation is called '{}'", glob),
                         "the names are those of blobgauge catalogue list");
  state->store.tokens = state->options.tokens;
  wire::ServerOptions given;
  given.address = state->options.address;
  given.port = state->options.port;
  given.tls = state->options.tls;
  BLOBGAUGE_TRY(auto server, wire::Server::start(runtime, std::move(given),
                                                 [state](wire::Transaction& t) { return state->serve(t); }));
  state->sources.own_address(state->options.address, server->port());
  return std::unique_ptr<Endpoint>(new Endpoint(std::move(state), std::move(server)));
}

Endpoint::Endpoint(std::shared_ptr<State> state, std::unique_ptr<wire::Server> server)
    : state_(std::move(state)), server_(std::move(server)) {}
Endpoint::~Endpoint() = default;

std::uint16_t Endpoint::port() const { return server_->port(); }

std::string Endpoint::url() const {
  return fmt::format("{}://{}/{}", state_->options.tls ? "https" : "http", server_->address(),
                     state_->options.accounts.begin()->first);
}

wire::Task<> Endpoint::stop(wire::Milliseconds grace) { return server_->stop(grace); }

model::Result<std::unique_ptr<Server>> Server::start(ServerOptions options) {
  auto server = std::unique_ptr<Server>(new Server());
  BLOBGAUGE_TRY(server->endpoint_, Endpoint::start(server->runtime_, std::move(options)));
  server->runtime_.start();
  return server;
}

Server::~Server() {
  if (!endpoint_) return;
  runtime_.run(endpoint_->stop(wire::Milliseconds(0)));
  runtime_.stop();
}

}  // namespace blobgauge::endpoint
