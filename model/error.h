#pragma once
// What can go wrong, as a value. A user's mistake, a bad file and a dead endpoint are different categories because
// they have different exit codes (docs/exit-codes.md); nothing below cli/ prints or exits.
#include <cstddef>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace blobgauge::model {

enum class Category {
  usage,     // exit 2: wrong call, nothing selected, nothing recorded
  input,     // exit 3: a file that cannot be read as what it should be
  endpoint,  // exit 4: unreachable, wrong credential, hopeless preflight
  internal,  // exit 5: a bug of ours
  output,    // exit 6: not writable, disk full
  timeout,   // exit 7: a client or an endpoint that hangs
};

// A place in a file; line and column count from 1, 0 means unknown.
struct Position {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
};

// `message` says what is wrong in one line, `next` what to do about it (may be empty).
struct Error {
  Category category = Category::internal;
  std::string message;
  std::string next;
  Position where;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(Category category, std::string message, std::string next = {}, Position where = {}) {
  return tl::unexpected<Error>(Error{category, std::move(message), std::move(next), std::move(where)});
}

// "file:line:column: message; next", in one line.
std::string describe(const Error& error);

}  // namespace blobgauge::model

// Returns the error of a Result-valued expression from the enclosing function; `name` is bound to the value otherwise.
#define BLOBGAUGE_CONCAT_(a, b) a##b
#define BLOBGAUGE_CONCAT(a, b) BLOBGAUGE_CONCAT_(a, b)
#define BLOBGAUGE_CHECK_(result, expression)                            \
  do {                                                                  \
    auto result = (expression);                                         \
    if (!result) return tl::make_unexpected(std::move(result).error()); \
  } while (false)
#define BLOBGAUGE_CHECK(expression) BLOBGAUGE_CHECK_(BLOBGAUGE_CONCAT(check_, __LINE__), expression)
#define BLOBGAUGE_TRY_(result, name, expression)                      \
  auto result = (expression);                                         \
  if (!result) return tl::make_unexpected(std::move(result).error()); \
  name = std::move(*result)
#define BLOBGAUGE_TRY(name, expression) BLOBGAUGE_TRY_(BLOBGAUGE_CONCAT(try_, __LINE__), name, expression)
