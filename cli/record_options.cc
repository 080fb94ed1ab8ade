#include "cli/record_options.h"

#include <fmt/format.h>

#include <cstdlib>

#include "cli/specs.h"
#include "model/file.h"
#include "model/text.h"
#include "recorder/client_environment.h"

namespace blobgauge::cli::record_command {

using model::Category;
using model::fail;

namespace {

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
      return fail(Category::usage, "--upstream-proxy: no environment variable of this name is set");
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

}  // namespace

void Options::define(CLI::App& app) {
  app.add_option("--listen", listen, "address and port; port 0 takes a free one")->capture_default_str();
  app.add_option("--mode", mode, "forward: HTTP(S)_PROXY points here; reverse: everything to --target")
      ->check(CLI::IsMember({"forward", "reverse"}))
      ->capture_default_str();
  app.add_option("--target", target, "URL of the endpoint, in reverse mode");
  app.add_flag("--rewrite-host", rewrite_host, "in reverse mode: the Host field becomes the target's");
  app.add_flag("--tls", tls, "in reverse mode: listen for TLS, under the local authority");
  app.add_option("--tls-cert", tls_cert, "certificate chain (PEM) to show in its place");
  app.add_option("--tls-key", tls_key, "its private key");
  app.add_option("--map", maps, "HOSTGLOB=URL: where requests for such hosts go; the first that fits")
      ->allow_extra_args(false);  // or it would take the "--" in front of COMMAND for its own
  app.add_option("--map-style", map_style,
                 "host: the Host field stays, and so do signatures; path: the account goes into the path")
      ->check(CLI::IsMember({"host", "path"}))
      ->capture_default_str();
  app.add_flag("--map-copy-source,!--no-map-copy-source", map_addresses,
               "map hosts inside headers too, such as the source of a server-side copy (on with --map)");
  app.add_option("--resign-account", resign_account, "account to sign mapped SharedKey requests for");
  app.add_option("--resign-key-file", resign_key_file, "file with its key, base64");
  app.add_option("--allow-host", allowed_hosts,
                 "hosts (globs) that are served beside the mapped ones and Azure's storage and login hosts")
      ->allow_extra_args(false);
  app.add_option("--pass-through", pass_through,
                 "hosts (globs) whose TLS is not looked into, beside Azure's login hosts")
      ->allow_extra_args(false);
  app.add_option("--ca-file", ca_file, "authorities that the endpoint's certificate is checked with");
  app.add_flag("--insecure", insecure, "do not check the endpoint's certificate");
  app.add_option("--authority", authority, "folder of the local authority");
  app.add_option("--hash", hash, "over every body: SHA-256, or nothing, or MD5 and Azure's CRC64 too")
      ->check(CLI::IsMember({"none", "sha256", "all"}))
      ->capture_default_str();
  app.add_option("--keep-body", keep_body, "keep up to so many bytes of every body (default: documents only)");
  app.add_option("--keep-total", keep_total,
                 "bytes that are kept of all bodies under way together (32MiB); beyond it they are cut and marked")
      ->transform(CLI::AsSizeValue(false));
  app.add_option("--when-full", when_full,
                 "when exchanges come faster than the trace can be written: wait (10 s at most) or drop and count")
      ->check(CLI::IsMember({"wait", "drop"}))
      ->capture_default_str();
  pseudonyms.define(app);
  app.add_option("--rotate-size", rotate_size,
                 "begin another trace after so many bytes (100MiB): run-00001.trace, run-00002.trace...")
      ->transform(CLI::AsSizeValue(false));
  app.add_option("--rotate-time", rotate_time, "begin another trace after so many seconds");
  app.add_option("--limit", limit, "seconds that the command may run; 0: no limit")->capture_default_str();
  app.add_option("--idle", idle, "seconds of silence after which a server is given up")->capture_default_str();
  app.add_flag("--propagate", propagate, "exit with the command's exit code");
  app.add_option("--client", client, "name of the client, for the trace");
  app.add_option("--release", release, "its release");
  app.add_option("--upstream-proxy", upstream_proxy,
                 "http proxy between us and the servers: URL, or env:NAME or file:PATH that has it; NO_PROXY counts");
  app.add_option("--perturb", perturb, "not there yet: refused");
  catalogue_option(app, catalogue);
  app.add_option("-o,--output", output, "trace to write; .zst compresses")->required();
  app.add_option("COMMAND", command, "after --: the client to run, with the proxy in its environment");
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

}  // namespace blobgauge::cli::record_command
