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
  std::string out = join(methods, '|') + " " + join(paths, '|');
  for (std::size_t i = 0; i < query.size(); ++i) out += (i == 0 ? "?" : "&") + to_text(query[i]);
  for (const auto& header : headers) out += ", " + to_text(header);
  for (std::size_t i = 0; i < any.size(); ++i)
    out += (i == 0 ? ", " : " or ") + std::string(any[i].in == Selector::In::query ? "?" : "") + to_text(any[i]);
  return out;
}

int path_level(std::string_view path) {
  return path == "/" ? 0 : static_cast<int>(std::count(path.begin(), path.end(), '/'));
}

}  // namespace blobgauge::model
