// The real sources of pgBackRest 2.45 and GDAL 3.6.2, where they can be had (BLOBGAUGE_CLIENT_SOURCES, tools/setup):
// each row is one place in the client's code that sends a request, with what it must send, read off the source by hand.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "analyzer/compare.h"
#include "model/file.h"
#include "model/surface.h"
#include "tests/clang/reading.h"

namespace blobgauge::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::IsSubsetOf;
using ::testing::IsSupersetOf;

std::string sources() {
  const char* folder = std::getenv("BLOBGAUGE_CLIENT_SOURCES");
  return folder ? folder : "";
}

bool has(const std::string& version) {
  const auto versions = model::read_file(sources() + "/VERSIONS");
  return versions && versions->find(version) != std::string::npos;
}

// A row: one kind of request that one place sends. A field is told by the beginning of its line ("query comp=list").
struct Row {
  std::string at, sends;               // "storage/azure/storage.c:495", "HEAD /{container}/{blob}"
  std::string told_by;                 // a line that tells this kind from others of the place; empty: all of the place
  std::vector<std::string> always;     // on all of them, without a condition
  std::vector<std::string> sometimes;  // under a condition, or on some
  std::vector<std::string> answers;    // "statuses: 404", and what is read
};

std::string name_of(const Row& row) { return fmt::format("{} {} {}", row.at, row.sends, row.told_by); }

std::string shown(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += "\n    " + line;
  return text;
}

const std::string* find(const std::vector<std::string>& lines, const std::string& start) {
  const auto found =
      std::find_if(lines.begin(), lines.end(), [&](const std::string& line) { return line.starts_with(start); });
  return found == lines.end() ? nullptr : &*found;
}

bool is_of(const std::string& at, const std::vector<std::string>& lines, const Row& row) {
  return at == row.at && lines.front() == row.sends && (row.told_by.empty() || find(lines, row.told_by));
}

// `everywhere`: headers that every request of the client may have.
void check(const Reading& reading, const Row& row, const std::vector<std::string>& everywhere) {
  SCOPED_TRACE(row.at + " " + row.sends + " " + row.told_by);
  std::vector<std::vector<std::string>> found;
  for (const auto& request : reading.requests.requests) {
    const auto lines = lines_of(request);
    if (is_of(request.at, lines, row)) found.push_back(lines);
  }
  ASSERT_FALSE(found.empty());
  for (const auto& lines : found) {
    for (const auto& start : row.always) {
      const auto* line = find(lines, start);
      EXPECT_TRUE(line && line->find(" if ") == std::string::npos) << start << " is not always there:" << shown(lines);
    }
    for (const auto& line : lines) {
      if (!line.starts_with("query ") && !line.starts_with("header ")) continue;
      bool known = false;
      for (const auto* list : {&row.always, &row.sometimes, &everywhere})
        for (const auto& start : *list) known = known || line.starts_with(start);
      EXPECT_TRUE(known) << line << " is not in the row";
    }
  }
  for (const auto& start : row.sometimes) {
    bool there = false, away = false;
    for (const auto& lines : found) {
      const auto* line = find(lines, start);
      there = there || line;
      away = away || !line || line->find(" if ") != std::string::npos;
    }
    EXPECT_TRUE(there) << start << " is never there";
    EXPECT_TRUE(away) << start << " is always there";
  }
  for (const auto& wanted : row.answers) {
    const auto colon = wanted.find(": ");
    bool there = false;
    for (const auto& lines : found) {
      if (colon == std::string::npos) {
        there = there || find(lines, wanted);
        continue;
      }
      const auto* line = find(lines, wanted.substr(0, colon + 2));
      there = there || (line && (", " + line->substr(colon + 2) + ",").find(", " + wanted.substr(colon + 2) + ",") !=
                                    std::string::npos);
    }
    EXPECT_TRUE(there) << wanted << " is not among" << shown(found.front());
  }
}

const Reading& pgbackrest() {
  static const Reading reading = [] {
    const auto folder = sources() + "/pgbackrest/src";
    const std::vector<std::string> flags{"-std=c99", "-D_POSIX_C_SOURCE=200809L", "-I."};
    std::vector<analyzer::clang::Unit> units;
    for (const auto* file : {"storage/azure/storage.c", "storage/azure/write.c", "storage/azure/read.c",
                             "common/io/http/request.c", "common/io/http/header.c", "common/type/string.c"})
      units.push_back(read_unit(folder, file, flags, {{"build.auto.h", sources() + "/pgbackrest/build.auto.h"}}));
    return read_client(std::move(units), BLOBGAUGE_SOURCE_DIR "/specs/clients/pgbackrest.yaml");
  }();
  return reading;
}

