// The commands in the order of --help and of docs/commands.md (a test compares the two).
#include "cli/command.h"

namespace blobgauge::cli {

const std::vector<Row>& command_table() {
  static const std::vector<Row> table = {
      {"analyze go", "Go source or a Go executable -> static surface"},
      {"analyze clang", "C and C++ source -> static surface"},
      {"record", "a client on the wire -> trace"},
      {"ca export", "print the local certificate authority"},
      {"ca trust-help", "how clients are told to trust it"},
      {"import azcopy-log", "AzCopy's log -> trace"},
      {"import har", "HAR 1.2 -> trace"},
      {"import recordings", "recorded exchanges of real Azure -> trace"},
      {"export har", "trace -> HAR 1.2"},
      {"trace cat", "a trace for people"},
      {"trace grep", "the exchanges that match"},
      {"trace stats", "counts by operation, status and time"},
      {"trace cut", "a part of a trace"},
      {"trace merge", "several traces by time"},
      {"trace classify", "name every exchange; --labels: agreement with the trace's own labels"},
      {"trace scrub", "take the secrets out of a finished trace"},
      {"trace audit", "look for secrets in a finished trace"},
      {"catalogue list", "the API as this tool knows it"},
      {"catalogue show", "one operation of it"},
      {"infer", "traces -> observed surface"},
      {"merge", "surfaces -> one"},
      {"compare", "static against observed: recall and precision"},
      {"spec build", "surfaces, cases and policy -> MVP spec"},
      {"spec lint", "what a spec lacks"},
      {"spec explain", "one operation: who needs it, what may be answered, which case checks it"},
      {"spec attest", "note what a run against real Azure confirmed"},
      {"replay", "MVP spec -> results on one endpoint"},
      {"baseline init", "results -> expected failures"},
      {"baseline update", "bring expected failures up to date"},
      {"results merge", "results of shards -> one"},
      {"check", "judge recorded answers with the spec, send nothing"},
      {"endpoint", "run the reference endpoint"},
      {"verify", "run the scenarios of the real clients"},
      {"probe", "what a client needs of an answer, measured by changing it"},
      {"agree", "predictions against what the clients do"},
      {"selfcheck", "which changes of recorded answers the expectations let through"},
      {"diff", "what changed between two surfaces (specs and results: not yet)"},
      {"upgrade-check", "what a new client release sends that the old one did not"},
      {"report summary", "results as one table on the terminal"},
      {"report markdown", "results as Markdown"},
      {"report html", "results as one page without external parts"},
      {"report joint", "the joint API document"},
      {"report matrix", "operations by client and endpoint"},
      {"report permissions", "SAS letters and RBAC actions that the clients need"},
      {"report junit", "results as JUnit XML"},
      {"report tap", "results as TAP"},
      {"report sarif", "results as SARIF"},
      {"report badge", "one figure as an image"},
      {"report trend", "figures over several runs"},
      {"report serve", "the page from a local port"},
      {"doctor", "what is installed and missing; what an endpoint answers"},
  };
  return table;
}

}  // namespace blobgauge::cli
