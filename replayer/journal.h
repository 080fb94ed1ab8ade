#pragma once
// What a run has finished, on disk case by case, so that killing it loses nothing but the cases that were under way.
// JSON lines beside the results: the first says which run it is, each other one is a finished case. A line that was
// being written when the end came is cut off when the run goes on. Bytes that were written outlive the process, not the
// machine: nothing is synchronised to the disk.
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/results.h"

namespace blobgauge::replayer {

class Journal {
 public:
  // A new one. Category::usage where the file exists: somebody's verdicts are in it.
  static model::Result<Journal> create(const std::string& path, std::string_view identity);
  // Goes on with the one that is there; `finished` gets its cases. A new one where there is none. Category::usage where
  // it is of another run, ::input where it is no journal.
  static model::Result<Journal> resume(const std::string& path, std::string_view identity,
                                       std::vector<model::CaseResult>& finished);
  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&&) = delete;
  ~Journal();  // the file stays

  // Category::output where it cannot be written.
  model::Status add(const model::CaseResult& result);
  // The results are safe elsewhere.
  void remove();

 private:
  Journal(std::string path, int descriptor);
  model::Status write(std::string_view line);
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace blobgauge::replayer