const Reading& gdal() {
  static const Reading reading = [] {
    const auto folder = sources() + "/gdal";
    const auto headers = sources() + "/headers/usr/include";
    const std::vector<std::string> flags{"-std=c++17",
                                         "-DHAVE_CURL",
                                         "-Iport",
                                         "-Igcore",
                                         "-I" + headers + "/gdal",
                                         "-I" + headers + "/json-c",
                                         "-I" + headers + "/x86_64-linux-gnu"};
    std::vector<analyzer::clang::Unit> units;
    for (const auto* file :
         {"port/cpl_vsil_az.cpp", "port/cpl_azure.cpp", "port/cpl_vsil_s3.cpp", "port/cpl_vsil_curl.cpp"})
      units.push_back(read_unit(folder, file, flags));
    return read_client(std::move(units), BLOBGAUGE_SOURCE_DIR "/specs/clients/gdal.yaml");
  }();
  return reading;
}

const std::vector<std::string> list_read{"elements: Blobs",
                                         "elements: Blobs/Blob",
                                         "elements: Blobs/Blob/Name",
                                         "elements: Blobs/BlobPrefix",
                                         "elements: Blobs/BlobPrefix/Name",
                                         "elements: Blobs/Blob/Properties/Content-Length",
                                         "elements: Blobs/Blob/Properties/Last-Modified",
                                         "elements: NextMarker"};
const std::vector<Row> pgbackrest_rows{
    {"storage/azure/storage.c:389",
     "GET /{container}",
     "",
     {"query restype=container", "query comp=list"},
     {"query delimiter=/", "query prefix="},
     list_read},
    {"storage/azure/storage.c:403",
     "GET /{container}",
     "",
     {"query restype=container", "query comp=list", "query marker={}"},
     {"query delimiter=/", "query prefix="},
     list_read},
    {"storage/azure/storage.c:495",
     "HEAD /{container}/{blob}",
     "",
     {},
     {},
     {"statuses: 404", "reads: content-length", "reads: last-modified"}},
    {"storage/azure/storage.c:629", "DELETE /{container}/{blob}", "", {}, {}, {"statuses: 404"}},
    {"storage/azure/storage.c:689", "DELETE /{container}/{blob}", "", {}, {}, {"statuses: 404"}},
    {"storage/azure/read.c:52", "GET /{container}/{blob}", "", {}, {"header range=bytes={}-"}, {"statuses: 404"}},
    {"storage/azure/write.c:146",
     "PUT /{container}/{blob}",
     "",
     {"query comp=block", "query blockid={}x{}"},
     {"header content-md5="},
     {"body: buffer"}},
    {"storage/azure/write.c:240",
     "PUT /{container}/{blob}",
     "",
     {"query comp=blocklist"},
     {"header content-md5="},
     {"body: xml of BlockList", "body: BlockList/Uncommitted"}},
    {"storage/azure/write.c:248",
     "PUT /{container}/{blob}",
     "",
     {"header x-ms-blob-type=BlockBlob"},
     {"header content-md5="},
     {"body: buffer"}}};

TEST(PgBackRest, SendsEachRow) {
  if (!has("pgbackrest 2.45"))
    GTEST_SKIP() << "the source of pgBackRest 2.45 is not there (BLOBGAUGE_CLIENT_SOURCES, tools/setup --print)";
  for (const auto& row : pgbackrest_rows) {
    SCOPED_TRACE(name_of(row));
    check(pgbackrest(), row,
          {"header host=", "header date=", "header x-ms-version=2019-02-02", "header authorization=SharedKey {}:{}",
           "header content-length=", "header content-md5="});
  }
}

TEST(PgBackRest, HasNineSitesAndNoOther) {
  if (!has("pgbackrest 2.45"))
    GTEST_SKIP() << "the source of pgBackRest 2.45 is not there (BLOBGAUGE_CLIENT_SOURCES, tools/setup --print)";
  for (const auto& unit : pgbackrest().units) EXPECT_TRUE(unit.errors.empty()) << unit.file;
  std::set<std::string> places, wanted;
  for (const auto& request : pgbackrest().requests.requests) {
    places.insert(request.at);
    // What every request has, whatever its place.
    const auto lines = lines_of(request);
    for (const auto* start :
         {"header x-ms-version=2019-02-02 if this->sharedKey != NULL", "header date={} if this->sharedKey != NULL",
          "header authorization=SharedKey {}:{} if this->sharedKey != NULL", "header content-length="})
      EXPECT_TRUE(find(lines, start)) << request.at << ": " << start;
  }
  for (const auto& row : pgbackrest_rows) wanted.insert(row.at);
  EXPECT_EQ(places, wanted);
}

