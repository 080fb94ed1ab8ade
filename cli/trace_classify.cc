#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/specs.h"
#include "model/agreement.h"
#include "model/classifier.h"
#include "model/file.h"
#include "model/trace.h"

namespace blobgauge::cli::trace_classify_command {
namespace {

struct Options {
  std::string trace, catalogue, output = "-";
  model::AddressHints hints;
  bool labels = false;
};

struct NameCount {
  std::uint64_t exchanges = 0, uncertain = 0;
};

// By name, and every request that has none.
class Names {
 public:
  void add(const model::Exchange& exchange, const model::Classification& said) {
    auto& count = counts_[std::string(said.name)];
    ++count.exchanges;
    count.uncertain += !said.certain;
    if (said.name != model::unclassified) return;
    const auto& request = exchange.request;
    unnamed_ += fmt::format("#{} {} {}{}\n  {}\n", exchange.number, request.method, request.host,
                            request.target.substr(0, 160), said.reason);
  }

  std::string text() const {
    std::size_t width = 9;
    for (const auto& [name, count] : counts_) width = std::max(width, name.size());
    std::string out = fmt::format("{:<{}}  exchanges  of these uncertain\n", "operation", width);
    for (const auto& [name, count] : counts_)
      out += fmt::format("{:<{}}  {:>9}  {:>18}\n", name, width, count.exchanges, count.uncertain);
    return unnamed_.empty() ? out : out + "\nunclassified:\n" + unnamed_;
  }

 private:
  std::map<std::string, NameCount> counts_;
  std::string unnamed_;
};

model::Result<int> run(const Options& options) {
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  const model::Classifier classifier(catalogue, options.hints);
  BLOBGAUGE_TRY(const auto reader, model::open_trace(options.trace));
  model::Agreement agreement;
  Names names;
  model::Exchange exchange;
  std::uint64_t count = 0;
  {
    Progress progress("classify");
    for (;;) {
      BLOBGAUGE_TRY(const bool more, reader->next(exchange));
      if (!more) break;
      const auto said = classifier.classify(exchange);
      if (options.labels)
        agreement.add(exchange, said);
      else
        names.add(exchange, said);
      progress.update(++count);
    }
  }
  if (count == 0) return model::fail(model::Category::usage, "no exchanges in this trace", {}, {options.trace, 0, 0});
  if (options.labels && agreement.exchanges() == 0)
    return model::fail(model::Category::usage, "no exchange of this trace has a label", "leave --labels out",
                       {options.trace, 0, 0});
  auto text = options.labels ? to_text(agreement) : names.text();
  if (!reader->end().complete) text += "\nthe trace was cut short: its writer did not finish\n";
  BLOBGAUGE_CHECK(model::write_file(options.output, text));
  return agreement.disagreements().empty() ? 0 : 1;
}

const Command command{
    "trace classify",
    {"blobgauge trace classify run.trace.zst", "blobgauge trace classify --labels azure.trace.zst",
     "blobgauge trace classify run.trace --path-style gateway.example.org"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("TRACE", options->trace, "recorded exchanges, - for standard input")->required();
      app.add_flag("--labels", options->labels,
                   "compare with the labels of the trace and list every disagreement; exit 1 if there is one");
      app.add_option("--path-style", options->hints.path_style, "hosts (globs) that have the account in the path");
      app.add_option("--host-style", options->hints.host_style, "hosts (globs) whose first label is the account");
      catalogue_option(app, options->catalogue);
      output_option(app, options->output);
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::trace_classify_command
