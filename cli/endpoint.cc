// blobgauge endpoint: the reference endpoint, until it is interrupted.
#include "cli/command.h"
#include "cli/specs.h"
#include "endpoint/fault_reader.h"
#include "endpoint/server.h"
#include "model/text.h"

namespace blobgauge::cli::endpoint_command {
namespace {

struct Options {
  std::string listen = "127.0.0.1:10000";
  std::vector<std::string> aliases;
  std::vector<std::string> accounts;
  std::vector<std::string> tokens;
  std::vector<std::string> without;
  std::string spill;
  std::uint64_t memory = endpoint::SpillOptions{}.memory >> 20;
  std::vector<std::string> faults;
  std::string fault_file = specs_path("faults.yaml");
};

model::Status read_listen(const std::string& text, endpoint::ServerOptions& into) {
  const auto colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : model::parse_number(text.substr(colon + 1));
  if (!port || *port > 65535 || colon == 0)
    return model::fail(model::Category::usage, "--listen: not an address and a port: '" + text + "'",
                       "give it as 127.0.0.1:10000; port 0 takes a free one");
  into.address = text.substr(0, colon);
  if (into.address.starts_with('[') && into.address.ends_with(']'))
    into.address = into.address.substr(1, into.address.size() - 2);
  into.port = static_cast<std::uint16_t>(*port);
  return {};
}

// Keys come from the environment: an argument would be seen by everyone on the machine.
model::Status read_account(const std::string& text, endpoint::ServerOptions& into) {
  const auto mark = text.find('=');
  const char* key = mark == std::string::npos ? nullptr : std::getenv(text.c_str() + mark + 1);
  if (!key || mark == 0)
    return model::fail(model::Category::usage, "--account: no key for '" + text.substr(0, mark) + "'",
                       "give it as NAME=VARIABLE, with the key in that environment variable");
  into.accounts.emplace(text.substr(0, mark), key);
  return {};
}

model::Status read_token(const std::string& variable, endpoint::ServerOptions& into) {
  const char* token = std::getenv(variable.c_str());
  if (!token || !*token)
    // Not repeated: it may be the token itself.
    return model::fail(model::Category::usage, "--token: no environment variable of this name is set",
                       "give the name of the variable that holds the token");
  into.tokens.emplace_back(token);
  return {};
}

model::Result<int> run(const Options& options) {
  endpoint::ServerOptions given;
  if (!options.faults.empty()) {
    BLOBGAUGE_TRY(const auto all, endpoint::load_faults(options.fault_file));
    BLOBGAUGE_TRY(given.faults, endpoint::pick_faults(all, options.faults));
  }
  BLOBGAUGE_CHECK(read_listen(options.listen, given));
  for (const auto& account : options.accounts) BLOBGAUGE_CHECK(read_account(account, given));
  for (const auto& variable : options.tokens) BLOBGAUGE_CHECK(read_token(variable, given));
  given.without = options.without;
  given.aliases = options.aliases;
  given.spill.directory = options.spill;
  given.spill.memory = options.memory << 20;
  wire::Runtime runtime;
  BLOBGAUGE_TRY(const auto endpoint, endpoint::Endpoint::start(runtime, std::move(given)));
  auto interrupted = runtime.interrupted();
  // Whoever started us waits for this line.
  std::cout << endpoint->url() << std::endl;
  runtime.run(std::move(interrupted));
  runtime.run(endpoint->stop());
  return 0;
}

const Command command{
    "endpoint",
    {"blobgauge endpoint", "blobgauge endpoint --listen 127.0.0.1:0 --alias 'devstoreaccount1.blob.core.windows.net'",
     "blobgauge endpoint --fault get-range-ignored"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("--listen", options->listen, "address and port; port 0 takes a free one")->capture_default_str();
      app.add_option("--alias", options->aliases,
                     "host name (glob) that is this endpoint: copy sources there are read without a connection");
      app.add_option("--account", options->accounts,
                     "NAME=VARIABLE: an account and the environment variable with its key; more than once for more; "
                     "default: devstoreaccount1 with the emulator's public key");
      app.add_option("--token", options->tokens,
                     "environment variable with a bearer token that is accepted, with every right; more than once for "
                     "more");
      app.add_option(
          "--without", options->without,
          "operation (glob) that is refused with 501, but for bearers of a --token; more than once for more");
      app.add_option("--spill", options->spill, "directory for content that does not fit the memory ($TMPDIR or /tmp)");
      app.add_option("--memory", options->memory, "MiB of content kept in memory")->capture_default_str();
      app.add_option("--fault", options->faults,
                     "wrong behaviour to show, by its name in the file of --faults; more than once for more");
      app.add_option("--faults", options->fault_file, "file of wrong behaviours (default: specs/faults.yaml)");
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::endpoint_command
