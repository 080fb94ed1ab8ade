#pragma once
// A client as data: which packages to read, where a run of it begins, and which functions of its libraries make
// requests. specs/clients/*.yaml, a client's file with the libraries that it uses; docs/formats/clients.md is the
// contract. Front ends get it as configuration and know no service.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/surface.h"

namespace blobgauge::analyzer {

struct RootRule {
  std::string package, interfaces;
  std::vector<std::string> functions;
};

struct RequestMaker {
  std::string function;
  std::uint64_t method = 0, endpoint = 0;  // argument numbers
};

struct StandsFor {
  std::string function;
  std::uint64_t argument = 0;
};

struct StatusJudge {
  std::string function;
  std::uint64_t response = 0, codes = 0;  // argument numbers
};

// A header that no code of the client names.
struct ImplicitHeader {
  std::string name, reason;
  model::Presence presence = model::Presence::undecided;
};

struct ClientRules {
  std::string client, language, module;
  std::vector<std::string> packages;
  std::vector<RootRule> roots;
  std::vector<RequestMaker> requests;
  std::vector<StandsFor> same;
  std::vector<std::string> same_fields;
  std::vector<StatusJudge> statuses;
  std::map<std::string, std::string> paths;  // field that holds an address -> path template
  std::vector<std::string> scope;            // package globs whose requests are of the service
  std::vector<std::string> outside;          // package globs whose writes are not the client's
  std::vector<ImplicitHeader> implicit;
};

// The file of a client and, beside it, those of the libraries that it names in `uses`.
model::Result<ClientRules> load_client_rules(const std::string& path);

// The file in `folder` whose client has this module (a version suffix of the path apart).
model::Result<std::string> find_client_file(const std::string& folder, std::string_view module);

// Where the program to read is.
struct Source {
  std::string module;  // PATH@VERSION, or
  std::string dir;     // a checkout
  std::string platform = "linux/amd64";
};

// The configuration of the Go front end, as JSON.
std::string go_configuration(const ClientRules& rules, const Source& source);

}  // namespace blobgauge::analyzer
