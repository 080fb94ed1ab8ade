#include "model/plain_pairs.h"

namespace blobgauge::model {

bool PlainPairs::take(char c) {
  if (*at_ != c) return false;
  ++at_;
  return true;
}

bool PlainPairs::take_string(std::string& room, std::string_view& out) {
  if (!take('"')) return false;
  const char* end = end_of_plain(at_);
  out = {at_, static_cast<std::size_t>(end - at_)};
  if (*end == '\\') {
    room.clear();
    for (; *end == '\\'; end = end_of_plain(at_)) {
      if (end[1] != '"' && end[1] != '\\' && end[1] != '/') return false;
      room.append(at_, end) += end[1];
      at_ = end + 2;
    }
    out = room.append(at_, end);
  }
  at_ = end + 1;
  return true;
}

bool PlainPairs::next(std::string_view& first, std::string_view& second) {
  if (!begun_) {
    begun_ = true;
    if (!take('[')) return false;
    if (take(']')) {
      whole_ = true;
      return false;
    }
  } else if (!take(',')) {
    whole_ = take(']');
    return false;
  }
  return take('[') && take_string(rooms_[0], first) && take(',') && take_string(rooms_[1], second) && take(']');
}

}  // namespace blobgauge::model
