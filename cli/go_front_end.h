#pragma once
// The part of the analyser that is a Go program: run on a configuration, it writes facts.
#include <string>

#include "analyzer/facts.h"
#include "model/error.h"

namespace blobgauge::cli {

// Facts of what `configuration` (docs/formats/facts.md) describes; `keep` is a file for them, or empty. On a terminal
// the front end says on standard error what it does.
model::Result<analyzer::Facts> run_go_front_end(const std::string& configuration, const std::string& keep);

// The same for what never changes: libraries in exact versions. The facts are kept in $XDG_CACHE_HOME/blobgauge (or
// ~/.cache/blobgauge), by the configuration and the front end that read it, and are taken from there the next time,
// without the Go command and without a network. A cache that cannot be written or read is none.
// `content` tells what is read from what it was, where the configuration does not: a checkout's digest.
model::Result<analyzer::Facts> run_go_front_end_once(const std::string& configuration, const std::string& keep,
                                                     const std::string& content = {});

// A digest of all that the Go command would read of a checkout: names and contents of its Go files, go.mod, go.sum and
// what is under vendor/. Empty where the checkout also reads folders beside it (a `replace` by a path): then nobody
// knows.
model::Result<std::string> digest_of_checkout(const std::string& folder);

}  // namespace blobgauge::cli
