#pragma once
// A client as data: which packages to read, where a run of it begins, and which functions of its libraries make
// requests. specs/clients/*.yaml, a client's file with the libraries that it uses; docs/formats/clients.md is the
// contract. Front ends get it as configuration and know no service.
#include <functional>
#include <map>
#include <optional>
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
  // The word of its compiled arguments at which the method's text begins; none: not for executables without source.
  std::optional<std::uint64_t> method_word = {};
};

struct StandsFor {
  std::string function;
  std::uint64_t argument = 0;
  bool copy = false;  // a copy of the request, which need not be the one that is sent
};

struct StatusJudge {
  std::string function;
  std::uint64_t response = 0, codes = 0;  // argument numbers
};

// How a library sends a request through a list of stages that may write to it.
struct PipelineRule {
  std::string send;           // the function, or the interface's method, that sends it
  std::uint64_t request = 0;  // argument number
  std::string stages;         // the receiver's field that holds the list
  std::string handler;        // an interface's method that is handed the request
  std::string factory;        // the method of the list's elements that makes a handler; empty: they are handlers
  std::uint64_t answer = 0;   // argument with the function that is handed this request's response; 0: none
  std::vector<std::string> sender = {};  // fields, one in the other, that hold one more element behind the list
};

// Where an error keeps the service's code.
struct ErrorCodeRules {
  std::vector<std::string> fields;
  std::vector<std::string> functions;  // that give it; argument 0 is the error
  std::vector<std::string> types;      // of which every value is a code
};

// A function that decodes the XML body of a response into a struct.
struct BodyRule {
  std::string function;
  std::uint64_t response = 0, into = 0;  // argument numbers
};

// A function that asks whether a request has a body, by a header which the library writes with every body. It may say
// no to one that has it (too small), never yes to one that has not.
struct HeaderTest {
  std::string function, header;
};

// A package that makes requests, for programs of which only the libraries' source is at hand.
struct BuilderRule {
  std::string package;
  std::string service;  // whose requests they are, where that is not the service of the catalogue
  // A query parameter that this other service does not have: a request that always has it is the catalogue's after all.
  std::string unless_query;
};

// A library's struct whose fields hold functions that it calls for a command: where the chains to an operation begin
// that tell a user which command sends it. In source the commands that are never run are left out: `run` are functions
// that run the receiver's tree, and `add` hangs its other arguments below its receiver.
struct HandlerRule {
  std::string type;  // "github.com/spf13/cobra.Command"
  std::vector<std::string> fields;
  std::string name;  // field with the text that people know the command by; may be empty
  std::string add;   // empty: every handler counts
  std::vector<std::string> run;
};

// A header that no code of the client names.
struct ImplicitHeader {
  std::string name, reason;
  model::Presence presence = model::Presence::undecided;
  bool with_body = false;  // only on requests that have one, as far as the facts say
  // The library's function that writes it; where the facts say which pipelines lead there, they decide.
  std::string stage = {};
  // Of requests with these methods; none: of all that no rule before it is about.
  std::vector<std::string> methods = {};
};

struct ClientRules {
  std::string client, language, module;
  std::vector<std::string> packages;
  std::vector<RootRule> roots;
  std::vector<RequestMaker> requests;
  std::vector<StandsFor> same;
  std::vector<std::string> same_fields;
  std::vector<std::string> joins;  // functions that put their texts one behind the other
  std::vector<StatusJudge> statuses;
  std::vector<PipelineRule> pipelines;
  std::vector<StandsFor> failures;  // whose error, not whose first result, belongs to the request in `argument`
  ErrorCodeRules error_codes;
  std::vector<BodyRule> bodies;
  std::vector<HeaderTest> header_tests;
  std::map<std::string, std::string> element_roots;  // type of a body that names no root element -> that element
  // Field that holds an address, or type whose methods make requests -> path template.
  std::map<std::string, std::string> paths;
  std::vector<BuilderRule> builders;
  std::vector<RootRule> policies;    // what their requests pass on the way out
  std::vector<std::string> scope;    // package globs whose requests are of the service
  std::vector<std::string> outside;  // package globs whose writes are not the client's
  std::vector<ImplicitHeader> implicit;
  std::vector<HandlerRule> handlers;
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

// The rules of a program of which nothing is known but its name: those of all libraries in `folder`.
model::Result<ClientRules> rules_of_libraries(const std::string& folder, std::string client);

// The configuration of the Go front end, as JSON.
std::string go_configuration(const ClientRules& rules, const Source& source);

// A module that an executable was linked from, as its build information says it.
struct LinkedModule {
  std::string path, version, sum;
  std::string replace_path, replace_version;  // empty: itself
};

struct LinkedProgram {
  std::vector<LinkedModule> modules;
  std::string platform;
  std::vector<std::string> tags;                        // build tags
  std::function<bool(std::string_view package)> holds;  // is code of this package in the executable?
};

// The same for the libraries of an executable: its packages that make requests, in the versions that were linked.
// Nothing where `rules` knows none of its packages.
std::optional<std::string> go_configuration(const ClientRules& rules, const LinkedProgram& program);

}  // namespace blobgauge::analyzer
