#include "model/operation.h"

#include <algorithm>

namespace blobgauge::model {
namespace {

std::string join(const std::vector<std::string>& items, char between) {
  std::string out;
  for (const auto& item : items) {
    if (!out.empty()) out += between;
    out += item;
  }
  return out;
}

}  // namespace

std::string to_text(const Selector& selector) {
  switch (selector.test) {
    case Selector::Test::present:
      return selector.name;
    case Selector::Test::absent:
      return "!" + selector.name;
    case Selector::Test::equals:
      return selector.name + "=" + join(selector.values, '|');
    case Selector::Test::differs:
      return selector.name + "!=" + join(selector.values, '|');
  }
  return selector.name;
}

std::string Operation::rule() const {
  // Absences after what has to be there: they read as exceptions.
  const auto plain = [](const Selector& selector) {
    const std::string mark = selector.in == Selector::In::query ? "?" : "";
    return selector.test == Selector::Test::absent ? "no " + mark + selector.name : mark + to_text(selector);
  };
  std::string out = join(methods, '|') + " " + join(paths, '|'), exceptions;
  char between = '?';
  for (const auto& selector : query) {
    if (selector.test == Selector::Test::absent) {
      exceptions += ", " + plain(selector);
      continue;
    }
    out += between + to_text(selector);
    between = '&';
  }
  out += exceptions;
  for (const auto& header : headers) out += ", " + plain(header);
  for (std::size_t i = 0; i < any.size(); ++i) out += (i == 0 ? ", " : " or ") + plain(any[i]);
  return out;
}

int path_level(std::string_view path) {
  return path == "/" ? 0 : static_cast<int>(std::count(path.begin(), path.end(), '/'));
}

}  // namespace blobgauge::model
