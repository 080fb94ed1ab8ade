#pragma once
// A checkout of a Go module, by its content.
#include <string>

#include "model/error.h"

namespace blobgauge::analyzer {

// A digest of all that the Go command would read of the module whose go.mod is in `folder`: names and contents of its
// Go files, go.mod, go.sum and vendor/modules.txt. The same for two copies of one tree. Empty where more than that is
// read and so nobody knows: without a go.mod there, and where a `replace` leads outside of the folder or to where no Go
// files are looked for (names with a leading dot, testdata, node_modules). Category::input where a file cannot be read.
model::Result<std::string> digest_of_checkout(const std::string& folder);

}  // namespace blobgauge::analyzer
