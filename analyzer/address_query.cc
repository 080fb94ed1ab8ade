#include "analyzer/address_query.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>
#include <vector>

namespace blobgauge::analyzer {
namespace {

// "...&name=" -> "name"; empty for other texts.
std::string parameter_at_end(const std::string& text) {
  if (text.size() < 2 || text.back() != '=') return {};
  auto from = text.size() - 1;
  while (from > 0 && (std::isalnum(static_cast<unsigned char>(text[from - 1])) || text[from - 1] == '-')) --from;
  if (from + 1 == text.size() || (from > 0 && text[from - 1] != '?' && text[from - 1] != '&')) return {};
  return text.substr(from, text.size() - 1 - from);
}

}  // namespace

std::map<std::string, AddressParameter> address_parameters(const Facts& facts, const ValueFlow& flow,
                                                           const Expr& endpoint) {
  std::map<std::string, AddressParameter> found;
  std::set<int> seen;
  std::vector<std::pair<const Expr*, const Inflow*>> work{{&endpoint, nullptr}};
  while (!work.empty()) {
    const auto [e, by] = work.back();
    work.pop_back();
    if (e->kind == Expr::Kind::concat) {
      for (std::size_t i = 0; i + 1 < e->parts.size(); ++i) {
        const auto& name = e->parts[i];
        if (name.kind != Expr::Kind::constant || flow.domain(e->parts[i + 1]).filled() == Chance::no) continue;
        const auto parameter = parameter_at_end(name.text);
        if (parameter.empty()) continue;
        AddressParameter place;
        if (by && by->function) place = {facts.functions[by->function].name, by->at};
        found.emplace(parameter, std::move(place));
      }
    }
    for (std::size_t i = 0; i < e->parts.size(); ++i) {
      const bool value = e->kind == Expr::Kind::concat && i > 0 && e->parts[i - 1].kind == Expr::Kind::constant &&
                         !parameter_at_end(e->parts[i - 1].text).empty();
      if (!value) work.emplace_back(&e->parts[i], by);
    }
    if (e->kind != Expr::Kind::node || !seen.insert(e->id).second) continue;
    for (const auto& inflow : facts.nodes[e->id].inflows)
      if (flow.truth(inflow.guard).holds != Chance::no) work.emplace_back(&inflow.from, &inflow);
  }
  return found;
}

}  // namespace blobgauge::analyzer
