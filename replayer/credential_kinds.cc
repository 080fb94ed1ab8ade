#include "replayer/credential_kinds.h"

#include <algorithm>
#include <set>

#include "model/text.h"

namespace blobgauge::replayer {
namespace {

std::string_view first_word_of(std::string_view text) { return text.substr(0, text.find(' ')); }

bool has_field(const std::vector<std::pair<std::string, std::string>>& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
}

std::string sas_kind(const Suite& suite, std::string_view name) {
  const auto found = suite.sas.find(name);
  if (found == suite.sas.end()) return {};
  if (has_field(found->second, "skoid")) return "user delegation SAS";
  return has_field(found->second, "ss") ? "account SAS" : "service SAS";
}

std::string kind_of(const Suite& suite, std::string_view auth) {
  if (auth.starts_with("wrong ")) auth.remove_prefix(6);
  if (auth == "key") return "account key";
  if (auth == "bearer") return "bearer token";
  if (auth == "none") return "anonymous";
  if (auth == "given sas") return "SAS of the profile";
  return auth.starts_with("sas ") ? sas_kind(suite, first_word_of(auth.substr(4))) : std::string();
}

// "${signed KIND LETTERS /T}" and the like, "${token}".
void add_sources(const Suite& suite, std::string_view text, std::set<std::string>& out) {
  constexpr std::string_view mark = "signed ";
  for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1))
    if (const auto kind = sas_kind(suite, first_word_of(text.substr(at + mark.size()))); !kind.empty())
      out.insert("source: " + kind);
  if (text.find("${token}") != std::string_view::npos) out.insert("source: bearer token");
}

}  // namespace

std::vector<std::string> credential_kinds(const Suite& suite, const Case& item, std::string_view auth) {
  std::set<std::string> out;
  for (const auto* step : requests_of(item.steps)) {
    const auto& request = step->request;
    if (request.at == RequestTemplate::At::endpoint)
      out.insert(kind_of(suite, request.auth.empty() ? auth : std::string_view(request.auth)));
    for (const auto& [name, value] : request.headers) add_sources(suite, value, out);
  }
  out.erase(std::string());
  return {out.begin(), out.end()};
}

}  // namespace blobgauge::replayer
