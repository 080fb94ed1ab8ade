#include "clients/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/specs.h"
#include "cli/verify_recorder.h"
#include "endpoint/server.h"
#include "model/profile.h"

namespace blobgauge::cli::verify_command {
namespace {

using model::Category;
using model::Result;

struct Options {
  std::vector<std::string> clients{"azcopy", "rclone"};
  std::vector<std::string> programs;  // NAME=PATH
  std::string profile, endpoint, catalogue;
  std::string map_style;  // empty: as the endpoint is addressed; host for the embedded one, which knows the name
  std::uint64_t time_limit = 0;
  clients::VerifyOptions verify;
  std::string output = "-";
};

// The program of each client: as `--client` says, else BLOBGAUGE_NAME, else its own name, which PATH may know.
Result<std::vector<clients::VerifyOptions::Client>> programs(const Options& options) {
  std::vector<clients::VerifyOptions::Client> found;
  for (const auto& name : options.clients) {
    std::string variable = "BLOBGAUGE_";
    for (const char c : name) variable += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const char* program = std::getenv(variable.c_str());
    found.push_back({name, program && *program ? program : name});
  }
  for (const auto& entry : options.programs) {
    const auto equals = entry.find('=');
    const auto name = entry.substr(0, equals);
    const auto it = std::ranges::find(found, name, &clients::VerifyOptions::Client::name);
    if (equals == std::string::npos || equals + 1 == entry.size() || it == found.end())
      return model::fail(Category::usage,
                         fmt::format("--client takes NAME=PATH of a client in --clients, not '{}'", entry));
    it->program = std::filesystem::absolute(entry.substr(equals + 1));
  }
  return found;
}

// The host names that the clients are given, as a glob: "{account}.blob..." with this profile's account.
Result<std::string> client_hosts(const Options& options, const model::Profile& profile) {
  std::string hosts;
  for (const auto& name : options.clients) {
    BLOBGAUGE_TRY(const auto file, clients::load_client_file(options.verify.scenarios, name));
    BLOBGAUGE_TRY(const auto address, clients::expand(file.service, {{"account", profile.account}}));
    BLOBGAUGE_TRY(const auto url, model::parse_url(address));
    if (!hosts.empty() && hosts != url.host)
      return model::fail(Category::usage, fmt::format("clients of {} and {} cannot run together", hosts, url.host));
    hosts = url.host;
  }
  return hosts;
}

Result<int> run(Options options) {
  const bool embed = options.profile.empty() && options.endpoint.empty();
  if (options.profile.empty()) options.profile = specs_path("profiles/emulator.yaml");
  BLOBGAUGE_TRY(auto profile, model::load_profile(options.profile));
  BLOBGAUGE_TRY(auto catalogue, model::Catalogue::load(options.catalogue));
  const auto shared = std::make_shared<const model::Catalogue>(std::move(catalogue));
  BLOBGAUGE_TRY(options.verify.clients, programs(options));
  BLOBGAUGE_TRY(const auto hosts, client_hosts(options, profile));

  std::unique_ptr<endpoint::Server> embedded;
  if (embed) {
    endpoint::ServerOptions server;
    server.aliases = {hosts};
    BLOBGAUGE_TRY(embedded, endpoint::Server::start(std::move(server)));
    options.endpoint = embedded->url();
  }
  if (!options.endpoint.empty()) {
    BLOBGAUGE_TRY(profile, model::at_endpoint(std::move(profile), options.endpoint));
  }

  VerifyRecorder::Options recorder_options;
  recorder_options.hosts = hosts;
  if (options.map_style.empty())
    options.map_style = !embed && profile.style == model::Profile::Style::path ? "path" : "host";
  recorder_options.style = options.map_style == "path" ? recorder::MapStyle::path : recorder::MapStyle::host;
  BLOBGAUGE_TRY(const auto recorder, VerifyRecorder::create(std::move(recorder_options), profile, shared));

  options.verify.cap = std::chrono::seconds(options.time_limit);
  Progress progress("verify");
  BLOBGAUGE_TRY(const auto verified,
                clients::verify(options.verify, profile, *shared, *recorder,
                                [&](const model::ScenarioResult& last, std::size_t done, std::size_t total) {
                                  progress.update(done, total, last.id);
                                }));
  BLOBGAUGE_CHECK(model::save_results(verified.results, options.output));
  if (!verified.hung.empty())
    return model::fail(
        Category::timeout,
        fmt::format("{} met the time limit{}", verified.hung.front(),
                    verified.hung.size() == 1 ? std::string{}
                                              : fmt::format(", and {} more scenarios", verified.hung.size() - 1)),
        "the results say in which exchange");
  const bool all = std::ranges::all_of(verified.results.scenarios,
                                       [](const auto& scenario) { return scenario.verdict == model::Verdict::pass; });
  return all ? 0 : 1;
}

const Command verify{
    "verify",
    {"blobgauge verify --clients rclone --client rclone=/usr/bin/rclone -o results.json",
     "blobgauge verify --endpoint http://127.0.0.1:10000/devstoreaccount1 --traces traces -o results.json",
     "blobgauge verify --select 'azcopy/copy-blob*' | blobgauge report summary -"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      options->verify.scenarios = specs_path("scenarios");
      options->verify.service = specs_path("scenarios/service/blob.yaml");
      app.add_option("--clients", options->clients, "which clients (azcopy,rclone)")->delimiter(',');
      app.add_option("--client", options->programs, "NAME=PATH of a client; else BLOBGAUGE_NAME, else NAME in PATH");
      app.add_option("--select", options->verify.select, "glob of scenario ids");
      app.add_option("--endpoint", options->endpoint, "URL with the account (default: an embedded reference endpoint)");
      app.add_option("--profile", options->profile,
                     "YAML file about the endpoint; its own URL unless --endpoint is given");
      app.add_option("--map-style", options->map_style,
                     "host: requests keep the client's host name and signature; path: the account goes into the path, "
                     "and shared keys sign anew")
          ->check(CLI::IsMember({"host", "path"}));
      app.add_option("--traces", options->verify.traces, "folder for one trace and one client log per scenario");
      app.add_option("--jobs", options->verify.parallel, "scenarios at a time")->check(CLI::Range(1U, 64U));
      app.add_option("--time-limit", options->time_limit, "seconds, at most, for each step");
      app.add_option("--scenarios", options->verify.scenarios, "folder of the clients' scenarios");
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::verify_command
