#pragma once
// Where the data of specs/ is: $BLOBGAUGE_SPECS, else specs/ of the working folder, else specs/ beside or above the
// program (a build tree, an unpacked archive).
#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace blobgauge::cli {

// The path of specs/NAME ("catalogue"); "specs/NAME" where there is none, so that the message names what was looked
// for.
std::string specs_path(std::string_view name);

// `--catalogue DIR`, with specs/catalogue as its default.
void catalogue_option(CLI::App& app, std::string& folder);

}  // namespace blobgauge::cli
