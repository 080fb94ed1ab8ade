#include "endpoint/fault.h"

#include <algorithm>

#include "model/text.h"
#include "wire/sign.h"

namespace blobgauge::endpoint {
namespace {

constexpr int most_rounds = 1000;                    // of a change that is made again and again
constexpr std::uint64_t longest_changed = 1u << 20;  // bytes of a body that is looked at

std::string changed(std::string text, const std::vector<TextChange>& changes) {
  for (const auto& change : changes)
    for (int round = 0; round < (change.again ? most_rounds : 1); ++round) {
      auto next = std::regex_replace(text, change.pattern, change.text);
      if (next == text) break;
      text = std::move(next);
    }
  return text;
}

bool holds(const FieldTest& test, std::optional<std::string_view> value) {
  if (!test.value) return !value;
  return value && std::regex_match(value->begin(), value->end(), *test.value);
}

bool holds(const std::vector<FieldTest>& tests, const model::Headers& headers) {
  return std::all_of(tests.begin(), tests.end(), [&](const FieldTest& test) {
    const auto value = headers.find(test.name);
    return holds(test, value ? std::optional<std::string_view>(*value) : std::nullopt);
  });
}

bool meets(const Fault& fault, const Request& request, std::string_view operation, bool is_source_read) {
  if (is_source_read && !fault.sources) return false;
  if (!fault.operations.empty() && !model::matches_any(fault.operations, operation)) return false;
  const auto& methods = fault.methods;
  if (!methods.empty() && std::find(methods.begin(), methods.end(), request.method) == methods.end()) return false;
  if (!holds(fault.headers, request.headers)) return false;
  return std::all_of(fault.queries.begin(), fault.queries.end(), [&](const FieldTest& test) {
    return holds(test, request.has_parameter(test.name) ? std::optional(request.parameter(test.name)) : std::nullopt);
  });
}

void change(model::Headers& headers, const HeaderChange& by) {
  for (const auto& [from, to] : by.rename)
    if (const auto value = headers.find(from)) {
      const std::string text(*value);
      headers.remove(from);
      headers.set(to, text);
    }
  std::vector<std::string> gone;
  for (const auto& field : headers)
    if (model::matches_any(by.drop, model::lower(field.name))) gone.push_back(field.name);
  for (const auto& name : gone) headers.remove(name);
  for (const auto& [name, value] : by.set) headers.set(name, value);
}

void repeat(model::Headers& headers, const std::vector<std::string>& globs) {
  std::vector<std::pair<std::string, std::string>> again;
  for (const auto& field : headers)
    if (model::matches_any(globs, model::lower(field.name))) again.emplace_back(field.name, field.value);
  for (auto& [name, value] : again) headers.add(std::move(name), std::move(value));
}

model::Url with_target(model::Url url, const std::vector<TextChange>& changes) {
  if (changes.empty()) return url;
  auto made = model::parse_target(changed(url.target(), changes));
  if (!made) return url;
  url.path = made->path;
  url.query = made->query;
  return url;
}

}  // namespace

std::vector<const Fault*> faults_met(const std::vector<Fault>& faults, const Request& request,
                                     std::string_view operation, bool is_source_read) {
  std::vector<const Fault*> out;
  for (const auto& fault : faults)
    if (meets(fault, request, operation, is_source_read)) out.push_back(&fault);
  return out;
}

bool passes_over(const Request& request, std::string_view check) {
  return std::any_of(request.faults.begin(), request.faults.end(), [&](const Fault* fault) {
    return std::find(fault->pass_over.begin(), fault->pass_over.end(), check) != fault->pass_over.end();
  });
}

model::Url signed_url(const Request& request) {
  auto url = request.url;
  for (const auto* fault : request.faults) url = with_target(std::move(url), fault->signed_target);
  return url;
}

Outcome<void> change_request(Request& request) {
  for (const auto* fault : request.faults) {
    change(request.headers, fault->request);
    if (fault->target.empty()) continue;
    request.url = with_target(std::move(request.url), fault->target);
    request.query = wire::service_query(request.url.query);
    BLOBGAUGE_TRY(request.address,
                  parse_address(request.authority, request.url.path, request.has_parameter("restype")));
  }
  for (const auto* fault : request.faults)
    if (fault->refuse) return refuse(*fault->refuse);
  return {};
}

Outcome<void> change_body(Request& request, ContentStore& contents) {
  for (const auto* fault : request.faults) {
    if (fault->body.empty() || request.body.size() > longest_changed) continue;
    BLOBGAUGE_TRY(auto text, body_text(request, longest_changed));
    text = changed(std::move(text), fault->body);
    auto writer = contents.writer();
    auto kept = writer.append(text);
    auto content = kept ? writer.finish() : model::Result<Content>(tl::make_unexpected(kept.error()));
    if (!content) return refuse(internal_error(content.error().message));
    request.body = {std::move(*content), digest(text)};
  }
  return {};
}

void change_answer(const Request& request, Answer& answer) {
  for (const auto* fault : request.faults) {
    const auto& statuses = fault->statuses;
    const bool wanted = statuses.empty() ||
                        std::find(statuses.begin(), statuses.end(), std::to_string(answer.status)) != statuses.end();
    if (!wanted || !holds(fault->answer_headers, answer.headers)) continue;
    if (fault->status) answer.status = *fault->status;
    repeat(answer.headers, fault->repeat);
    change(answer.headers, fault->answer);
    answer.delivery.late = std::max(answer.delivery.late, fault->delivery.late);
    answer.delivery.never |= fault->delivery.never;
    if (fault->delivery.cut_after) answer.delivery.cut_after = fault->delivery.cut_after;
    if (answer.text.size() <= longest_changed) answer.text = changed(std::move(answer.text), fault->answer_body);
    if (!fault->empty) continue;
    answer.text.clear();
    answer.content.reset();
    answer.chunked = false;
  }
}

}  // namespace blobgauge::endpoint
