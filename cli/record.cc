// blobgauge record: a client on the wire -> trace.
#include <fmt/format.h>

#include <cstdio>

#include "cli/command.h"
#include "cli/record_messages.h"
#include "cli/record_options.h"
#include "recorder/client_environment.h"
#include "recorder/command.h"
#include "recorder/proxy.h"
#include "recorder/trace_sink.h"

namespace blobgauge::cli::record_command {
namespace {

using model::Category;
using model::fail;

model::Result<recorder::CommandEnd> run_client(const Options& options, const recorder::Proxy& proxy,
                                               const std::string& certificate,
                                               const std::vector<std::string>& identity_services) {
  const auto user = recorder::UserEnvironment::current();
  BLOBGAUGE_TRY(const auto trust, recorder::TrustFiles::create(certificate, user));
  BLOBGAUGE_TRY(const auto url, model::parse_url(proxy.url()));
  recorder::CommandOptions child;
  child.arguments = options.command;
  child.limit = std::chrono::seconds(options.limit);
  child.set = recorder::client_environment(url, trust, user, identity_services);
  return recorder::run_command(child);
}

model::Result<int> run(const Options& options) {
  if (options.propagate && options.command.empty())
    return fail(Category::usage, "--propagate needs a command", "add -- COMMAND ...");
  if (!options.command.empty() && options.mode == "reverse")
    return fail(Category::usage, "a command is recorded in forward mode",
                "leave --mode out, or start the recorder alone and give the client its address");
  if (options.output == "-" && (options.rotate_size > 0 || options.rotate_time > 0))
    return fail(Category::usage, "standard output has no parts", "give --rotate-size and --rotate-time a file with -o");
  BLOBGAUGE_TRY(auto settings, proxy_options(options));
  const auto authority = settings.authority;
  const auto catalogue = settings.catalogue;
  model::TraceHead head;
  head.tool = "blobgauge " BLOBGAUGE_VERSION;
  head.client = options.client;
  head.release = options.release;
  head.command = options.command;
  const auto open = [head, redaction = model::Redaction(*catalogue).with(settings.pseudonyms)](
                        const std::string& path) { return model::create_trace(path, head, redaction); };
  const recorder::TraceSink::Rotation rotation{options.rotate_size, std::chrono::seconds(options.rotate_time)};
  BLOBGAUGE_TRY(const auto sink, recorder::TraceSink::create(options.output, rotation, open));
  fmt::print(stderr, "{}", announcement(settings, options.listen));
  BLOBGAUGE_TRY(const auto proxy, recorder::Proxy::start(std::move(settings), sink));
  recorder::CommandEnd end;
  end.exit_code = -1;
  model::Result<recorder::CommandEnd> ran = end;
  if (options.command.empty()) {
    recorder::wait_for_signal([&] { fmt::print(stderr, "recording on {}, interrupt to finish\n", proxy->url()); },
                              [&] { return proxy->counts().sink_failed; });
  } else {
    ran = run_client(options, *proxy, authority->certificate_pem(), catalogue->network("identity-services"));
  }
  const auto recorded = proxy->stop();
  const auto counts = proxy->counts();
  if (!recorded) return tl::make_unexpected(recorded.error());
  if (!ran) return tl::make_unexpected(ran.error());
  BLOBGAUGE_CHECK(sink->finish(ran->exit_code, counts.dropped, notes_of(counts, proxy->refused_hosts())));
  if (counts.dropped > 0)
    fmt::print(
        stderr,
        "blobgauge: {} exchanges are not in the trace, which could not be written fast enough; marks say where\n",
        counts.dropped);
  if (ran->timed_out)
    return fail(Category::timeout,
                fmt::format("'{}' ran longer than {} s and was ended", options.command[0], options.limit),
                fmt::format("the trace has its {} exchanges", counts.exchanges));
  if (counts.exchanges == counts.refused) {
    BLOBGAUGE_CHECK(nothing_recorded(counts, proxy->refused_hosts()));
  }
  if (counts.unanswered == counts.exchanges)
    return fail(Category::endpoint, fmt::format("none of {} requests got an answer from the server", counts.exchanges),
                fmt::format("run 'blobgauge trace cat {}' for the reasons", options.output));
  if (counts.forbidden > 0)
    fmt::print(stderr, "blobgauge: {} requests were refused, for {}; --allow-host GLOB serves more hosts\n",
               counts.forbidden, host_list(proxy->refused_hosts()));
  fmt::print(stderr, "{} exchanges on {} connections{}\n", counts.exchanges, counts.connections,
             ran->exit_code > 0 ? fmt::format(", the client exited with {}", ran->exit_code) : "");
  return options.propagate ? ran->exit_code : 0;
}

const Command command{
    "record",
    {"blobgauge record -o run.trace.zst -- azcopy list https://acct.blob.core.windows.net/c",
     "blobgauge record --map '*.blob.core.windows.net=http://127.0.0.1:10000' -o run.trace -- rclone lsf azure:c",
     "blobgauge record --mode reverse --target http://127.0.0.1:10000 --listen 127.0.0.1:9000 -o run.trace",
     "blobgauge record --mode reverse --target https://gateway.test --tls --listen 127.0.0.1:9443 -o run.trace"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      options->define(app);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::record_command
