#pragma once
// Changes to a head that leave the rest of it as it came: what a forwarder does.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/head.h"

namespace blobgauge::wire {

// The same head with some lines changed; what is not named stays byte for byte. Indexes are those of Head::fields.
class HeadEdit {
 public:
  explicit HeadEdit(const Head& head);
  void start_line(std::string text);
  void value(std::size_t index, std::string_view value);  // name and the white space after the colon stay
  void remove(std::size_t index);
  void append(std::string_view name, std::string_view value);
  // Category::input for a text that would break out of its line.
  Result<std::string> bytes() const;

 private:
  Head head_;
  std::optional<std::string> start_line_;
  std::vector<std::optional<std::string>> values_;
  std::vector<bool> removed_;
  model::Headers appended_;
};

}  // namespace blobgauge::wire
