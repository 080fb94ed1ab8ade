// blobgauge trace cat, grep, stats, cut, merge.
#include "model/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "cli/command.h"
#include "cli/specs.h"
#include "cli/trace_filter.h"
#include "model/file.h"
#include "model/redaction.h"

namespace blobgauge::cli::trace_command {
namespace {

using model::Category;
using model::fail;

struct Options {
  std::vector<std::string> traces;
  std::string output = "-", catalogue;
  TraceFilter filter;
};

constexpr std::string_view cut_note = "the trace was cut short: its writer did not finish\n";

model::Result<model::Redaction> redaction_of(const Options& options) {
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  return model::Redaction(catalogue);
}

// Calls `take` with each exchange of the first trace; the value is what a reader must know of the trace as a whole.
template <class Take>
model::Result<std::string> each(const Options& options, Take take) {
  BLOBGAUGE_TRY(const auto reader, model::open_trace(options.traces.front()));
  model::Exchange exchange;
  for (;;) {
    BLOBGAUGE_TRY(const bool more, reader->next(exchange));
    if (!more) break;
    BLOBGAUGE_CHECK(take(exchange));
  }
  const auto& head = reader->head();
  std::string note;
  if (!head.partial.empty())
    note = fmt::format("partial evidence: {}; it leaves out {}\n", head.partial, fmt::join(head.omits, "; "));
  if (const auto dropped = reader->end().dropped)
    note += fmt::format("{} exchanges are missing: the recorder dropped them, its queue was full\n", dropped);
  return note + (reader->end().complete ? "" : std::string(cut_note));
}

// cat prints everything it is given, grep one line each of those that match.
model::Result<int> print(Options options, bool pages) {
  BLOBGAUGE_CHECK(options.filter.prepare());
  BLOBGAUGE_TRY(const auto redaction, redaction_of(options));
  BLOBGAUGE_TRY(auto out, model::OutputFile::create(options.output));
  std::uint64_t shown = 0;
  BLOBGAUGE_TRY(const auto note, each(options, [&](model::Exchange& exchange) -> model::Status {
                  if (!options.filter.matches(exchange)) return {};
                  ++shown;
                  redaction.apply(exchange);  // somebody else's trace may not be masked
                  return out.write(pages ? to_page(exchange) + "\n" : to_line(exchange) + "\n");
                }));
  BLOBGAUGE_CHECK(out.write(note));
  BLOBGAUGE_CHECK(out.finish());
  if (shown == 0) return fail(Category::usage, "no exchange matches", {}, {options.traces.front(), 0, 0});
  return 0;
}

struct Sum {
  std::uint64_t count = 0, sent = 0, received = 0, marked = 0;
  std::map<std::string, std::uint64_t> statuses;
  std::vector<std::int64_t> times;
};

std::string stats_text(std::map<std::string, Sum>& sums) {
  std::size_t width = 9;
  for (const auto& [name, sum] : sums) width = std::max(width, name.size());
  std::string out = fmt::format("{:<{}}  {:>7}  {:>12}  {:>12}  {:>8}  {:>8}  statuses\n", "operation", width, "count",
                                "bytes up", "bytes down", "p50 ms", "p99 ms");
  for (auto& [name, sum] : sums) {
    std::sort(sum.times.begin(), sum.times.end());
    const auto at = [&](std::size_t percent) {
      return static_cast<double>(sum.times[std::min(sum.times.size() - 1, sum.times.size() * percent / 100)]) / 1e6;
    };
    std::string statuses;
    for (const auto& [status, count] : sum.statuses)
      statuses += fmt::format("{}{}: {}", statuses.empty() ? "" : ", ", status, count);
    out += fmt::format("{:<{}}  {:>7}  {:>12}  {:>12}  {:>8.1f}  {:>8.1f}  {}\n", name, width, sum.count, sum.sent,
                       sum.received, at(50), at(99), statuses);
  }
  return out;
}

model::Result<int> stats(Options options) {
  BLOBGAUGE_CHECK(options.filter.prepare());
  std::map<std::string, Sum> sums;
  BLOBGAUGE_TRY(const auto note, each(options, [&](const model::Exchange& exchange) -> model::Status {
                  if (!options.filter.matches(exchange)) return {};
                  auto& sum = sums[exchange.operation.empty() ? "-" : exchange.operation];
                  ++sum.count;
                  ++sum.statuses[status_text(exchange.response)];
                  sum.sent += exchange.request.body.size;
                  sum.received += exchange.response.body.size;
                  sum.times.push_back(exchange.total_ns);
                  return {};
                }));
  if (sums.empty()) return fail(Category::usage, "no exchange matches", {}, {options.traces.front(), 0, 0});
  BLOBGAUGE_CHECK(model::write_file(options.output, stats_text(sums) + note));
  return 0;
}

// Writes the exchanges that match into a new trace, masked.
model::Result<int> rewrite(Options options) {
  BLOBGAUGE_CHECK(options.filter.prepare());
  BLOBGAUGE_TRY(const auto redaction, redaction_of(options));
  BLOBGAUGE_TRY(const auto reader, model::open_trace(options.traces.front()));
  BLOBGAUGE_TRY(const auto writer, model::create_trace(options.output, reader->head(), redaction));
  model::Exchange exchange;
  std::uint64_t count = 0;
  for (;;) {
    BLOBGAUGE_TRY(const bool more, reader->next(exchange));
    if (!more) break;
    if (!options.filter.matches(exchange)) continue;
    BLOBGAUGE_CHECK(writer->write(exchange));
    ++count;
  }
  auto end = reader->end();
  if (!end.complete) end.notes.push_back("the trace it was made from was cut short");
  BLOBGAUGE_CHECK(writer->finish(end));
  if (count == 0) return fail(Category::usage, "no exchange matches", {}, {options.traces.front(), 0, 0});
  return 0;
}

// One stream by time. Connections of different traces must not fall together.
model::Result<int> merge(const Options& options) {
  struct Input {
    std::unique_ptr<model::TraceReader> reader;
    model::Exchange next;
    bool more = false;
  };
  BLOBGAUGE_TRY(const auto redaction, redaction_of(options));
  std::vector<Input> inputs;
  for (const auto& path : options.traces) {
    Input input;
    BLOBGAUGE_TRY(input.reader, model::open_trace(path));
    BLOBGAUGE_TRY(input.more, input.reader->next(input.next));
    inputs.push_back(std::move(input));
  }
  auto head = inputs.front().reader->head();
  for (const auto& input : inputs) {
    const auto& other = input.reader->head();
    if (other.client != head.client || other.release != head.release) head.client = head.release = {};
    if (other.scenario != head.scenario) head.scenario = {};
    if (other.pseudonyms != head.pseudonyms) head.pseudonyms = "of several keys, or in a part only";
    // What one of them leaves out is not in the whole.
    if (head.partial.find(other.partial) == std::string::npos)
      head.partial += (head.partial.empty() ? "" : "; ") + other.partial;
    for (const auto& omission : other.omits)
      if (std::find(head.omits.begin(), head.omits.end(), omission) == head.omits.end()) head.omits.push_back(omission);
  }
  if (inputs.size() > 1) head.command.clear();
  BLOBGAUGE_TRY(const auto writer, model::create_trace(options.output, head, redaction));
  std::map<std::pair<std::size_t, std::uint64_t>, std::uint64_t> connections;
  std::uint64_t count = 0;
  for (;;) {
    Input* first = nullptr;
    for (auto& input : inputs)
      if (input.more && (!first || input.next.started_ns < first->next.started_ns)) first = &input;
    if (!first) break;
    auto& exchange = first->next;
    exchange.number = ++count;
    const auto key = std::pair(static_cast<std::size_t>(first - inputs.data()), exchange.connection);
    exchange.connection = connections.try_emplace(key, connections.size() + 1).first->second;
    BLOBGAUGE_CHECK(writer->write(exchange));
    BLOBGAUGE_TRY(first->more, first->reader->next(exchange));
  }
  model::TraceEnd end;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto& other = inputs[i].reader->end();
    for (const auto& note : other.notes) end.notes.push_back(fmt::format("{}: {}", options.traces[i], note));
    if (!other.complete) end.notes.push_back(options.traces[i] + ": was cut short");
    end.dropped += other.dropped;
    if (inputs.size() == 1) end.client_exit = other.client_exit;
  }
  BLOBGAUGE_CHECK(writer->finish(end));
  return 0;
}

std::shared_ptr<Options> define(CLI::App& app, bool many, bool filters) {
  auto options = std::make_shared<Options>();
  auto* traces = app.add_option("TRACE", options->traces, "recorded exchanges, - for standard input")->required();
  if (!many) traces->expected(1);
  if (filters) options->filter.define(app);
  catalogue_option(app, options->catalogue);
  output_option(app, options->output);
  return options;
}

const Command cat{"trace cat", {"blobgauge trace cat run.trace.zst"}, [](CLI::App& app) -> Action {
                    return [options = define(app, false, true)] { return print(*options, true); };
                  }};
const Command grep{
    "trace grep",
    {"blobgauge trace grep --status 4xx run.trace.zst", "blobgauge trace grep --operation 'Put B*' --marked run.trace"},
    [](CLI::App& app) -> Action { return [options = define(app, false, true)] { return print(*options, false); }; }};
const Command stats_command{"trace stats", {"blobgauge trace stats run.trace.zst"}, [](CLI::App& app) -> Action {
                              return [options = define(app, false, true)] { return stats(*options); };
                            }};
const Command cut{
    "trace cut",
    {"blobgauge trace cut --operation 'Put Block*' run.trace.zst -o blocks.trace"},
    [](CLI::App& app) -> Action { return [options = define(app, false, true)] { return rewrite(*options); }; }};
const Command merge_command{
    "trace merge", {"blobgauge trace merge one.trace two.trace -o both.trace.zst"}, [](CLI::App& app) -> Action {
      return [options = define(app, true, false)] { return merge(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::trace_command
