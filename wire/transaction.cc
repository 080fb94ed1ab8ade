#include "wire/transaction.h"

#include <fmt/format.h>

#include "model/text.h"

namespace blobgauge::wire {

using model::Category;
using model::fail;
using model::Framing;

namespace {

bool lists_close(const model::Headers& headers) {
  for (const auto& field : headers) {
    if (!model::iequals(field.name, "Connection")) continue;
    for (const auto item : model::split(field.value, ','))
      if (model::iequals(model::trim(item), "close")) return true;
  }
  return false;
}

// RFC 9110 section 8.6: these have no body, and a length that a handler did not ask for would be a statement.
bool without_length(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

Transaction::Transaction(Connection& connection, Session& session, RequestHead head, BodyFraming framing)
    : connection_(connection),
      session_(session),
      head_(std::move(head)),
      framing_(framing),
      keep_alive_(head_.keep_alive()),
      expects_continue_(head_.minor_version == 1 && head_.lists("Expect", "100-continue")) {}

bool Transaction::request_done() const { return connection_.body_done(); }

Task<Result<BodyPiece>> Transaction::read_body() {
  if (automatic_continue_ && awaits_continue() && !started_) {
    continued_ = true;
    // Who has begun to send does not wait any more.
    if (connection_.buffered().empty()) {
      const auto said = co_await connection_.write(continue_head);
      if (!said) co_return tl::make_unexpected(said.error());
    }
  }
  co_return co_await connection_.read_body();
}

Task<Result<std::string>> Transaction::read_all(std::size_t limit) {
  std::string out;
  for (;;) {
    const auto piece = co_await read_body();
    if (!piece) co_return tl::make_unexpected(piece.error());
    if (piece->payload.size() > limit - out.size())
      co_return fail(Category::endpoint, fmt::format("a request body longer than {} bytes", limit));
    out.append(piece->payload);
    if (piece->end) co_return out;
  }
}

Task<Status> Transaction::send_head(int status, std::string_view reason, model::Headers headers,
                                    std::string_view body) {
  if (started_) co_return fail(Category::internal, "a second response to one request");
  started_ = true;
  // Without its 100 the client may send the body or not: what comes next on this connection could be either.
  if (awaits_continue() || lists_close(headers)) keep_alive_ = false;
  if (!keep_alive_ && !lists_close(headers)) headers.add("Connection", "close");
  if (keep_alive_ && head_.minor_version == 0) headers.add("Connection", "keep-alive");
  const auto head = make_response_head(status, reason, headers);
  if (!head) {
    started_ = false;
    co_return tl::make_unexpected(head.error());
  }
  bodyless_ = head_.method == "HEAD" || without_length(status);
  co_return co_await connection_.write(*head, bodyless_ ? std::string_view{} : body);
}

Task<Status> Transaction::respond(int status, std::string_view reason, model::Headers headers, std::string_view body) {
  if (!without_length(status) && !headers.has("Content-Length"))
    headers.add("Content-Length", std::to_string(body.size()));
  auto sent = co_await send_head(status, reason, std::move(headers), body);
  if (sent) done_ = true;
  co_return sent;
}

Task<Status> Transaction::begin(int status, std::string_view reason, model::Headers headers,
                                std::optional<std::uint64_t> length) {
  if (length) {
    response_ = {Framing::length, *length};
    if (!without_length(status) && !headers.has("Content-Length"))
      headers.add("Content-Length", std::to_string(*length));
  } else if (head_.minor_version == 1) {
    response_ = {Framing::chunked, 0};
    if (!without_length(status) && !headers.has("Transfer-Encoding")) headers.add("Transfer-Encoding", "chunked");
  } else {
    response_ = {Framing::close, 0};
    keep_alive_ = false;
  }
  return send_head(status, reason, std::move(headers), {});
}

Task<Status> Transaction::write(std::string_view payload) {
  if (!started_ || done_) co_return fail(Category::internal, "response bytes outside a response");
  if (bodyless_ || payload.empty()) co_return Status{};
  if (response_.kind == Framing::length && payload.size() > response_.length - written_)
    co_return fail(Category::internal, "a response longer than its Content-Length");
  written_ += payload.size();
  if (response_.kind != Framing::chunked) co_return co_await connection_.write(payload);
  const auto prefix = chunk_prefix(payload.size());
  co_return co_await connection_.write(prefix, payload, chunk_suffix);
}

Task<Status> Transaction::finish() {
  if (!started_ || done_) co_return fail(Category::internal, "the end of a response that is not open");
  if (!bodyless_ && response_.kind == Framing::length && written_ != response_.length)
    co_return fail(Category::internal, "a response shorter than its Content-Length");
  if (!bodyless_ && response_.kind == Framing::chunked) {
    const auto ended = co_await connection_.write(last_chunk);
    if (!ended) co_return ended;
  }
  done_ = true;
  co_return Status{};
}

Task<Status> Transaction::inform(std::string_view head) {
  if (head.substr(0, 12).ends_with(" 100")) continued_ = true;
  return connection_.write(head);
}

Task<Status> Transaction::write_raw(std::string_view a, std::string_view b, std::string_view c) {
  started_ = true;
  return connection_.write(a, b, c);
}

void Transaction::complete(bool keep_alive) {
  started_ = done_ = true;
  if (!keep_alive || awaits_continue()) keep_alive_ = false;
}

Task<Status> Transaction::intercept(std::shared_ptr<TlsServer> tls, std::string authority, std::string answer) {
  started_ = true;
  auto said = co_await connection_.write(answer);
  if (!said) co_return said;
  auto name = authority.substr(0, authority.rfind(':'));
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  done_ = true;
  keep_alive_ = false;
  auto secured = co_await connection_.accept_tls(std::move(tls), model::lower(name));
  if (!secured) co_return secured;
  keep_alive_ = intercepted_ = true;
  session_.secure = true;
  session_.server_name = connection_.stream().server_name();
  session_.tunnel = std::move(authority);
  session_.requests = 0;
  co_return Status{};
}

}  // namespace blobgauge::wire
