#include "wire/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "wire/head_parser.h"

namespace blobgauge::wire {

using model::Category;
using model::fail;

namespace {

constexpr std::size_t least_buffer = 16 << 10, growth = 4;
constexpr std::size_t most_grown = 16 << 20, most_resting = 4 << 20;
std::atomic<std::size_t> grown = 0;    // what buffers have beyond the least
std::atomic<std::size_t> resting = 0;  // buffers that wait for a next message

}  // namespace

Connection::Connection(std::unique_ptr<Stream> stream, HeadLimits limits, std::size_t buffer_bytes)
    : stream_(std::move(stream)), limits_(limits), buffer_bytes_(buffer_bytes) {}

Connection::~Connection() { drop_buffer(); }

void Connection::drop_buffer() {
  if (capacity_ > least_buffer) grown -= capacity_ - least_buffer;
  if (std::exchange(resting_, false)) resting -= capacity_;
  buffer_.reset();
  capacity_ = begin_ = end_ = 0;
  filled_ = false;
}

// What it has is read: nothing needs to be moved.
void Connection::grow_buffer() {
  const auto wanted = std::min(std::max(capacity_ * growth, least_buffer), buffer_bytes_);
  const auto more = wanted - std::min(std::max(capacity_, least_buffer), wanted);
  if (more > 0 && grown + more > most_grown) return;
  grown += more;
  buffer_.reset();
  buffer_ = std::make_unique_for_overwrite<char[]>(wanted);
  capacity_ = wanted;
}

void Connection::rest() {
  if (begin_ != end_ || resting_) return;
  // At a moderate number of connections a buffer for each message would be work for nothing.
  if (capacity_ == least_buffer && resting + capacity_ <= most_resting) {
    resting += capacity_;
    resting_ = true;
    return;
  }
  drop_buffer();
}

Task<Result<std::size_t>> Connection::fill() {
  if (std::exchange(resting_, false)) resting -= capacity_;
  if (!buffer_ || filled_) grow_buffer();
  begin_ = end_ = 0;
  const auto size = co_await stream_->read_some(std::span<char>(buffer_.get(), capacity_));
  if (size) end_ = *size;
  filled_ = end_ == capacity_ && capacity_ < buffer_bytes_;
  ended_ = size && *size == 0;
  co_return size;
}

Task<Result<bool>> Connection::read_head(HeadParser& parser) {
  head_started_ = false;
  refusal_ = Refusal::none;
  while (!parser.done()) {
    if (begin_ == end_) {
      // It may be a long time until the next message.
      if (capacity_ > least_buffer) drop_buffer();
      const auto size = co_await fill();
      if (!size) co_return tl::make_unexpected(size.error());
      if (*size == 0 && !parser.started()) co_return false;
      if (*size == 0)
        co_return fail(Category::endpoint, fmt::format("the connection with {} ended inside a head", stream_->peer()));
    }
    head_started_ = true;
    const auto before = parser.bytes().size();
    const auto taken = parser.feed(buffered());
    if (!taken) {
      refused_ = parser.bytes().substr(0, before);
      refusal_ = parser.too_large() ? Refusal::too_large : Refusal::malformed;
      co_return tl::make_unexpected(taken.error());
    }
    begin_ += *taken;
  }
  co_return true;
}

Task<Result<std::optional<RequestHead>>> Connection::read_request_head() {
  HeadParser parser(HeadParser::Kind::request, limits_);
  const auto read = co_await read_head(parser);
  if (!read) co_return tl::make_unexpected(read.error());
  if (!*read) co_return std::optional<RequestHead>();
  co_return std::optional<RequestHead>(parser.take_request());
}

Task<Result<ResponseHead>> Connection::read_response_head() {
  HeadParser parser(HeadParser::Kind::response, limits_);
  const auto read = co_await read_head(parser);
  if (!read) co_return tl::make_unexpected(read.error());
  if (!*read)
    co_return fail(Category::endpoint, fmt::format("{} closed the connection without an answer", stream_->peer()));
  co_return parser.take_response();
}

void Connection::begin_body(BodyFraming framing) { decoder_ = BodyDecoder(framing); }

Task<Result<BodyPiece>> Connection::read_body() {
  BodyPiece last;
  last.end = true;
  if (decoder_.done()) co_return last;
  if (begin_ == end_) {
    const auto size = co_await fill();
    if (!size) co_return tl::make_unexpected(size.error());
    if (*size == 0) {
      const auto closed = decoder_.closed();
      if (!closed) co_return tl::make_unexpected(closed.error());
      co_return last;
    }
  }
  auto piece = decoder_.next(buffered());
  if (piece) begin_ += piece->wire.size();
  co_return piece;
}

Task<Result<std::string>> Connection::read_all(std::size_t limit) {
  std::string out;
  for (;;) {
    const auto piece = co_await read_body();
    if (!piece) co_return tl::make_unexpected(piece.error());
    if (piece->payload.size() > limit - out.size())
      co_return fail(Category::endpoint, fmt::format("a body longer than {} bytes from {}", limit, stream_->peer()));
    out.append(piece->payload);
    if (piece->end) co_return out;
  }
}

Task<Result<std::string_view>> Connection::read_raw() {
  if (!refused_.empty()) {
    replayed_ = std::exchange(refused_, {});
    co_return std::string_view(replayed_);
  }
  if (begin_ == end_) {
    const auto size = co_await fill();
    if (!size) co_return tl::make_unexpected(size.error());
  }
  const auto out = buffered();
  begin_ = end_;
  co_return out;
}

std::string_view Connection::buffered() const { return {buffer_.get() + begin_, end_ - begin_}; }

std::string Connection::take_buffered() {
  std::string out(buffered());
  begin_ = end_;
  return out;
}

Task<Status> Connection::accept_tls(std::shared_ptr<TlsServer> tls, std::string name_without_sni) {
  return stream_->accept_tls(std::move(tls), std::move(name_without_sni), take_buffered());
}

}  // namespace blobgauge::wire
