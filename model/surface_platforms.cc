#include "model/surface_platforms.h"

namespace blobgauge::model {
namespace {

using Platforms = std::set<std::string>;
using FieldMap = std::map<std::string, Field>;

const Platforms& marked(const Platforms& own, const Platforms& above) { return own.empty() ? above : own; }

// The platforms that have an operation; none where the surface has no such operation.
Platforms platforms_of(const Surface& surface, const OperationSurface* operation) {
  return operation ? marked(operation->platforms, surface.platforms) : Platforms();
}

// What is in one of the two surfaces is put together for one field.
class Side {
 public:
  Side(const Surface& surface, const std::string& operation) {
    const auto found = surface.operations.find(operation);
    operation_ = found == surface.operations.end() ? nullptr : &found->second;
    platforms_ = platforms_of(surface, operation_);
  }

  const Platforms& platforms() const { return platforms_; }

  void add(FieldMap OperationSurface::*part, const std::string& key, Platforms& all) const {
    if (!operation_) return;
    const auto& map = operation_->*part;
    const auto found = map.find(key);
    if (found == map.end() || found->second.presence == Presence::never) return;
    const auto& have = marked(found->second.platforms, platforms_);
    all.insert(have.begin(), have.end());
  }

 private:
  const OperationSurface* operation_ = nullptr;
  Platforms platforms_;
};

}  // namespace

void mark_platforms(Surface& merged, const Surface& a, const Surface& b) {
  const bool known = !a.platforms.empty() && !b.platforms.empty();
  merged.platforms.clear();
  if (known) {
    merged.platforms = a.platforms;
    merged.platforms.insert(b.platforms.begin(), b.platforms.end());
  }
  for (auto& [name, operation] : merged.operations) {
    const Side in_a(a, name), in_b(b, name);
    Platforms have = in_a.platforms();
    have.insert(in_b.platforms().begin(), in_b.platforms().end());
    operation.platforms = known && have != merged.platforms ? have : Platforms();
    for (const auto part :
         {&OperationSurface::query, &OperationSurface::request_headers, &OperationSurface::response_headers,
          &OperationSurface::response_body, &OperationSurface::compared_codes})
      for (auto& [key, field] : operation.*part) {
        Platforms all;
        in_a.add(part, key, all);
        in_b.add(part, key, all);
        field.platforms = known && all != have ? all : Platforms();
      }
  }
}

}  // namespace blobgauge::model
