#include "cli/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "cli/specs.h"
#include "model/file.h"
#include "model/redaction.h"
#include "model/text.h"

namespace blobgauge::cli {
namespace {

using model::Category;
using model::Error;

std::map<std::string, const Command*, std::less<>>& defined() {
  static std::map<std::string, const Command*, std::less<>> commands;
  return commands;
}

const std::map<std::string, std::string>& group_summaries() {
  static const std::map<std::string, std::string> groups = {
      {"analyze", "what a client's code can send"},
      {"ca", "the local certificate authority"},
      {"import", "other recordings -> trace"},
      {"export", "trace -> other recordings"},
      {"trace", "look into a trace"},
      {"catalogue", "the API as data"},
      {"spec", "the MVP spec"},
      {"baseline", "expected failures of one endpoint"},
      {"results", "what runs found"},
      {"report", "results and surfaces -> documents"},
  };
  return groups;
}

// Of what was typed, which a message may repeat. Without a catalogue it knows no names of the service's secrets, but
// credentials in URLs and after the words that stand before one.
const model::Redaction& redaction() {
  static const model::Redaction made = [] {
    const auto catalogue = model::Catalogue::load(specs_path("catalogue"));
    return catalogue ? model::Redaction(*catalogue) : model::Redaction(model::SecretNames{});
  }();
  return made;
}

// The root page lists every command with its whole path; the default lists one level only.
class HelpPage final : public CLI::Formatter {
 public:
  std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode mode) const override {
    if (app->get_parent()) return CLI::Formatter::make_subcommands(app, mode);
    std::string text = "\nCommands:\n";
    for (const auto& row : command_table())
      text += fmt::format("  {:<20}{}{}\n", row.path, find_command(row.path) ? "" : "(not yet) ", row.summary);
    return text;
  }
};

std::string footer(const Command& command) {
  std::string text = "Examples:";
  for (const auto& example : command.examples) text += "\n  " + example;
  return text;
}

// Builds the tree of subcommands; `chosen` is set while parsing, by the leaf that was typed.
class Program {
 public:
  Program() {
    root_.name("blobgauge");
    root_.set_version_flag("--version", "blobgauge " BLOBGAUGE_VERSION, "print the version");
    root_.set_help_flag("-h,--help", "print this help");
    root_.formatter(std::make_shared<HelpPage>());
    root_.get_formatter()->column_width(26);
    for (const auto& row : command_table()) add(row);
    // After the subcommands, which would inherit it.
    root_.footer(
        "Examples:\n"
        "  blobgauge replay --spec specs/azure-blob-mvp.yaml --endpoint http://127.0.0.1:10000 -o results.json\n"
        "  blobgauge report summary results.json\n"
        "Each command has a --help of its own. Exit codes: docs/exit-codes.md.");
  }

  model::Result<int> run(int argc, char** argv) {
    try {
      root_.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
      return print(help());
    } catch (const CLI::CallForVersion&) {
      return print(root_.version() + "\n");
    } catch (const CLI::ParseError& error) {
      return model::fail(Category::usage, message_of(error), fmt::format("run '{} --help'", typed_path()));
    }
    if (!chosen_) return no_command();
    return chosen_();
  }

 private:
  void add(const Row& row) {
    CLI::App* parent = &root_;
    std::string leaf = row.path;
    if (const auto blank = leaf.find(' '); blank != std::string::npos) {
      const std::string group = leaf.substr(0, blank);
      leaf = leaf.substr(blank + 1);
      CLI::App*& known = groups_[group];
      if (!known) known = root_.add_subcommand(group, group_summaries().at(group));
      parent = known;
    }
    const Command* command = find_command(row.path);
    CLI::App* app = parent->add_subcommand(leaf, (command ? "" : "(not yet) ") + row.summary);
    if (!command) {
      // Whatever options are typed, the answer is the same.
      app->prefix_command();
      app->allow_extras();
      app->callback([this, path = row.path] {
        chosen_ = [path]() -> model::Result<int> {
          return model::fail(Category::usage, fmt::format("'{}' is not there yet", path),
                             "the README lists what this version does");
        };
      });
      return;
    }
    app->footer(footer(*command));
    app->callback([this, action = command->define(*app)] { chosen_ = action; });
  }

