#include "replayer/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "model/file.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;
using model::Status;
using nlohmann::json;

constexpr int journal_version = 1;

std::string first_line(std::string_view identity) {
  return json({{"journal", journal_version}, {"run", identity}}).dump(-1, ' ', false, json::error_handler_t::replace) +
         "\n";
}

tl::unexpected<model::Error> cannot(std::string_view what, const std::string& path) {
  return fail(Category::output, fmt::format("{}: cannot {}: {}", path, what, std::strerror(errno)),
              "free some space, or choose another place with -o");
}

Result<int> open_file(const std::string& path, int flags) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0644);
  if (descriptor >= 0) return descriptor;
  if (errno == EEXIST)
    return fail(Category::usage, fmt::format("{} has the verdicts of a run that was interrupted", path),
                "go on with --resume, or remove that file to begin anew");
  return cannot("write", path);
}

bool exists(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0;
}

}  // namespace

Journal::Journal(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
Journal::Journal(Journal&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
Journal::~Journal() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<Journal> Journal::create(const std::string& path, std::string_view identity) {
  BLOBGAUGE_TRY(const auto descriptor, open_file(path, O_CREAT | O_EXCL));
  Journal out(path, descriptor);
  BLOBGAUGE_CHECK(out.write(first_line(identity)));
  return out;
}

Result<Journal> Journal::resume(const std::string& path, std::string_view identity,
                                std::vector<model::CaseResult>& finished) {
  if (!exists(path)) return create(path, identity);
  BLOBGAUGE_TRY(const auto text, model::read_file(path));
  std::size_t at = 0, line = 0;
  while (true) {
    const auto end = text.find('\n', at);
    if (end == std::string::npos) break;
    const auto each = std::string_view(text).substr(at, end - at);
    ++line;
    if (line == 1) {
      const auto head = json::parse(each, nullptr, false);
      if (!head.is_object() || head.value("journal", json()) != journal_version)
        return fail(Category::input, "not the journal of a run", "remove it to begin anew", {path, 1, 0});
      if (head.value("run", json()) != std::string(identity))
        return fail(Category::usage, fmt::format("{} is of another run", path),
                    "give the same spec, endpoint and selection, or remove that file to begin anew");
    } else {
      auto result = model::case_from_json_line(each);
      if (!result) return fail(Category::input, result.error().message, "remove it to begin anew", {path, line, 0});
      finished.push_back(std::move(*result));
    }
    at = end + 1;
  }
  BLOBGAUGE_TRY(const auto descriptor, open_file(path, 0));
  Journal out(path, descriptor);
  if (::ftruncate(descriptor, static_cast<off_t>(at)) != 0) return cannot("cut", path);
  // Killed before its first line was whole.
  if (line == 0) BLOBGAUGE_CHECK(out.write(first_line(identity)));
  return out;
}

Status Journal::add(const model::CaseResult& result) { return write(model::to_json_line(result)); }

Status Journal::write(std::string_view line) {
  while (!line.empty()) {
    const auto written = ::write(descriptor_, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return cannot("write", path_);
    line.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

void Journal::remove() { ::unlink(path_.c_str()); }

}  // namespace blobgauge::replayer
