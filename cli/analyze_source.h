#pragma once
// `analyze go --dir` and `--module`: what a Go program whose source is at hand can send.
#include <string>
#include <vector>

#include "analyzer/static_surface.h"
#include "model/catalogue.h"
#include "model/error.h"

namespace blobgauge::cli {

struct SourceQuestion {
  std::string module;  // PATH@VERSION, or
  std::string dir;     // a checkout
  std::string client;  // as rules_of takes it; empty: the one with this module
  std::string facts;   // file that keeps the facts; empty: none
  // GOOS/GOARCH to read the source for; of several the surfaces are merged, with marks of what only some have.
  std::vector<std::string> platforms = {"linux/amd64"};
  analyzer::StaticOptions inference;
  bool cache = true;  // take kept facts of what was read before, and keep new ones
};

model::Result<analyzer::StaticResult> read_source(const SourceQuestion& question, const model::Catalogue& catalogue);

}  // namespace blobgauge::cli
