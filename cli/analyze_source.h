#pragma once
// `analyze go --dir` and `--module`: what a Go program whose source is at hand can send.
#include <string>

#include "analyzer/static_surface.h"
#include "model/catalogue.h"
#include "model/error.h"

namespace blobgauge::cli {

struct SourceQuestion {
  std::string module;  // PATH@VERSION, or
  std::string dir;     // a checkout
  std::string client;  // as rules_of takes it; empty: the one with this module
  std::string facts;   // file that keeps the facts; empty: none
  std::string platform = "linux/amd64";
  analyzer::StaticOptions inference;
};

// Facts of what was read before come from the cache: a version never changes, a checkout is known by its content.
model::Result<analyzer::StaticResult> read_source(const SourceQuestion& question, const model::Catalogue& catalogue);

}  // namespace blobgauge::cli
