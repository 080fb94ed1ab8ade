#pragma once
// Every YAML file under specs/, read by the reader that it is meant for: what an editor or a person got wrong is found
// with its place before a command meets it.
#include <string>
#include <vector>

#include "model/error.h"
#include "model/surface.h"

namespace blobgauge::cli {

// All *.yaml of a folder, in name order; none where there is no such folder.
model::Result<std::vector<model::Surface>> load_surfaces(const std::string& folder);

// The errors of all files below `specs`, each with its place; a file that nobody reads is one too.
std::vector<model::Error> read_every_spec_file(const std::string& specs);

}  // namespace blobgauge::cli
