#include "endpoint/lease.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>

#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

struct LeaseErrors {
  ErrorKind already_present, not_present_for_lease, not_present_for_write, mismatch_for_lease, mismatch_for_write,
      missing, lost, broken_no_renew, broken_no_change, breaking_no_acquire, breaking_no_change;
};

// clang-format off
constexpr LeaseErrors blob_errors{
    {409, "LeaseAlreadyPresent", "There is already a lease present."},
    {409, "LeaseNotPresentWithLeaseOperation", "There is currently no lease on the blob."},
    {412, "LeaseNotPresentWithBlobOperation", "There is currently no lease on the blob."},
    {409, "LeaseIdMismatchWithLeaseOperation", "The lease ID specified did not match the lease ID for the blob."},
    {412, "LeaseIdMismatchWithBlobOperation", "The lease ID specified did not match the lease ID for the blob."},
    {412, "LeaseIdMissing", "There is currently a lease on the blob and no lease ID was specified in the request."},
    {412, "LeaseLost", "A lease ID was specified, but the lease for the blob has expired."},
    {409, "LeaseIsBrokenAndCannotBeRenewed", "The lease ID matched, but the lease has been broken explicitly and cannot be renewed."},
    {409, "LeaseIsBreakingAndCannotBeChanged", "The lease ID matched, but the lease is currently in breaking state and cannot be changed."},
    {409, "LeaseIsBreakingAndCannotBeAcquired", "The lease ID matched, but the lease is currently in breaking state and cannot be acquired until it is broken."},
    {409, "LeaseIsBreakingAndCannotBeChanged", "The lease ID matched, but the lease is currently in breaking state and cannot be changed."}};
constexpr LeaseErrors container_errors{
    {409, "LeaseAlreadyPresent", "There is already a lease present."},
    {409, "LeaseNotPresentWithLeaseOperation", "There is currently no lease on the container."},
    {412, "LeaseNotPresentWithContainerOperation", "There is currently no lease on the container."},
    {409, "LeaseIdMismatchWithLeaseOperation", "The lease ID specified did not match the lease ID for the container."},
    {412, "LeaseIdMismatchWithContainerOperation", "The lease ID specified did not match the lease ID for the container."},
    {412, "LeaseIdMissing", "There is currently a lease on the container and no lease ID was specified in the request."},
    {412, "LeaseLost", "A lease ID was specified, but the lease for the container has expired."},
    {409, "LeaseIsBrokenAndCannotBeRenewed", "The lease ID matched, but the lease has been broken explicitly and cannot be renewed."},
    {409, "LeaseIsBreakingAndCannotBeChanged", "The lease ID matched, but the lease is currently in breaking state and cannot be changed."},
    {409, "LeaseIsBreakingAndCannotBeAcquired", "The lease ID matched, but the lease is currently in breaking state and cannot be acquired until it is broken."},
    {409, "LeaseIsBreakingAndCannotBeChanged", "The lease ID matched, but the lease is currently in breaking state and cannot be changed."}};
// clang-format on

const LeaseErrors& errors_of(Leased what) { return what == Leased::blob ? blob_errors : container_errors; }

}  // namespace

Lease::State Lease::state(Moment now) const {
  if (id_.empty()) return State::available;
  if (broken_) return now < break_at_ ? State::breaking : State::broken;
  return infinite_ || now < until_ ? State::leased : State::expired;
}

Outcome<std::string> Lease::acquire(Leased what, std::string_view proposed, int seconds, Moment now) {
  const bool same = !id_.empty() && model::iequals(id_, proposed);
  if (state(now) == State::leased && !same) return refuse(errors_of(what).already_present);
  if (state(now) == State::breaking)
    return refuse(same ? errors_of(what).breaking_no_acquire : errors_of(what).already_present);
  id_ = proposed.empty() ? new_guid() : model::lower(proposed);
  infinite_ = seconds < 0;
  seconds_ = seconds;
  broken_ = false;
  until_ = now.plus(std::chrono::seconds(std::max(seconds, 0)));
  return id_;
}

