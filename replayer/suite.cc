#include "replayer/suite.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "model/text.h"
#include "model/yaml.h"
#include "replayer/attestation.h"
#include "replayer/case_reader.h"
#include "replayer/case_rows.h"
#include "replayer/template.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;
using model::Status;
using model::yaml::Fields;
using model::yaml::Node;

constexpr std::string_view shared_file = "suite.yaml";

// Names that a running case always has; docs/formats/cases.md lists them.
const std::set<std::string, std::less<>> built_in = {
    "account",       "version",        "id",     "prefix",  "date",   "utc",    "uuid",     "url",         "signed",
    "md5",           "crc64",          "repeat", "unquote", "base64", "encode", "peer_url", "peer_signed", "second_url",
    "second_signed", "second_account", "token",  "sas"};

Status check_format(Fields& fields) {
  const auto* format = fields.required("format");
  if (fields.number_or("format", 0) != 1) fields.refuse("this version reads case format 1 only", format);
  return {};
}

// What case files take from suite.yaml while they are read.
struct Shared {
  std::map<std::string, StepTemplate> templates;
  Tables tables;
};

Result<Shared> read_shared(const std::string& path, Suite& suite) {
  BLOBGAUGE_TRY(const auto root, model::yaml::load(path));
  Fields fields(root, path, "the suite");
  CaseReader reader(path);
  BLOBGAUGE_CHECK(check_format(fields));
  suite.service = fields.text("service");
  for (const auto& [tag, meaning] : fields.pairs("tags")) suite.tags[tag] = meaning;
  suite.headers = fields.pairs("headers");
  if (const auto* node = fields.child("answer")) {
    Fields answer(*node, path, "an answer");
    if (const auto* headers = answer.required("headers")) {
      BLOBGAUGE_TRY(suite.every_answer.headers, reader.read_headers(*headers));
    }
    BLOBGAUGE_CHECK(answer.finish());
  }
  suite.error_header = fields.text("error_header");
  suite.error_element = fields.text("error_element");
  suite.request_id_header = fields.text("request_id_header");
  if (const auto* node = fields.child("sas")) {
    Fields kinds(*node, path, "sas");
    for (const auto& kind : node->keys) suite.sas[kind] = kinds.pairs(kind);
    BLOBGAUGE_CHECK(kinds.finish());
  }
  suite.sas_of_run = fields.text_or("sas_of_run", {});
  Shared out;
  if (const auto* node = fields.child("templates"); node && node->kind == Node::Kind::map)
    for (std::size_t i = 0; i < node->items.size(); ++i) {
      BLOBGAUGE_TRY(out.templates[node->keys[i]], CaseReader::read_template(node->items[i], path));
    }
  if (const auto* node = fields.child("tables"); node && node->kind == Node::Kind::map)
    for (std::size_t i = 0; i < node->items.size(); ++i) out.tables[node->keys[i]] = node->items[i];
  if (const auto* node = fields.required("teardown")) {
    BLOBGAUGE_TRY(suite.teardown, reader.read_step(*node, {}));
  }
  if (const auto* node = fields.child("inside")) {
    Fields inside(*node, path, "inside");
    suite.inside.list = inside.text("list");
    suite.inside.prefix = inside.text("prefix");
    if (const auto* release = inside.required("release")) {
      BLOBGAUGE_TRY(suite.inside.release, reader.read_step(*release, {}));
    }
    if (const auto* remove = inside.required("remove")) {
      BLOBGAUGE_TRY(suite.inside.remove, reader.read_step(*remove, {}));
    }
    BLOBGAUGE_CHECK(inside.finish());
  }
  if (const auto* node = fields.child("preflight"); node && node->kind == Node::Kind::sequence)
    for (const auto& item : node->items) {
      Fields entry(item, path, "a preflight");
      Preflight preflight;
      if (const auto* step = entry.required("step")) {
        BLOBGAUGE_TRY(preflight.step, reader.read_step(*step, {}));
      }
      preflight.refusals = entry.pairs("refusals");
      BLOBGAUGE_CHECK(entry.finish());
      suite.preflight.push_back(std::move(preflight));
    }
  BLOBGAUGE_CHECK(fields.finish());
  return out;
}

