#pragma once
// What `blobgauge record` was asked to do, and the proxy that does it.
#include <cstdint>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/pseudonym_key.h"
#include "model/error.h"
#include "recorder/proxy.h"

namespace blobgauge::cli::record_command {

// The options of the command line, as they were typed.
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

  void define(CLI::App& app);
};

// Reads the files that the options name (keys, certificates, the catalogue), makes the local authority where there is
// none, and takes passwords from the environment. Category::usage where options contradict each other.
model::Result<recorder::Proxy::Options> proxy_options(const Options& options);

}  // namespace blobgauge::cli::record_command
