#include "recorder/hash_worker.h"

#include <gtest/gtest.h>

#include <random>

namespace blobgauge::recorder {
namespace {

using model::Body;
using wire::Algorithm;

const std::vector<std::pair<std::string Body::*, Algorithm>> both{{&Body::sha256, Algorithm::sha256},
                                                                  {&Body::crc64, Algorithm::crc64}};

// However bodies are cut, whatever runs beside them and however little may be under way: the digests are those of the
// whole body, computed at once.
TEST(HashWorker, GivesTheDigestsOfTheWholeBody) {
  for (const std::size_t most : {std::size_t{1}, std::size_t{100'000}, std::size_t{2} << 20}) {
    std::mt19937 random(static_cast<unsigned>(most));
    const HashWorker worker(most);
    struct Running {
      std::string bytes;
      std::size_t at = 0;
      std::unique_ptr<BodyHash> hash;
    };
    std::vector<Running> all(6);
    for (auto& each : all) {
      each.bytes.resize(random() % 3'000'000);
      for (auto& c : each.bytes) c = static_cast<char>(random());
      each.hash = std::make_unique<BodyHash>(both, &worker);
    }
    for (bool more = true; more;) {
      more = false;
      for (auto& each : all) {
        const auto size = std::min<std::size_t>(random() % 3 ? 65'536 : random() % 10'000, each.bytes.size() - each.at);
        each.hash->update(std::string_view(each.bytes).substr(each.at, size));
        each.at += size;
        more |= each.at < each.bytes.size();
      }
    }
    for (auto& each : all) {
      Body body;
      each.hash->finish(body);
      EXPECT_EQ(body.sha256, wire::hex(digest(Algorithm::sha256, each.bytes)));
      EXPECT_EQ(body.crc64, wire::hex(digest(Algorithm::crc64, each.bytes)));
      EXPECT_EQ(body.md5, "");
    }
  }
}

TEST(HashWorker, BodiesMayEndAfterIt) {
  const std::string bytes(100'000, 'b');
  auto worker = std::make_unique<HashWorker>();
  BodyHash hash(both, worker.get()), unused(both, worker.get());
  hash.update(bytes);
  worker.reset();
  hash.update(bytes);
  Body body;
  hash.finish(body);
  EXPECT_EQ(body.sha256, wire::hex(digest(Algorithm::sha256, bytes + bytes)));
}

}  // namespace
}  // namespace blobgauge::recorder
