#pragma once
// The build information that the Go linker puts into every program: the format of debug/buildinfo, both the one with
// pointers (to Go 1.17) and the one with inline strings.
#include "analyzer/gobinary/executable.h"
#include "analyzer/gobinary/image.h"

namespace blobgauge::analyzer::gobinary {

// Category::input where there is none. A program that was built outside of a module has a version and nothing else.
model::Result<BuildInfo> read_build_info(const Image& image);

// The lines that `go version -m` prints, without its indentation. Lines that are not understood are passed over.
void read_module_lines(std::string_view lines, BuildInfo& info);

// "go1.25.8" -> 25, "devel go1.27-abc" -> 27; 0: it has no such form.
int go_minor_of(std::string_view version);

}  // namespace blobgauge::analyzer::gobinary
