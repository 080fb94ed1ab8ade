#include "endpoint/source.h"

#include <algorithm>
#include <array>
#include <pugixml.hpp>

#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

constexpr std::uint64_t source_limit = 5000ull << 20;  // the largest blob that one request makes
constexpr std::size_t read_size = 1u << 20;

// Code and message of an error answer; a header may carry the code as well.
void read_error(CopySource& source, const std::string& body) {
  source.code = source.headers.get("x-ms-error-code");
  pugi::xml_document parsed;
  if (!body.empty() && parsed.load_buffer(body.data(), body.size())) {
    const auto error = parsed.child("Error");
    if (source.code.empty()) source.code = error.child("Code").text().as_string();
    source.message = error.child("Message").text().as_string();
    source.message.resize(std::min(source.message.find("\nRequestId:"), source.message.size()));
  }
  if (source.message.empty()) source.message = errors::copy_source.message;
}

CopySource unreachable(std::string_view why) {
  CopySource out;
  out.status = errors::copy_source.status;
  out.message = std::string(errors::copy_source.message) + " " + std::string(why);
  return out;
}

// Reads through a content; the loop goes on with others in between.
wire::Task<model::Result<Digests>> digest_content(const Content& content) {
  Digester digester;
  std::string buffer(std::min<std::uint64_t>(read_size, content.size()), '\0');
  for (std::uint64_t at = 0; at < content.size(); at += buffer.size()) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), content.size() - at));
    const auto read = content.read(at, std::span(buffer.data(), size));
    if (!read) co_return tl::make_unexpected(read.error());
    digester.update({buffer.data(), size});
    if (at + size < content.size()) co_await wire::pause(wire::Milliseconds(0));
  }
  co_return digester.finish();
}

}  // namespace

void SourceReader::own_address(std::string host, std::uint16_t port) {
  host_ = std::move(host);
  port_ = port;
}

bool SourceReader::is_alias(std::string_view authority) const {
  const auto host = authority.substr(0, authority.find(':'));
  return std::any_of(aliases_.begin(), aliases_.end(), [&](const std::string& alias) {
    return model::glob_match(alias, host) || model::glob_match(alias, authority);
  });
}

bool SourceReader::is_own(const model::Url& url) const {
  return is_alias(url.authority()) ||
         (url.effective_port() == port_ && (url.host == host_ || model::iequals(url.host, "localhost")));
}

wire::Task<Outcome<CopySource>> SourceReader::read(const Request& request, const Route& route) {
  const auto text = request.header("x-ms-copy-source");
  const auto url = model::parse_url(text);
  if (!url) co_return refuse(bad_header("x-ms-copy-source", text.substr(0, text.find('?'))));
  CopySource source;
  if (is_own(*url)) {
    source = service_.read_own(*url, request, route);
  } else {
    source = co_await fetch(*url, request);
  }
  if (route.digests && source.status < 300) {
    auto digests = co_await digest_content(source.content);
    if (!digests) co_return refuse(internal_error(digests.error().message));
    source.digests = std::move(*digests);
  }
  co_return source;
}

model::Result<wire::Destination> SourceReader::destination_of(const model::Url& url) {
  const bool secure = url.scheme == "https";
  const auto known = std::find_if(reached_.begin(), reached_.end(), [&](const wire::Destination& each) {
    return model::iequals(each.host, url.host) && each.port == url.effective_port() && secure == bool(each.tls);
  });
  if (known != reached_.end()) return *known;
  wire::Destination out;
  out.host = url.host;
  out.port = url.effective_port();
  if (secure && !tls_) {
    BLOBGAUGE_TRY(tls_, wire::TlsClient::create({}));
  }
  if (secure) out.tls = tls_;
  return out;
}

wire::Task<CopySource> SourceReader::fetch(const model::Url& url, const Request& request) {
  wire::ClientRequest asked;
  auto destination = destination_of(url);
  if (!destination) co_return unreachable(destination.error().message);
  asked.destination = std::move(*destination);
  asked.target = url.target();
  asked.headers = {{"Host", url.authority()}, {"Accept", "*/*"}};
  for (const auto& field : source_read_headers(request)) asked.headers.add(field.name, field.value);
  // Whoever takes a token is this API again, and takes none without a version.
  if (asked.headers.has("Authorization")) asked.headers.add("x-ms-version", request.version);
  // A range goes by its plain name: the source may be any web server.
  if (const auto range = request.header("x-ms-source-range"); !range.empty()) {
    asked.headers.remove("x-ms-range");
    asked.headers.add("Range", std::string(range));
  }
  auto answered = co_await client_.send(std::move(asked));
  if (!answered) co_return unreachable(answered.error().message);
  CopySource out;
  out.status = answered->head.status;
  out.headers = answered->head.headers();
  if (out.status < 200 || out.status > 299) {
    const auto body = co_await answered->read_all(1u << 20);
    read_error(out, body ? *body : std::string());
    co_return out;
  }
  auto writer = service_.store().contents.writer();
  for (std::uint64_t size = 0;;) {
    const auto piece = co_await answered->read_body();
    if (!piece) co_return unreachable(piece.error().message);
    size += piece->payload.size();
    if (size > source_limit) co_return unreachable("The source is too large.");
    if (const auto kept = writer.append(piece->payload); !kept) co_return unreachable(kept.error().message);
    if (piece->end) break;
  }
  auto content = writer.finish();
  if (!content) co_return unreachable(content.error().message);
  out.content = std::move(*content);
  co_return out;
}

}  // namespace blobgauge::endpoint
