#pragma once
// A map whose copies share what they have in common, for states of which most copies are never changed, or in a few
// places: entries stand in layers (the variables of one activation, say), and only a layer that is written to is
// copied. Two maps that were one before are compared by the layers in which they differ.
//
// Order and lookups are those of std::map: first by layer, then by key. What find() and each() hand out is valid until
// the map is changed. Not for several threads: copies share without locks.
#include <map>

#include "analyzer/clang/shared.h"

namespace blobgauge::analyzer::clang {

// `layer_of(key)` gives the number of a key's layer, and orders layers as their keys are ordered.
template <class Key, class Value, auto layer_of>
class LayeredMap {
 public:
  // Null where it is not there.
  const Value* find(const Key& key) const {
    const auto layer = layers_->find(layer_of(key));
    if (layer == layers_->end()) return nullptr;
    const auto found = layer->second->find(key);
    return found == layer->second->end() ? nullptr : &found->second;
  }
  bool count(const Key& key) const { return find(key) != nullptr; }

  // Makes what is not there.
  Value& operator[](const Key& key) { return layers_.edit()[layer_of(key)].edit()[key]; }

  void erase_layer(int number) {
    if (layers_->count(number)) layers_.edit().erase(number);
  }

  template <class Visit>
  void each(Visit&& visit) const {
    for (const auto& [number, layer] : *layers_)
      for (const auto& [key, value] : *layer) visit(key, value);
  }

  // visit(key, in a, in b) for all keys but those of layers that both share; null where one has no such key. Ends
  // early where `visit` returns true, and says so.
  template <class Visit>
  static bool any_apart(const LayeredMap& a, const LayeredMap& b, Visit&& visit) {
    if (a.layers_.is(b.layers_)) return false;
    static const Layer none;
    return merge_walk(*a.layers_, *b.layers_, [&](int, const Shared<Layer>* x, const Shared<Layer>* y) {
      if (x && y && x->is(*y)) return false;
      return merge_walk(x ? **x : none, y ? **y : none, visit);
    });
  }

 private:
  using Layer = std::map<Key, Value>;
  using Layers = std::map<int, Shared<Layer>>;

  template <class Map, class Visit>
  static bool merge_walk(const Map& a, const Map& b, Visit&& visit) {
    auto x = a.begin();
    auto y = b.begin();
    while (x != a.end() || y != b.end()) {
      const bool only_a = y == b.end() || (x != a.end() && x->first < y->first);
      const bool only_b = !only_a && (x == a.end() || y->first < x->first);
      if (visit(only_b ? y->first : x->first, only_b ? nullptr : &x->second, only_a ? nullptr : &y->second))
        return true;
      if (!only_b) ++x;
      if (!only_a) ++y;
    }
    return false;
  }

  Shared<Layers> layers_;
};

}  // namespace blobgauge::analyzer::clang
