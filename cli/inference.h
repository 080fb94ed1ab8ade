#pragma once
// What `analyze go` and `analyze clang` share once a client was read: what the inference is asked, and how an
// explanation is written.
#include <string>
#include <vector>

#include "analyzer/static_surface.h"
#include "model/catalogue.h"
#include "model/error.h"

namespace blobgauge::cli {

// `explain`: none, an operation, or an operation and a header. Category::usage for an operation that is not in the
// catalogue.
model::Result<analyzer::StaticOptions> inference_options(const std::string& release, const std::string& revision,
                                                         const std::vector<std::string>& explain,
                                                         const model::Catalogue& catalogue);

// Prints the explanation, where one was asked for. True: the surface is not to be printed behind it.
model::Result<bool> write_explanation(const analyzer::StaticOptions& asked, const analyzer::StaticResult& result,
                                      const std::string& output);

}  // namespace blobgauge::cli
