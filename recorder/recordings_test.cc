// The recorded answers of the real service that stand beside the project: every one is read, and named as its label
// says. A second, naive reading of the reference (below) must come to the same name.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "model/agreement.h"
#include "model/pseudonyms.h"
#include "model/test_hash.h"
#include "model/text.h"
#include "model/url.h"
#include "recorder/import_recordings.h"

namespace blobgauge::recorder {
namespace {

using model::Exchange;

constexpr auto recordings = BLOBGAUGE_SOURCE_DIR "/../shared/azure-exchanges.jsonl.xz";

bool missing() {
  const bool absent = !std::filesystem::exists(recordings);
  EXPECT_FALSE(absent && std::getenv("CI")) << recordings << " must be there where CI is set";
  return absent;
}

#define SKIP_WITHOUT_RECORDINGS() \
  if (missing()) GTEST_SKIP() << "the recordings (" << recordings << ") are not beside this tree"

struct Row {
  const char *method, *restype, *comp, *name;
};

// From the reference's pages, one line a request URI; the level is the number of path parts. What headers decide is in
// `oracle`.
constexpr Row service_rows[] = {
    {"GET", "", "list", "List Containers"},
    {"PUT", "service", "properties", "Set Blob Service Properties"},
    {"GET", "service", "properties", "Get Blob Service Properties"},
    {"GET", "service", "stats", "Get Blob Service Stats"},
    {"GET", "account", "properties", "Get Account Information"},
    {"HEAD", "account", "properties", "Get Account Information"},
    {"POST", "service", "userdelegationkey", "Get User Delegation Key"},
    {"POST", "", "batch", "Blob Batch"},
    {"GET", "", "blobs", "Find Blobs by Tags"},
};
constexpr Row container_rows[] = {
    {"PUT", "container", "", "Create Container"},
    {"GET", "container", "", "Get Container Properties"},
    {"HEAD", "container", "", "Get Container Properties"},
    {"GET", "container", "metadata", "Get Container Metadata"},
    {"HEAD", "container", "metadata", "Get Container Metadata"},
    {"PUT", "container", "metadata", "Set Container Metadata"},
    {"GET", "container", "acl", "Get Container ACL"},
    {"HEAD", "container", "acl", "Get Container ACL"},
    {"PUT", "container", "acl", "Set Container ACL"},
    {"PUT", "container", "lease", "Lease Container: *"},
    {"DELETE", "container", "", "Delete Container"},
    {"PUT", "container", "undelete", "Restore Container"},
    {"GET", "container", "list", "List Blobs *"},
    {"GET", "container", "blobs", "Find Blobs by Tags (container)"},
    {"POST", "container", "batch", "Blob Batch (container)"},
    {"GET", "account", "properties", "Get Account Information"},
    {"HEAD", "account", "properties", "Get Account Information"},
};
constexpr Row blob_rows[] = {
    {"PUT", "", "", "Put or Copy"},
    {"GET", "", "", "Get Blob *"},
    {"HEAD", "", "", "Get Blob Properties"},
    {"DELETE", "", "", "Delete Blob"},
    {"PUT", "", "properties", "Set Blob Properties (HTTP headers)"},
    {"GET", "", "metadata", "Get Blob Metadata"},
    {"HEAD", "", "metadata", "Get Blob Metadata"},
    {"PUT", "", "metadata", "Set Blob Metadata"},
    {"GET", "", "tags", "Get Blob Tags"},
    {"PUT", "", "tags", "Set Blob Tags"},
    {"PUT", "", "lease", "Lease Blob: *"},
    {"PUT", "", "snapshot", "Snapshot Blob"},
    {"PUT", "", "copy", "Abort Copy Blob"},
    {"PUT", "", "undelete", "Undelete Blob"},
    {"PUT", "", "tier", "Set Blob Tier"},
    {"PUT", "", "immutabilityPolicies", "Set Blob Immutability Policy"},
    {"DELETE", "", "immutabilityPolicies", "Delete Blob Immutability Policy"},
    {"PUT", "", "legalhold", "Set Blob Legal Hold"},
    {"PUT", "", "expiry", "Set Blob Expiry"},
    {"POST", "", "query", "Query Blob Contents"},
    {"PUT", "", "block", "Put Block *"},
    {"PUT", "", "blocklist", "Put Block List"},
    {"GET", "", "blocklist", "Get Block List"},
    {"PUT", "", "page", "Put Page *"},
    {"GET", "", "pagelist", "Get Page Ranges *"},
    {"PUT", "", "incrementalcopy", "Incremental Copy Blob"},
    {"PUT", "", "appendblock", "Append Block *"},
    {"PUT", "", "seal", "Append Blob Seal"},
    {"GET", "account", "properties", "Get Account Information"},
    {"HEAD", "account", "properties", "Get Account Information"},
};

std::string oracle(const Exchange& e) {
  const auto url = model::parse_target(e.request.target);
  if (!url) return "no target";
  const auto parts = model::split(url->path, '/');
  const std::size_t level = url->path == "/" ? 0 : parts.size() == 2 ? 1 : 2;
  const auto query = [&](std::string_view name) { return model::query_value(url->query, name).value_or(""); };
  const auto header = [&](std::string_view name) { return std::string(e.request.headers.get(name)); };
  const auto search = [&](auto& rows) -> std::string {
    for (const auto& row : rows)
      if (e.request.method == row.method && query("restype") == row.restype && query("comp") == row.comp)
        return row.name;
    return "unclassified";
  };
  auto name = level == 0 ? search(service_rows) : level == 1 ? search(container_rows) : search(blob_rows);
  const bool from_url = !header("x-ms-copy-source").empty();
  const auto tail = [&](std::string text) { return name.substr(0, name.size() - 1) + text; };
  if (name.ends_with(": *"))
    return tail(header("x-ms-lease-action").empty() ? "(action unrecorded)" : header("x-ms-lease-action"));
  if (name == "List Blobs *") return tail(query("delimiter").empty() ? "(flat)" : "(hierarchy)");
  if (name == "Put Block *" || name == "Append Block *")
    return name.substr(0, name.size() - 2) + (from_url ? " From URL" : "");
  if (name == "Get Page Ranges *") return query("prevsnapshot").empty() ? "Get Page Ranges" : "Get Page Ranges (diff)";
  if (name == "Get Blob *") {
    const bool ranged = e.request.headers_complete
                            ? !header("Range").empty() || !header("x-ms-range").empty()
                            : !header("x-ms-range").empty() || e.response.headers.has("Content-Range");
    return ranged ? "Get Blob (range)" : "Get Blob";
  }
  if (name == "Put Page *") {
    const auto write = header("x-ms-page-write");
    return write.empty() ? "Put Page (?)" : from_url ? "Put Page From URL" : "Put Page (" + write + ")";
  }
  if (name == "Put or Copy") {
    const auto type = header("x-ms-blob-type");
    if (from_url && !type.empty()) return "Put Blob From URL";
    if (from_url) return model::iequals(header("x-ms-requires-sync"), "true") ? "Copy Blob From URL" : "Copy Blob";
    if (!type.empty()) return "Put Blob (" + model::lower(type.substr(0, type.size() - 4)) + ")";
    return e.response.headers.has("x-ms-copy-id") ? "Copy Blob" : "Put Blob (type unrecorded)";
  }
  return name;
}

// One pass, since a process runs one test.
TEST(Recordings, EveryExchangeIsNamedAsItsLabelSays) {
  SKIP_WITHOUT_RECORDINGS();
  const auto catalogue = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue");
  ASSERT_TRUE(catalogue) << describe(catalogue.error());
  const model::Classifier classifier(*catalogue);
  model::Agreement agreement;
  std::size_t certain = 0, oracle_differs = 0;
  const auto summary =
      import_recordings(recordings, ImportOptions{.keep_bodies = false}, [&](Exchange&& e) -> model::Status {
        const auto said = classifier.classify(e);
        agreement.add(e, said);
        certain += said.certain;
        if (said.name != oracle(e) && ++oracle_differs < 20)
          ADD_FAILURE() << e.request.method << ' ' << e.request.target << ": " << said.name << ", but naively "
                        << oracle(e);
        return {};
      });
  ASSERT_TRUE(summary) << describe(summary.error());
  EXPECT_EQ(agreement.exchanges(), 33499U);
  EXPECT_EQ(agreement.agreed(), agreement.exchanges()) << to_text(agreement);
  EXPECT_EQ(oracle_differs, 0U);
  // What docs/accuracy.md says.
  EXPECT_EQ(certain, 29683U);
  EXPECT_EQ(agreement.by_label().size(), 66U);
  EXPECT_EQ(summary->headers_incomplete, 3952U + 3007U + 3859U);
  EXPECT_EQ(summary->bodies_lost, 638U);
}

bool is_of_name(char c) { return std::isalnum(static_cast<unsigned char>(c)); }

// Not as a part of a longer word: containers are called like words of the API ("uncommittedblob").
bool has_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !is_of_name(text[at - 1])) && (end == text.size() || !is_of_name(text[end]))) return true;
  }
  return false;
}

