#pragma once
// What is asked before any case: does somebody answer, does it take the version and the credential, may this credential
// write, read and remove? A run that none of its cases can survive ends here with one line. What is merely wrong goes
// on: the cases say it better. The requests are data (suite.yaml, "preflight"), and so is what a refusal says.
#include <string>

#include "model/error.h"
#include "model/profile.h"
#include "replayer/placement.h"
#include "replayer/request_maker.h"
#include "replayer/sender.h"
#include "replayer/suite.h"

namespace blobgauge::replayer {

struct Seen {
  std::string server;  // what the endpoint calls itself in its first answer; may be empty
};

// All steps of the suite's preflight in a container of its own, "PREFIXc", which it removes; in a container that
// exists, those that stay inside it; where the owner loads the fixtures, those that only read. Category::endpoint for a
// refusal and for a connection that cannot be made, ::timeout for silence.
wire::Task<model::Result<Seen>> run_preflight(const Suite& suite, const model::Profile& profile,
                                              const RequestMaker& maker, Sender& sender, std::string prefix,
                                              const Place& place);

// The first step alone: whether the endpoint is still there.
wire::Task<model::Status> ask_again(const Suite& suite, const RequestMaker& maker, Sender& sender);

// "; its clock is 3600 s ahead of this machine's" where the answer's Date is further off than signatures allow (15
// minutes; "Authorize with Shared Key"), else empty.
std::string clock_hint(std::string_view date, std::chrono::system_clock::time_point now);

}  // namespace blobgauge::replayer
