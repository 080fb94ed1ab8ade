#pragma once
// Header fields in the order, casing and number in which they crossed the wire (RFC 9110 section 5).
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace blobgauge::model {

struct Header {
  std::string name;   // spelling as sent
  std::string value;  // without the optional white space around it
  // That white space, as it was sent: blanks and tabs between colon and value, and behind the value.
  std::string before = " ", after = {};
  bool operator==(const Header&) const = default;
};

// A plain sequence: heads have some 20 fields, so a linear search beats any index and keeps what was sent.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> fields) : fields_(fields) {}

  void reserve(std::size_t count) { fields_.reserve(count); }
  void add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
  void add(Header field) { fields_.push_back(std::move(field)); }
  void add(std::string_view name, std::string_view value, std::string_view before, std::string_view after) {
    auto& field = fields_.emplace_back();
    field.name = name;
    field.value = value;
    field.before = before;
    field.after = after;
  }
  // Of Headers that are not empty; a reader uses its memory again.
  Header take_last() {
    Header field = std::move(fields_.back());
    fields_.pop_back();
    return field;
  }
  // Replaces the first field of that name (case-insensitive) and drops the others; adds it where there is none.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  // The first value; names compare without case.
  std::optional<std::string_view> find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name).has_value(); }
  std::string_view get(std::string_view name) const { return find(name).value_or(std::string_view{}); }
  std::size_t count(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  auto begin() { return fields_.begin(); }
  auto end() { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  bool operator==(const Headers&) const = default;

 private:
  std::vector<Header> fields_;
};

}  // namespace blobgauge::model
