#include "cli/any_recording.h"

#include <memory>

#include "recorder/byte_source.h"
#include "recorder/import_azcopy_log.h"
#include "recorder/import_har.h"
#include "recorder/zip_folder.h"

namespace blobgauge::cli {
namespace {

enum class Kind { trace, har, log };

constexpr std::size_t looked_at = 64 * 1024;

model::Result<Kind> kind_of(const std::string& path) {
  if (path == "-") return Kind::trace;
  if (recorder::is_zip(path)) return Kind::log;
  BLOBGAUGE_TRY(auto opened, recorder::open_bytes(path));
  const auto bytes = recorder::as_utf8(std::move(opened));
  std::string begin;
  for (bool more = true; more && begin.size() < looked_at;) {
    BLOBGAUGE_TRY(more, bytes->append_to(begin));
  }
  const auto first = begin.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || begin[first] != '{') return first == std::string::npos ? Kind::trace : Kind::log;
  // A HAR that was exported from a trace has that one's head, but within its log.
  const auto head = begin.find("\"blobgauge\""), log = begin.find("\"log\"");
  return log < head ? Kind::har : Kind::trace;
}

model::TraceEnd whole() {
  model::TraceEnd end;
  end.complete = true;
  return end;
}

}  // namespace

model::Result<AnyRecording> AnyRecording::open(const std::string& path, const model::Catalogue& catalogue) {
  AnyRecording out;
  BLOBGAUGE_TRY(const auto kind, kind_of(path));
  if (kind == Kind::trace) {
    BLOBGAUGE_TRY(auto opened, model::open_trace(path));
    const std::shared_ptr<model::TraceReader> reader = std::move(opened);
    out.head_ = reader->head();
    out.next_ = [reader](model::Exchange& exchange) { return reader->next(exchange); };
    out.end_ = [reader] { return reader->end(); };
    return out;
  }
  out.imported_ = true;
  if (kind == Kind::har) {
    recorder::HarEntryOptions options;
    options.keep_bodies = false;
    BLOBGAUGE_TRY(auto opened, recorder::Har::open(path, options));
    const auto har = std::make_shared<recorder::Har>(std::move(opened));
    out.head_ = har->head();
    out.next_ = [har](model::Exchange& exchange) { return har->next(exchange); };
    out.end_ = whole;
  } else {
    recorder::AzcopyLogOptions options;
    options.client_request_id = catalogue.role("client-request-id");
    BLOBGAUGE_TRY(auto opened, recorder::AzcopyLog::open({path}, options));
    const auto log = std::make_shared<recorder::AzcopyLog>(std::move(opened));
    out.head_ = log->head();
    out.next_ = [log](model::Exchange& exchange) { return log->next(exchange); };
    out.end_ = [log] {
      auto end = whole();
      if (log->summary().cut) end.notes.emplace_back("the log ends within an entry");
      return end;
    };
  }
  if (out.head_.tool.empty()) out.head_.tool = "blobgauge " BLOBGAUGE_VERSION;
  return out;
}

}  // namespace blobgauge::cli
