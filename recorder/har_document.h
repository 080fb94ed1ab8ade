#pragma once
// The outside of a HAR file: gives the text of one entry after the other, whatever the size of the file. What is inside
// an entry is not looked at here (recorder/har_entry.h); of the rest of the document only the brackets are checked.
#include <cstddef>
#include <memory>
#include <string>

#include "model/error.h"
#include "recorder/byte_source.h"

namespace blobgauge::recorder {

// Not thread-safe.
class HarDocument {
 public:
  // A longer entry is refused: it would have to be held in memory.
  static constexpr std::size_t longest_entry = std::size_t{1} << 28;
  // So much of the members before the entries is kept.
  static constexpr std::size_t longest_member = std::size_t{1} << 20;

  // `path` is for messages.
  HarDocument(std::string path, std::unique_ptr<ByteSource> bytes);

  // Reads up to the first entry. Category::input, with the place, for what is no HAR.
  model::Status start();
  // JSON text of two members of the log, where they stood before its entries; empty where not.
  const std::string& creator() const { return creator_; }
  const std::string& own() const { return own_; }  // "_blobgauge": the head of the trace that was exported
  // False at the end, which is only reached where the document is whole.
  model::Result<bool> next(std::string& entry);
  // Where the entry given last begins.
  model::Position where() const { return {path_, entry_line_, entry_column_}; }

 private:
  tl::unexpected<model::Error> refuse(std::string message) const;
  model::Result<char> peek();
  model::Result<bool> refill();
  void take(char c);
  model::Status expect(char c);
  model::Status value(std::string* into, std::size_t longest);
  model::Result<std::string> key();
  model::Result<bool> member(bool first);
  model::Status rest();

  std::string path_;
  std::unique_ptr<ByteSource> bytes_;
  std::string buffer_, creator_, own_;
  std::size_t at_ = 0, line_ = 1, column_ = 1, entry_line_ = 0, entry_column_ = 0;
  bool more_ = true, first_entry_ = true, ended_ = false;
};

}  // namespace blobgauge::recorder
