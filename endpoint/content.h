#pragma once
// The bytes of blobs. Written once as a stream, in pieces; what does not fit the memory limit goes to one file that has
// no name, so nothing is left behind whatever ends the process. Blobs, blocks and snapshots share pieces: committing a
// block list or copying a blob moves no byte.
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"

namespace blobgauge::endpoint {

struct SpillOptions {
  std::uint64_t memory = 256ull << 20;  // bytes of content kept in memory; beyond it, the file
  std::size_t piece = 1u << 20;         // bytes; one allocation, one write to the file
  std::string directory;                // of the file; empty: $TMPDIR or /tmp
};

class ContentStore;

// A run of immutable bytes. Copies are cheap and share; safe to read from any thread while the store lives.
class Content {
 public:
  std::uint64_t size() const { return parts_.empty() ? 0 : parts_.back().end; }
  // Fills `out` from `offset`; the range must lie inside.
  model::Status read(std::uint64_t offset, std::span<char> out) const;
  Content slice(std::uint64_t offset, std::uint64_t size) const;
  void append(const Content& other);

 private:
  friend class ContentWriter;
  class Piece;
  struct Part {
    std::shared_ptr<const Piece> piece;
    std::uint64_t offset = 0;  // inside the piece
    std::uint64_t size = 0;
    std::uint64_t end = 0;  // of this part, counted from the content's begin
  };
  void add(std::shared_ptr<const Piece> piece, std::uint64_t offset, std::uint64_t size);
  std::vector<Part> parts_;
};

// Not thread-safe: one stream, one writer.
class ContentWriter {
 public:
  explicit ContentWriter(ContentStore& store) : store_(&store) {}
  model::Status append(std::string_view bytes);  // Category::output: the disk is full
  model::Result<Content> finish();

 private:
  model::Status flush();
  ContentStore* store_;
  std::string buffer_;
  Content content_;
};

// Thread-safe. Content may outlive it.
class ContentStore {
 public:
  explicit ContentStore(SpillOptions options = {});
  ~ContentStore();
  ContentWriter writer() { return ContentWriter(*this); }
  std::uint64_t memory_used() const;
  std::uint64_t spilled() const;  // bytes in the file that content still holds

 private:
  friend class Content;
  friend class ContentWriter;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace blobgauge::endpoint
