#pragma once
// The key of pseudonyms: a file of the user's own, made once. Whoever has it can try names and see which one a
// pseudonym stands for, so it stays with the one who recorded.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "model/catalogue.h"
#include "model/error.h"
#include "model/pseudonyms.h"

namespace blobgauge::cli {

struct PseudonymOptions {
  bool wanted = false;
  std::string key_file;  // empty: the user's, in $XDG_DATA_HOME/blobgauge

  void define(CLI::App& app);
};

// Null where they are not wanted. Category::input for a key that is too short or that others may read.
model::Result<std::shared_ptr<const model::Pseudonyms>> make_pseudonyms(const PseudonymOptions& options,
                                                                        const model::Catalogue& catalogue);

}  // namespace blobgauge::cli
