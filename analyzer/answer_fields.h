#pragma once
// What of an answer a program reads, as fields of its surface: headers, XML elements and error codes, each with the
// call path to who reads it. A header or an element that is put into a field of a result counts where the program loads
// that field, and its evidence leads to the load; what is used where it was read leads there.
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analyzer/facts.h"
#include "analyzer/request_shape.h"
#include "analyzer/value_flow.h"
#include "analyzer/ways.h"
#include "model/surface.h"

namespace blobgauge::analyzer {

// Keeps references to all that it is given. Not for several threads: paths are kept.
class AnswerFields {
 public:
  using Note = std::function<std::string(std::vector<std::string> lines)>;  // keeps evidence and gives its id

  AnswerFields(const Facts& facts, const ValueFlow& flow, const Ways& ways, Note note)
      : facts_(facts), flow_(flow), ways_(ways), note_(std::move(note)) {}

  void read(const RequestShape& shape, model::OperationSurface& operation);

  // The codes that the program compares, in the operations of which the error can be, else in the surface itself. Of
  // one operation alone it is `always`; of one of several `conditional`, and the reason names the candidates.
  void compare(const std::function<std::set<std::string>(int request)>& operations_of, model::Surface& surface);

 private:
  using Reads = std::vector<const ResponseRead*>;
  model::Field field(std::string name, const Reads& reads);
  std::string path(int function, const std::string& at);
  void add(std::map<std::string, model::Field>& codes, const std::string& code, const model::Field& field);

  const Facts& facts_;
  const ValueFlow& flow_;
  const Ways& ways_;
  const Note note_;
  std::map<std::pair<int, std::string>, std::string> paths_;  // evidence by function and place
};

}  // namespace blobgauge::analyzer
