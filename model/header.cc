#include "model/header.h"

#include <algorithm>

#include "model/text.h"

namespace blobgauge::model {
namespace {

// Nearly all names differ in their size.
bool is_named(const Header& field, std::string_view name) {
  return field.name.size() == name.size() && iequals(field.name, name);
}

}  // namespace

void Headers::set(std::string_view name, std::string value) {
  const auto same = [&](const Header& field) { return is_named(field, name); };
  const auto first = std::find_if(fields_.begin(), fields_.end(), same);
  if (first == fields_.end()) {
    fields_.push_back({std::string(name), std::move(value)});
    return;
  }
  first->value = std::move(value);
  fields_.erase(std::remove_if(first + 1, fields_.end(), same), fields_.end());
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Header& field) { return is_named(field, name); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& field : fields_)
    if (is_named(field, name)) return field.value;
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(fields_.begin(), fields_.end(), [&](const Header& field) { return is_named(field, name); }));
}

}  // namespace blobgauge::model
