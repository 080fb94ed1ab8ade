#pragma once
// What all files of specs/clients have in common, whatever language their client is in: lists of entries, the format's
// version, headers that no code names. docs/formats/clients.md.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "analyzer/client_rules.h"
#include "model/yaml.h"

namespace blobgauge::analyzer {

// read(model::yaml::Fields&), or read(Fields&, const Node&), for each entry of the list `key`, which may be missing;
// Category::input for what is no list, and for a key that `read` did not ask for. `what` names an entry for people.
template <class Read>
model::Status each_entry(model::yaml::Fields& fields, std::string_view key, const std::string& what, Read read) {
  const auto* list = fields.child(key);
  if (!list) return {};
  if (list->kind != model::yaml::Node::Kind::sequence) {
    fields.refuse(fmt::format("\"{}\" is a list", key), list);
    return {};
  }
  for (const auto& item : list->items) {
    model::yaml::Fields entry(item, fields.file(), what);
    if constexpr (std::is_invocable_v<Read, model::yaml::Fields&, const model::yaml::Node&>)
      read(entry, item);
    else
      read(entry);
    BLOBGAUGE_CHECK(entry.finish());
  }
  return {};
}

// Category::input unless "format" is 1.
model::Status check_client_format(model::yaml::Fields& fields);

model::Status read_implicit_headers(model::yaml::Fields& fields, std::vector<ImplicitHeader>& into);

}  // namespace blobgauge::analyzer
