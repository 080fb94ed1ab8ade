#include "replayer/owner_fixtures.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "model/file.h"
#include "model/process.h"
#include "model/url.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;
using model::Status;

Result<model::ProcessOutcome> run_owner(const std::string& command, const char* what, const std::string& folder) {
  model::ProcessRequest request;
  // The words after the script are its $1 and $2: a name with blanks stays one word.
  request.command = {"/bin/sh", "-c", command + " \"$@\"", "sh", what, folder};
  return model::run_process(request);
}

std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return "it wrote nothing";
  const auto start = text.rfind('\n', end);
  return text.substr(start == std::string::npos ? 0 : start + 1,
                     end - (start == std::string::npos ? 0 : start + 1) + 1);
}

Status write_content(const Content& content, const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  std::vector<char> buffer(256 << 10);
  for (std::uint64_t at = 0; at < content.size();) {
    const auto size = content.read(at, buffer);
    out.write(buffer.data(), static_cast<std::streamsize>(size));
    at += size;
  }
  out.flush();
  if (!out) return fail(Category::output, fmt::format("cannot write {}", path));
  return {};
}

// One line of the manifest. `target` is below the account: "/c" or "/c/a%20b".
Result<nlohmann::ordered_json> entry_of(const Step& step, const std::string& target, const Outgoing& request,
                                        const std::string& folder, std::size_t number) {
  nlohmann::ordered_json out;
  const auto path = std::string_view(target).substr(0, target.find('?'));
  const auto slash = path.find('/', 1);
  out["container"] = model::percent_decode(path.substr(1, slash == std::string_view::npos ? slash : slash - 1));
  if (slash == std::string_view::npos) return out;
  const auto file = fmt::format("{}.bin", number);
  BLOBGAUGE_CHECK(write_content(request.content, folder + "/" + file));
  out["blob"] = model::percent_decode(path.substr(slash + 1));
  out["file"] = file;
  out["size"] = request.content.size();
  auto& headers = out["headers"] = nlohmann::ordered_json::object();
  for (const auto& [name, text] : step.request.headers) headers[name] = request.headers.get(name);
  return out;
}

}  // namespace

Result<OwnerFixtures> OwnerFixtures::load(const std::string& command, const std::vector<PlacedCase>& cases,
                                          const RequestMaker& maker) {
  BLOBGAUGE_TRY(auto folder, model::TemporaryFolder::create());
  std::string manifest;
  std::size_t number = 0;
  for (const auto& item : cases) {
    Scope scope;
    maker.equip(scope);
    scope.values.insert(item.names.begin(), item.names.end());
    for (const auto& step : item.loaded) {
      BLOBGAUGE_TRY(const auto target, expand(step.request.target, scope));
      BLOBGAUGE_TRY(const auto request, maker.make(step.request, scope));
      BLOBGAUGE_TRY(const auto entry, entry_of(step, target, request, folder.path(), ++number));
      manifest += entry.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    }
  }
  BLOBGAUGE_CHECK(model::write_file(folder.path() + "/manifest.jsonl", manifest));
  BLOBGAUGE_TRY(const auto outcome, run_owner(command, "load", folder.path()));
  OwnerFixtures out(command, std::move(folder));
  if (outcome.exit_code != 0)
    return fail(Category::endpoint,
                fmt::format("the command that loads the fixtures ended with {}: {}", outcome.exit_code,
                            last_line(outcome.err.empty() ? outcome.out : outcome.err)),
                "run it by hand as CMD load FOLDER; docs/ci.md says what is in the folder");
  return out;
}

OwnerFixtures::~OwnerFixtures() {
  if (!folder_.path().empty()) (void)run_owner(command_, "remove", folder_.path());
}

}  // namespace blobgauge::replayer
