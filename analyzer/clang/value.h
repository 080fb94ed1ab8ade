#pragma once
// What an expression of C or C++ can be, as far as requests depend on it: texts with holes, numbers, null, objects,
// functions. A set: branches that were put together leave several. Texts carry "{}" where something unknown stands.
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace blobgauge::analyzer::clang {

struct Code;

inline constexpr std::size_t most_texts = 12;

struct Value {
  std::set<std::string> texts;      // that are known whole
  std::set<std::string> templates;  // with holes
  std::set<long long> numbers;      // but zero
  std::set<int> objects;
  std::set<std::string> functions;  // by USR
  std::vector<const Code*> lambdas;
  bool zero = false;     // null, 0, false, never set
  bool unknown = false;  // anything else besides

  static Value of_text(std::string text);
  static Value of_number(long long number);
  static Value of_object(int object);
  static Value anything();
  static Value nothing();  // null

  void join(const Value& other);
  bool empty() const;
  bool is_zero() const;   // surely
  bool not_zero() const;  // surely
  // Every text that it can be, "{}" for what nobody knows; a null is the empty text.
  std::set<std::string> as_texts() const;
  bool has_text() const { return !texts.empty() || !templates.empty(); }
  bool operator==(const Value&) const = default;
};

enum class Truth3 { no, maybe, yes };
// Are they the same? maybe: they can be, and they can differ.
Truth3 equal(const Value& a, const Value& b);

// Put behind each other; holes stay holes.
Value concatenated(const Value& a, const Value& b);
// A printf format (or one of std::format where it has braces) with its arguments.
Value formatted(const Value& format, const std::vector<Value>& arguments);

}  // namespace blobgauge::analyzer::clang
