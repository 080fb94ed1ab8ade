#include "tests/peers/seen_request.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <regex>
#include <stdexcept>

namespace blobgauge::peers {
namespace {

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string value_of(const std::vector<std::string>& headers, std::string_view name) {
  for (const auto& line : headers) {
    const auto colon = line.find(':');
    if (lower(line.substr(0, colon)) == name) return line.substr(line.find_first_not_of(" \t", colon + 1));
  }
  return {};
}

std::string digest(const std::string& bytes) {
  unsigned char out[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out);
  std::string text;
  for (const auto byte : out) text += fmt::format("{:02x}", byte);
  return text;
}

// Up to and including the last chunk and its trailers.
std::size_t chunked_size(std::string_view bytes) {
  std::size_t at = 0;
  for (;;) {
    const auto end = bytes.find("\r\n", at);
    if (end == std::string_view::npos) throw std::runtime_error("a chunk without an end");
    const auto size = std::stoul(std::string(bytes.substr(at, end - at)), nullptr, 16);
    at = end + 2 + size + 2;
    if (size > 0) continue;
    at = end + 2;
    while (bytes.substr(at, 2) != "\r\n") at = bytes.find("\r\n", at) + 2;
    return at + 2;
  }
}

struct Mask {
  const char* what;
  std::regex pattern;
  const char* with;
};

// Of the request line.
const std::vector<Mask>& target_masks() {
  static const std::vector<Mask> masks = {
      {"the id of a block", std::regex("([?&]blockid=)[^& ]*"), "$1*"},
  };
  return masks;
}

// Of header lines; names without case.
const std::vector<Mask>& header_masks() {
  constexpr auto without_case = std::regex::ECMAScript | std::regex::icase;
  static const std::vector<Mask> masks = {
      {"when it was sent", std::regex("^(date|x-ms-date)(: *).*", without_case), "$1$2*"},
      {"which request it is", std::regex("^(x-ms-client-request-id)(: *).*", without_case), "$1$2*"},
      {"covers the date", std::regex("^(authorization: *SharedKey [^:]*:).*", without_case), "$1*"},
      {"the server's", std::regex("^((?:x-ms-source-)?if-(?:none-)?match)(: *)\"?0x.*", without_case), "$1$2*"},
      {"the server's", std::regex("^((?:x-ms-source-)?if-(?:un)?modified-since)(: *).*", without_case), "$1$2*"},
      {"a short-lived SAS", std::regex("([?&](?:sig|st|se)=)[^&]*"), "$1*"},
  };
  return masks;
}

std::string masked(std::string text, const std::vector<Mask>& masks) {
  for (const auto& mask : masks) text = std::regex_replace(text, mask.pattern, mask.with);
  return text;
}

}  // namespace

std::vector<SeenRequest> requests_of(std::string_view sent) {
  std::vector<SeenRequest> out;
  while (!sent.empty()) {
    const auto end = sent.find("\r\n\r\n");
    if (end == std::string_view::npos) throw std::runtime_error("a request without an end");
    SeenRequest request;
    for (std::size_t at = 0; at < end + 2;) {
      const auto stop = sent.find("\r\n", at);
      auto line = std::string(sent.substr(at, stop - at));
      request.line.empty() ? request.line = std::move(line) : request.headers.emplace_back(std::move(line));
      at = stop + 2;
    }
    sent.remove_prefix(end + 4);
    const auto length = value_of(request.headers, "content-length");
    std::size_t size = 0;
    if (!length.empty()) size = std::stoul(length);
    if (lower(value_of(request.headers, "transfer-encoding")) == "chunked") size = chunked_size(sent);
    if (size > sent.size()) throw std::runtime_error("a body that broke off");
    request.body = sent.substr(0, size);
    sent.remove_prefix(size);
    out.push_back(std::move(request));
  }
  return out;
}

std::string comparable(const SeenRequest& request) {
  auto out = masked(request.line, target_masks()) + "\n";
  auto body = request.body;
  // The list of a blob's blocks names them, so its own hash changes with their ids.
  const bool names_blocks = request.line.find("comp=blocklist") != std::string::npos;
  if (names_blocks) body = std::regex_replace(body, std::regex("<(Latest|Uncommitted)>[^<]*<"), "<$1>*<");
  for (const auto& header : request.headers) {
    const auto name = lower(header.substr(0, header.find(':')));
    const bool hash = name == "content-md5" || name == "x-ms-content-crc64";
    out += names_blocks && hash ? header.substr(0, header.find(':')) + ": *\n" : masked(header, header_masks()) + "\n";
  }
  return out + fmt::format("body of {} bytes, {}", body.size(), digest(body));
}

}  // namespace blobgauge::peers
