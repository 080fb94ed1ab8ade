#include "model/pseudonym.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "model/test_hash.h"

namespace blobgauge::model {
namespace {

const Pseudonym& pseudonym() {
  static const Pseudonym one(test_hash("key"), {{"kept"}, {"$logs"}, {"-secondary"}});
  return one;
}

std::string stand_in(std::string_view name) { return pseudonym().name(name); }

TEST(Pseudonym, KeepsTheShapeOfAName) {
  const std::string name = "Photos/2026 11+21/\xC3\xA9t\xC3\xA9_%41~(1)../img-0001.JPG";
  const auto other = stand_in(name);
  ASSERT_EQ(other.size(), name.size());
  EXPECT_NE(other, name);
  EXPECT_TRUE(other.ends_with(".JPG")) << other;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto kind = [](char c) {
      return c >= 'a' && c <= 'z'   ? 'a'
             : c >= 'A' && c <= 'Z' ? 'A'
             : c >= '0' && c <= '9' ? '0'
             : (c & 0x80)           ? 'x'
                                    : c;
    };
    EXPECT_EQ(kind(name[i]), kind(other[i])) << i << " " << other;
  }
}

TEST(Pseudonym, LeavesWhatMeansTheSameToEverybody) {
  for (const auto* name :
       {"", "/", "$root", "$web", "$logs/blob/2026/11/21/0000/000000.log", "kept", "true", "..", "___"})
    EXPECT_EQ(stand_in(name), name);
  EXPECT_EQ(stand_in("account-secondary"), stand_in("account") + "-secondary");
  EXPECT_TRUE(stand_in("$web/page.html").starts_with("$web/"));
  EXPECT_NE(stand_in("$web/page.html"), "$web/page.html");
}

TEST(Pseudonym, AnIdentifierBecomesAnother) {
  const std::string id = "72f988bf-86f1-41af-91ab-2d7cd011db47";
  const auto other = stand_in(id);
  EXPECT_NE(other, id);
  EXPECT_EQ(other.find_first_not_of("0123456789abcdef-"), std::string::npos);
  EXPECT_EQ(pseudonym().identifiers("x=" + id + "/y"), "x=" + other + "/y");
}

TEST(Pseudonym, AddressesStayAddresses) {
  const auto other = pseudonym().addresses("for=10.1.22.200:443, 127.0.0.1;2001:db8::17");
  EXPECT_NE(other.find("127.0.0.1"), std::string::npos);
  EXPECT_EQ(other.find("10.1.22.200"), std::string::npos);
  EXPECT_EQ(other.find("2001:db8::17"), std::string::npos);
  EXPECT_EQ(other.size(), std::string("for=10.1.22.200:443, 127.0.0.1;2001:db8::17").size());
}

TEST(Pseudonym, HangsOnTheKey) {
  const Pseudonym other(test_hash("another key"), {});
  EXPECT_NE(other.name("container"), stand_in("container"));
  EXPECT_NE(other.key_id(), pseudonym().key_id());
}

// Different names have different pseudonyms, and names that begin alike have pseudonyms that begin alike.
TEST(Pseudonym, KeepsDifferencesAndBeginnings) {
  std::mt19937 random(4);
  const std::string_view pieces[] = {
      "a", "b", "Z", "7", "-", ".", "/", "\xC3\xA9", "\xE4\xB8\xAD", "\xF0\x9F\x98\x80", " ", "\xFF"};
  std::set<std::string> names, others;
  for (int i = 0; i < 20000; ++i) {
    std::string name;
    for (auto n = 1 + random() % 8; n > 0; --n) name += pieces[random() % std::size(pieces)];
    const auto other = stand_in(name);
    ASSERT_EQ(other.size(), name.size());
    names.insert(name);
    others.insert(other);
    const auto slash = name.find_first_of("/.");
    if (slash == std::string::npos) {
      const auto part = name.substr(0, random() % (name.size() + 1));
      ASSERT_TRUE(part.empty() || (part.back() & 0x80) || other.starts_with(stand_in(part))) << name << " " << part;
    }
  }
  EXPECT_EQ(names.size(), others.size());
}

}  // namespace
}  // namespace blobgauge::model
