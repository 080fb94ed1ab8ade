#pragma once
// How a client goes about one scenario: how many requests of which operation, how many for one file and for one block,
// in which order, how large, and what it tries again. What a request looks like is not here; operations have that.
//
// A *resource* is what a request's path names (a container, a blob: a file of the client), a *target* is a method with
// the whole request target (a block, a page of a listing). Counts are of one run and least and most over all runs, so
// that runs merge in any order to the same.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "model/error.h"

namespace blobgauge::model {

namespace yaml {
class Writer;
struct Node;
}  // namespace yaml

struct Range {
  std::uint64_t least = 0, most = 0;
  bool operator==(const Range&) const = default;
};

// Bodies of one direction, in bytes: up to eight different sizes, beyond that the smallest and the largest.
struct Sizes {
  static constexpr std::size_t most_sizes = 8;
  std::set<std::uint64_t> each;
  bool many = false;
  void add(std::uint64_t size);
  void merge(const Sizes& other);
  bool operator==(const Sizes&) const = default;
};

struct OperationTraffic {
  // Of all runs together: answers with an error status (0: none came) and how many of them the same target followed.
  struct Errors {
    std::uint64_t count = 0, again = 0;
    bool operator==(const Errors&) const = default;
  };
  Range requests, resources;       // of one run
  Range per_resource, per_target;  // requests
  Sizes sent, received;            // but for XML, whose length is nobody's choice
  std::map<int, Errors> errors;    // by status
  bool operator==(const OperationTraffic&) const = default;
};

struct ScenarioTraffic {
  std::uint64_t runs = 0;
  bool cut = false;  // more requests than are followed one by one: resources, targets and orders are of the first ones
  std::map<std::string, OperationTraffic> operations;  // by full name
  // Two operations on one resource, by name, and which was done first: bits, so that runs unite by `or`. What a client
  // does at the same time has no order.
  std::map<std::pair<std::string, std::string>, std::uint8_t> orders;
  static constexpr std::uint8_t forwards = 1, backwards = 2, either = forwards | backwards;
  bool operator==(const ScenarioTraffic&) const = default;
};

ScenarioTraffic merge(const ScenarioTraffic& a, const ScenarioTraffic& b);

std::string text_of(const Range& range);  // "3", "2 to 3"
// "Put Block -> Put Block List"; "Get Blob <-> Put Block" where neither is always first.
std::string text_of(const std::pair<std::string, std::string>& operations, std::uint8_t order);
std::string text_of(const Sizes& sizes);  // "4194304, 8388608"; "17 to 8388608, many"

// One scenario's part of a surface's file; docs/formats/surface.md.
void write_traffic(yaml::Writer& out, const ScenarioTraffic& traffic);
Result<ScenarioTraffic> read_traffic(const yaml::Node& node, const std::string& file);

}  // namespace blobgauge::model
