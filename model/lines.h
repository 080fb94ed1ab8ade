#pragma once
// A file read line by line in bounded memory, plain or zstd (told by its first bytes, not by its name).
#include <memory>
#include <string>
#include <string_view>

#include "model/error.h"

namespace blobgauge::model {

class LineReader {
 public:
  // "-" is standard input. Category::input where it cannot be opened.
  static Result<LineReader> open(const std::string& path);
  LineReader(LineReader&&) noexcept;
  ~LineReader();

  struct Line {
    std::string_view text;    // without the line feed; valid until the next call; `padding` readable bytes follow
    bool terminated = false;  // false: the file ended without a line feed, so the line may be cut
  };
  static constexpr std::size_t padding = 64;
  static constexpr std::size_t longest = std::size_t{1} << 30;  // a longer line is refused, not buffered

  // False at the end. A zstd stream that stops in the middle ends the file; `cut` says so.
  Result<bool> next(Line& line);
  bool cut() const;
  std::size_t number() const;  // of the line given last, from 1
  const std::string& path() const;

 private:
  struct Impl;
  explicit LineReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace blobgauge::model
