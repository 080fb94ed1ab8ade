#pragma once
// One case written once and meant many times: `rows` under a case is a list of arguments, or names of tables in
// suite.yaml, and each row makes a case of its own. Its id must have a parameter, so it is stable when rows come and
// go. Several tables are multiplied: every row of the first with every row of the second.
#include <map>
#include <string>
#include <vector>

#include "model/yaml.h"

namespace blobgauge::replayer {

using Tables = std::map<std::string, model::yaml::Node>;

// The case itself where it has no rows. Category::input for an unknown table, a parameter that no row gives and a
// value in rows of its own that nothing uses.
model::Result<std::vector<model::yaml::Node>> case_rows(const model::yaml::Node& item, const Tables& tables,
                                                        const std::string& file);

}  // namespace blobgauge::replayer
