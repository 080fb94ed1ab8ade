#pragma once
// The spec with its cases, as commands that run or judge take them: `--spec FILE`, `--cases FOLDER`. The digest tells
// runs of different contracts apart, which their file names cannot.
#include <CLI/CLI.hpp>
#include <string>

#include "model/error.h"
#include "model/spec.h"
#include "replayer/suite.h"

namespace blobgauge::cli {

struct Contract {
  model::Spec spec;
  replayer::Suite suite;
  std::string digest;  // "sha256:..." over the texts of the spec and of every case file, in the order of their names
};

struct ContractOptions {
  std::string spec, cases;
};

void contract_options(CLI::App& app, ContractOptions& options);
// Cases stand beside the spec that names them, unless a folder is given.
model::Result<Contract> load_contract(const ContractOptions& options);

}  // namespace blobgauge::cli
