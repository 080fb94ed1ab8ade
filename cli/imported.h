#pragma once
// What the importers have in common: exchanges of somebody else's recording, named, redacted and written as a trace.
#include <functional>
#include <string>
#include <vector>

#include "cli/progress.h"
#include "model/catalogue.h"
#include "model/classifier.h"
#include "model/redaction.h"
#include "model/trace.h"

namespace blobgauge::cli {

// Reads `source` (next(Exchange&), head()) to its end into the trace `output`; `notes` is asked once, after the last
// exchange. False, with no file made, where there is no exchange: the caller knows what to advise.
template <class Source>
model::Result<bool> write_imported(Source& source, const std::string& output, const model::Catalogue& catalogue,
                                   const std::function<std::vector<std::string>()>& notes) {
  const model::Classifier classifier(catalogue);
  model::Exchange exchange;
  BLOBGAUGE_TRY(bool more, source.next(exchange));
  if (!more) return false;
  auto head = source.head();
  head.tool = "blobgauge " BLOBGAUGE_VERSION;
  BLOBGAUGE_TRY(const auto writer, model::create_trace(output, head, model::Redaction(catalogue)));
  Progress progress("import");
  while (more) {
    exchange.operation = classifier.identify(exchange).name;
    progress.update(exchange.number);
    BLOBGAUGE_CHECK(writer->write(exchange));
    exchange = {};
    BLOBGAUGE_TRY(more, source.next(exchange));
  }
  model::TraceEnd end;
  end.complete = true;
  end.notes = notes();
  BLOBGAUGE_CHECK(writer->finish(std::move(end)));
  return true;
}

}  // namespace blobgauge::cli
