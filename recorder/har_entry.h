#pragma once
// One entry of a HAR as an exchange, and back. docs/formats/har.md says what HAR does not know and how that is marked.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/error.h"
#include "model/exchange.h"

namespace blobgauge::recorder {

struct HarEntryOptions {
  // Keep the bytes of every body that the HAR holds as it crossed the wire; otherwise of documents only (XML, JSON,
  // answers of 400 and more), up to `longest_document`.
  bool keep_bodies = false;
  std::uint64_t longest_document = 4 << 20;
  // The writer gives request headers whole and in the order of the wire. False: absence shows nothing.
  bool complete_heads = false;
};

// An entry that crossed no wire: another scheme than http and https, or the browser's own cache.
enum class HarSkip { scheme, cache };

struct HarEntry {
  std::optional<HarSkip> skip;
  model::Exchange exchange;  // its number is 0
};

// `text` is changed: what Python writes for bytes that are no characters becomes U+FFFD. Errors have no position.
model::Result<HarEntry> parse_har_entry(std::string& text, const HarEntryOptions& options = {});

// JSON in one line. Everything that HAR has no field for stands in "_blobgauge", so that parse_har_entry gives the
// exchange back.
std::string to_har_entry(const model::Exchange& exchange);

}  // namespace blobgauge::recorder
