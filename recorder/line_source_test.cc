#include "recorder/line_source.h"

#include <gtest/gtest.h>
#include <lzma.h>
#include <zstd.h>

#include <fstream>
#include <memory>

#include "model/temporary.h"

namespace blobgauge::recorder {
namespace {

std::string to_xz(const std::string& plain) {
  std::string out(lzma_stream_buffer_bound(plain.size()), '\0');
  std::size_t size = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const std::uint8_t*>(plain.data()),
                                    plain.size(), reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size()),
            LZMA_OK);
  out.resize(size);
  return out;
}

std::string to_zstd(const std::string& plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  out.resize(ZSTD_compress2(context.get(), out.data(), out.size(), plain.data(), plain.size()));
  return out;
}

class LineSourceTest : public testing::Test {
 protected:
  std::string file(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    return path_;
  }

  // The lines, and the error that ended them.
  std::pair<std::vector<std::string>, std::string> read(const std::string& bytes) {
    std::vector<std::string> lines;
    auto source = LineSource::open(file(bytes));
    if (!source) return {lines, source.error().message};
    std::string_view line;
    for (;;) {
      const auto more = source->next(line);
      if (!more) return {lines, more.error().message};
      if (!*more) return {lines, ""};
      lines.emplace_back(line);
      EXPECT_EQ(source->line_number(), lines.size());
    }
  }

 private:
  const model::TemporaryFolder folder_ = model::TemporaryFolder::create().value();
  const std::string path_ = folder_.path() + "/lines";
};

TEST_F(LineSourceTest, EveryCompressionGivesTheSameLines) {
  std::vector<std::string> want;
  std::string text;
  for (int i = 0; i < 20000; ++i) {
    want.push_back(std::string(static_cast<std::size_t>(i % 97), 'x') + std::to_string(i));
    text += want.back() + "\n";
  }
  want.emplace_back(1 << 20, 'y');
  text += want.back();  // no line feed at the end
  for (const auto& bytes : {text, to_xz(text), to_zstd(text), to_xz(text.substr(0, 1000)) + to_xz(text.substr(1000)),
                            to_zstd(text.substr(0, 1000)) + to_zstd(text.substr(1000))}) {
    const auto [lines, error] = read(bytes);
    EXPECT_EQ(error, "");
    EXPECT_TRUE(lines == want);
  }
}

TEST_F(LineSourceTest, EmptyFilesAndLines) {
  EXPECT_TRUE(read("").first.empty());
  EXPECT_TRUE(read(to_xz("")).first.empty());
  EXPECT_EQ(read("\n\na").first, (std::vector<std::string>{"", "", "a"}));
}

TEST_F(LineSourceTest, CutAndDamagedFilesAreSaidSo) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * 7919) + "\n";
  for (const auto& whole : {to_xz(text), to_zstd(text)}) {
    EXPECT_NE(read(whole.substr(0, whole.size() / 2)).second, "");
    auto damaged = whole;
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x5a);
    EXPECT_NE(read(damaged).second, "");
  }
  EXPECT_FALSE(LineSource::open("/no/such/file"));
}

}  // namespace
}  // namespace blobgauge::recorder
