#pragma once
// The files of a scenario: generated from a seed, so that every run has the same bytes, and compared byte for byte.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "clients/scenario.h"
#include "model/error.h"

namespace blobgauge::clients {

// Bytes that depend on the seed alone and do not compress.
std::string generated(std::string_view seed, std::uint64_t size);

// Makes the files in `folder`, dated long ago so that a sync by time sees them as older than what it has just written.
model::Status make_files(const std::string& folder, const std::vector<FileSet>& sets, std::string_view seed);

// A file below a folder.
struct FileEntry {
  std::string name;  // relative, with '/'; a single file's own name
  std::string path;
};
// Every regular file below `path`, by name; of a file, itself. Empty where there is nothing.
std::vector<FileEntry> files_below(const std::string& path);

// Base64 of the MD5 of the bytes, as the service writes it.
std::string md5_base64(std::string_view bytes);

// Name -> bytes; of a folder, or of a container.
using Contents = std::map<std::string, std::string>;
model::Result<Contents> read_folder(const std::string& path);

// What is different, for people: "sub/a.bin is missing", "b.bin: byte 17 of 1000 differs"; empty where nothing is.
// `name` is set to the first entry concerned.
std::string difference(const Contents& expected, const Contents& actual, std::string& name);

}  // namespace blobgauge::clients
