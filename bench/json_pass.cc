// The peers of bench/check: one pass over JSON lines that visits every field, with simdjson's On Demand or with a DOM
// of nlohmann_json. Reads in pieces of 16 MiB, so it needs no memory for the file. Prints a sum that depends on each
// field, so that nothing is optimised away. json_pass ondemand|dom FILE
#include <simdjson.h>

#include <cstdio>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace {

std::uint64_t visit(simdjson::ondemand::value value) {
  using simdjson::ondemand::json_type;
  std::uint64_t sum = 0;
  switch (value.type()) {
    case json_type::object:
      for (auto field : value.get_object()) {
        sum += std::string_view(field.unescaped_key()).size();
        sum += visit(field.value());
      }
      break;
    case json_type::array:
      for (auto item : value.get_array()) sum += visit(item.value());
      break;
    case json_type::string:
      sum += std::string_view(value.get_string()).size();
      break;
    case json_type::number:
      sum += static_cast<std::uint64_t>(double(value.get_number().value()));
      break;
    case json_type::boolean:
      sum += bool(value.get_bool());
      break;
    default:
      sum += value.is_null();
      break;
  }
  return sum;
}

std::uint64_t visit(const nlohmann::json& value) {
  std::uint64_t sum = 0;
  if (value.is_object())
    for (const auto& [name, item] : value.items()) sum += name.size() + visit(item);
  else if (value.is_array())
    for (const auto& item : value) sum += visit(item);
  else if (value.is_string())
    sum = value.get_ref<const std::string&>().size();
  else if (value.is_number())
    sum = static_cast<std::uint64_t>(value.get<double>());
  return sum;
}

constexpr std::size_t piece = 16 << 20;

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const bool dom = std::strcmp(argv[1], "dom") == 0;
  std::FILE* file = std::fopen(argv[2], "rb");
  if (!file) return 1;
  std::vector<char> buffer(piece + simdjson::SIMDJSON_PADDING);
  simdjson::ondemand::parser parser;
  std::size_t held = 0;
  std::uint64_t sum = 0;
  for (;;) {
    const auto got = std::fread(buffer.data() + held, 1, piece - held, file);
    held += got;
    // Whole lines only; the rest goes to the front of the next piece.
    const char* last = static_cast<const char*>(::memrchr(buffer.data(), '\n', held));
    if (!last) break;
    const auto whole = static_cast<std::size_t>(last - buffer.data()) + 1;
    if (dom) {
      for (const char* line = buffer.data(); line < last;) {
        const char* end = static_cast<const char*>(std::memchr(line, '\n', static_cast<std::size_t>(last - line) + 1));
        sum += visit(nlohmann::json::parse(line, end));
        line = end + 1;
      }
    } else {
      for (const char* line = buffer.data(); line < last;) {
        const char* end = static_cast<const char*>(std::memchr(line, '\n', static_cast<std::size_t>(last - line) + 1));
        const auto length = static_cast<std::size_t>(end - line);
        auto document = parser.iterate(line, length, length + simdjson::SIMDJSON_PADDING);
        sum += visit(document.get_value());
        line = end + 1;
      }
    }
    held -= whole;
    std::memmove(buffer.data(), buffer.data() + whole, held);
    if (!got) break;
  }
  std::fclose(file);
  std::cout << sum << "\n";
}
