#include "model/pseudonyms.h"

#include <gmock/gmock.h>

#include "model/classifier.h"
#include "model/redaction.h"
#include "model/test_catalogue.h"
#include "model/test_hash.h"
#include "model/url.h"

namespace blobgauge::model {
namespace {

using testing::HasSubstr;
using testing::Not;

const Pseudonyms& pseudonyms() {
  static const Pseudonyms one(test_catalogue(), test_hash("key"));
  return one;
}

std::string of(std::string_view name) {
  static const Pseudonym one(test_hash("key"), {{}, {}, {"-secondary"}});
  return one.name(name);
}

Exchange listing() {
  Exchange e;
  e.request.method = "GET";
  e.request.scheme = "https";
  e.request.host = "acct.blob.core.windows.net";
  e.request.target =
      "/sentinelbox?restype=container&comp=list&prefix=sentineldir%2Fsentinel%20f&marker=sentineldir%2Fsentinelfile.txt"
      "&delimiter=%2F&where=%22sentineltag%22%3D%27sentinelvalue%27";
  e.request.headers.add("Host", "acct.blob.core.windows.net");
  e.request.headers.add("Authorization", "SharedKey acct:REDACTED");
  e.response.status = 200;
  e.response.body.bytes =
      "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults "
      "ServiceEndpoint=\"https://acct.blob.core.windows.net/\" ContainerName=\"sentinelbox\">"
      "<Prefix>sentineldir/sentinel f</Prefix><Delimiter>/</Delimiter><Blobs><Blob><Name>sentineldir/sentinel "
      "file&amp;1.txt</Name><Snapshot>2026-11-21T12:00:00.0000000Z</Snapshot><Properties><Etag>0x8D9</Etag>"
      "<Content-Disposition>attachment; filename=\"sentinel.pdf\"</Content-Disposition>"
      "<CopySource>https://other.blob.core.windows.net/sentinelbox/sentinel?sv=1&amp;sig=REDACTED</CopySource>"
      "</Properties><Metadata><k>sentinelmeta</k><hdi_isfolder>true</hdi_isfolder></Metadata>"
      "<Tags><TagSet><Tag><Key>k</Key><Value>sentinelvalue</Value></Tag></TagSet></Tags></Blob></Blobs>"
      "<NextMarker>sentineldir/sentinelfile.txt</NextMarker></EnumerationResults>";
  return e;
}

TEST(Pseudonyms, AListingStaysConsistent) {
  auto e = listing();
  const auto before = e;
  pseudonyms().apply(e);
  const auto& body = *e.response.body.bytes;
  EXPECT_THAT(body, Not(HasSubstr("sentinel")));
  EXPECT_THAT(e.request.target, Not(HasSubstr("sentinelb")));
  EXPECT_THAT(e.request.target, Not(HasSubstr("sentineld")));
  EXPECT_THAT(e.request.target, Not(HasSubstr("sentinelv")));
  EXPECT_EQ(e.request.host, of("acct") + ".blob.core.windows.net");
  EXPECT_EQ(e.request.headers.get("Host"), e.request.host);
  EXPECT_EQ(e.request.headers.get("Authorization"), "SharedKey " + of("acct") + ":REDACTED");
  EXPECT_EQ(body.size(), before.response.body.bytes->size());
  // The prefix that was asked for still begins the names that were answered, decoded or not.
  EXPECT_THAT(body, HasSubstr("<Name>" + of("sentineldir/sentinel f")));
  EXPECT_THAT(body, HasSubstr("ContainerName=\"" + of("sentinelbox") + "\""));
  EXPECT_THAT(body, HasSubstr("ServiceEndpoint=\"https://" + of("acct") + ".blob.core.windows.net/\""));
  EXPECT_THAT(body, HasSubstr("<Snapshot>2026-11-21T12:00:00.0000000Z</Snapshot>"));
  EXPECT_THAT(body, HasSubstr("<hdi_isfolder>true</hdi_isfolder>"));
  EXPECT_THAT(body, HasSubstr("<CopySource>https://" + of("other") + ".blob.core.windows.net/" + of("sentinelbox") +
                              "/" + of("sentinel") + "?sv=1&amp;sig=REDACTED</CopySource>"));
  EXPECT_THAT(e.request.target, HasSubstr("&delimiter=%2F&"));
  EXPECT_EQ(query_value(e.request.target, "prefix"), of("sentineldir/sentinel f"));
  EXPECT_EQ(e.marks, std::vector<std::string>{"response body: names became pseudonyms"});
  const Classifier classifier(test_catalogue());
  EXPECT_EQ(classifier.classify(e).name, classifier.classify(before).name);
}

TEST(Pseudonyms, EveryHeaderThatHasANameOrAPerson) {
  Exchange e;
  e.request.host = "127.0.0.1:10000";
  e.request.target = "/devstoreaccount1/sentinelbox/sentinel%25dir/%53entinel%C3%A9+x..?comp=metadata";
  auto& headers = e.request.headers;
  headers.add("x-ms-copy-source",
              "https://sentinelacct.blob.core.windows.net/sentinelbox/sentinel%20b.bin?sp=r&sig=REDACTED");
  headers.add("x-ms-meta-owner", "sentinelmeta value");
  headers.add("x-ms-meta-hdi_isfolder", "true");
  headers.add("x-ms-tags", "k=sentinelvalue&l=true");
  headers.add("x-ms-if-tags", "\"k\" = 'sentinelvalue'");
  headers.add("x-ms-owner", "sentinel@example.org");
  headers.add("X-Forwarded-For", "93.184.216.34, 127.0.0.1");
  headers.add("x-ms-blob-content-disposition", "attachment; filename*=UTF-8''sentinel%20f.pdf");
  headers.add("User-Agent", "AzCopy/10.32.2");
  e.response.headers.add(
      "WWW-Authenticate",
      "Bearer authorization_uri=https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/"
      "oauth2/authorize resource_id=https://storage.azure.com");
  e.response.headers.add("Location", "https://sentinelacct.blob.core.windows.net/sentinelbox");
  e.response.status = 403;
  e.response.reason = "no sentinelbox here";
  e.response.body.bytes =
      "<?xml version=\"1.0\"?><Error><Message>The resource /blob/sentinelacct/sentinelbox/x is not "
      "there, see https://aka.ms/help</Message></Error>";
  e.marks = {"x-ms-copy-source: host mapped to https://sentinelacct.blob.core.windows.net/"};
  pseudonyms().apply(e);
  std::string all = e.request.target + e.response.reason + *e.response.body.bytes + e.marks[0];
  for (const auto* side : {&headers, &e.response.headers})
    for (const auto& header : *side) all += header.name + ": " + header.value + "\n";
  EXPECT_THAT(all, Not(HasSubstr("sentinel")));
  EXPECT_THAT(all, Not(HasSubstr("%53entinel")));
  EXPECT_THAT(all, Not(HasSubstr("72f988bf")));
  EXPECT_THAT(all, Not(HasSubstr("93.184")));
  EXPECT_TRUE(e.request.target.starts_with("/devstoreaccount1/" + of("sentinelbox") + "/")) << e.request.target;
  EXPECT_EQ(percent_decode(e.request.target),
            "/devstoreaccount1/" + of("sentinelbox/sentinel%dir/Sentinel\xC3\xA9+x..") + "?comp=metadata");
  EXPECT_EQ(headers.get("x-ms-meta-hdi_isfolder"), "true");
  EXPECT_EQ(headers.get("x-ms-copy-source"), "https://" + of("sentinelacct") + ".blob.core.windows.net/" +
                                                 of("sentinelbox") + "/" + percent_encode(of("sentinel b.bin")) +
                                                 "?sp=r&sig=REDACTED");
  EXPECT_EQ(headers.get("User-Agent"), "AzCopy/10.32.2");
  EXPECT_THAT(std::string(e.response.headers.get("WWW-Authenticate")),
              HasSubstr("https://login.microsoftonline.com/" + of("72f988bf-86f1-41af-91ab-2d7cd011db47") +
                        "/oauth2/authorize resource_id=https://storage.azure.com"));
  EXPECT_THAT(*e.response.body.bytes, HasSubstr("/blob/" + of("sentinelacct") + "/" + of("sentinelbox") + "/"));
  EXPECT_THAT(*e.response.body.bytes, HasSubstr("https://aka.ms/help"));
}

TEST(Pseudonyms, JsonAndBatches) {
  Exchange e;
  e.request.host = "acct.blob.core.windows.net";
  e.request.target = "/sentinelbox?restype=container&comp=batch";
  e.request.body.bytes =
      "--batch_1\r\nContent-Type: application/http\r\n\r\nDELETE /sentinelbox/sentinel%20b.txt?snapshot=2026 "
      "HTTP/1.1\r\nx-ms-meta-a: sentinel\r\n\r\n--batch_1--\r\n";
  e.response.body.bytes =
      R"({"paths":[{"name":"sentinel\/b.txt","owner":"sentinel","size":"12"}],"text":"in sentinelbox"})";
  pseudonyms().apply(e);
  EXPECT_THAT(*e.request.body.bytes, Not(HasSubstr("sentinel")));
  EXPECT_THAT(*e.request.body.bytes, HasSubstr("DELETE /" + of("sentinelbox") + "/" +
                                               percent_encode(of("sentinel b.txt")) + "?snapshot=2026 HTTP/1.1\r\n"));
  EXPECT_THAT(*e.response.body.bytes, Not(HasSubstr("sentinel")));
  EXPECT_THAT(*e.response.body.bytes, HasSubstr("\"size\":\"12\""));
}

TEST(Pseudonyms, CommandLines) {
  const auto out = pseudonyms().command({"/home/sentinel/azcopy", "copy", "/data/sentinel/file.txt",
                                         "https://acct.blob.core.windows.net/sentinelbox?sp=r&sig=REDACTED",
                                         "--put-md5", "--block-size-mb=8", "--metadata=k=sentinel", "12"});
  ASSERT_EQ(out.size(), 8U);
  EXPECT_TRUE(out[0].ends_with("/" + of("sentinel") + "/azcopy")) << out[0];
  EXPECT_EQ(out[1], "copy");
  EXPECT_EQ(out[2], "/" + of("data") + "/" + of("sentinel") + "/" + of("file.txt"));
  EXPECT_EQ(out[3], "https://" + of("acct") + ".blob.core.windows.net/" + of("sentinelbox") + "?sp=r&sig=REDACTED");
  EXPECT_EQ(out[4], "--put-md5");
  EXPECT_EQ(out[5], "--block-size-mb=8");
  EXPECT_EQ(out[6], "--metadata=" + of("k") + "=" + of("sentinel"));
  EXPECT_EQ(out[7], "12");
}

TEST(Pseudonyms, ARedactionAppliesThemOnce) {
  const auto redaction =
      Redaction(test_catalogue()).with(std::make_shared<const Pseudonyms>(test_catalogue(), test_hash("key")));
  auto e = listing();
  e.request.target += "&skoid=72f988bf-86f1-41af-91ab-2d7cd011db47&sig=abc";
  const auto redacted = redaction.redact(e);
  EXPECT_THAT(redacted->request.target, HasSubstr("&skoid=REDACTED-36&sig=REDACTED"));
  EXPECT_EQ(redacted->request.host, of("acct") + ".blob.core.windows.net");
  EXPECT_EQ(redaction.pseudonym_key(), pseudonyms().key_id());
}

}  // namespace
}  // namespace blobgauge::model
