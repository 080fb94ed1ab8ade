#include "cli/analyze_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "analyzer/checkout.h"
#include "analyzer/client_rules.h"
#include "cli/analyze_executable.h"
#include "cli/go_front_end.h"
#include "cli/specs.h"
#include "model/file.h"

namespace blobgauge::cli {
namespace {

using model::Category;
using model::Result;
namespace fs = std::filesystem;

Result<std::string> module_of(const SourceQuestion& question) {
  if (!question.module.empty()) return question.module.substr(0, question.module.find('@'));
  const auto file = (fs::path(question.dir) / "go.mod").string();
  BLOBGAUGE_TRY(const auto text, model::read_file(file));
  const auto at = text.find("module ");
  if (at == std::string::npos) return model::fail(Category::input, file + ": names no module");
  const auto from = at + 7;
  return text.substr(from, text.find_first_of(" \r\n", from) - from);
}

// "m@v1.2.3" is one content for good; "m@latest" and "m@main" are not.
bool is_release(const std::string& module) {
  const auto at = module.find('@');
  return at != std::string::npos && at + 2 < module.size() && module[at + 1] == 'v' && module[at + 2] >= '0' &&
         module[at + 2] <= '9' && std::count(module.begin() + static_cast<std::ptrdiff_t>(at), module.end(), '.') >= 2;
}

Result<analyzer::StaticResult> read_for(const std::string& platform, const SourceQuestion& question,
                                        const analyzer::ClientRules& rules, const std::string& content,
                                        const model::Catalogue& catalogue) {
  analyzer::Source source{question.module, question.dir, platform};
  if (!source.dir.empty()) source.dir = fs::absolute(source.dir).string();
  const auto configuration = analyzer::go_configuration(rules, source);
  // What was read once is read again from its facts: a version never changes, a checkout is known by its content.
  KeptBy kept{configuration, content, true};
  if (!content.empty()) {
    source.dir = "anywhere";
    kept.question = analyzer::go_configuration(rules, source);
  }
  const bool known = question.cache && (is_release(source.module) || !content.empty());
  BLOBGAUGE_TRY(const auto facts, known ? run_go_front_end_once(configuration, question.facts, kept)
                                        : run_go_front_end(configuration, question.facts));
  return analyzer::infer_static(facts, rules, catalogue, question.inference);
}

}  // namespace

Result<analyzer::StaticResult> read_source(const SourceQuestion& question, const model::Catalogue& catalogue) {
  auto client = question.client;
  if (client.empty()) {
    BLOBGAUGE_TRY(const auto module, module_of(question));
    BLOBGAUGE_TRY(client, analyzer::find_client_file(specs_path("clients"), module));
  }
  BLOBGAUGE_TRY(const auto rules, rules_of(client));
  std::string content;
  if (question.cache && !question.dir.empty()) {
    BLOBGAUGE_TRY(content, analyzer::digest_of_checkout(question.dir));
  }
  std::optional<analyzer::StaticResult> all;
  for (const auto& platform : question.platforms) {
    BLOBGAUGE_TRY(auto one, read_for(platform, question, rules, content, catalogue));
    if (question.platforms.size() > 1 && !one.explanation.empty())
      one.explanation = fmt::format("{}\n\n{}\n", platform, one.explanation);
    if (!all) {
      all = std::move(one);
      continue;
    }
    BLOBGAUGE_TRY(all->surface, model::merge(all->surface, one.surface));
    all->explanation += one.explanation;
    for (auto& request : one.other_requests)
      if (std::find(all->other_requests.begin(), all->other_requests.end(), request) == all->other_requests.end())
        all->other_requests.push_back(std::move(request));
  }
  return std::move(*all);
}

}  // namespace blobgauge::cli
