#pragma once
// A recording of whatever origin, told by its first bytes: a trace, a HAR, or a log of AzCopy (a zip of a job's folder
// too). For commands that take what somebody else sends.
#include <functional>
#include <string>
#include <vector>

#include "model/catalogue.h"
#include "model/trace.h"

namespace blobgauge::cli {

// Not thread-safe.
class AnyRecording {
 public:
  // "-" is standard input, of which nothing can be put back: a trace.
  static model::Result<AnyRecording> open(const std::string& path, const model::Catalogue& catalogue);

  const model::TraceHead& head() const { return head_; }
  // False at the end.
  model::Result<bool> next(model::Exchange& exchange) { return next_(exchange); }
  // What the recording says of its end, once `next` gave false.
  model::TraceEnd end() const { return end_(); }
  // Has nobody named its operations yet?
  bool imported() const { return imported_; }

 private:
  model::TraceHead head_;
  std::function<model::Result<bool>(model::Exchange&)> next_;
  std::function<model::TraceEnd()> end_;
  bool imported_ = false;
};

}  // namespace blobgauge::cli
