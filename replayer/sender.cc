#include "replayer/sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "model/text.h"
#include "wire/digest.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;
using std::chrono::duration_cast;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::size_t most_kept = 8 << 20;         // of an answer's body: a list of 5,000 names
constexpr std::uint64_t most_in_memory = 1 << 18;  // of a request's body: such a request may be sent twice

std::int64_t nanos(steady_clock::duration time) { return duration_cast<nanoseconds>(time).count(); }

// Gives the content in pieces out of one buffer.
wire::BodySource source_of(const Content& content) {
  return [&content, at = std::uint64_t{0},
          buffer = std::vector<char>(64 << 10)]() mutable -> wire::Task<Result<std::string_view>> {
    const auto size = content.read(at, buffer);
    at += size;
    co_return std::string_view(buffer.data(), size);
  };
}

}  // namespace

model::Exchange exchange_of(const Outgoing& request, const std::string& scheme) {
  model::Exchange out;
  out.started_ns = duration_cast<nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  out.request.method = request.method;
  out.request.scheme = scheme;
  out.request.host = std::string(request.headers.get("Host"));
  out.request.target = without_secrets(request.target, request.secrets);
  for (const auto& field : request.headers)
    out.request.headers.add(field.name, without_secrets(field.value, request.secrets));
  out.request.framing = request.chunked                         ? model::Framing::chunked
                        : request.headers.has("Content-Length") ? model::Framing::length
                                                                : model::Framing::none;
  out.request.body.size = request.content.size();
  return out;
}

wire::Destination address_of(const model::Profile& profile) {
  wire::Destination out;
  out.host = profile.url.host;
  out.port = profile.url.effective_port();
  if (profile.resolve.empty()) return out;
  const auto colon = profile.resolve.rfind(':');
  const auto port = colon == std::string::npos
                        ? std::nullopt
                        : model::parse_number(std::string_view(profile.resolve).substr(colon + 1));
  out.connect_host = port ? profile.resolve.substr(0, colon) : profile.resolve;
  if (port && *port <= 65535) out.connect_port = static_cast<std::uint16_t>(*port);
  return out;
}

Result<std::unique_ptr<Sender>> Sender::create(const model::Profile& profile, wire::Milliseconds limit) {
  auto destination = address_of(profile);
  if (profile.url.scheme == "https") {
    wire::TlsClientOptions options;
    options.ca_file = profile.ca_file;
    if (!profile.client_certificate.empty()) {
      BLOBGAUGE_TRY(options.identity, wire::load_identity(profile.client_certificate, profile.client_key));
    }
    BLOBGAUGE_TRY(destination.tls, wire::TlsClient::create(options));
  }
  return std::unique_ptr<Sender>(new Sender(std::move(destination), profile.url.scheme, limit, profile.rate));
}

Sender::Sender(wire::Destination destination, std::string scheme, wire::Milliseconds limit, std::uint64_t rate)
    : destination_(std::move(destination)),
      scheme_(std::move(scheme)),
      limit_(limit),
      client_([limit] {
        wire::ClientOptions options;
        options.limits.connect = limit;
        options.limits.idle = limit;
        return options;
      }()),
      spacing_(rate ? nanoseconds(1'000'000'000 / rate) : nanoseconds(0)) {}

// Turns are given out one after the other: whoever comes while all of this moment are taken gets a later one.
wire::Task<void> Sender::take_turn() {
  if (spacing_ == nanoseconds(0)) co_return;
  const auto now = steady_clock::now();
  const auto turn = std::max(now, next_turn_);
  next_turn_ = turn + spacing_;
  if (turn > now) co_await wire::pause(std::chrono::ceil<wire::Milliseconds>(turn - now));
}

wire::Task<Result<Sent>> Sender::send(const Outgoing& request) {
  co_await take_turn();
  const auto start = steady_clock::now();
  auto out = co_await exchange(request);
  ++requests_;
  in_flight_ += steady_clock::now() - start;
  co_return out;
}

wire::Task<Result<Sent>> Sender::exchange(const Outgoing& request) {
  Sent out;
  out.exchange = exchange_of(request, scheme_);
  wire::ClientRequest message;
  message.destination = destination_;
  message.method = request.method;
  message.target = request.target;
  message.headers = request.headers;
  if (request.content.size() <= most_in_memory)
    message.body = request.content.bytes();
  else
    message.source = source_of(request.content);
  const auto start = steady_clock::now();
  auto response = co_await client_.send(std::move(message));
  if (!response) co_return tl::make_unexpected(response.error());
  out.exchange.wait_ns = nanos(steady_clock::now() - start);

  auto& answer = out.answer;
  answer.method = request.method;
  answer.status = response->head.status;
  answer.headers = response->head.headers();
  wire::Digest digest(wire::Algorithm::sha256);
  while (!response->body_done()) {
    const auto piece = co_await response->read_body();
    if (!piece) co_return tl::make_unexpected(piece.error());
    digest.update(piece->payload);
    answer.size += piece->payload.size();
    answer.kept += piece->payload.substr(0, most_kept - std::min(most_kept, answer.kept.size()));
    if (piece->end) break;
    if (steady_clock::now() - start > limit_ * 10)
      co_return fail(Category::timeout, fmt::format("the answer took longer than {} ms", limit_.count() * 10));
  }
  answer.surplus = response->surplus();
  answer.sha256 = wire::hex(digest.finish());
  auto& kept = out.exchange.response;
  kept.status = answer.status;
  kept.reason = response->head.reason;
  kept.headers = answer.headers;
  kept.framing = response->framing.kind;
  kept.body.size = answer.size;
  kept.body.sha256 = answer.sha256;
  out.exchange.total_ns = nanos(steady_clock::now() - start);
  co_return out;
}

}  // namespace blobgauge::replayer
