#pragma once
// What becomes of a request's fields on its way out: it passes the stages (policies, middleware) of each pipeline that
// it can be sent through, in their order, and each may write to it. What a stage of every list writes is always there,
// what a stage of some lists writes is conditional; a stage that asks for a header first is answered by what is there.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analyzer/facts.h"
#include "analyzer/pipelines.h"
#include "analyzer/request_shape.h"
#include "analyzer/value_flow.h"

namespace blobgauge::analyzer {

// What a stage writes to every request that passes it.
struct StageWrite {
  bool query = false;
  Emission emission;
};

using StageWrites = std::map<int, std::vector<StageWrite>>;  // by the function that is handed the request

// One field of one request on its way through one list of stages.
struct Passing {
  model::Presence presence = model::Presence::never;
  Domain value;
};

using FieldStates = std::map<std::string, Passing>;  // by key

// Keeps references to the facts and the flow.
class StagePassage {
 public:
  StagePassage(const Facts& facts, const ValueFlow& flow, StageWrites writes)
      : facts_(facts), flow_(flow), stage_writes_(std::move(writes)) {}

  // `shapes` by the requests' ids; the first is nobody's.
  void send(std::vector<RequestShape>& shapes) const;

 private:
  void unsent(RequestShape& shape) const;
  void pass(RequestShape& shape, const std::set<StageList>& lists) const;
  void anything(FieldStates (&now)[2]) const;
  void arrive(ShapedField& field, const std::vector<Passing>& ends, std::size_t lists, bool was_there) const;

  const Facts& facts_;
  const ValueFlow& flow_;
  const StageWrites stage_writes_;
};

}  // namespace blobgauge::analyzer
