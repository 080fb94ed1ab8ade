#pragma once
// The committed catalogue, read once, for tests.
#include <gtest/gtest.h>

#include "model/catalogue.h"

namespace blobgauge::model {

inline const Catalogue& test_catalogue() {
  static const auto loaded = Catalogue::load(BLOBGAUGE_SOURCE_DIR "/specs/catalogue");
  EXPECT_TRUE(loaded) << describe(loaded.error());
  return *loaded;
}

}  // namespace blobgauge::model
