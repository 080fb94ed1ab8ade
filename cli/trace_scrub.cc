// blobgauge trace scrub, audit: what somebody recorded, without what must not leave the house.
#include <fmt/format.h>

#include "cli/any_recording.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/pseudonym_key.h"
#include "cli/specs.h"
#include "model/classifier.h"
#include "model/file.h"
#include "model/redaction.h"
#include "recorder/export_har.h"

namespace blobgauge::cli::trace_scrub_command {
namespace {

using model::Category;
using model::fail;

struct Options {
  std::string input, output = "-", catalogue;
  PseudonymOptions pseudonyms;
};

model::Status nothing(const Options& options) {
  return fail(Category::usage, "no exchange in this file", {}, {options.input, 0, 0});
}

model::Result<int> scrub(const Options& options) {
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  BLOBGAUGE_TRY(auto recording, AnyRecording::open(options.input, catalogue));
  if (options.pseudonyms.wanted && !recording.head().pseudonyms.empty())
    return fail(Category::usage, "its names are pseudonyms already",
                "other ones would be of no use; leave --pseudonymize out", {options.input, 0, 0});
  BLOBGAUGE_TRY(const auto pseudonyms, make_pseudonyms(options.pseudonyms, catalogue));
  const auto redaction = model::Redaction(catalogue).with(pseudonyms);
  const model::Classifier classifier(catalogue);
  model::Exchange exchange;
  BLOBGAUGE_TRY(bool more, recording.next(exchange));
  if (!more) {
    BLOBGAUGE_CHECK(nothing(options));
  }
  auto made = options.output.ends_with(".har") ? recorder::create_har(options.output, recording.head(), redaction)
                                               : model::create_trace(options.output, recording.head(), redaction);
  BLOBGAUGE_TRY(const auto writer, std::move(made));
  {
    Progress progress("scrub");
    for (std::uint64_t count = 0; more;) {
      // Before names change: nothing that names an operation does, but a host of somebody's own may.
      if (recording.imported()) exchange.operation = classifier.identify(exchange).name;
      BLOBGAUGE_CHECK(writer->write(exchange));
      progress.update(++count);
      exchange = {};
      BLOBGAUGE_TRY(more, recording.next(exchange));
    }
  }
  auto end = recording.end();
  if (!end.complete) end.notes.push_back("the trace it was made from was cut short");
  BLOBGAUGE_CHECK(writer->finish(std::move(end)));
  return 0;
}

// Prints where secrets are, and never what they are.
class Audit {
 public:
  Audit(const model::Redaction& redaction, model::OutputFile& out) : redaction_(redaction), out_(out) {}

  model::Status head(const model::TraceHead& head) {
    const auto clean = model::masked(head, redaction_);
    for (std::size_t i = 0; i < head.command.size(); ++i)
      if (head.command[i] != clean.command[i])
        BLOBGAUGE_CHECK(found(fmt::format("head: argument {} of the command", i)));
    const std::pair<const char*, std::string model::TraceHead::*> texts[] = {{"tool", &model::TraceHead::tool},
                                                                             {"client", &model::TraceHead::client},
                                                                             {"release", &model::TraceHead::release},
                                                                             {"scenario", &model::TraceHead::scenario},
                                                                             {"partial", &model::TraceHead::partial}};
    for (const auto& [name, member] : texts)
      if (head.*member != clean.*member) BLOBGAUGE_CHECK(found(fmt::format("head: {}", name)));
    if (head.omits != clean.omits) BLOBGAUGE_CHECK(found("head: omits"));
    return {};
  }

  model::Status exchange(const model::Exchange& exchange) {
    ++exchanges_;
    for (const auto& secret : redaction_.find(exchange))
      BLOBGAUGE_CHECK(found(fmt::format("#{} {}: {}, byte {}: {}", exchange.number,
                                        exchange.operation.empty() ? "-" : exchange.operation, secret.place, secret.at,
                                        secret.what)));
    return {};
  }

  model::Status end(const model::TraceEnd& end) {
    for (std::size_t i = 0; i < end.notes.size(); ++i)
      if (redaction_.text(end.notes[i]) != end.notes[i]) BLOBGAUGE_CHECK(found(fmt::format("end: note {}", i + 1)));
    return out_.write(
        found_ == 0 ? fmt::format("no secret in {} exchanges\n", exchanges_)
                    : fmt::format("{} secrets in {} exchanges: run 'blobgauge trace scrub'\n", found_, exchanges_));
  }

  bool clean() const { return found_ == 0; }

 private:
  model::Status found(std::string place) {
    ++found_;
    for (auto& c : place)
      if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '?';  // a header's name may drive the terminal
    return out_.write(redaction_.text(place) + "\n");
  }

  const model::Redaction& redaction_;
  model::OutputFile& out_;
  std::uint64_t found_ = 0, exchanges_ = 0;
};

model::Result<int> audit(const Options& options) {
  BLOBGAUGE_TRY(const auto catalogue, model::Catalogue::load(options.catalogue));
  BLOBGAUGE_TRY(auto recording, AnyRecording::open(options.input, catalogue));
  BLOBGAUGE_TRY(auto out, model::OutputFile::create(options.output));
  const model::Redaction redaction(catalogue);
  Audit audit(redaction, out);
  BLOBGAUGE_CHECK(audit.head(recording.head()));
  model::Exchange exchange;
  for (std::uint64_t count = 1;; ++count) {
    BLOBGAUGE_TRY(const bool more, recording.next(exchange));
    if (!more) break;
    if (exchange.number == 0) exchange.number = count;
    BLOBGAUGE_CHECK(audit.exchange(exchange));
    exchange = {};
  }
  const auto end = recording.end();
  BLOBGAUGE_CHECK(audit.end(end));
  if (!end.complete) BLOBGAUGE_CHECK(out.write("the trace was cut short: its writer did not finish\n"));
  BLOBGAUGE_CHECK(out.finish());
  return audit.clean() ? 0 : 1;
}

std::shared_ptr<Options> define(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("FILE", options->input, "a trace, a HAR, or a log of AzCopy; - for a trace on standard input")
      ->required();
  catalogue_option(app, options->catalogue);
  output_option(app, options->output);
  return options;
}

const Command scrub_command{
    "trace scrub",
    {"blobgauge trace scrub theirs.trace -o clean.trace", "blobgauge trace scrub portal.har -o clean.har",
     "blobgauge trace scrub azcopy.log --pseudonymize -o clean.trace.zst"},
    [](CLI::App& app) -> Action {
      const auto options = define(app);
      options->pseudonyms.define(app);
      return [options] { return scrub(*options); };
    }};
const Command audit_command{
    "trace audit",
    {"blobgauge trace audit theirs.trace", "blobgauge trace audit portal.har"},
    [](CLI::App& app) -> Action { return [options = define(app)] { return audit(*options); }; }};

}  // namespace
}  // namespace blobgauge::cli::trace_scrub_command
