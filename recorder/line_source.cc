#include "recorder/line_source.h"

#include <fmt/format.h>

namespace blobgauge::recorder {

using model::Category;
using model::fail;
using model::Result;

LineSource::LineSource(std::string path, std::unique_ptr<ByteSource> bytes)
    : path_(std::move(path)), bytes_(std::move(bytes)) {}

Result<LineSource> LineSource::open(const std::string& path) {
  BLOBGAUGE_TRY(auto bytes, open_bytes(path));
  return LineSource(path, std::move(bytes));
}

Result<bool> LineSource::next(std::string_view& line) {
  std::size_t searched = begin_;
  for (;;) {
    const auto end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      line = std::string_view(buffer_).substr(begin_, end - begin_);
      begin_ = end + 1;
      ++line_;
      terminated_ = true;
      return true;
    }
    searched = buffer_.size();
    if (ended_) break;
    if (begin_ > 0) {
      buffer_.erase(0, begin_);
      searched -= begin_;
      begin_ = 0;
    }
    if (buffer_.size() > max_line)
      return fail(Category::input, fmt::format("a line of more than {} bytes", max_line), "is this a recording?",
                  {path_, line_ + 1, 0});
    BLOBGAUGE_TRY(const bool more, bytes_->append_to(buffer_));
    ended_ = !more;
  }
  if (begin_ == buffer_.size()) return false;
  line = std::string_view(buffer_).substr(begin_);  // a last line without line feed
  begin_ = buffer_.size();
  ++line_;
  terminated_ = false;
  return true;
}

}  // namespace blobgauge::recorder