const std::string blob = " /{container}/{blob}";
const std::vector<Row> gdal_rows{
    {"port/cpl_vsil_az.cpp:414",
     "GET /{container}",
     "",
     {"query comp=list", "query restype=container"},
     {"query delimiter=/", "query prefix={}", "query marker={}", "query maxresults={}"},
     {"statuses: 200", "signed as GET"}},
    {"port/cpl_vsil_az.cpp:414",
     "GET /",
     "",
     {"query comp=list"},
     {"query marker={}", "query maxresults={}"},
     {"statuses: 200", "signed as GET"}},
    {"port/cpl_vsil_az.cpp:776",
     "GET" + blob,
     "query comp=metadata",
     {"query comp=metadata"},
     {},
     {"statuses: 200", "signed as GET"}},
    {"port/cpl_vsil_az.cpp:776",
     "GET" + blob,
     "query comp=tags",
     {"query comp=tags"},
     {},
     {"statuses: 200", "signed as GET"}},
    {"port/cpl_vsil_az.cpp:999",
     "PUT" + blob,
     "query comp=properties",
     {"query comp=properties", "header Content-Length={}"},
     {"header {}={}", "header Content-Type=application/xml; charset=UTF-8"},
     {"statuses: 200", "statuses: 204", "signed as PUT"}},
    {"port/cpl_vsil_az.cpp:999",
     "PUT" + blob,
     "query comp=metadata",
     {"query comp=metadata", "header Content-Length={}"},
     {"header {}={}", "header Content-Type=application/xml; charset=UTF-8"},
     {"statuses: 200", "statuses: 204", "signed as PUT"}},
    {"port/cpl_vsil_az.cpp:999",
     "PUT" + blob,
     "query comp=tags",
     {"query comp=tags", "header Content-Length={}"},
     {"header Content-Type=application/xml; charset=UTF-8"},
     {"statuses: 200", "statuses: 204", "signed as PUT", "body: buffer"}},
    {"port/cpl_vsil_az.cpp:1237",
     "PUT" + blob,
     "header x-ms-blob-type=BlockBlob",
     {"header x-ms-blob-type=BlockBlob", "header Content-Length={}"},
     {"header Expect=100-continue", "header {}={}"},
     {"statuses: 201", "statuses: 409", "signed as PUT"}},
    {"port/cpl_vsil_az.cpp:1237",
     "PUT" + blob,
     "header x-ms-blob-type=AppendBlob",
     {"header x-ms-blob-type=AppendBlob", "header Content-Length=0"},
     {"header {}={}"},
     {"statuses: 201", "statuses: 409", "signed as PUT"}},
    {"port/cpl_vsil_az.cpp:1237",
     "PUT" + blob,
     "query comp=appendblock",
     {"query comp=appendblock", "header x-ms-blob-condition-appendpos={}", "header Content-Length={}"},
     {"header {}={}"},
     {"statuses: 201", "statuses: 409", "signed as PUT"}},
    {"port/cpl_vsil_az.cpp:1527",
     "PUT /{container}",
     "",
     {"query restype=container", "header Content-Length=0"},
     {},
     {"statuses: 201", "signed as PUT"}},
    {"port/cpl_vsil_az.cpp:1690",
     "DELETE /{container}",
     "",
     {"query restype=container", "header Content-Length=0"},
     {},
     {"statuses: 202", "signed as DELETE"}},
    {"port/cpl_vsil_az.cpp:1794",
     "PUT" + blob,
     "",
     {"header x-ms-copy-source={}", "header Content-Length=0"},
     {"header Content-Type={}"},
     {"statuses: 202", "signed as PUT"}},
    {"port/cpl_vsil_az.cpp:1904",
     "PUT" + blob,
     "",
     {"query comp=block", "query blockid=", "header Content-Length={}"},
     {"header {}={}"},
     {"statuses: 200", "statuses: 201", "signed as PUT", "body: buffer"}},
    {"port/cpl_vsil_az.cpp:2021",
     "PUT" + blob,
     "",
     {"query comp=blocklist", "header Content-Length={}"},
     {},
     {"statuses: 201", "signed as PUT"}},
    // Inherited, and reached by /vsiaz/ alone.
    {"port/cpl_vsil_s3.cpp:3350",
     "DELETE" + blob,
     "",
     {},
     {},
     {"statuses: 200", "statuses: 202", "statuses: 204", "signed as DELETE"}},
    {"port/cpl_vsil_curl.cpp:1725",
     "GET" + blob,
     "",
     {"header Range=bytes={}-{}"},
     {},
     {"statuses: 206", "signed as GET"}},
    {"port/cpl_vsil_curl.cpp:2320", "GET" + blob, "", {"header Range=bytes={}-{}"}, {}, {"signed as GET"}},
    {"port/cpl_vsil_curl.cpp:2898",
     "GET" + blob,
     "",
     {"header Range=bytes={}-{}"},
     {},
     {"statuses: 206", "signed as GET"}},
    {"port/cpl_vsil_curl.cpp:1171", "HEAD" + blob, "", {}, {}, {"statuses: 200", "signed as HEAD"}},
    {"port/cpl_vsil_curl.cpp:1171", "GET" + blob, "", {}, {}, {"statuses: 200", "signed as GET"}},
};

