#pragma once
// Which kinds of credentials a case is about: those that its steps show and, of a copy's source, those of the source.
// Figures per kind come from it: an endpoint that takes keys and no tokens is seen at once.
#include <string>
#include <string_view>
#include <vector>

#include "replayer/suite.h"

namespace blobgauge::replayer {

// "account key", "account SAS", "service SAS", "user delegation SAS", "SAS of the profile", "bearer token",
// "anonymous", and the same of a source as "source: account SAS"; sorted, each once. Fixtures do not count. `auth` is
// the run's own.
std::vector<std::string> credential_kinds(const Suite& suite, const Case& item, std::string_view auth);

}  // namespace blobgauge::replayer
