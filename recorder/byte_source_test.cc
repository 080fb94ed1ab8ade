#include "recorder/byte_source.h"

#include <gtest/gtest.h>

namespace blobgauge::recorder::byte_source_test {
namespace {

std::string all(std::unique_ptr<ByteSource> source) {
  std::string out;
  for (;;) {
    const auto more = source->append_to(out);
    EXPECT_TRUE(more);
    if (!more || !*more) return out;
  }
}

std::string utf16(std::u16string_view text, bool little) {
  std::string out;
  for (const char16_t unit : text) {
    const auto high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
    out += little ? low : high;
    out += little ? high : low;
  }
  return out;
}

TEST(Utf8, MarksGoAndTextStays) {
  for (const std::string text : {"", "a", "ab", "\xEF\xBB", "gr\xC3\xBCn\n"}) {
    EXPECT_EQ(all(as_utf8(bytes_of(text))), text);
    EXPECT_EQ(all(as_utf8(bytes_of("\xEF\xBB\xBF" + text))), text);
  }
}

TEST(Utf8, Utf16OfBothOrdersOverEveryBorder) {
  // 4096 bytes are one piece: surrogates and units fall on its border.
  for (const std::size_t before : {0U, 1U, 2045U, 2046U, 2047U, 2048U}) {
    const std::u16string text = u"\uFEFF" + std::u16string(before, u'x') + u"gr\u00FCn \u20AC \U0001F600\r\n";
    const std::string want = std::string(before, 'x') + "grün € 😀\r\n";
    EXPECT_EQ(all(as_utf8(bytes_of(utf16(text, true)))), want) << before;
    EXPECT_EQ(all(as_utf8(bytes_of(utf16(text, false)))), want) << before;
  }
}

TEST(Utf8, HalvesBecomeTheReplacementCharacter) {
  const std::string mark = "\xFF\xFE";
  EXPECT_EQ(all(as_utf8(bytes_of(mark + std::string("\x3D\xD8", 2)))), "\xEF\xBF\xBD");
  EXPECT_EQ(all(as_utf8(bytes_of(mark + std::string("\x3D\xD8x\0", 4)))), "\xEF\xBF\xBDx");
  EXPECT_EQ(all(as_utf8(bytes_of(mark + "x"))), "\xEF\xBF\xBD");
}

}  // namespace
}  // namespace blobgauge::recorder::byte_source_test
