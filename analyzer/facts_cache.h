#pragma once
// Facts that a front end has written before, so that the same question is not answered by reading a program again. An
// entry is found by what decides its content: who read (a digest of the front end), what was asked (its configuration)
// and what was read (a digest of the checkout, where the configuration does not pin it). Times, paths and names of
// files decide nothing.
//
// An entry is zstd with a checksum: one that is damaged, cut, or of a version of facts that is not read any more counts
// as none and is written again. Entries appear whole, so any number of processes may share a folder. A folder that
// cannot be read or written is a cache that keeps nothing: it is never an error. Thread-safe.
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/facts.h"

namespace blobgauge::analyzer {

class FactsCache {
 public:
  static constexpr std::size_t most_entries = 32;  // the ones used last stay; AzCopy's takes 2 MB

  // Empty: keeps nothing.
  explicit FactsCache(std::string folder) : folder_(std::move(folder)) {}

  struct Question {
    std::string front_end;      // digest of the program that reads
    std::string configuration;  // what it is asked, without the place of the checkout
    std::string content;        // digest of the checkout; empty: the configuration pins all versions
    // The Go whose standard library would be read ("go1.26.8"); empty: any will do. Not part of the name: without a Go
    // the facts are still there.
    std::string toolchain;
  };
  struct Entry {
    Facts facts;
    std::string text;  // as the front end wrote it
  };
  std::optional<Entry> find(const Question& question) const;
  void keep(const Question& question, std::string_view text) const;

  // The file of an entry, whether it is there or not; for messages and tests.
  std::string file(const Question& question) const;

 private:
  void drop_oldest() const;
  std::string folder_;
};

}  // namespace blobgauge::analyzer
