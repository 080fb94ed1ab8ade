#pragma once
// Lines of a text file that may be compressed. Streams, so that a file of any size needs the memory of one line.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "model/error.h"
#include "recorder/byte_source.h"

namespace blobgauge::recorder {

// Not thread-safe.
class LineSource {
 public:
  // A line longer than this is refused: it is no recording but a file that is something else.
  static constexpr std::size_t max_line = std::size_t{1} << 28;

  // `path` is for messages.
  LineSource(std::string path, std::unique_ptr<ByteSource> bytes);
  // "-" is standard input. Errors are Category::input with the file's name.
  static model::Result<LineSource> open(const std::string& path);

  // The next line without its line feed; false at the end. The view holds until the next call.
  model::Result<bool> next(std::string_view& line);
  // Of the line that `next` gave last, from 1.
  std::size_t line_number() const { return line_; }
  // False for a last line without line feed: it may be cut.
  bool terminated() const { return terminated_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::unique_ptr<ByteSource> bytes_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what `buffer_` still holds
  std::size_t line_ = 0;
  bool ended_ = false;
  bool terminated_ = true;
};

}  // namespace blobgauge::recorder
