#pragma once
// Writes a trace as HAR 1.2: what the har-validator schema and Chromium's importer accept. docs/formats/har.md.
#include <memory>
#include <string>

#include "model/error.h"
#include "model/trace.h"

namespace blobgauge::recorder {

// "-" is standard output. The file takes its name when it is finished. Everything passes `redaction`.
model::Result<std::unique_ptr<model::TraceWriter>> create_har(const std::string& path, const model::TraceHead& head,
                                                              const model::Redaction& redaction);

}  // namespace blobgauge::recorder
