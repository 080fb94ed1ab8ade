#pragma once
// The pairs of a JSON array of pairs of strings in the form in which writers of traces write them: no blanks, no
// escapes, two strings a pair, as in [["Date","Fri, 10 Dec 2021 23:18:29 GMT"],["Server","x"]]. They are taken from the
// text itself, at a third of what a general reader needs for them. What has another form is left to that one.
#include <string_view>

namespace blobgauge::model {

// Over JSON whose strings are known to be closed and to be UTF-8 (simdjson's first stage says so), with 16 readable
// bytes behind it. Not thread-safe.
class PlainPairs {
 public:
  explicit PlainPairs(const char* array) : at_(array) {}

  // Views into the text. False after the last pair, and where something else stands there: whole() tells which.
  bool next(std::string_view& first, std::string_view& second);
  bool whole() const { return whole_; }

 private:
  bool take(char c);
  bool take_string(std::string_view& out);

  const char* at_;
  bool begun_ = false, whole_ = false;
};

}  // namespace blobgauge::model
