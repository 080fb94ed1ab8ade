#pragma once
// What a client is asked to do and what must hold afterwards, as data: one YAML file per client under specs/scenarios.
// docs/formats/scenario.md is the contract. Nothing in the code knows a client, an option or an operation.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/error.h"

namespace blobgauge::clients {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Files with generated content in the scenario's folder. "{n}" in the path counts from 1.
struct FileSet {
  std::string path;
  std::uint64_t count = 1;
  std::vector<std::uint64_t> sizes;  // bytes, used in turn
};

// A file, or every file of a folder, put into the container before the client runs.
struct BlobSet {
  std::string from;  // file or folder in the scenario's folder
  std::string to;    // blob name, or for a folder a prefix
};

struct Step {
  std::vector<std::string> arguments;  // templates
  bool succeeds = true;                // exit code 0, or any other
  std::vector<std::string> says;       // each stands somewhere in its output
  std::string lists;                   // a folder: the relative path of each of its files stands in the output
  bool only_reads = false;             // moves nothing: every request is a GET or a HEAD
};

// One thing that must hold on disk or in the container after the last step.
struct Condition {
  enum class Kind {
    files,         // folder `subject` holds the files of folder `equal`, byte for byte, and no other
    blobs,         // so do the blobs under the prefix `subject`
    blob,          // blob `subject` has the bytes of file `equal`, where given, and these headers
    no_blob,       // blob `subject` does not exist
    container,     // container `subject` exists
    no_container,  // container `subject` does not exist
  };
  Kind kind = Kind::files;
  std::string subject, equal;
  Pairs headers;  // name, and the exact value that a HEAD of the blob shows
};

struct Scenario {
  std::string id;  // "azcopy/copy-up-small"
  std::string title;
  std::chrono::seconds time_limit{60};  // of each step
  bool container = true;                // make an empty one first
  std::vector<FileSet> files;
  std::vector<BlobSet> blobs;
  std::vector<Step> steps;
  std::vector<Condition> holds;
  // Answers other than 2xx that an intact run gets: operation and status. A client that asks whether something is
  // there expects a 404.
  std::vector<std::pair<std::string, int>> expected_answers;
};

struct ClientFile {
  std::string client;                // "azcopy"
  std::vector<std::string> release;  // arguments that print the release: the first dotted number in the output
  std::string service;               // "https://{account}.blob...": the address that the client is given
  Pairs environment;                 // templates; the recording's own variables come on top
  Pairs sas;                         // fields of the account SAS {sas}, without expiry and signature
  std::vector<Scenario> scenarios;
  std::string path;
};

model::Result<ClientFile> client_file_from_yaml(std::string_view text, std::string name);
// specs/scenarios/CLIENT.yaml
model::Result<ClientFile> load_client_file(const std::string& folder, std::string_view client);

// Replaces {name} by its value; Category::input for a name that is not there. "{{" is a brace.
model::Result<std::string> expand(std::string_view text, const Pairs& values);

}  // namespace blobgauge::clients
