#include "reports/junit.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/case_text.h"
#include "reports/xml.h"

namespace blobgauge::reports {
namespace {

using model::Verdict;

struct Counts {
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
  std::int64_t duration_us = 0;
  std::string attributes() const {
    return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.6f}\"", tests, failures,
                       errors, skipped, static_cast<double>(duration_us) / 1e6);
  }
  void add(const Counts& other) {
    tests += other.tests;
    failures += other.failures;
    errors += other.errors;
    skipped += other.skipped;
    duration_us += other.duration_us;
  }
};

// "2026-01-02T03:04:05Z" as readers want it, without the zone.
std::string timestamp(std::string started) {
  if (started.ends_with('Z')) started.pop_back();
  return started;
}

class Suite {
 public:
  explicit Suite(std::string name) : name_(std::move(name)) {}

  void test(std::string_view name, std::int64_t duration_us, Outcome outcome, bool is_error, std::string_view kind,
            std::string_view message, const std::vector<std::string>& lines) {
    ++counts_.tests;
    counts_.duration_us += duration_us;
    tests_ += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\"", xml_text(name_), xml_text(name),
                          static_cast<double>(duration_us) / 1e6);
    if (outcome == Outcome::passed) {
      tests_ += "/>\n";
      return;
    }
    tests_ += ">\n";
    if (outcome == Outcome::skipped) {
      ++counts_.skipped;
      tests_ += fmt::format("      <skipped message=\"{}\"/>\n", xml_text(message));
      body("system-out", "", lines);
    } else {
      ++(is_error ? counts_.errors : counts_.failures);
      body(is_error ? "error" : "failure",
           fmt::format(" type=\"{}\" message=\"{}\"", xml_text(kind), xml_text(message)), lines);
    }
    tests_ += "    </testcase>\n";
  }

  std::string write(const model::Results& results) const {
    auto out = fmt::format("  <testsuite name=\"{}\" {} timestamp=\"{}\">\n    <properties>\n", xml_text(name_),
                           counts_.attributes(), xml_text(timestamp(results.started)));
    const std::pair<const char*, const std::string&> properties[] = {{"tool", results.tool},
                                                                     {"endpoint", results.endpoint},
                                                                     {"endpoint version", results.endpoint_version},
                                                                     {"spec", results.spec},
                                                                     {"spec digest", results.spec_digest}};
    for (const auto& [name, value] : properties)
      if (!value.empty()) out += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, xml_text(value));
    for (const auto& remark : results.remarks)
      out += fmt::format("      <property name=\"remark\" value=\"{}\"/>\n", xml_text(remark));
    return out + "    </properties>\n" + tests_ + "  </testsuite>\n";
  }
  const Counts& counts() const { return counts_; }
  const std::string& name() const { return name_; }

 private:
  void body(std::string_view element, const std::string& attributes, const std::vector<std::string>& lines) {
    tests_ += fmt::format("      <{}{}>", element, attributes);
    for (std::size_t i = 0; i < lines.size(); ++i) tests_ += (i ? "\n" : "") + xml_text(lines[i]);
    tests_ += fmt::format("</{}>\n", element);
  }

  std::string name_, tests_;
  Counts counts_;
};

std::vector<Suite> suites_of(const std::string& label, const model::Results& results) {
  std::vector<Suite> out;
  for (const auto* result : results.all()) {
    const auto& item = *result;
    const auto name = fmt::format("{}: {}", label, item.operation);
    auto suite = std::find_if(out.begin(), out.end(), [&](const Suite& each) { return each.name() == name; });
    if (suite == out.end()) suite = out.insert(suite, Suite(name));
    const auto outcome = outcome_of(item, results);
    const auto kind = item.findings.empty() ? std::string(name_of(item.verdict)) : item.findings.front().expectation;
    suite->test(item.id, item.duration_us, outcome, item.verdict == Verdict::error, kind, headline(item),
                outcome == Outcome::passed ? std::vector<std::string>{} : details(item, results));
  }
  if (results.baseline && !results.baseline->vanished.empty()) {
    Suite suite(fmt::format("{}: vanished", label));
    for (const auto& item : results.baseline->vanished)
      suite.test(item.id, 0, Outcome::failed, false, "vanished", "no case has this id any more",
                 {fmt::format("the baseline {} has it as {}", results.baseline->file, name_of(item.was))});
    out.push_back(std::move(suite));
  }
  Suite commands(fmt::format("{}: client commands", label));
  for (const auto& scenario : results.scenarios) {
    // A prediction says nothing that its cases do not say.
    if (scenario.how != "run") continue;
    const auto verdict = model::plain(scenario.verdict);
    const auto outcome = verdict == Verdict::pass   ? Outcome::passed
                         : verdict == Verdict::fail ? Outcome::failed
                                                    : Outcome::skipped;
    std::vector<std::string> lines = {fmt::format("{} {}: {}", scenario.client, scenario.release, scenario.title)};
    if (!scenario.broken_by.empty()) lines.push_back("broken by: " + scenario.broken_by);
    if (!scenario.detail.empty()) lines.push_back(scenario.detail);
    commands.test(scenario.id, scenario.duration_us, outcome, false, "client command",
                  scenario.broken_by.empty() ? scenario.detail : scenario.broken_by, lines);
  }
  if (commands.counts().tests) out.push_back(std::move(commands));
  return out;
}

}  // namespace

std::string to_junit(const Input& input) {
  std::string body;
  Counts sum;
  for (const auto& column : input.columns)
    for (const auto& results : column.results)
      for (const auto& suite : suites_of(column.label, results)) {
        sum.add(suite.counts());
        body += suite.write(results);
      }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"blobgauge\" {}>\n{}</testsuites>\n",
      sum.attributes(), body);
}

}  // namespace blobgauge::reports
