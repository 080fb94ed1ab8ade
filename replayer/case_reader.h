#pragma once
// YAML -> cases. Templates ("- blob: {path: ..., body: ...}" in place of a whole step) are filled in while reading, so
// what runs is always a list of exact requests.
#include <map>
#include <string>
#include <vector>

#include "model/yaml.h"
#include "replayer/case.h"

namespace blobgauge::replayer {

// A step with parameters: a scalar `$name` in `step` becomes the argument's node, `$(name)` inside a scalar its text.
// A key whose `$name` was not given, and has no default, goes away.
struct StepTemplate {
  std::vector<std::string> required;
  std::map<std::string, model::yaml::Node> optional;  // with the default; a null node is no default
  model::yaml::Node step;
  std::string file;
};

class CaseReader {
 public:
  explicit CaseReader(std::string file) : file_(std::move(file)) {}
  void use(const std::map<std::string, StepTemplate>* templates) { templates_ = templates; }

  // `operation` is the file's: a step of a case stands for it unless it says otherwise.
  model::Result<Case> read_case(const model::yaml::Node& node, const std::string& operation) const;
  model::Result<Step> read_step(const model::yaml::Node& node, const std::string& operation) const;
  model::Result<std::vector<Expectation>> read_headers(const model::yaml::Node& node) const;

  static model::Result<StepTemplate> read_template(const model::yaml::Node& node, const std::string& file);

 private:
  model::Result<std::vector<Step>> read_steps(const model::yaml::Node* node, const std::string& operation) const;
  model::Result<model::yaml::Node> fill(const std::string& name, const model::yaml::Node& arguments) const;
  model::Result<RequestTemplate> read_request(const model::yaml::Node& node) const;
  model::Result<BodyTemplate> read_body(const model::yaml::Node& node) const;
  model::Status read_expect(const model::yaml::Node& node, Step& step) const;
  model::Result<Expectation> read_value(const model::yaml::Node& node, Expectation::About about,
                                        model::Weight weight) const;
  model::Status read_result(const model::yaml::Node& node, Expectation::About about, model::Weight weight,
                            std::vector<Expectation>& out) const;

  std::string file_;
  const std::map<std::string, StepTemplate>* templates_ = nullptr;
};

}  // namespace blobgauge::replayer
