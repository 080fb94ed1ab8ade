#pragma once
// Lists: which entries a page holds, where the next one begins, and the XML that both lists share ("List Blobs",
// "List Containers").
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "endpoint/answer.h"
#include "endpoint/store.h"
#include "endpoint/xml.h"

namespace blobgauge::endpoint {

// A place in the list of a container: a name, and for several entries under one name the snapshot's time. Current blobs
// and prefixes come last under their name.
struct ListPlace {
  std::string name;
  std::string moment;  // empty: the current blob, or a prefix
};

// The opaque form: "2!" length "!" base64 with '-' for '='; it names the next entry.
std::string encode_marker(const ListPlace& place);
std::optional<ListPlace> decode_marker(std::string_view marker);

struct ListQuery {
  std::string prefix, delimiter;
  std::optional<ListPlace> from;  // the first entry that may come
  std::size_t limit = 5000;
  bool snapshots = false, uncommitted = false;
};

struct ListedPrefix {
  std::string name;
};
struct ListedBlob {
  std::string_view name;
  const Blob* blob = nullptr;  // null: only uncommitted blocks
  std::string_view snapshot;   // empty: the current blob
};

struct ListPage {
  std::vector<std::variant<ListedBlob, ListedPrefix>> entries;
  std::optional<ListPlace> next;
};

// Pointers into the container, valid until it changes.
ListPage list_page(const Container& container, const ListQuery& query);

// maxresults: 1 and more, at most 5000 are given.
Outcome<std::size_t> read_max_results(const Request& request);
// Prefix, Marker, MaxResults, Delimiter: each only where sent.
void echo_list_parameters(XmlWriter& xml, const Request& request);
// "https://account.blob.core.windows.net/" as the client addressed it.
std::string service_endpoint(const Request& request);
void write_metadata(XmlWriter& xml, const model::Headers& metadata);

}  // namespace blobgauge::endpoint
