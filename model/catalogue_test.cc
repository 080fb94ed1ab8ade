#include "model/catalogue.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "model/temporary.h"
#include "model/test_catalogue.h"

namespace blobgauge::model {
namespace {

// A folder with one file, gone with the test.
class Folder {
 public:
  explicit Folder(const std::string& yaml) { std::ofstream(folder_.path() + "/a.yaml") << yaml; }
  std::string path() const { return folder_.path(); }

 private:
  const TemporaryFolder folder_ = TemporaryFolder::create().value();
};

std::string refusal(const std::string& yaml) {
  Folder folder(yaml);
  const auto loaded = Catalogue::load(folder.path());
  return loaded ? "" : describe(loaded.error());
}

TEST(Catalogue, EveryPageOfTheReferenceIsThere) {
  // The reference's contents, counted by hand from "Blob Storage REST API" and its three sub-tables.
  const std::set<std::string> pages = {"List Containers",
                                       "Set Blob Service Properties",
                                       "Get Blob Service Properties",
                                       "Preflight Blob Request",
                                       "Get Blob Service Stats",
                                       "Get Account Information",
                                       "Get User Delegation Key",
                                       "Create Container",
                                       "Get Container Properties",
                                       "Get Container Metadata",
                                       "Set Container Metadata",
                                       "Get Container ACL",
                                       "Set Container ACL",
                                       "Lease Container",
                                       "Delete Container",
                                       "Restore Container",
                                       "List Blobs",
                                       "Find Blobs by Tags in Container",
                                       "Create Session",
                                       "Put Blob",
                                       "Put Blob From URL",
                                       "Get Blob",
                                       "Get Blob Properties",
                                       "Set Blob Properties",
                                       "Get Blob Metadata",
                                       "Set Blob Metadata",
                                       "Get Blob Tags",
                                       "Set Blob Tags",
                                       "Find Blobs by Tags",
                                       "Lease Blob",
                                       "Snapshot Blob",
                                       "Copy Blob",
                                       "Copy Blob From URL",
                                       "Abort Copy Blob",
                                       "Delete Blob",
                                       "Undelete Blob",
                                       "Set Blob Tier",
                                       "Blob Batch",
                                       "Set Blob Immutability Policy",
                                       "Delete Blob Immutability Policy",
                                       "Set Blob Legal Hold",
                                       "Put Block",
                                       "Put Block From URL",
                                       "Put Block List",
                                       "Get Block List",
                                       "Query Blob Contents",
                                       "Put Page",
                                       "Put Page From URL",
                                       "Get Page Ranges",
                                       "Incremental Copy Blob",
                                       "Append Block",
                                       "Append Block From URL",
                                       "Append Blob Seal",
                                       "Set Blob Expiry"};
  std::set<std::string> have;
  for (const auto& operation : test_catalogue().operations())
    if (!operation.reference.empty()) have.insert(operation.reference);
  EXPECT_EQ(have, pages);
  EXPECT_EQ(test_catalogue().count().pages, pages.size());
  EXPECT_EQ(test_catalogue().count().undocumented, 1U);
  // What docs/formats/catalogue.md says.
  EXPECT_EQ(test_catalogue().count().operations, 54U);
  EXPECT_EQ(test_catalogue().count().forms, 70U);
}

TEST(Catalogue, VariantsInheritAndAdd) {
  const auto* put = test_catalogue().find("Put Blob (page)");
  ASSERT_NE(put, nullptr);
  EXPECT_EQ(put->name, "Put Blob");
  EXPECT_EQ(put->variant, "page");
  EXPECT_EQ(put->method, "PUT");
  EXPECT_EQ(put->sas_permission, "cw");
  EXPECT_TRUE(test_catalogue().knows_header(*put, "x-ms-blob-content-length"));
  EXPECT_TRUE(test_catalogue().knows_header(*put, "x-ms-meta-anything"));
  EXPECT_FALSE(test_catalogue().knows_header(*test_catalogue().find("Put Blob (block)"), "x-ms-blob-content-length"));
  EXPECT_EQ(test_catalogue().find("Lease Blob: break")->sas_permission, "dw");
  EXPECT_EQ(test_catalogue().find("Lease Blob: renew")->sas_permission, "w");
  EXPECT_EQ(test_catalogue().find("Get Blob")->variant, "");
  EXPECT_EQ(test_catalogue().find("Put Blob (type unrecorded)"), nullptr);
  EXPECT_TRUE(test_catalogue().knows_parameter(*test_catalogue().find("List Blobs (flat)"), "delimiter"));
  EXPECT_TRUE(test_catalogue().knows_parameter(*test_catalogue().find("Put Block"), "sig"));
  EXPECT_FALSE(test_catalogue().knows_parameter(*test_catalogue().find("Put Block"), "prefix"));
}

TEST(Catalogue, EveryOperationSaysWhatItNeeds) {
  for (const auto& operation : test_catalogue().operations()) {
    EXPECT_FALSE(operation.methods.empty()) << operation.full_name;
    EXPECT_EQ(operation.sas_permission.find_first_not_of("racwdxyltmeopfi*"), std::string::npos) << operation.full_name;
    for (const auto& action : operation.rbac_actions)
      EXPECT_TRUE(action.starts_with("Microsoft.Storage/storageAccounts/blobServices/")) << operation.full_name;
    // What nobody authorizes, and what the reference is silent about.
    const bool may_lack =
        operation.name == "Preflight Blob Request" || operation.name == "Create Session" || operation.reference.empty();
    EXPECT_TRUE(may_lack || !operation.rbac_actions.empty()) << operation.full_name;
  }
}

TEST(Catalogue, RolesAndSecrets) {
  EXPECT_EQ(test_catalogue().role("request-id"), "x-ms-request-id");
  EXPECT_EQ(test_catalogue().role("no such role"), "");
  EXPECT_EQ(test_catalogue().role_names("url-header").size(), 2U);
  EXPECT_FALSE(test_catalogue().secrets("headers").empty());
  EXPECT_EQ(test_catalogue().secrets("queries").front(), "sig");
  EXPECT_TRUE(test_catalogue().secrets("no such key").empty());
}

TEST(Catalogue, RuleIsOneLine) {
  EXPECT_EQ(test_catalogue().find("Get Blob (range)")->rule(), "GET /{container}/{blob}, Range or x-ms-range");
  EXPECT_EQ(test_catalogue().find("Lease Container: acquire")->rule(),
            "PUT /{container}?restype=container&comp=lease, x-ms-lease-action=acquire");
  EXPECT_EQ(test_catalogue().find("Get Page Ranges (diff)")->rule(),
            "GET /{container}/{blob}?comp=pagelist, ?prevsnapshot or x-ms-previous-snapshot-url");
  EXPECT_EQ(test_catalogue().find("Get Page Ranges")->rule(),
            "GET /{container}/{blob}?comp=pagelist, no ?prevsnapshot, no x-ms-previous-snapshot-url");
}

TEST(Catalogue, RefusesWhatItCannotMean) {
  const std::string head = "format: 1\noperations:\n  - name: A\n    method: GET\n";
  EXPECT_EQ(refusal(head + "    path: /\n"), "");
  EXPECT_NE(refusal("format: 2\n").find("'format' must be 1"), std::string::npos);
  EXPECT_NE(refusal("format: 1\n").find("no operation"), std::string::npos);
  EXPECT_NE(refusal(head + "    path: /{blob}\n").find("is none of"), std::string::npos);
  EXPECT_NE(refusal(head).find("no path"), std::string::npos);
  EXPECT_NE(refusal(head + "    path: /\n    qeury: [a]\n").find("did you mean 'query'"), std::string::npos);
  EXPECT_NE(refusal(head + "    path: /\n    query: [a=]\n").find("is no selector"), std::string::npos);
  EXPECT_NE(refusal(head + "    path: /\n    accepts: [+x]\n").find("no group"), std::string::npos);
  EXPECT_NE(refusal(head + "    path: /\n  - name: A\n    method: GET\n    path: /\n").find("there twice"),
            std::string::npos);
  EXPECT_NE(refusal(head + "    path: /\n    query: [a, b, c, d, e, f, g, h, i]\n").find("more than 8"),
            std::string::npos);
  EXPECT_FALSE(Catalogue::load("/no/such/folder"));
}

}  // namespace
}  // namespace blobgauge::model
