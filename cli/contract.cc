#include "cli/contract.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "cli/specs.h"
#include "model/file.h"
#include "replayer/attestation.h"
#include "wire/digest.h"

namespace blobgauge::cli {

namespace fs = std::filesystem;

void contract_options(CLI::App& app, ContractOptions& options) {
  options.spec = specs_path("azure-blob-mvp.yaml");
  app.add_option("--spec", options.spec, "the spec (default: specs/azure-blob-mvp.yaml)");
  app.add_option("--cases", options.cases, "folder of the cases (default: cases beside the spec)");
}

model::Result<Contract> load_contract(const ContractOptions& options) {
  Contract out;
  BLOBGAUGE_TRY(out.spec, model::load_spec(options.spec));
  std::error_code ignored;
  const auto beside = (fs::path(options.spec).parent_path() / "cases").string();
  const auto folder = !options.cases.empty()        ? options.cases
                      : fs::exists(beside, ignored) ? beside
                                                    : specs_path("cases");
  BLOBGAUGE_TRY(out.suite, replayer::load_suite(folder));
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    // What the real service said to the cases changes none of them.
    if (entry.path().extension() == ".yaml" && entry.path().filename() != replayer::attested_file)
      paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  paths.insert(paths.begin(), options.spec);
  wire::Digest digest(wire::Algorithm::sha256);
  for (const auto& path : paths) {
    BLOBGAUGE_TRY(const auto text, model::read_file(path));
    digest.update(text);
    digest.update(std::string_view("\0", 1));
  }
  out.digest = "sha256:" + wire::hex(digest.finish());
  return out;
}

}  // namespace blobgauge::cli
