#pragma once
// Judges what must hold before a client's first request: the profile, and a few of the plainest requests (the first
// step of the preflight), each asked once. A wrong kind of credential is one finding here, and not one for each case.
#include <string>
#include <vector>

#include "model/precondition.h"
#include "model/profile.h"
#include "model/results.h"
#include "replayer/request_maker.h"
#include "replayer/sender.h"
#include "replayer/suite.h"

namespace blobgauge::replayer {

inline constexpr std::string_view before_operation = "before the first request";

// What all questions share; references must outlive the judging.
struct BeforeSetting {
  const Suite& suite;
  const model::Profile& profile;
  const Credentials& credentials;
  std::string auth;  // how the run signs: API versions are asked for with it
  Sender& sender;
};

// One result each, in the order given. What this endpoint or this profile leaves open is `skipped` with the reason:
// a name or a certificate of a loopback address, a token that the profile does not have.
wire::Task<std::vector<model::CaseResult>> judge_before(BeforeSetting setting,
                                                        std::vector<model::Precondition> preconditions);

}  // namespace blobgauge::replayer
