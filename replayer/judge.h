#pragma once
// Holds one answer against the expectations of a step. Pure: no clock, no network, so its tests are tables.
#include <cstdint>
#include <string>
#include <vector>

#include "model/error.h"
#include "model/header.h"
#include "model/results.h"
#include "replayer/case.h"
#include "replayer/suite.h"
#include "replayer/template.h"

namespace blobgauge::replayer {

// One answer as it came. The body is hashed while it streams; its first bytes are kept for XML and messages.
struct Answered {
  std::string method;
  int status = 0;
  model::Headers headers;
  std::string sha256;
  std::uint64_t size = 0;
  std::string kept;         // the whole body where size == kept.size()
  std::size_t surplus = 0;  // bytes that came with its end and belong to no answer
};

// The error code of an answer: the header, or else the element of the body. Empty: none.
std::string error_code(const Suite& suite, const Answered& answer);

// The texts at a path of an XML body, in document order; "A/B/@c" is an attribute. An error if it is not XML.
model::Result<std::vector<std::string>> xml_texts(std::string_view body, std::string_view path);

// What did not hold, in the order of the expectations. `version` is the api version of the run. An error is a mistake
// of the case (a hole without a value, a bad pattern), not of the endpoint.
model::Result<std::vector<model::Finding>> judge(const Suite& suite, const Step& step,
                                                 const std::vector<Expectation>& expectations, const Answered& answer,
                                                 const Scope& scope, std::string_view version);

// A body template with its holes filled.
model::Result<class Content> fill(const BodyTemplate& body, const Scope& scope);

}  // namespace blobgauge::replayer
