#pragma once
// Several results put side by side: what every renderer prints. One column per endpoint; a column may hold a run of the
// real clients (`verify`), a replay, or both. Renderers add layout and nothing else, so all formats say the same.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/results.h"
#include "model/spec.h"

namespace blobgauge::reports {

struct Column {
  std::string label;  // "azurite"
  std::vector<model::Results> results;
};

struct Input {
  std::vector<Column> columns;
  std::optional<model::Spec> spec;  // for figures per client and the reasons of the contract
};

enum class Works { yes, no, unknown, absent };  // absent: nobody tried this command on this endpoint

// A client command on one endpoint. What the real client did outranks what the cases predict.
struct CommandCell {
  Works works = Works::absent;
  const model::ScenarioResult* run = nullptr;
  const model::ScenarioResult* predicted = nullptr;
  // The exchange that breaks it; empty where it works or nobody knows.
  std::string broken_by() const;
  // Why, in one line: what the client said, or which cases fail.
  std::string detail() const;
  // Both are there and say different things.
  bool disagree() const;
};

struct CommandRow {
  std::string client, release, id, title;
  std::vector<CommandCell> cells;  // one per column
};

// Commands of one endpoint that the same exchange breaks; the list begins with the cause that frees most.
struct Cause {
  std::string exchange;  // without what differs from run to run
  std::vector<const CommandRow*> commands;
};

struct CaseRow {
  std::string id, operation, tier, title;
  std::vector<const model::CaseResult*> cells;  // null where not run
};

// Cases of one endpoint that do not pass for the same reason: same operation, expectation and answer.
struct CaseGroup {
  std::string operation;
  model::Verdict verdict = model::Verdict::fail;
  std::string expectation, expected, actual;  // of the first finding; without one, `actual` says why
  std::vector<const CaseRow*> rows;
  // Client commands that are predicted to break by these cases and by no others: what mending the cause would free.
  std::vector<const CommandRow*> frees;
};

struct FigureRow {
  std::string scope;  // "all cases", "tier mvp", "client azcopy"
  std::vector<model::Figures> cells;
};

// Holds pointers into the input, which must outlive it.
struct Overview {
  std::vector<std::string> labels;
  std::vector<CommandRow> commands;            // by client, in the order of the results
  std::vector<std::vector<Cause>> causes;      // per column
  std::vector<CaseRow> before;                 // what must hold before the first request, in the order of the results
  std::vector<CaseRow> cases;                  // by tier, operation, id
  std::vector<std::vector<CaseGroup>> groups;  // per column: what frees most commands first, then the largest
  std::vector<FigureRow> figures;
  // What a reader must know: an interrupted run, different specs. One that not every endpoint makes begins with whose
  // it is.
  std::vector<std::string> notes;
};

// What the endpoint is to the case: "destination", "source", "import"; empty where the results do not say.
std::string role_of(const CaseRow& row);

Overview make_overview(const Input& input);

// Commands of that column that work, and that were tried.
struct Score {
  std::size_t works = 0, breaks = 0, unknown = 0;
  std::size_t tried() const { return works + breaks + unknown; }
};
Score score(const Overview& overview, std::size_t column);

// "2.5%" of a part in 0..1; "100%" and "0%" only where that is exact.
std::string percent(double part);
// Control characters and invalid UTF-8 become visible, so that no report carries what an endpoint put in.
std::string visible(std::string_view text);
// Neither passed nor without meaning here.
bool needs_a_look(const model::CaseResult& item);
// "9 of 130 cases fail, 15 unsupported".
std::string case_count(const model::Figures& figures);
// The operation and status of an exchange, without its request id and names: "Put Block From URL -> 500".
std::string cause_of(std::string_view exchange);

}  // namespace blobgauge::reports
