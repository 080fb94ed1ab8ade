#include "model/rationale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/catalogue.h"
#include "model/text.h"

namespace blobgauge::model {
namespace {

using testing::HasSubstr;

const std::string whole =
    "format: 1\n"
    "decisions:\n"
    "  - topic: leases\n"
    "    title: Leases\n"
    "    decision: declined\n"
    "    reason: nobody takes one\n"
    "    breaks: locks\n"
    "    met_by: [tool lock]\n"
    "    reopen: somebody takes one\n"
    "    owner: product manager\n"
    "    date: \"2026-01-31\"\n"
    "    evidence: [Lease Blob]\n";

std::string error_of(const std::string& text) {
  const auto rows = rationale_from_text(text, "r.yaml");
  return rows ? "" : describe(rows.error());
}

TEST(Rationale, ReadsARow) {
  const auto rows = rationale_from_text(whole, "r.yaml");
  ASSERT_TRUE(rows) << describe(rows.error());
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ(rows->front().topic, "leases");
  EXPECT_EQ(rows->front().decision, Decision::declined);
  EXPECT_EQ(rows->front().date, "2026-01-31");
}

// A row with a gap decides nothing: each key is missed, and each is missed where it stands empty.
TEST(Rationale, ARowWithAGapIsRefused) {
  for (const auto* key :
       {"topic", "title", "decision", "reason", "breaks", "met_by", "reopen", "owner", "date", "evidence"}) {
    std::string without, empty;
    for (const auto line : model::split(whole, '\n')) {
      const bool here = line.find(std::string(key) + ":") == 4;
      const bool first = line.starts_with("  - ");
      if (!here)
        without += std::string(line) + "\n";
      else if (first)
        without += "  -\n";
      empty += here ? std::string(line.substr(0, line.find(':'))) + ": \" \"\n" : std::string(line) + "\n";
    }
    EXPECT_THAT(error_of(without), HasSubstr("a decision lacks '" + std::string(key) + "'"));
    EXPECT_THAT(error_of(empty), testing::AnyOf(HasSubstr("says nothing"), HasSubstr("is none of"))) << key;
  }
}

TEST(Rationale, NamesThePlaceOfAMistake) {
  const auto with = [](std::string_view from, std::string_view to) {
    auto text = whole;
    return error_of(text.replace(text.find(from), from.size(), to));
  };
  EXPECT_THAT(with("decision: declined", "decision: no"), HasSubstr("r.yaml:5:"));
  EXPECT_THAT(with("2026-01-31", "2026-02-30"), HasSubstr("r.yaml:11:"));
  EXPECT_THAT(with("owner:", "ovner:"), HasSubstr("lacks 'owner'"));
  EXPECT_THAT(with("    title: Leases\n", "    title: Leases\n    reasons: x\n"), HasSubstr("did you mean 'reason'"));
  EXPECT_THAT(error_of(whole + whole.substr(whole.find("  - "))), HasSubstr("r.yaml:13:"));
  EXPECT_THAT(with("format: 1", "format: 2"), HasSubstr("format 1 only"));
}

// Which questions must be answered is the service's business, and of those who asked them.
TEST(Rationale, TheCommittedOneNamesOperationsOfTheCatalogue) {
  const auto rows = load_rationale(BLOBGAUGE_SOURCE_DIR "/specs/policy/rationale.yaml");
  ASSERT_TRUE(rows) << describe(rows.error());
  const auto catalogue = model::Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue");
  ASSERT_TRUE(catalogue) << describe(catalogue.error());
  for (const auto& row : *rows)
    for (const auto& name : row.operations) EXPECT_TRUE(catalogue->find(name)) << row.topic << ": " << name;
}

}  // namespace
}  // namespace blobgauge::model
