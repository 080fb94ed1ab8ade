#include "endpoint/fault_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/file.h"
#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::endpoint {
namespace {

using model::Category;
using model::fail;
using model::Result;
using model::yaml::Fields;
using model::yaml::Node;

// Nobody waits longer, and a test that forgets to stop ends.
constexpr std::chrono::milliseconds longest_delay{600'000};

std::optional<std::regex> read_pattern(Fields& fields, const std::string& text, const Node* node) {
  try {
    return std::regex(text);
  } catch (const std::regex_error& error) {
    fields.refuse(fmt::format("'{}' is no pattern: {}", text, error.what()), node);
    return std::nullopt;
  }
}

std::vector<TextChange> read_changes(Fields& fields, std::string_view key, bool again) {
  std::vector<TextChange> out;
  for (const auto& [from, to] : fields.pairs(key))
    if (auto pattern = read_pattern(fields, from, fields.child(key))) out.push_back({std::move(*pattern), to, again});
  return out;
}

// `!Name: ""` stands for a field that is not there.
std::vector<FieldTest> read_tests(Fields& fields, std::string_view key) {
  std::vector<FieldTest> out;
  for (const auto& [name, value] : fields.pairs(key)) {
    if (name.starts_with('!'))
      out.push_back({name.substr(1), std::nullopt});
    else if (auto pattern = read_pattern(fields, value, fields.child(key)))
      out.push_back({name, std::move(pattern)});
  }
  return out;
}

HeaderChange read_headers(Fields& fields) {
  HeaderChange out;
  for (const auto& glob : fields.list("drop_headers")) out.drop.push_back(model::lower(glob));
  out.set = fields.pairs("set_headers");
  out.rename = fields.pairs("rename_headers");
  return out;
}

model::Status read_when(const Node& node, const std::string& file, Fault& fault) {
  Fields fields(node, file, "when");
  fault.operations = fields.list("operations");
  fault.methods = fields.list("methods");
  fault.headers = read_tests(fields, "headers");
  fault.queries = read_tests(fields, "queries");
  fault.sources = fields.flag_or("sources", false);
  return fields.finish();
}

model::Status read_request(const Node& node, const std::string& file, Fault& fault) {
  Fields fields(node, file, "a change to requests");
  fault.signed_target = read_changes(fields, "signed_target", false);
  fault.target = read_changes(fields, "target", false);
  fault.request = read_headers(fields);
  fault.body = read_changes(fields, "body", false);
  fault.pass_over = fields.list("pass_over");
  return fields.finish();
}

model::Status read_refusal(const Node& node, const std::string& file, Fault& fault) {
  Fields fields(node, file, "a refusal");
  Refusal refusal;
  refusal.status = static_cast<int>(fields.number_or("status", 500));
  refusal.code = fields.text("code");
  refusal.message = fields.text_or("message", "This endpoint shows a fault.");
  fault.refuse = std::move(refusal);
  return fields.finish();
}

model::Status read_answer(const Node& node, const std::string& file, Fault& fault) {
  Fields fields(node, file, "a change to answers");
  fault.statuses = fields.list("statuses");
  fault.answer_headers = read_tests(fields, "headers");
  if (fields.has("status")) fault.status = static_cast<int>(fields.number_or("status", 200));
  fault.answer = read_headers(fields);
  for (const auto& glob : fields.list("repeat_headers")) fault.repeat.push_back(model::lower(glob));
  auto& delivery = fault.delivery;
  delivery.late = std::chrono::milliseconds(fields.number_or("late_ms", 0));
  if (delivery.late > longest_delay)
    fields.refuse(fmt::format("'late_ms' is {} at most", longest_delay.count()), fields.child("late_ms"));
  delivery.never = fields.flag_or("never", false);
  if (fields.has("cut_after")) delivery.cut_after = fields.number_or("cut_after", 0);
  fault.answer_body = read_changes(fields, "body", fields.flag_or("again", false));
  fault.empty = fields.flag_or("empty", false);
  return fields.finish();
}

Result<Fault> read_fault(const Node& node, const std::string& file) {
  Fields fields(node, file, "a fault");
  Fault out;
  out.name = fields.text("name");
  out.title = fields.text("title");
  if (const auto* when = fields.child("when")) BLOBGAUGE_CHECK(read_when(*when, file, out));
  if (const auto* request = fields.child("request")) BLOBGAUGE_CHECK(read_request(*request, file, out));
  if (const auto* refuse = fields.child("refuse")) BLOBGAUGE_CHECK(read_refusal(*refuse, file, out));
  if (const auto* answer = fields.child("answer")) BLOBGAUGE_CHECK(read_answer(*answer, file, out));
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

Result<std::vector<Fault>> read_all(const Node& root, const std::string& file) {
  Fields fields(root, file, "the file of faults");
  const auto* format = fields.required("format");
  if (fields.number_or("format", 0) != 1) fields.refuse("this version reads format 1 of faults only", format);
  std::vector<Fault> out;
  if (const auto* faults = fields.required("faults"))
    for (const auto& item : faults->items) {
      BLOBGAUGE_TRY(auto fault, read_fault(item, file));
      if (std::any_of(out.begin(), out.end(), [&](const Fault& other) { return other.name == fault.name; }))
        fields.refuse(fmt::format("the fault '{}' stands twice", fault.name), &item);
      out.push_back(std::move(fault));
    }
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

}  // namespace

Result<std::vector<Fault>> load_faults(const std::string& path) {
  BLOBGAUGE_TRY(const auto root, model::yaml::load(path));
  return read_all(root, path);
}

Result<std::vector<Fault>> faults_from_yaml(std::string_view text, std::string file) {
  BLOBGAUGE_TRY(const auto root, model::yaml::parse(text, file));
  return read_all(root, file);
}

Result<std::vector<Fault>> pick_faults(const std::vector<Fault>& all, const std::vector<std::string>& names) {
  std::vector<Fault> out;
  for (const auto& name : names) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Fault& fault) { return fault.name == name; });
    if (found != all.end()) {
      out.push_back(*found);
      continue;
    }
    std::vector<std::string> known;
    for (const auto& fault : all) known.push_back(fault.name);
    const auto near = model::closest(name, known);
    return fail(Category::usage, fmt::format("no fault is called '{}'", name),
                near ? fmt::format("did you mean '{}'?", *near) : "their names are in specs/faults.yaml");
  }
  return out;
}

}  // namespace blobgauge::endpoint
