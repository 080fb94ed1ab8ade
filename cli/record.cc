// blobgauge record: a client on the wire -> trace.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "cli/command.h"
#include "cli/pseudonym_key.h"
#include "cli/specs.h"
#include "model/file.h"
#include "model/text.h"
#include "recorder/admission.h"
#include "recorder/client_environment.h"
#include "recorder/command.h"
#include "recorder/proxy.h"
#include "recorder/trace_sink.h"

namespace blobgauge::cli::record_command {
namespace {

using model::Category;
using model::fail;

struct Options {
  std::string listen = "127.0.0.1:0", mode = "forward", target, map_style = "host", hash = "sha256", output, catalogue,
              authority;
  std::vector<std::string> maps, pass_through, allowed_hosts, command;
  bool map_addresses = true, propagate = false, insecure = false;
  std::string tls_cert, tls_key;
  PseudonymOptions pseudonyms;
  bool tls = false, rewrite_host = false;
  std::string resign_account, resign_key_file, ca_file, client, release;
  std::string upstream_proxy, perturb, when_full = "wait";
  std::uint64_t keep_body = 0, keep_total = 32 << 20, rotate_size = 0, rotate_time = 0, limit = 0, idle = 300;
};

model::Status read_listen(const std::string& text, recorder::Proxy::Options& into) {
  const auto colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : model::parse_number(text.substr(colon + 1));
  if (!port || *port > 65535 || colon == 0)
    return fail(Category::usage, fmt::format("--listen: not an address and a port: '{}'", text),
                "give it as 127.0.0.1:8080; port 0 takes a free one");
  into.address = text.substr(0, colon);
  if (into.address.starts_with('[') && into.address.ends_with(']'))
    into.address = into.address.substr(1, into.address.size() - 2);
  into.port = static_cast<std::uint16_t>(*port);
  return {};
}

model::Status read_key(const Options& options, recorder::Proxy::Options& into) {
  if (options.resign_account.empty() != options.resign_key_file.empty())
    return fail(Category::usage, "--resign-account and --resign-key-file belong together");
  if (options.resign_account.empty()) return {};
  if (options.maps.empty())
    return fail(Category::usage, "--resign-account signs mapped requests only", "add --map HOSTGLOB=URL");
  BLOBGAUGE_TRY(const auto text, model::read_file(options.resign_key_file));
  auto key = wire::AccountKey::parse(model::trim(text.substr(0, text.find('\n'))));
  if (!key) return fail(Category::input, key.error().message, key.error().next, {options.resign_key_file, 1, 0});
  into.resign = wire::Credential{options.resign_account, std::move(*key)};
  return {};
}

// Its password may not stand in an argument, which every user of the machine can read.
model::Status read_upstream(const Options& options, recorder::Proxy::Options& into) {
  std::string address = options.upstream_proxy;
  if (address.empty()) return {};
  if (address.starts_with("env:")) {
    const char* value = std::getenv(address.c_str() + 4);
    if (!value || !*value)
      return fail(Category::usage, fmt::format("--upstream-proxy: {} is not set", address.substr(4)));
    address = value;
  } else if (address.starts_with("file:")) {
    BLOBGAUGE_TRY(const auto text, model::read_file(address.substr(5)));
    address = model::trim(text.substr(0, text.find_first_of("\r\n")));
  } else if (address.find('@') != std::string::npos) {
    return fail(Category::usage, "--upstream-proxy: a password does not belong into an argument",
                "name the variable or the file that has the URL: env:HTTPS_PROXY, file:PATH");
  }
  const auto user = recorder::UserEnvironment::current();
  BLOBGAUGE_TRY(into.upstream, recorder::UpstreamProxy::parse(address, user.no_proxy));
  return {};
}

std::string authority_folder(const Options& options) {
  return options.authority.empty() ? wire::CertificateAuthority::default_folder() : options.authority;
}

// Of a reverse proxy's listener: the user's certificate, or one of the local authority for the name that a client asks
// for.
model::Status read_tls(const Options& options, recorder::Proxy::Options& into) {
  if (options.tls_cert.empty() != options.tls_key.empty())
    return fail(Category::usage, "--tls-cert and --tls-key belong together");
  if (!options.tls && options.tls_cert.empty()) return {};
  if (into.mode == recorder::Mode::forward)
    return fail(Category::usage, "--tls is for --mode reverse", "clients meet a forward proxy over plain HTTP");
  if (!options.tls_cert.empty()) {
    BLOBGAUGE_TRY(const auto identity, wire::load_identity(options.tls_cert, options.tls_key));
    BLOBGAUGE_TRY(into.tls, wire::TlsServer::create(identity));
    return {};
  }
  BLOBGAUGE_TRY(const auto authority, wire::CertificateAuthority::open(authority_folder(options)));
  wire::TlsServerOptions settings;
  settings.pick = [authority](std::string_view name) { return authority->leaf(name); };
  BLOBGAUGE_TRY(into.tls, wire::TlsServer::create(settings));
  return {};
}

model::Result<recorder::Proxy::Options> proxy_options(const Options& options) {
  const auto not_yet = [](const char* option) {
    return fail(Category::usage, fmt::format("{} is not there yet", option), "the README lists what this version does");
  };
  if (!options.perturb.empty()) return not_yet("--perturb");
  recorder::Proxy::Options out;
  BLOBGAUGE_CHECK(read_listen(options.listen, out));
  out.mode = options.mode == "reverse" ? recorder::Mode::reverse : recorder::Mode::forward;
  if (!options.target.empty()) {
    if (out.mode == recorder::Mode::forward)
      return fail(Category::usage, "--target is for --mode reverse", "in forward mode use --map HOSTGLOB=URL");
    BLOBGAUGE_TRY(out.target, model::parse_url(options.target));
  }
  if (options.rewrite_host && out.mode == recorder::Mode::forward)
    return fail(Category::usage, "--rewrite-host is for --mode reverse", "in forward mode use --map-style path");
  out.rewrite_host = options.rewrite_host;
  BLOBGAUGE_CHECK(read_tls(options, out));
  std::vector<recorder::MapRule> rules;
  for (const auto& text : options.maps) {
    BLOBGAUGE_TRY(auto rule, recorder::MapRule::parse(text));
    rules.push_back(std::move(rule));
  }
  const bool path = options.map_style == "path";
  out.mapping = recorder::Mapping(std::move(rules), path ? recorder::MapStyle::path : recorder::MapStyle::host);
  out.map_addresses = options.map_addresses;
  BLOBGAUGE_CHECK(read_key(options, out));
  BLOBGAUGE_TRY(auto catalogue, model::Catalogue::load(options.catalogue));
  out.catalogue = std::make_shared<const model::Catalogue>(std::move(catalogue));
  BLOBGAUGE_TRY(out.pseudonyms, make_pseudonyms(options.pseudonyms, *out.catalogue));
  if (out.mode == recorder::Mode::forward) {
    BLOBGAUGE_TRY(out.authority, wire::CertificateAuthority::open(authority_folder(options)));
  }
  out.pass_through = options.pass_through;
  out.allowed_hosts = options.allowed_hosts;
  BLOBGAUGE_CHECK(read_upstream(options, out));
  out.upstream_ca_file = options.ca_file;
  out.upstream_verify = !options.insecure;
  out.hashes = options.hash == "none"  ? recorder::Hashes::none
               : options.hash == "all" ? recorder::Hashes::all
                                       : recorder::Hashes::sha256;
  out.keep_body = options.keep_body;
  out.keep_total = options.keep_total;
  out.queue.drop = options.when_full == "drop";
  out.idle_limit = std::chrono::seconds(options.idle);
  return out;
}

std::string named(const std::vector<std::string>& hosts) {
  std::string out;
  for (const auto& host : hosts) out += (out.empty() ? "" : ", ") + host;
  return out;
}

// Why a client's requests did not come, from what did.
model::Status nothing_recorded(const recorder::Proxy::Counts& counts, const std::vector<std::string>& refused_hosts) {
  if (counts.handshakes_failed > 0)
    return fail(Category::usage,
                fmt::format("nothing recorded: {} TLS handshakes failed, the client does not trust the local authority",
                            counts.handshakes_failed),
                "run 'blobgauge ca trust-help'");
  if (counts.forbidden > 0)
    return fail(Category::usage,
                fmt::format("no request was forwarded: those for {} were refused", named(refused_hosts)),
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
    notes.push_back(fmt::format("{} requests were refused for their host: {}", counts.forbidden, named(refused_hosts)));
  if (counts.handshakes_failed > 0) notes.push_back(fmt::format("{} TLS handshakes failed", counts.handshakes_failed));
  return notes;
}

// True where an upstream may be somebody's real account, and not a server on this machine.
bool goes_far(const recorder::Proxy::Options& settings) {
  if (settings.mode == recorder::Mode::reverse) return !recorder::is_loopback(settings.target.host);
  const auto& rules = settings.mapping.rules();
  const auto stays = [](const recorder::MapRule& rule) { return recorder::is_loopback(rule.target.host); };
  return rules.empty() || !std::all_of(rules.begin(), rules.end(), stays);
}

void announce(const Options& options, const recorder::Proxy::Options& settings) {
  if (!recorder::is_loopback(settings.address))
    fmt::print(stderr,
               "blobgauge: warning: {} is not loopback; whoever reaches it can use this proxy, for the hosts that it "
               "serves\n",
               options.listen);
  if (goes_far(settings))
    fmt::print(stderr,
               "blobgauge: the trace will hold request lines and headers with account, container and blob names{}, and "
               "{}; signatures, tokens and keys are masked\n",
               settings.pseudonyms ? " as pseudonyms" : "",
               settings.keep_body == 0 ? std::string("XML and error documents, no other content")
                                       : fmt::format("{} bytes of every body", settings.keep_body));
}

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
  announce(options, settings);
  BLOBGAUGE_TRY(const auto proxy, recorder::Proxy::start(std::move(settings), sink));
  recorder::CommandEnd end;
  end.exit_code = -1;
  model::Result<recorder::CommandEnd> ran = end;
  if (options.command.empty()) {
    fmt::print(stderr, "recording on {}, interrupt to finish\n", proxy->url());
    recorder::wait_for_signal([&] { return proxy->counts().sink_failed; });
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
               counts.forbidden, named(proxy->refused_hosts()));
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
      app.add_option("--listen", options->listen, "address and port; port 0 takes a free one")->capture_default_str();
      app.add_option("--mode", options->mode, "forward: HTTP(S)_PROXY points here; reverse: everything to --target")
          ->check(CLI::IsMember({"forward", "reverse"}))
          ->capture_default_str();
      app.add_option("--target", options->target, "URL of the endpoint, in reverse mode");
      app.add_flag("--rewrite-host", options->rewrite_host, "in reverse mode: the Host field becomes the target's");
      app.add_flag("--tls", options->tls, "in reverse mode: listen for TLS, under the local authority");
      app.add_option("--tls-cert", options->tls_cert, "certificate chain (PEM) to show in its place");
      app.add_option("--tls-key", options->tls_key, "its private key");
      app.add_option("--map", options->maps, "HOSTGLOB=URL: where requests for such hosts go; the first that fits")
          ->allow_extra_args(false);  // or it would take the "--" in front of COMMAND for its own
      app.add_option("--map-style", options->map_style,
                     "host: the Host field stays, and so do signatures; path: the account goes into the path")
          ->check(CLI::IsMember({"host", "path"}))
          ->capture_default_str();
      app.add_flag("--map-copy-source,!--no-map-copy-source", options->map_addresses,
                   "map hosts inside headers too, such as the source of a server-side copy (on with --map)");
      app.add_option("--resign-account", options->resign_account, "account to sign mapped SharedKey requests for");
      app.add_option("--resign-key-file", options->resign_key_file, "file with its key, base64");
      app.add_option("--allow-host", options->allowed_hosts,
                     "hosts (globs) that are served beside the mapped ones and Azure's storage and login hosts")
          ->allow_extra_args(false);
      app.add_option("--pass-through", options->pass_through,
                     "hosts (globs) whose TLS is not looked into, beside Azure's login hosts")
          ->allow_extra_args(false);
      app.add_option("--ca-file", options->ca_file, "authorities that the endpoint's certificate is checked with");
      app.add_flag("--insecure", options->insecure, "do not check the endpoint's certificate");
      app.add_option("--authority", options->authority, "folder of the local authority");
      app.add_option("--hash", options->hash, "over every body: SHA-256, or nothing, or MD5 and Azure's CRC64 too")
          ->check(CLI::IsMember({"none", "sha256", "all"}))
          ->capture_default_str();
      app.add_option("--keep-body", options->keep_body,
                     "keep up to so many bytes of every body (default: documents only)");
      app.add_option("--keep-total", options->keep_total,
                     "bytes that are kept of all bodies under way together (32MiB); beyond it they are cut and marked")
          ->transform(CLI::AsSizeValue(false));
      app.add_option("--when-full", options->when_full,
                     "when exchanges come faster than the trace can be written: wait (10 s at most) or drop and count")
          ->check(CLI::IsMember({"wait", "drop"}))
          ->capture_default_str();
      options->pseudonyms.define(app);
      app.add_option("--rotate-size", options->rotate_size,
                     "begin another trace after so many bytes (100MiB): run-00001.trace, run-00002.trace...")
          ->transform(CLI::AsSizeValue(false));
      app.add_option("--rotate-time", options->rotate_time, "begin another trace after so many seconds");
      app.add_option("--limit", options->limit, "seconds that the command may run; 0: no limit")->capture_default_str();
      app.add_option("--idle", options->idle, "seconds of silence after which a server is given up")
          ->capture_default_str();
      app.add_flag("--propagate", options->propagate, "exit with the command's exit code");
      app.add_option("--client", options->client, "name of the client, for the trace");
      app.add_option("--release", options->release, "its release");
      app.add_option(
          "--upstream-proxy", options->upstream_proxy,
          "http proxy between us and the servers: URL, or env:NAME or file:PATH that has it; NO_PROXY counts");
      app.add_option("--perturb", options->perturb, "not there yet: refused");
      catalogue_option(app, options->catalogue);
      app.add_option("-o,--output", options->output, "trace to write; .zst compresses")->required();
      app.add_option("COMMAND", options->command, "after --: the client to run, with the proxy in its environment");
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::record_command
