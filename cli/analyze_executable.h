#pragma once
// `analyze go --binary`: what a Go executable can send, without its own source.
#include <string>

#include "analyzer/client_rules.h"
#include "analyzer/static_surface.h"
#include "model/catalogue.h"
#include "model/error.h"

namespace blobgauge::cli {

// The rules of a client's file, or of its name in specs/clients. Category::input where it is no client in Go.
model::Result<analyzer::ClientRules> rules_of(const std::string& client);

struct ExecutableQuestion {
  std::string file;
  std::string client;    // as rules_of takes it; empty: the one with a module of the executable, else all libraries
  std::string release;   // empty: the version of the client's module
  std::string facts;     // file that keeps the facts of the libraries; empty: none
  std::string executed;  // file with the entries of functions that ran; empty: no coverage is asked
  bool options = true;   // ask the machine code which options the program sets; false: operations alone
  analyzer::StaticOptions inference;
  bool cache = true;  // take kept facts of the libraries, and keep new ones
};

// Where the source of its libraries cannot be had, a line on standard error says why and the surface has operations
// alone. Category::input where the file is no Go executable that can be read, where it has none of the libraries that
// specs/clients knows, and where facts are to be kept that cannot be had.
struct ExecutableAnswer {
  analyzer::StaticResult result;
  std::string coverage;  // text for people, where it was asked
};

model::Result<ExecutableAnswer> read_executable(const ExecutableQuestion& question, const model::Catalogue& catalogue);

}  // namespace blobgauge::cli
