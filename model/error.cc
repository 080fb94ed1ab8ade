#include "model/error.h"

#include <fmt/format.h>

namespace blobgauge::model {

std::string describe(const Error& error) {
  std::string text;
  if (!error.where.file.empty()) {
    text = error.where.file;
    if (error.where.line) text += fmt::format(":{}", error.where.line);
    if (error.where.line && error.where.column) text += fmt::format(":{}", error.where.column);
    text += ": ";
  }
  text += error.message;
  if (!error.next.empty()) text += "; " + error.next;
  return text;
}

}  // namespace blobgauge::model
