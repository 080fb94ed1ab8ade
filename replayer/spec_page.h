#pragma once
// One operation of the spec on one page, for people: who needs it, how each release sends it, what may be answered and
// why, which case checks what and why.
#include <string>
#include <vector>

#include "model/catalogue.h"
#include "model/rationale.h"
#include "model/spec.h"
#include "model/surface.h"
#include "replayer/suite.h"

namespace blobgauge::replayer {

struct PageInput {
  const model::Spec& spec;
  const Suite& suite;
  const model::Catalogue& catalogue;
  const std::vector<model::RationaleRow>& decisions;
  const std::vector<model::Surface>& surfaces;  // of releases that the spec has no dialect of, too
};

std::string page_of(const model::SpecOperation& operation, const PageInput& input);

// "header ETag equals \"0x1\" [breaks]", as a case expects it.
std::string text_of(const Expectation& expectation);

}  // namespace blobgauge::replayer
