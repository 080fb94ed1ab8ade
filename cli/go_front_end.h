#pragma once
// The part of the analyser that is a Go program: run on a configuration, it writes facts.
#include <string>

#include "analyzer/facts.h"
#include "model/error.h"

namespace blobgauge::cli {

// Facts of what `configuration` (docs/formats/facts.md) describes; `keep` is a file for them, or empty. On a terminal
// the front end says on standard error what it does.
model::Result<analyzer::Facts> run_go_front_end(const std::string& configuration, const std::string& keep);

// How kept facts are found again.
struct KeptBy {
  std::string question;           // the configuration, or what of it does not depend on where a checkout is
  std::string content;            // digest of the checkout; empty: the configuration pins all versions
  bool standard_library = false;  // what is read of it counts: facts of another Go are not taken
};

// The same for what does not change: facts are kept in $XDG_CACHE_HOME/blobgauge (or ~/.cache/blobgauge;
// analyzer/facts_cache.h) and are taken from there the next time, without the Go command and without a network.
model::Result<analyzer::Facts> run_go_front_end_once(const std::string& configuration, const std::string& keep,
                                                     const KeptBy& kept);

}  // namespace blobgauge::cli
