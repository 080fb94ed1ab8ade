#pragma once
// A value of which copies are one until somebody changes theirs. Not for several threads: copies share without locks.
#include <memory>
#include <utility>

namespace blobgauge::analyzer::clang {

template <class T>
class Shared {
 public:
  const T& operator*() const { return value_ ? *value_ : empty(); }
  const T* operator->() const { return &**this; }
  // To be changed: this copy's own from here on.
  T& edit() {
    if (!value_)
      value_ = std::make_shared<T>();
    else if (value_.use_count() > 1)
      value_ = std::make_shared<T>(*value_);
    return *value_;
  }
  void set(T value) { value_ = std::make_shared<T>(std::move(value)); }
  // Surely the same, since nobody has changed either.
  bool is(const Shared& other) const { return value_ == other.value_; }

 private:
  static const T& empty() {
    static const T none{};
    return none;
  }
  std::shared_ptr<T> value_;
};

}  // namespace blobgauge::analyzer::clang
