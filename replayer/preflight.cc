#include "replayer/preflight.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>

#include "model/date.h"
#include "model/text.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;
using model::Status;

constexpr std::int64_t most_skew = 15 * 60;  // seconds

bool as_expected(const Step& step, int status) {
  return std::any_of(step.expectations.begin(), step.expectations.end(), [&](const Expectation& item) {
    return item.about == Expectation::About::status &&
           std::find(item.values.begin(), item.values.end(), std::to_string(status)) != item.values.end();
  });
}

// Whether an answer has what only this service puts into its answers.
bool is_its_own(const Suite& suite, const model::Headers& headers) {
  const auto has = [&](const std::string& name) { return !name.empty() && headers.has(name); };
  return has(suite.request_id_header) || has(suite.error_header);
}

// Where nobody answers: what may be wrong on this side.
std::string what_to_look_at(const model::Profile& profile, Category category) {
  if (category == Category::timeout)
    return "wait longer with --time-limit, or look whether this is the endpoint's port";
  return profile.url.scheme == "https" ? "look at the profile's url, resolve and ca_file"
                                       : "look at the profile's url and resolve";
}

std::optional<std::string> refusal_of(const Preflight& item, int status, const std::string& code) {
  // A code says more than a status.
  for (const auto& [what, says] : item.refusals)
    if (!code.empty() && what == code) return says;
  for (const auto& [what, says] : item.refusals)
    if (what == std::to_string(status)) return says;
  return std::nullopt;
}

}  // namespace

std::string clock_hint(std::string_view date, std::chrono::system_clock::time_point now) {
  const auto there = model::http_time(date);
  if (!there) return {};
  const auto ahead = *there - std::chrono::system_clock::to_time_t(now);
  if (std::abs(ahead) <= most_skew) return {};
  return fmt::format("; its clock is {} s {} this machine's", std::abs(ahead), ahead > 0 ? "ahead of" : "behind");
}

wire::Task<Result<Seen>> run_preflight(const Suite& suite, const model::Profile& profile, const RequestMaker& maker,
                                       Sender& sender, std::string prefix, const Place& place) {
  Seen seen;
  Scope scope;
  maker.equip(scope);
  const bool inside = !place.container.empty();
  scope.values["prefix"] = prefix;
  scope.values["c"] = scope.values["container"] = inside ? place.container + "/" + prefix + "c" : prefix + "c";
  std::set<std::string> made;  // paths
  std::optional<model::Error> hopeless;
  bool any_its_own = false, any_write_done = false;
  std::string odd;  // the first write that was answered as no such service would
  for (const auto& item : suite.preflight) {
    const auto& target = item.step.request.target;
    const bool reads = item.step.request.method == "GET" || item.step.request.method == "HEAD";
    if (!reads && (place.owner_loads || (inside && target.starts_with("/${c}?")))) continue;
    const auto request = maker.make(item.step.request, scope);
    if (!request) co_return tl::make_unexpected(request.error());
    const auto sent = co_await sender.send(*request);
    if (!sent) {
      hopeless = sent.error();
      if (hopeless->next.empty()) hopeless->next = what_to_look_at(profile, hopeless->category);
      break;
    }
    const auto& answer = sent->answer;
    if (seen.server.empty()) seen.server = std::string(answer.headers.get("Server"));
    if (answer.status == 201)
      if (const auto path = expand(target, scope)) made.insert(path->substr(0, path->find('?')));
    auto shown = fmt::format("{} {}", request->method, request->shown);
    if (const auto at = shown.find(scope.values["c"]); at != std::string::npos)
      shown.replace(at, scope.values["c"].size(), "{c}");
    any_its_own |= is_its_own(suite, answer.headers);
    any_write_done |= !reads && as_expected(item.step, answer.status);
    if (!reads && odd.empty()) odd = fmt::format("{} -> {}", shown, answer.status);
    const auto code = error_code(suite, answer);
    const auto says = refusal_of(item, answer.status, code);
    if (!says) continue;
    hopeless = model::Error{
        Category::endpoint,
        fmt::format("{}: {}: {} -> {}{}{}{}", profile.url.text(), *says, shown, answer.status, code.empty() ? "" : " ",
                    code, clock_hint(answer.headers.get("Date"), std::chrono::system_clock::now())),
        "look at the profile's account, key and api_version",
        {}};
    break;
  }
  // Some web server, of which every answer would be wrong, and most cases without a verdict.
  if (!hopeless && !suite.request_id_header.empty() && !odd.empty() && !any_its_own && !any_write_done)
    hopeless = model::Error{Category::endpoint,
                            fmt::format("{}: no answer looks like the service's: none has {}, and {}",
                                        profile.url.text(), suite.request_id_header, odd),
                            "look at the profile's url: is that the endpoint's port?",
                            {}};
  for (const auto& path : made) {
    scope.values["blob"] = path.substr(1);
    const auto request = maker.make(inside ? suite.inside.remove.request : suite.teardown.request, scope);
    if (request) (void)co_await sender.send(*request);
    if (!inside) break;
  }
  if (hopeless) co_return tl::make_unexpected(*hopeless);
  co_return seen;
}

wire::Task<Status> ask_again(const Suite& suite, const RequestMaker& maker, Sender& sender) {
  if (suite.preflight.empty()) co_return Status{};
  Scope scope;
  maker.equip(scope);
  const auto request = maker.make(suite.preflight.front().step.request, scope);
  if (!request) co_return tl::make_unexpected(request.error());
  const auto sent = co_await sender.send(*request);
  if (!sent) co_return tl::make_unexpected(sent.error());
  co_return Status{};
}

}  // namespace blobgauge::replayer
