#pragma once
// One line on standard error that says how far a long step is. Silent where standard error is no terminal, so that
// logs and pipes stay clean. Redrawn at most ten times a second; gone when the object is. Not thread-safe.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace blobgauge::cli {

class Progress {
 public:
  explicit Progress(std::string what);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  // `total` 0: not known. `detail` is what is being done now ("put-block/success").
  void update(std::uint64_t done, std::uint64_t total = 0, std::string_view detail = {});

 private:
  std::string what_;
  bool shown_ = false;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point started_, last_;
};

}  // namespace blobgauge::cli
