#include "reports/matrix.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "reports/markdown.h"

namespace blobgauge::reports {

std::string answers_of(const Overview& overview, const std::string& operation, std::size_t column) {
  model::Results subset;
  for (const auto& each : overview.cases)
    if (each.operation == operation && each.cells[column]) {
      model::CaseResult light;
      light.verdict = each.cells[column]->verdict;
      subset.cases.push_back(std::move(light));
    }
  const auto f = subset.figures();
  if (!f.total) return "not asked";
  if (f.pass == f.total) return f.total == 1 ? "1 passes" : fmt::format("all {} pass", f.total);
  std::vector<std::string> parts;
  const std::pair<std::uint64_t, const char*> counts[] = {
      {f.fail, "fail"},   {f.unsupported, "unsupported"},     {f.blocked, "blocked"},
      {f.error, "error"}, {f.indeterminate, "indeterminate"}, {f.skipped, "skipped"}};
  for (const auto& [count, word] : counts)
    if (count) parts.push_back(fmt::format("{} {}", count, word));
  const auto text = fmt::format("{} of {}", fmt::join(parts, ", "), f.total);
  return f.fail || f.unsupported ? "**" + text + "**" : text;
}

std::string to_matrix(const Input& input, const Overview& overview) {
  std::vector<std::string> clients;
  for (const auto& operation : input.spec->operations)
    for (const auto& emitter : operation.emitters) {
      auto name = emitter.client + " " + emitter.release;
      if (std::find(clients.begin(), clients.end(), name) == clients.end()) clients.push_back(std::move(name));
    }
  std::sort(clients.begin(), clients.end());
  const auto line = [](const std::vector<std::string>& cells) {
    return fmt::format("| {} |\n", fmt::join(cells, " | "));
  };
  std::vector<std::string> head = {"operation", "tier"};
  for (const auto& client : clients) head.push_back(markdown_text(client));
  for (const auto& label : overview.labels) head.push_back(markdown_text(label));
  auto out = line(head) + line(std::vector<std::string>(head.size(), "---"));
  for (const auto& operation : input.spec->operations) {
    std::vector<std::string> cells = {markdown_text(operation.operation), markdown_text(operation.tier)};
    for (const auto& client : clients) {
      const auto found = std::find_if(operation.emitters.begin(), operation.emitters.end(), [&](const auto& emitter) {
        return emitter.client + " " + emitter.release == client;
      });
      cells.push_back(found == operation.emitters.end() ? "-" : found->exchanges ? "sends" : "can send");
    }
    for (std::size_t i = 0; i < overview.labels.size(); ++i)
      cells.push_back(answers_of(overview, operation.operation, i));
    out += line(cells);
  }
  for (const auto& note : overview.notes) out += "\n> " + markdown_text(note) + "\n";
  return out;
}

}  // namespace blobgauge::reports
