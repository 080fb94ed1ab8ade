#pragma once
// What `verify` needs of a recorder; cli fills it with the real one, tests with one that records nothing.
#include <memory>
#include <string>

#include "clients/scenario.h"
#include "model/error.h"
#include "model/trace.h"

namespace blobgauge::clients {

// A running recording of one scenario. Destroying it without `finish` leaves a trace that is marked as cut.
class Recording {
 public:
  virtual ~Recording() = default;
  // Variables under which a client's requests go through it.
  virtual Pairs environment() const = 0;
  // Ends the trace; the requests of a client that has ended are all in it.
  virtual model::Status finish(int client_exit) = 0;
};

class Recorder {
 public:
  virtual ~Recorder() = default;
  // Any thread may call it; each recording is used by one thread.
  virtual model::Result<std::unique_ptr<Recording>> start(const std::string& trace, const model::TraceHead& head) = 0;
};

}  // namespace blobgauge::clients