TEST(Gdal, SendsEachRow) {
  if (!has("gdal 3.6.2"))
    GTEST_SKIP() << "the source of GDAL 3.6.2 is not there (BLOBGAUGE_CLIENT_SOURCES, tools/setup --print)";
  for (const auto& row : gdal_rows) {
    SCOPED_TRACE(name_of(row));
    check(gdal(), row, {"header x-ms-version=2019-12-12", "header x-ms-date=", "header Authorization="});
  }
}

TEST(Gdal, TheSignerIsToldWhatIsSent) {
  if (!has("gdal 3.6.2"))
    GTEST_SKIP() << "the source of GDAL 3.6.2 is not there (BLOBGAUGE_CLIENT_SOURCES, tools/setup --print)";
  for (const auto& unit : gdal().units) EXPECT_TRUE(unit.errors.empty()) << unit.file;
  std::size_t compared = 0;
  for (const auto& request : gdal().requests.requests) {
    if (request.hit.signed_verbs.empty()) continue;
    EXPECT_EQ(request.hit.verbs, request.hit.signed_verbs) << request.at;
    ++compared;
  }
  EXPECT_GE(compared, gdal_rows.size());
  for (const auto& trouble : gdal().requests.troubles)
    EXPECT_EQ(trouble.what.find("is signed as"), std::string::npos) << trouble.at << ": " << trouble.what;
}

TEST(Gdal, OverriddenMethodsAreDropped) {
  if (!has("gdal 3.6.2"))
    GTEST_SKIP() << "the source of GDAL 3.6.2 is not there (BLOBGAUGE_CLIENT_SOURCES, tools/setup --print)";
  const analyzer::clang::Program program(gdal().units, gdal().rules.roots);
  std::set<std::string> reached;
  for (std::size_t i = 1; i < program.functions().size(); ++i)
    if (program.functions()[i].reachable) reached.insert(program.functions()[i].name);
  EXPECT_TRUE(reached.count("cpl::VSIAzureFSHandler::CopyObject"));
  EXPECT_FALSE(reached.count("cpl::IVSIS3LikeFSHandler::CopyObject"));
  EXPECT_FALSE(reached.count("cpl::IVSIS3LikeFSHandler::UploadPart"));
  EXPECT_FALSE(reached.count("cpl::VSIDIRS3::IssueListDir"));
  EXPECT_TRUE(reached.count("cpl::IVSIS3LikeFSHandler::DeleteObject"));
}

// What the clients were seen to send is predicted: the recordings are those of clients/*/scenario.*.
class StaticAgainstObserved : public ::testing::TestWithParam<std::string> {};

TEST_P(StaticAgainstObserved, RecallIsOne) {
  const auto folder = std::string(BLOBGAUGE_SOURCE_DIR "/specs/surfaces/") + GetParam();
  const auto predicted = model::load_surface(folder + "-static.yaml");
  const auto observed = model::load_surface(folder + "-observed.yaml");
  ASSERT_TRUE(predicted && observed);
  const auto comparison = analyzer::compare(*predicted, *observed);
  for (const auto& agreement : comparison.agreements) {
    if (agreement.what == "values") continue;
    EXPECT_EQ(agreement.both, agreement.observed) << agreement.what << "\n" << analyzer::to_text(comparison);
  }
}
INSTANTIATE_TEST_SUITE_P(Clang, StaticAgainstObserved, ::testing::Values("pgbackrest-2.45", "gdal-3.6.2"),
                         [](const auto& one) {
                           return one.param.starts_with("gdal") ? std::string("Gdal") : std::string("PgBackRest");
                         });

}  // namespace
}  // namespace blobgauge::tests
