#include "replayer/content.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "model/text.h"
#include "wire/digest.h"

namespace blobgauge::replayer {
namespace {

// SplitMix64 of the word's number: random access, no state, and no period that a block size could hit.
std::uint64_t word(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t z = (seed + 1) * 0x9e3779b97f4a7c15u + number * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void generate(std::uint64_t seed, std::uint64_t at, std::span<char> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const auto position = at + done;
    const auto value = word(seed, position / 8);
    std::array<char, 8> bytes;
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> (8 * i));
    const auto skip = static_cast<std::size_t>(position % 8);
    const auto size = std::min(out.size() - done, 8 - skip);
    std::memcpy(out.data() + done, bytes.data() + skip, size);
    done += size;
  }
}

std::string digest(const Content& content, wire::Algorithm algorithm) {
  wire::Digest digest(algorithm);
  std::vector<char> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(content.size(), 1 << 16)));
  for (std::uint64_t at = 0; at < content.size();) {
    const auto size = content.read(at, buffer);
    digest.update({buffer.data(), size});
    at += size;
  }
  return digest.finish();
}

}  // namespace

void Content::add_text(std::string text) {
  if (text.empty()) return;
  Piece piece;
  piece.size = text.size();
  piece.text = std::move(text);
  size_ += piece.size;
  pieces_.push_back(std::move(piece));
}

void Content::add_generated(std::uint64_t seed, std::uint64_t offset, std::uint64_t size) {
  if (size) pieces_.push_back({{}, seed, offset, size});
  size_ += size;
}

std::size_t Content::read(std::uint64_t at, std::span<char> out) const {
  std::size_t done = 0;
  std::uint64_t start = 0;
  for (const auto& piece : pieces_) {
    const auto end = start + piece.size;
    if (at + done < end && done < out.size()) {
      const auto inside = at + done - start;
      const auto part = out.subspan(done, std::min<std::uint64_t>(out.size() - done, piece.size - inside));
      if (piece.text.empty())
        generate(piece.seed, piece.offset + inside, part);
      else
        std::memcpy(part.data(), piece.text.data() + inside, part.size());
      done += part.size();
    }
    start = end;
  }
  return done;
}

std::string Content::bytes() const {
  std::string out(static_cast<std::size_t>(size_), '\0');
  read(0, out);
  return out;
}

std::string md5_base64(const Content& content) { return model::base64(digest(content, wire::Algorithm::md5)); }

std::string crc64_base64(const Content& content) { return model::base64(digest(content, wire::Algorithm::crc64)); }

std::string sha256_hex(const Content& content) { return wire::hex(digest(content, wire::Algorithm::sha256)); }

}  // namespace blobgauge::replayer
