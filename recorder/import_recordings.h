#pragma once
// Recordings of other tools, gathered as JSON lines (the form of azure-exchanges.jsonl.xz), as exchanges. The form has
// no version; docs/formats/recordings.md says what is read and what each recorder lost.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "model/error.h"
#include "model/exchange.h"

namespace blobgauge::recorder {

struct ImportSummary {
  std::uint64_t exchanges = 0;
  std::uint64_t labelled = 0;
  std::uint64_t headers_incomplete = 0;  // the recorder kept no request headers, or not all
  std::uint64_t bodies_lost = 0;         // responses whose bytes the recording cut, replaced or spoilt
};

struct ImportOptions {
  // Keep the bytes of bodies whose length the recording confirms. Their size and digest are there in any case.
  bool keep_bodies = true;
};

// Takes over the exchange; an error ends the import and is passed on.
using ImportSink = std::function<model::Status(model::Exchange&&)>;

// xz, zstd or plain; "-" is standard input. A line that is no recorded exchange is an error with its place.
model::Result<ImportSummary> import_recordings(const std::string& path, const ImportOptions& options,
                                               const ImportSink& sink);

// One line of the form. The exchange's number is left at 0.
model::Result<model::Exchange> parse_recording(std::string_view line, const ImportOptions& options = {});

}  // namespace blobgauge::recorder