Outcome<std::string> Lease::renew(Leased what, std::string_view id, Moment now) {
  if (id_.empty()) return refuse(errors_of(what).not_present_for_lease);
  if (!model::iequals(id_, id)) return refuse(errors_of(what).mismatch_for_lease);
  if (broken_) return refuse(errors_of(what).broken_no_renew);
  until_ = now.plus(std::chrono::seconds(std::max(seconds_, 0)));
  return id_;
}

Outcome<std::string> Lease::change(Leased what, std::string_view id, std::string_view proposed, Moment now) {
  const auto at = state(now);
  if (at == State::available || at == State::expired || at == State::broken)
    return refuse(errors_of(what).not_present_for_lease);
  if (!model::iequals(id_, id) && !model::iequals(id_, proposed)) return refuse(errors_of(what).mismatch_for_lease);
  if (at == State::breaking) return refuse(errors_of(what).breaking_no_change);
  id_ = model::lower(proposed);
  return id_;
}

Outcome<void> Lease::release(Leased what, std::string_view id, Moment) {
  if (id_.empty()) return refuse(errors_of(what).not_present_for_lease);
  if (!model::iequals(id_, id)) return refuse(errors_of(what).mismatch_for_lease);
  *this = {};
  return {};
}

Outcome<int> Lease::break_after(Leased what, std::optional<int> period, Moment now) {
  const auto at = state(now);
  if (at == State::available) return refuse(errors_of(what).not_present_for_lease);
  const auto left = [&](Moment end) {
    return end <= now ? 0 : static_cast<int>((end.ticks - now.ticks + 9'999'999) / 10'000'000);
  };
  int wait = 0;
  if (at == State::leased) {
    // A fixed lease lasts at most as long as it would have; an infinite one breaks at once where no period is given.
    wait = infinite_ ? period.value_or(0) : std::min(period.value_or(60), left(until_));
  } else if (at == State::breaking) {
    wait = std::min(period.value_or(60), left(break_at_));
  }
  broken_ = true;
  break_at_ = now.plus(std::chrono::seconds(wait));
  return wait;
}

Outcome<void> Lease::permit_write(Leased what, std::string_view id, Moment now) const {
  if (id.empty()) {
    if (locked(now)) return refuse(errors_of(what).missing);
    return {};
  }
  return permit_read(what, id, now);
}

Outcome<void> Lease::permit_read(Leased what, std::string_view id, Moment now) const {
  if (id.empty()) return {};
  if (id_.empty()) return refuse(errors_of(what).not_present_for_write);
  if (!model::iequals(id_, id)) return refuse(errors_of(what).mismatch_for_write);
  if (!locked(now)) return refuse(errors_of(what).lost);
  return {};
}

void Lease::written(Moment now) {
  if (!locked(now)) *this = {};
}

std::string_view lease_state_text(Lease::State state) {
  switch (state) {
    case Lease::State::available:
      return "available";
    case Lease::State::leased:
      return "leased";
    case Lease::State::expired:
      return "expired";
    case Lease::State::breaking:
      return "breaking";
    case Lease::State::broken:
      return "broken";
  }
  return "available";
}

std::string new_guid() {
  unsigned char b[16];
  RAND_bytes(b, sizeof b);
  b[6] = static_cast<unsigned char>((b[6] & 0x0F) | 0x40);
  b[8] = static_cast<unsigned char>((b[8] & 0x3F) | 0x80);
  return fmt::format(
      "{:02x}{:02x}{:02x}{:02x}-{:02x}{:02x}-{:02x}{:02x}-{:02x}{:02x}-{:02x}{:02x}{:02x}{:02x}{:02x}{:02x}", b[0],
      b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

bool is_guid(std::string_view text) {
  if (text.size() == 38 && text.front() == '{' && text.back() == '}') text = text.substr(1, 36);
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = model::ascii_lower(text[i]);
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

}  // namespace blobgauge::endpoint
