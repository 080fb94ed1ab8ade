#pragma once
// Runs one child process, the client that is recorded, as a shell would: in its own process group, in the foreground of
// the terminal if we are, with the signals that we get passed on.
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "model/error.h"

namespace blobgauge::recorder {

using Variables = std::vector<std::pair<std::string, std::string>>;

struct CommandOptions {
  std::vector<std::string> arguments;  // the first is looked up in PATH
  Variables set;                       // beside what we have ourselves
  std::vector<std::string> unset;
  std::string folder;                  // working folder; empty: ours
  std::chrono::milliseconds limit{0};  // then TERM, and KILL after `grace`; 0: none
  std::chrono::milliseconds grace{5'000};
};

struct CommandEnd {
  int exit_code = 0;  // 128 + signal where one ended it, as shells say it
  bool timed_out = false;
};

// Waits for the end of the child; its descendants may live on, except after the time limit. Category::usage where the
// command cannot be started. One call at a time in a process: signal handlers belong to the process.
model::Result<CommandEnd> run_command(const CommandOptions& options);

// Waits for SIGINT, SIGTERM or SIGHUP and gives its number; `poll` is asked several times a second whether to end
// without one (then 0).
int wait_for_signal(const std::function<bool()>& poll);

// Environment under which a client's requests go to the proxy at `url` and its TLS trusts `ca_file`. Overrides what is
// set; NO_PROXY keeps the user's entries, and adds the addresses from which virtual machines get their identity.
Variables proxy_variables(const std::string& url, const std::string& ca_file, const std::string& no_proxy);

// A file with the authorities that the system trusts, or the user's SSL_CERT_FILE, and `certificate_pem` at its end:
// most clients take one file and forget the system's. Removed with the object.
class TrustFile {
 public:
  static model::Result<TrustFile> create(const std::string& certificate_pem);
  TrustFile(TrustFile&& other) noexcept;
  TrustFile& operator=(TrustFile&&) = delete;
  ~TrustFile();
  const std::string& path() const { return path_; }

 private:
  explicit TrustFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace blobgauge::recorder
