#include "cli/record_messages.h"

#include <fmt/format.h>

#include <algorithm>

#include "recorder/admission.h"

namespace blobgauge::cli::record_command {

using model::Category;
using model::fail;

namespace {

// True where an upstream may be somebody's real account, and not a server on this machine.
bool goes_far(const recorder::Proxy::Options& settings) {
  if (settings.mode == recorder::Mode::reverse) return !recorder::is_loopback(settings.target.host);
  const auto& rules = settings.mapping.rules();
  const auto stays = [](const recorder::MapRule& rule) { return recorder::is_loopback(rule.target.host); };
  return rules.empty() || !std::all_of(rules.begin(), rules.end(), stays);
}

}  // namespace

std::string host_list(const std::vector<std::string>& hosts) {
  std::string out;
  for (const auto& host : hosts) out += (out.empty() ? "" : ", ") + host;
  return out;
}

std::string announcement(const recorder::Proxy::Options& settings, const std::string& listen) {
  std::string out;
  if (!recorder::is_loopback(settings.address))
    out += fmt::format(
        "blobgauge: warning: {} is not loopback; whoever reaches it can use this proxy, for the hosts that it "
        "serves\n",
        listen);
  if (goes_far(settings))
    out += fmt::format(
        "blobgauge: the trace will hold request lines and headers with account, container and blob names{}, and "
        "{}; signatures, tokens and keys are masked\n",
        settings.pseudonyms ? " as pseudonyms" : "",
        settings.keep_body == 0 ? std::string("XML and error documents, no other content")
                                : fmt::format("{} bytes of every body", settings.keep_body));
  return out;
}

model::Status nothing_recorded(const recorder::Proxy::Counts& counts, const std::vector<std::string>& refused_hosts) {
  if (counts.handshakes_failed > 0)
    return fail(Category::usage,
                fmt::format("nothing recorded: {} TLS handshakes failed, the client does not trust the local authority",
                            counts.handshakes_failed),
                "run 'blobgauge ca trust-help'");
  if (counts.forbidden > 0)
    return fail(Category::usage,
                fmt::format("no request was forwarded: those for {} were refused", host_list(refused_hosts)),
                "'blobgauge trace cat' has the reasons; --allow-host GLOB serves more hosts");
  if (counts.refused > 0)
    return fail(Category::usage, fmt::format("none of {} requests was one that can be forwarded", counts.refused),
                "run 'blobgauge trace cat' for the reasons");
  if (counts.tunnels > 0)
    return fail(Category::usage, "nothing recorded: the client opened tunnels and sent no request in them",
                "does it trust the local authority (run 'blobgauge ca trust-help')? Was it --pass-through?");
  return fail(Category::usage, "nothing recorded: the client never used the proxy",
              "Go clients never proxy loopback addresses: give them a real host name and map it, as "
              "--map 'ACCOUNT.blob.core.windows.net=http://127.0.0.1:10000'; see NO_PROXY too");
}

std::vector<std::string> notes_of(const recorder::Proxy::Counts& counts,
                                  const std::vector<std::string>& refused_hosts) {
  std::vector<std::string> notes;
  if (counts.forbidden > 0)
    notes.push_back(
        fmt::format("{} requests were refused for their host: {}", counts.forbidden, host_list(refused_hosts)));
  if (counts.handshakes_failed > 0) notes.push_back(fmt::format("{} TLS handshakes failed", counts.handshakes_failed));
  return notes;
}

}  // namespace blobgauge::cli::record_command
