#pragma once
// Files read whole, and written whole or not at all: a reader never meets half a surface, and a full disk leaves the
// old file as it was. "-" is standard input or output.
#include <string>
#include <string_view>

#include "model/error.h"

namespace blobgauge::model {

// Category::input where it cannot be read; a folder is refused.
Result<std::string> read_file(const std::string& path);

// Category::output where it cannot be written.
Status write_file(const std::string& path, std::string_view text);

// Keeps a secret that is made once: the file is its owner's only (0600) and appears whole. Where there is one already,
// somebody else's call was quicker and theirs stays: read it afterwards. The folder is made. Category::output.
Status keep_secret(const std::string& path, std::string_view text);

// The same as write_file in pieces. The bytes go to "PATH.part-PID" beside the file and take its name in `finish`;
// without `finish` they are removed. Devices, pipes and standard output have no name to take over and are written
// directly.
class OutputFile {
 public:
  static Result<OutputFile> create(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  Status write(std::string_view text);
  Status finish();

 private:
  OutputFile() = default;
  Status flush();
  std::string name_;    // as the user gave it, for messages
  std::string target_;  // the name to take over, symbolic links followed; empty where written directly
  std::string part_;    // what is being written
  std::string buffer_;
  int descriptor_ = -1;
};

}  // namespace blobgauge::model
