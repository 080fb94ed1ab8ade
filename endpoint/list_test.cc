#include "endpoint/list.h"

#include <gmock/gmock.h>

#include "endpoint/bench.h"

namespace blobgauge::endpoint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names(const ListPage& page) {
  std::vector<std::string> out;
  for (const auto& entry : page.entries)
    if (const auto* prefix = std::get_if<ListedPrefix>(&entry)) {
      out.push_back(prefix->name + "*");
    } else {
      const auto& blob = std::get<ListedBlob>(entry);
      out.push_back(std::string(blob.name) + (blob.snapshot.empty() ? "" : "@" + std::string(blob.snapshot)));
    }
  return out;
}

Container with(std::initializer_list<std::string> blobs) {
  Container out;
  for (const auto& name : blobs) out.blobs[name].current = Blob();
  return out;
}

TEST(List, OrdersByCodeUnits) {
  // U+FF21 before U+1F600 in bytes, after it in UTF-16.
  const auto container = with({"a", "B", "b/c", "b", "\xEF\xBC\xA1", "\xF0\x9F\x98\x80", "\xED\x9F\xBF"});
  EXPECT_THAT(names(list_page(container, {})),
              ElementsAre("B", "a", "b", "b/c", "\xED\x9F\xBF", "\xF0\x9F\x98\x80", "\xEF\xBC\xA1"));
}

TEST(List, FoldsBehindTheDelimiter) {
  const auto container = with({"a", "d/1", "d/2", "d/e/3", "d0", "z/9"});
  ListQuery query;
  query.delimiter = "/";
  EXPECT_THAT(names(list_page(container, query)), ElementsAre("a", "d/*", "d0", "z/*"));
  query.prefix = "d/";
  EXPECT_THAT(names(list_page(container, query)), ElementsAre("d/1", "d/2", "d/e/*"));
}

TEST(List, PagesAddUpToTheWhole) {
  auto container = with({"a", "d/1", "d/2", "d/e/3", "d0", "e//f", "z/9"});
  for (const auto moment : {"2026-01-01T00:00:00.0000000Z", "2026-01-02T00:00:00.0000000Z"})
    container.blobs["d0"].snapshots[moment] = Blob();
  for (const std::string delimiter : {"", "/"})
    for (const bool snapshots : {false, true})
      for (const std::string prefix : {"", "d", "d/", "e"}) {
        ListQuery query;
        query.delimiter = delimiter;
        query.prefix = prefix;
        query.snapshots = snapshots;
        const auto whole = names(list_page(container, query));
        for (std::size_t limit = 1; limit < 5; ++limit) {
          query.limit = limit;
          query.from.reset();
          std::vector<std::string> together;
          for (int pages = 0; pages < 20; ++pages) {
            const auto page = list_page(container, query);
            for (auto& name : names(page)) together.push_back(std::move(name));
            EXPECT_LE(page.entries.size(), limit);
            if (!page.next) break;
            query.from = decode_marker(encode_marker(*page.next));
            ASSERT_TRUE(query.from);
          }
          EXPECT_EQ(together, whole) << delimiter << " " << prefix << " " << limit;
        }
      }
}

TEST(List, NoMarkerWhereNothingFollows) {
  const auto container = with({"d/1", "d/2"});
  ListQuery query;
  query.delimiter = "/";
  query.limit = 1;
  EXPECT_FALSE(list_page(container, query).next);
}

TEST(List, UncommittedBlobsOnlyWhereAsked) {
  auto container = with({"a"});
  container.blobs["b"].uncommitted["AAAA"] = {};
  EXPECT_THAT(names(list_page(container, {})), ElementsAre("a"));
  ListQuery query;
  query.uncommitted = true;
  EXPECT_THAT(names(list_page(container, query)), ElementsAre("a", "b"));
}

TEST(List, MarkersHaveTheServicesFormAndNothingElseIsOne) {
  const auto marker = encode_marker({"name/x", ""});
  EXPECT_TRUE(marker.starts_with("2!"));
  EXPECT_EQ(decode_marker(marker)->name, "name/x");
  EXPECT_EQ(decode_marker(marker)->moment, "");
  for (const std::string& bad :
       std::vector<std::string>{"x", "2!", "2!4!AAA", "2!4!AAAA", "2!99!" + marker.substr(5), "3" + marker.substr(1)})
    EXPECT_FALSE(decode_marker(bad)) << bad;
}