  // The subcommand that was typed, as deep as it was recognised.
  const CLI::App* deepest() const {
    const CLI::App* app = &root_;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    return app;
  }

  static std::string path_of(const CLI::App* app) {
    std::string path;
    for (; app; app = app->get_parent()) path = app->get_name() + (path.empty() ? "" : " " + path);
    return path;
  }
  std::string typed_path() const { return path_of(deepest()); }
  std::string help() const { return deepest()->help(path_of(deepest()->get_parent())); }

  std::string message_of(const CLI::ParseError& error) const {
    const CLI::App* app = deepest();
    // "ca export" is none, "export" is.
    const bool group = app == &root_ || (app->get_parent() == &root_ && group_summaries().count(app->get_name()) != 0);
    const auto extras = app->remaining();
    if (group && !extras.empty() && extras.front().rfind("-", 0) != 0) {
      std::vector<std::string> names;
      for (const CLI::App* sub : app->get_subcommands({})) names.push_back(sub->get_name());
      std::string text = fmt::format("no command '{}'", extras.front());
      if (const auto near = model::closest(extras.front(), names)) text += fmt::format(", did you mean '{}'?", *near);
      return text;
    }
    if (dynamic_cast<const CLI::ExtrasError*>(&error) && !extras.empty())
      return fmt::format("not expected: {}", fmt::join(redaction().command(extras), " "));
    std::string text = error.what();
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  }

  model::Result<int> no_command() const {
    const CLI::App* app = deepest();
    std::string names;
    if (app != &root_)
      for (const CLI::App* sub : app->get_subcommands({})) names += (names.empty() ? ": " : ", ") + sub->get_name();
    return model::fail(Category::usage, "a command is required" + names, fmt::format("run '{} --help'", typed_path()));
  }

  static model::Result<int> print(const std::string& text) {
    BLOBGAUGE_CHECK(model::write_file("-", text));
    return 0;
  }

  std::map<std::string, CLI::App*> groups_;
  CLI::App root_{"Which Azure Blob REST calls do clients depend on, and does this endpoint answer them?"};
  Action chosen_;
};

int report(const Error& error) {
  fmt::print(stderr, "blobgauge: {}\n", redaction().text(model::describe(error)));
  return exit_code(error.category);
}

}  // namespace

Command::Command(std::string path_, std::vector<std::string> examples_, Define define_)
    : path(std::move(path_)), examples(std::move(examples_)), define(define_) {
  defined().emplace(path, this);
}

const Command* find_command(std::string_view path) {
  const auto found = defined().find(path);
  return found == defined().end() ? nullptr : found->second;
}

void output_option(CLI::App& app, std::string& path) {
  app.add_option("-o,--output", path, "file to write, - for standard output")->capture_default_str();
}

void format_option(CLI::App& app, std::string& format, const std::vector<std::string>& names) {
  if (format.empty()) format = names.front();
  app.add_option("--format", format, "how to write it")->check(CLI::IsMember(names))->capture_default_str();
}

int exit_code(Category category) {
  switch (category) {
    case Category::usage:
      return 2;
    case Category::input:
      return 3;
    case Category::endpoint:
      return 4;
    case Category::internal:
      return 5;
    case Category::output:
      return 6;
    case Category::timeout:
      return 7;
  }
  return 5;
}

int run_program(int argc, char** argv) {
  // Nothing of ours throws; what does is a bug, or memory that ran out.
  try {
    const auto result = Program().run(argc, argv);
    return result ? *result : report(result.error());
  } catch (const std::exception& error) {
    return report({Category::internal, fmt::format("unexpected: {}", error.what()), "please report this", {}});
  }
}

}  // namespace blobgauge::cli
