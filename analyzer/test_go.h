#pragma once
// For tests that build a program in Go: tools/setup installs it, so where it is not there the tree was built by hand
// and they are left out with a word; where CI is set that would hide them, and they fail.
#include <gtest/gtest.h>

#include <cstdlib>

namespace blobgauge::analyzer {

// In a test or its SetUp.
#define BLOBGAUGE_NEED_GO()                                                \
  if (std::system("go version >/dev/null 2>&1") != 0) {                    \
    ASSERT_FALSE(std::getenv("CI")) << "Go must be there where CI is set"; \
    GTEST_SKIP() << "Go is not installed (tools/setup does)";              \
  }                                                                        \
  static_assert(true)

}  // namespace blobgauge::analyzer
