#include "analyzer/request_forms.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/text.h"
#include "model/url.h"

namespace blobgauge::analyzer {
namespace {

using model::Presence;

constexpr std::size_t most_choices = 8;    // values of one field that are tried on the classifier
constexpr std::size_t most_requests = 64;  // combinations of them

// What stands for a value that is not known when the classifier is asked.
constexpr const char* any_value = "x";

std::vector<std::string> choices(const ShapedField& field, bool query, bool executable) {
  const auto& value = field.value;
  // What a program puts there nobody has read; an empty parameter may mean another operation than a filled one.
  if (executable && query && value.kind == model::ValueKind::dynamic) return {any_value, ""};
  if (value.kind != model::ValueKind::constant && value.kind != model::ValueKind::one_of) return {any_value};
  std::vector<std::string> list(value.values.begin(), value.values.end());
  if (list.size() > most_choices) return {any_value};
  return list;
}

// A host of the service by the catalogue's first form, with a name for each glob.
std::string host_of(const model::Catalogue& catalogue) {
  const auto& forms = catalogue.addressing("host-style");
  if (forms.empty()) return "account.localhost";
  std::string host;
  for (const char c : forms.front()) {
    if (c == '*')
      host += "account";
    else
      host += c;
  }
  return host;
}

}  // namespace

std::vector<RequestForm> forms_of(const RequestShape& shape, const std::string& path, const model::Catalogue& catalogue,
                                  const model::Classifier& classifier, bool executable) {
  struct Part {
    bool query;
    std::string name, value;
  };
  std::vector<std::vector<Part>> fixed{{}};
  std::vector<Part> sometimes;
  for (const bool query : {true, false})
    for (const auto& [key, field] : query ? shape.query : shape.headers) {
      if (field.presence == Presence::never || field.name.back() == '*') continue;
      if (field.presence != Presence::always) {
        // A policy's doings tell no operations apart.
        if (field.presence == Presence::conditional && !field.on_the_way)
          for (const auto& value : choices(field, query, executable)) sometimes.push_back({query, field.name, value});
        continue;
      }
      std::vector<std::vector<Part>> longer;
      for (const auto& head : fixed)
        for (const auto& value : choices(field, query, executable)) {
          if (longer.size() >= most_requests) break;
          longer.push_back(head);
          longer.back().push_back({query, field.name, value});
        }
      fixed = std::move(longer);
    }
  std::vector<RequestForm> forms;
  const auto host = host_of(catalogue);
  // Of each form without an extra field: whether the header makes another one of it, whatever its value.
  std::map<std::string, std::map<std::string, bool>> leads_away;
  const auto ask = [&](const std::vector<Part>& parts, const Part* extra, std::vector<std::string>& names) {
    std::size_t number = 0;
    for (const auto& method : shape.method.constants) {
      model::Request request;
      request.method = method;
      request.scheme = "https";
      request.host = host;
      request.headers_complete = true;
      std::string target, query;
      for (const auto part : model::split(path, '/'))
        if (!part.empty()) target += "/" + std::string(part.front() == '{' ? part.substr(1, part.size() - 2) : part);
      request.target = target.empty() ? "/" : target;
      const auto put = [&](const Part& part) {
        if (part.query)
          query += fmt::format("{}{}={}", query.empty() ? "?" : "&", model::percent_encode(part.name),
                               model::percent_encode(part.value));
        else
          request.headers.add(part.name, part.value);
      };
      for (const auto& part : parts) put(part);
      if (extra) put(*extra);
      request.target += query;
      const std::string name(classifier.classify(request).name);
      if (!extra) {
        names.push_back(name);
      } else if (const auto& plain = names[number++]; !extra->query) {
        const bool away = name != plain && name != model::unclassified;
        auto& always = leads_away[plain].try_emplace(extra->name, true).first->second;
        always = always && away;
      }
      if (extra && name == model::unclassified) continue;
      if (std::any_of(forms.begin(), forms.end(), [&](const RequestForm& f) { return f.operation == name; })) continue;
      RequestForm form{name, {}, {}, {}, {}};
      if (extra) (extra->query ? form.query : form.header) = extra->name, form.value = extra->value;
      forms.push_back(std::move(form));
    }
  };
  std::vector<std::vector<std::string>> names(fixed.size());
  for (std::size_t i = 0; i < fixed.size(); ++i) ask(fixed[i], nullptr, names[i]);
  for (std::size_t i = 0; i < fixed.size(); ++i)
    for (const auto& extra : sometimes) ask(fixed[i], &extra, names[i]);
  for (auto& form : forms)
    if (form.query.empty() && form.header.empty())
      for (const auto& [header, away] : leads_away[form.operation])
        if (away) form.without.insert(header);
  return forms;
}

}  // namespace blobgauge::analyzer
