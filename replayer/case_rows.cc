#include "replayer/case_rows.h"

#include <fmt/format.h>

#include "model/text.h"
#include "replayer/parameters.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;
using model::yaml::Node;

struct CaseRow {
  Arguments arguments;
  std::size_t line = 0, column = 0;
};

Result<std::vector<CaseRow>> read_table(const Node& table, const std::string& file) {
  std::vector<CaseRow> out;
  if (table.kind != Node::Kind::sequence)
    return fail(Category::input, "rows are a list of maps, or names of tables", {}, {file, table.line, table.column});
  for (const auto& item : table.items) {
    if (item.kind != Node::Kind::map)
      return fail(Category::input, "a row is a map from parameters to values", {}, {file, item.line, item.column});
    CaseRow row{{}, item.line, item.column};
    for (std::size_t i = 0; i < item.items.size(); ++i) row.arguments[item.keys[i]] = item.items[i];
    out.push_back(std::move(row));
  }
  return out;
}

Result<std::vector<CaseRow>> named(const Node& name, const Tables& tables, const std::string& file) {
  const auto found = tables.find(name.text);
  if (found != tables.end()) return read_table(found->second, file);
  std::vector<std::string> names;
  for (const auto& table : tables) names.push_back(table.first);
  const auto near = model::closest(name.text, names);
  return fail(Category::input, fmt::format("no table '{}'", name.text),
              near ? fmt::format("did you mean '{}'?", *near) : "it belongs into 'tables' of suite.yaml",
              {file, name.line, name.column});
}

Result<std::vector<CaseRow>> rows_of(const Node& rows, const Tables& tables, const std::string& file) {
  if (rows.kind == Node::Kind::scalar) return named(rows, tables, file);
  const bool names = rows.kind == Node::Kind::sequence && !rows.items.empty() &&
                     (rows.items[0].kind == Node::Kind::scalar || rows.items[0].kind == Node::Kind::sequence);
  if (!names) return read_table(rows, file);
  std::vector<CaseRow> product(1);
  for (const auto& factor : rows.items) {
    BLOBGAUGE_TRY(const auto right, rows_of(factor, tables, file));
    std::vector<CaseRow> longer;
    for (const auto& left : product)
      for (auto row : right) {
        row.arguments.insert(left.arguments.begin(), left.arguments.end());
        longer.push_back(std::move(row));
      }
    product = std::move(longer);
  }
  return product;
}

}  // namespace

Result<std::vector<Node>> case_rows(const Node& item, const Tables& tables, const std::string& file) {
  const auto* rows_node = item.kind == Node::Kind::map ? item.find("rows") : nullptr;
  if (!rows_node) return std::vector<Node>{item};
  const model::Position where{file, rows_node->line, rows_node->column};
  BLOBGAUGE_TRY(const auto rows, rows_of(*rows_node, tables, file));
  Node pattern = item;
  for (std::size_t i = 0; i < pattern.keys.size(); ++i)
    if (pattern.keys[i] == "rows") {
      pattern.keys.erase(pattern.keys.begin() + static_cast<std::ptrdiff_t>(i));
      pattern.items.erase(pattern.items.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
  const auto wanted = parameters_of(pattern);
  std::set<std::string> given;
  for (const auto& row : rows)
    for (const auto& argument : row.arguments) given.insert(argument.first);
  for (const auto& name : wanted)
    if (!given.count(name)) return fail(Category::input, fmt::format("no row gives '{}'", name), {}, where);
  // A table serves several cases, and one of them may not need all that it has.
  const bool own = rows_node->kind == Node::Kind::sequence && !rows_node->items.empty() &&
                   rows_node->items[0].kind == Node::Kind::map;
  for (const auto& name : given)
    if (own && !wanted.count(name))
      return fail(Category::input, fmt::format("nothing uses '{}' of the rows", name), {}, where);
  std::vector<Node> out;
  for (const auto& row : rows) {
    auto filled = pattern;
    fill_parameters(filled, row.arguments);
    if (rows_node->kind == Node::Kind::sequence && row.line) {
      filled.line = row.line;
      filled.column = row.column;
    }
    out.push_back(std::move(filled));
  }
  return out;
}

}  // namespace blobgauge::replayer