// Every request is the same operation under pseudonyms, and the container's name is in none of its fields any more.
TEST(Recordings, PseudonymsLeaveEveryOperationAsItWas) {
  SKIP_WITHOUT_RECORDINGS();
  const auto catalogue = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue");
  ASSERT_TRUE(catalogue) << describe(catalogue.error());
  const model::Classifier classifier(*catalogue);
  const model::Pseudonyms pseudonyms(*catalogue, model::test_hash("key"));
  const std::uint64_t stride = std::getenv("BLOBGAUGE_LONG") ? 1 : 10;
  std::uint64_t count = 0, differ = 0, kept = 0;
  const auto summary =
      import_recordings(recordings, ImportOptions{.keep_bodies = false}, [&](Exchange&& e) -> model::Status {
        if (count++ % stride != 0) return {};
        const auto before = classifier.classify(e);
        auto other = e;
        pseudonyms.apply(other);
        const auto after = classifier.classify(other);
        if (after.name != before.name && ++differ < 20)
          ADD_FAILURE() << e.request.target << " is " << before.name << ", and " << after.name << " as "
                        << other.request.target;
        const auto& name = before.address.container;
        if (name.size() >= 12 && name.front() != '$' && has_word(other.request.target, name) && ++kept < 20)
          ADD_FAILURE() << name << " is still in " << other.request.target;
        return {};
      });
  ASSERT_TRUE(summary) << describe(summary.error());
  EXPECT_EQ(differ, 0U);
  EXPECT_EQ(kept, 0U);
}

}  // namespace
}  // namespace blobgauge::recorder
