#include "recorder/relay.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "model/text.h"

namespace blobgauge::recorder {

using model::Category;
using wire::Task;

namespace {

constexpr std::size_t most_interim = 16;
// A first piece up to this size travels with its head in one write.
constexpr std::size_t joined = 16 * 1024;
// After the server failed, a body that still flows ends by itself at its next write; one that waits is woken.
constexpr wire::Milliseconds upload_end{100};

bool is_document(const wire::Head& head) {
  const auto type = model::lower(head.text("Content-Type"));
  return type.find("xml") != std::string::npos || type.find("json") != std::string::npos;
}

}  // namespace

std::int64_t now_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

Relay::Relay(wire::Transaction& client, wire::Connection& server, model::Exchange& exchange,
             const RelayOptions& options)
    : client_(client), server_(server), exchange_(exchange), options_(options) {
  request_tap_.hash(options.hashes, options.hash_worker);
  request_tap_.keep(options.keep_request, options.share);
  answer_tap_.hash(options.hashes, options.hash_worker);
}

Task<> Relay::run(std::string_view head) {
  client_.answer_continue(false);  // the server answers, or nobody
  server_.stream().on_silence([this] { look_at_client(); });
  exchange_.request.framing = client_.framing().kind;
  if (client_.framing().empty()) {
    co_await upload(head);
    co_await download();
  } else {
    co_await wire::both(upload(head), download());
  }
  server_.stream().on_silence({});
  exchange_.request.body = request_tap_.finish(request_complete_);
  exchange_.response.body = answer_tap_.finish(complete_);
  const auto describe_chunks = [](const wire::BodyDecoder& from, model::Body& body) {
    body.trailers = from.trailer_fields();
    body.extensions = from.extensions();
  };
  if (exchange_.request.framing == model::Framing::chunked)
    describe_chunks(client_.connection().body(), exchange_.request.body);
  if (exchange_.response.framing == model::Framing::chunked) describe_chunks(server_.body(), exchange_.response.body);
  if (request_tap_.cut()) mark("request body: cut in the trace, the budget of kept bodies was used up");
  if (answer_tap_.cut()) mark("answer body: cut in the trace, the budget of kept bodies was used up");
  exchange_.total_ns = now_ns() - exchange_.started_ns;
}

void Relay::server_failed(model::Error error) {
  if (!error_) error_ = std::move(error);
  server_.stream().close();
}

void Relay::client_gone(std::string_view when) {
  if (!client_failed_) mark(fmt::format("client: closed {}", when));
  client_failed_ = true;
  server_.stream().close();
}

// Nobody reads from a client whose request is through, so nobody would learn that it was given up before the answer:
// the server would work for, and the exchange last until, the idle limit.
void Relay::look_at_client() {
  if (answered_ || client_failed_ || !client_.connection().stream().broken()) return;
  mark("client: reset before its answer");
  client_failed_ = true;
  server_.stream().reset();
}

void Relay::reset_client() {
  ending_ = true;  // what the upload meets now is our doing
  client_.connection().stream().reset();
}

// The stream ended, or what came is not what the head announced; some of it may have gone out already.
Task<> Relay::request_failed(const model::Error& error) {
  if (client_.connection().body_malformed()) {
    mark(fmt::format("request: its body was refused: {}; {}", error.message,
                     sent_ ? "what came before was forwarded" : "nothing was forwarded"));
    client_failed_ = true;
    server_.stream().close();
  } else if (client_.connection().ended()) {
    // The client may still listen: the server meets the same end, and has a while to say what it makes of it.
    mark("client: closed before its request was complete");
    client_failed_ = true;
    server_.stream().set_idle_limit(options_.early_answer_grace);
    (void)co_await server_.stream().finish();
  } else {
    const bool stalled = error.category == Category::timeout;
    client_gone(stalled ? "by us, it said nothing more of its request" : "before its request was complete");
  }
}

Task<> Relay::upload(std::string_view head) {
  // What came with the head goes out with it.
  std::string pieces;
  std::string_view last;  // of them, which most often is the only one: not copied
  while (!client_.request_done() && !client_.connection().buffered().empty() && pieces.size() + last.size() < joined) {
    pieces.append(last);
    last = {};
    const auto piece = co_await client_.read_body();
    if (!piece) {
      co_await request_failed(piece.error());
      break;
    }
    last = piece->wire;
    request_tap_.update(piece->payload);
  }
  sent_ = !client_failed_;
  bool sending = sent_ && (co_await server_.write(head, pieces, last)).has_value();
  while (sending && !client_.request_done()) {
    const auto piece = co_await client_.read_body();
    if (!piece) {
      if (!ending_) co_await request_failed(piece.error());
      break;
    }
    request_tap_.update(piece->payload);
    ++moved_;
    // A server that answers early may close: its answer is what counts then.
    sending = (co_await server_.write(piece->wire)).has_value();
  }
  request_complete_ = client_.request_done();
  request_end_ns_ = now_ns();
  uploaded_.set();
}

Task<> Relay::download() {
  wire::ResponseHead head;
  if (co_await pass_heads(head)) complete_ = co_await pass_body(head);
  if (complete_ && !server_.buffered().empty()) mark("answer: bytes came after its end, and were not passed on");
  if (!uploaded_.is_set()) co_await end_upload();
  const bool whole = complete_ && request_complete_;
  const bool closes = client_.head().lists("Connection", "close");
  keeps_server_ = whole && !closes && head.keep_alive() && exchange_.response.framing != model::Framing::close;
  if (complete_) client_.complete(whole && head.keep_alive() && exchange_.response.framing != model::Framing::close);
}

// The answer is through or never will be. A server may read on after a whole answer, so a request's body goes on as
// long as it moves; otherwise it has a while to end.
Task<> Relay::end_upload() {
  const auto grace = complete_ ? options_.early_answer_grace : upload_end;
  for (auto before = moved_; !co_await uploaded_.wait_for(grace); before = moved_) {
    if (complete_ && moved_ != before) continue;
    if (complete_) mark("request: the rest of its body was not read, the answer was complete");
    ending_ = true;
    client_.connection().stream().interrupt();
    server_.stream().close();
    co_await uploaded_.wait();
    co_return;
  }
}

// Interim heads and the final one; the latter is not sent yet, its body decides with what.
Task<bool> Relay::pass_heads(wire::ResponseHead& head) {
  for (std::size_t interim = 0;; ++interim) {
    auto next = co_await server_.read_response_head();
    silent_ = silent_ && !server_.head_started();
    if (!next && server_.head_refusal() != wire::Connection::Refusal::none) {
      co_await pass_malformed(std::string_view(), next.error().message);
      co_return false;
    }
    if (!next) {
      if (!client_failed_) server_failed(next.error());
      co_return false;
    }
    head = std::move(*next);
    if (head.status >= 200) co_return true;
    if (head.status == 101 || interim == most_interim) {
      server_failed({Category::endpoint,
                     head.status == 101 ? "the server switches protocols, which a recorder cannot follow"
                                        : "more interim answers than a request can need",
                     {},
                     {}});
      co_return false;
    }
    mark(fmt::format("interim answer: {} {}", head.status, head.reason));
    if (!co_await client_.inform(head.bytes())) {
      client_gone("before its answer");
      co_return false;
    }
  }
}

Task<bool> Relay::pass_body(const wire::ResponseHead& head) {
  auto& response = exchange_.response;
  response.status = head.status;
  response.reason = std::string(head.reason);
  response.version = head.version();
  response.headers = head.headers();
  const auto framing = wire::response_framing(head, client_.head().method);
  if (!framing) {
    co_await pass_malformed(head.bytes(), framing.error().message);
    co_return false;
  }
  response.framing = framing->kind;
  const auto now = now_ns();
  exchange_.first_byte_ns = now - exchange_.started_ns;
  exchange_.wait_ns = now - (uploaded_.is_set() ? request_end_ns_ : now);
  if (!uploaded_.is_set()) mark("answer: began before the request's end");
  const bool document = options_.keeps_documents && is_document(head);
  answer_tap_.keep(
      head.status >= 400 || document ? std::max(options_.keep_error, options_.keep_answer) : options_.keep_answer,
      options_.share);

  server_.begin_body(*framing);
  std::string pieces;
  std::string_view last;
  answered_ = true;
  while (!server_.body_done() && pieces.size() + last.size() < joined && !server_.buffered().empty()) {
    pieces.append(last);
    last = {};
    const auto piece = co_await server_.read_body();
    if (!piece) break;  // the loop below meets the error again, after what is good went out
    last = piece->wire;
    answer_tap_.update(piece->payload);
  }
  bool writing = (co_await client_.write_raw(head.bytes(), pieces, last)).has_value();
  while (writing && !server_.body_done()) {
    const auto piece = co_await server_.read_body();
    if (!piece && server_.body_malformed()) {
      co_await pass_malformed(std::string_view(), piece.error().message);
      co_return false;
    }
    if (!piece) {
      mark("answer: broke off: " + piece.error().message);
      // The client's connection ends as the server's did: who reads until the end must not take the part for the whole.
      if (server_.ended())
        client_.complete(false);
      else if (framing->kind == model::Framing::close)
        reset_client();
      server_failed(piece.error());
      co_return false;
    }
    answer_tap_.update(piece->payload);
    if (!piece->wire.empty()) writing = (co_await client_.write_raw(piece->wire)).has_value();
  }
  if (!writing) client_gone("before its answer was complete");
  co_return writing;
}

// What is no HTTP answer is the client's to judge: it gets the bytes as they come until the server ends, and then its
// connection ends too. They are not measured, because nobody can say which of them are a body.
Task<> Relay::pass_malformed(std::string_view first, std::string why) {
  answered_ = true;
  std::uint64_t size = first.size();
  if (first.empty() || (co_await client_.write_raw(first)).has_value()) {
    if (request_complete_)
      co_await wire::both(copy_answer(size), watch_client());
    else
      co_await copy_answer(size);
  }
  mark(fmt::format("answer: {}; {} bytes passed on as they came", why, size));
  server_.stream().close();
}

Task<> Relay::copy_answer(std::uint64_t& size) {
  for (;;) {
    const auto bytes = co_await server_.read_raw();
    const bool ended = bytes ? bytes->empty() : bytes.error().category == Category::timeout;
    // An orderly end for the client as well; where the server's connection broke, the client's is cut.
    if (ended) client_.complete(false);
    if (!ended && !bytes) reset_client();
    if (ended || !bytes) break;
    size += bytes->size();
    if (!co_await client_.write_raw(*bytes)) {
      client_gone("before its answer was complete");
      break;
    }
  }
  copied_ = true;
  if (watching_) client_.connection().stream().interrupt();
}

// A client that took the answer for a whole one leaves, or goes on with a request that can't be forwarded any more: no
// use then in waiting long for a server that keeps its connection open.
Task<> Relay::watch_client() {
  if (copied_) co_return;
  watching_ = true;
  (void)co_await client_.connection().read_raw();
  watching_ = false;
  if (!copied_) server_.stream().set_idle_limit(options_.early_answer_grace);
}

}  // namespace blobgauge::recorder