Status read_cases(const std::string& path, const Shared& shared, Suite& suite) {
  BLOBGAUGE_TRY(const auto root, model::yaml::load(path));
  Fields fields(root, path, "a case file");
  CaseReader reader(path);
  reader.use(&shared.templates);
  BLOBGAUGE_CHECK(check_format(fields));
  const auto operation = fields.text_or("operation", {});
  if (const auto* node = fields.child("answer")) {
    if (operation.empty()) fields.refuse("whose answer? the file names no operation", node);
    Fields answer(*node, path, "an answer");
    if (suite.answers.count(operation)) fields.refuse("this operation has an answer in another file", node);
    if (const auto* headers = answer.required("headers")) {
      BLOBGAUGE_TRY(suite.answers[operation].headers, reader.read_headers(*headers));
    }
    BLOBGAUGE_CHECK(answer.finish());
  }
  if (const auto* node = fields.required("cases"); node && node->kind == Node::Kind::sequence)
    for (const auto& item : node->items) {
      BLOBGAUGE_TRY(const auto rows, case_rows(item, shared.tables, path));
      for (const auto& row : rows) {
        BLOBGAUGE_TRY(auto read, reader.read_case(row, operation));
        suite.cases.push_back(std::move(read));
      }
    }
  return fields.finish();
}

Status check_holes(const Step& step, std::set<std::string, std::less<>>& known) {
  if (step.repeat.times) known.insert(step.repeat.number);
  for (const auto text : template_texts(step)) {
    auto names = holes(text);
    if (!names) return fail(Category::input, names.error().message, names.error().next, step.where);
    for (const auto& name : *names)
      if (!known.count(name) && !built_in.count(name))
        return fail(Category::input, fmt::format("nothing gives '{}' a value before step '{}'", name, step.name),
                    "capture it in an earlier step or add it to 'names'", step.where);
  }
  for (const auto& capture : step.captures) known.insert(capture.first);
  for (const auto& one : step.at_once)
    for (const auto& capture : one.captures) known.insert(capture.first);
  return {};
}

bool good_id(std::string_view id) {
  return !id.empty() && id.find('/') != std::string_view::npos && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '/';
  });
}

Status check(const Suite& suite) {
  std::set<std::string, std::less<>> ids;
  for (const auto& item : suite.cases) {
    if (!good_id(item.id))
      return fail(Category::input, fmt::format("'{}' is no case id", item.id),
                  "use lower-case words with '-', a folder with '/': put-block/success", item.where);
    if (!ids.insert(item.id).second)
      return fail(Category::input, fmt::format("the case '{}' stands twice", item.id), {}, item.where);
    for (const auto& tag : item.tags)
      if (!suite.tags.count(tag))
        return fail(Category::input, fmt::format("the tag '{}' is not declared", tag),
                    fmt::format("add it to 'tags' in {}", shared_file), item.where);
    std::set<std::string, std::less<>> known(item.names.begin(), item.names.end());
    for (const auto* steps : {&item.given, &item.steps, &item.after})
      for (const auto& step : *steps) BLOBGAUGE_CHECK(check_holes(step, known));
  }
  return {};
}

}  // namespace

const Case* Suite::find(std::string_view id) const {
  const auto found = std::find_if(cases.begin(), cases.end(), [&](const Case& item) { return item.id == id; });
  return found == cases.end() ? nullptr : &*found;
}

Result<Suite> load_suite(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".yaml" && entry.path().filename() != shared_file &&
        entry.path().filename() != attested_file)
      files.push_back(entry.path().string());
  if (error) return fail(Category::input, fmt::format("no cases: {}", error.message()), {}, {folder, 0, 0});
  std::sort(files.begin(), files.end());
  Suite suite;
  suite.folder = folder;
  BLOBGAUGE_TRY(const auto common, read_shared((std::filesystem::path(folder) / shared_file).string(), suite));
  for (const auto& file : files) BLOBGAUGE_CHECK(read_cases(file, common, suite));
  BLOBGAUGE_CHECK(check(suite));
  BLOBGAUGE_TRY(const auto attested, load_attestations((std::filesystem::path(folder) / attested_file).string()));
  for (auto& item : suite.cases)
    if (const auto found = attested.find(item.id); found != attested.end()) item.attested = found->second;
  return suite;
}

}  // namespace blobgauge::replayer
