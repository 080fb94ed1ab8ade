#include "recorder/import_har.h"

#include <simdjson.h>

#include <string_view>

#include "model/text.h"
#include "model/trace_line.h"

namespace blobgauge::recorder {

using model::Result;

namespace {

// Writers that give the heads as they crossed the wire: a proxy does, a browser leaves out what it thinks private.
constexpr std::string_view faithful_writer = "mitmproxy";

}  // namespace

Result<Har> Har::open(const std::string& path, HarEntryOptions options) {
  BLOBGAUGE_TRY(auto bytes, open_bytes(path));
  return read(HarDocument(path, as_utf8(std::move(bytes))), options);
}

Result<Har> Har::read(HarDocument document, HarEntryOptions options) {
  BLOBGAUGE_CHECK(document.start());
  Har har(std::move(document), options);
  har.read_writer();
  return har;
}

void Har::read_writer() {
  simdjson::dom::parser parser;
  simdjson::dom::object creator;
  std::string_view name;
  if (!parser.parse(document_.creator()).get(creator) && !creator.at_key("name").get(name))
    options_.complete_heads |= model::lower(name).starts_with(faithful_writer);
  if (document_.own().empty()) return;
  const simdjson::padded_string padded(document_.own());
  model::TraceLineParser lines;
  model::Exchange unused;
  const auto line = lines.parse(padded.data(), padded.size(), padded.size() + simdjson::SIMDJSON_PADDING, unused);
  if (line && *line == model::TraceLine::head) head_ = std::move(lines.head());
}

Result<bool> Har::next(model::Exchange& exchange) {
  for (;;) {
    BLOBGAUGE_TRY(const bool more, document_.next(text_));
    if (!more) return false;
    auto entry = parse_har_entry(text_, options_);
    if (!entry) {
      auto error = std::move(entry).error();
      error.where = document_.where();
      return tl::make_unexpected(std::move(error));
    }
    if (entry->skip) {
      ++(*entry->skip == HarSkip::cache ? summary_.cached : summary_.other_schemes);
      continue;
    }
    exchange = std::move(entry->exchange);
    exchange.number = ++summary_.exchanges;
    summary_.headers_incomplete += !exchange.request.headers_complete;
    summary_.marked += !exchange.marks.empty();
    return true;
  }
}

}  // namespace blobgauge::recorder