TEST(ListBlobs, HasTheElementsInOrder) {
  Bench bench;
  bench.make("box");
  bench.put("/box/x", "1", {{"x-ms-meta-key", "a<b"}});
  const auto answer = bench.call("GET", "/box?restype=container&comp=list&include=metadata&prefix=&maxresults=5");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.chunked);
  EXPECT_THAT(answer.text, HasSubstr("<EnumerationResults ServiceEndpoint=\"http://127.0.0.1:10000/acct/\" "
                                     "ContainerName=\"box\"><MaxResults>5</MaxResults><Blobs><Blob><Name>x</Name>"
                                     "<Properties><Creation-Time>"));
  std::size_t at = 0;
  for (const auto element :
       {"<Creation-Time>", "<Last-Modified>", "<Etag>0x", "<Content-Length>1<", "<Content-Type>",
        "<Content-Encoding />", "<Content-Language />", "<Content-CRC64 />", "<Content-MD5>", "<Cache-Control />",
        "<Content-Disposition />", "<BlobType>BlockBlob<", "<AccessTier>Hot<", "<AccessTierInferred>true<",
        "<LeaseStatus>unlocked<", "<LeaseState>available<",
        "<ServerEncrypted>true</ServerEncrypted></Properties><Metadata><key>a&lt;b</key></Metadata>"
        "<OrMetadata /></Blob></Blobs><NextMarker /></EnumerationResults>"}) {
    const auto found = answer.text.find(element, at);
    ASSERT_NE(found, std::string::npos) << element;
    at = found;
  }
}

TEST(ListBlobs, EncodesNamesThatXmlCannotHold) {
  Bench bench;
  bench.make("box");
  bench.put("/box/a%2F%01%EF%BF%BF", "1");
  const auto text = bench.call("GET", "/box?restype=container&comp=list").text;
  EXPECT_THAT(text, HasSubstr("<Name Encoded=\"true\">a%2F%01%EF%BF%BF</Name>"));
}

TEST(ListBlobs, ReadsAPlusInAPrefixAsASpace) {
  Bench bench;
  bench.make("box");
  bench.put("/box/a%20b/x", "1");
  bench.put("/box/a+b/x", "1");
  const auto list = [&](const std::string& prefix) {
    return bench.call("GET", "/box?restype=container&comp=list&prefix=" + prefix).text;
  };
  EXPECT_THAT(list("a+b%2F"), HasSubstr("<Name>a b/x</Name>"));
  EXPECT_THAT(list("a%20b/"), HasSubstr("<Name>a b/x</Name>"));
  EXPECT_THAT(list("a%2Bb/"), HasSubstr("<Name>a+b/x</Name>"));
}

TEST(ListBlobs, RefusesBadParameters) {
  Bench bench;
  bench.make("box");
  const auto ask = [&](const std::string& more) {
    return bench.call("GET", "/box?restype=container&comp=list" + more);
  };
  EXPECT_EQ(code(ask("&maxresults=0")), "OutOfRangeQueryParameterValue");
  EXPECT_EQ(code(ask("&maxresults=x")), "InvalidQueryParameterValue");
  EXPECT_EQ(code(ask("&marker=x")), "InvalidQueryParameterValue");
  EXPECT_EQ(code(ask("&include=everything")), "InvalidQueryParameterValue");
  EXPECT_EQ(ask("&delimiter=&prefix=").status, 200);
}

TEST(ListContainers, PagesByName) {
  Bench bench;
  for (const auto name : {"box-a", "box-b", "box-c", "other"}) bench.make(name);
  auto answer = bench.call("GET", "/?comp=list&prefix=box&maxresults=2");
  EXPECT_THAT(answer.text, HasSubstr("<Name>box-b</Name>"));
  EXPECT_THAT(answer.text, HasSubstr("<NextMarker>/acct/box-c</NextMarker>"));
  EXPECT_THAT(answer.text, HasSubstr("<Etag>\"0x"));
  answer = bench.call("GET", "/?comp=list&prefix=box&maxresults=2&marker=%2Facct%2Fbox-c");
  EXPECT_THAT(answer.text, HasSubstr("<Name>box-c</Name>"));
  EXPECT_THAT(answer.text, HasSubstr("<NextMarker />"));
  EXPECT_THAT(answer.text, testing::Not(HasSubstr("other")));
}

}  // namespace
}  // namespace blobgauge::endpoint
