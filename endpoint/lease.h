#pragma once
// The lease of a blob or a container: a small state machine over time ("Lease Blob" and "Lease Container" of the REST
// reference, section Remarks). Pure: the caller gives the time.
#include <optional>
#include <string>
#include <string_view>

#include "endpoint/moment.h"
#include "endpoint/refusal.h"

namespace blobgauge::endpoint {

// What a lease protects; only the texts of errors differ.
enum class Leased { blob, container };

class Lease {
 public:
  enum class State { available, leased, expired, breaking, broken };

  State state(Moment now) const;
  bool locked(Moment now) const { return state(now) == State::leased || state(now) == State::breaking; }
  bool infinite() const { return infinite_; }
  const std::string& id() const { return id_; }

  // `seconds` is 15 to 60, or -1 for ever; the caller has checked that.
  Outcome<std::string> acquire(Leased what, std::string_view proposed, int seconds, Moment now);
  Outcome<std::string> renew(Leased what, std::string_view id, Moment now);
  Outcome<std::string> change(Leased what, std::string_view id, std::string_view proposed, Moment now);
  Outcome<void> release(Leased what, std::string_view id, Moment now);
  // Seconds until the lease is broken.
  Outcome<int> break_after(Leased what, std::optional<int> period, Moment now);

  // A request that changes what is leased must name the lease; one that reads need not, but may not name another.
  Outcome<void> permit_write(Leased what, std::string_view id, Moment now) const;
  Outcome<void> permit_read(Leased what, std::string_view id, Moment now) const;
  // A write by somebody without a lease id ends an expired or broken lease.
  void written(Moment now);

 private:
  std::string id_;
  bool infinite_ = false;
  int seconds_ = 0;
  Moment until_;  // end of a fixed lease
  bool broken_ = false;
  Moment break_at_;  // end of a break period
};

std::string_view lease_state_text(Lease::State state);
// A GUID in lower case, from random bytes.
std::string new_guid();
bool is_guid(std::string_view text);

}  // namespace blobgauge::endpoint
