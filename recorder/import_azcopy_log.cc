#include "recorder/import_azcopy_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <unordered_map>

#include "model/text.h"
#include "recorder/azcopy_log_entry.h"
#include "recorder/zip_folder.h"

namespace blobgauge::recorder {
namespace {

using Entry = AzcopyLogEntry;
using model::Category;
using model::Exchange;
using model::fail;
using model::Result;
using model::Status;

enum class Level { unknown, debug, info };

// A longer entry has a dump in it; the lines beyond are passed over.
constexpr std::size_t longest_entry = std::size_t{1} << 20;
// Releases 10.MINOR at which a form changed; docs/formats/azcopy-log.md lists them.
constexpr std::uint64_t last_lower_case_minor = 13;  // up to it a query with a signature is logged in lower case
constexpr std::uint64_t first_encoded_minor = 21;    // since then every query is encoded anew, a blank as '+'

std::string base_name(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

bool is_log_name(std::string_view name) { return name.ends_with(".log") && !name.ends_with("-chunks.log"); }

// The lines of several files, one after the other.
class Files {
 public:
  explicit Files(std::vector<std::string> paths) : paths_(std::move(paths)) {}
  explicit Files(LineSource lines) : lines_(std::move(lines)) {}

  // False when there is no further file.
  Result<bool> open_next() {
    lines_.reset();
    for (;;) {
      if (zip_) {
        BLOBGAUGE_TRY(auto entry, zip_->next(is_log_name));
        if (entry) {
          lines_.emplace(zip_->path() + "/" + entry->name, as_utf8(std::move(entry->bytes)));
          return true;
        }
        zip_.reset();
      }
      if (at_ == paths_.size()) return false;
      const auto& path = paths_[at_++];
      if (is_zip(path)) {
        BLOBGAUGE_TRY(zip_, ZipFolder::open(path));
        continue;
      }
      BLOBGAUGE_TRY(auto bytes, open_bytes(path));
      lines_.emplace(path, as_utf8(std::move(bytes)));
      return true;
    }
  }
  LineSource* lines() { return lines_ ? &*lines_ : nullptr; }

 private:
  std::vector<std::string> paths_;
  std::size_t at_ = 0;
  std::unique_ptr<ZipFolder> zip_;
  std::optional<LineSource> lines_;
};

}  // namespace

class AzcopyLog::Impl {
 public:
  Impl(Files files, AzcopyLogOptions options) : files_(std::move(files)), options_(std::move(options)) {}

  Status start() {
    if (!files_.lines()) BLOBGAUGE_CHECK(open_file());
    if (files_.lines()) first_name_ = files_.lines()->path();
    while (level_ == Level::unknown && ready_.size() < look_ahead && !ended_) BLOBGAUGE_CHECK(step());
    if (ended_ && entries_ == 0)
      return fail(Category::input, "not a log of AzCopy: no line begins with a time",
                  "give the JOB.log that AzCopy wrote, not its -chunks.log", {first_name_, 1, 0});
    describe_level();
    return {};
  }

  Result<bool> next(Exchange& exchange) {
    while (ready_.empty() && !ended_) BLOBGAUGE_CHECK(step());
    if (ready_.empty()) return false;
    exchange = std::move(ready_.front());
    ready_.pop_front();
    exchange.number = ++summary_.exchanges;
    summary_.retries += exchange.attempt > 1;
    summary_.status_unknown += !exchange.response.status_known;
    return true;
  }

  const model::TraceHead& head() const { return head_; }
  const AzcopyLogSummary& summary() const { return summary_; }

 private:
  // An outgoing request, until its answer is logged.
  struct Pending {
    std::size_t order = 0;
    Exchange exchange;
  };

  Status open_file() {
    BLOBGAUGE_TRY(const bool more, files_.open_next());
    if (!more) {
      ended_ = true;
      give_up_pending();
    }
    return {};
  }

  // Reads one line; what it ends becomes exchanges in ready_.
  Status step() {
    auto& lines = *files_.lines();
    std::string_view line;
    BLOBGAUGE_TRY(const bool more, lines.next(line));
    if (!more) {
      BLOBGAUGE_CHECK(end_entry(!text_.ends_with("\n\n")));
      return open_file();
    }
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto time = azcopy_log_time(line);
    if (!time) {
      // A line that the file's end cut says nothing for sure.
      if (inside_ && lines.terminated() && text_.size() < longest_entry) text_.append(line).append("\n");
      return {};
    }
    BLOBGAUGE_CHECK(end_entry(false));
    ++entries_;
    line.remove_prefix(time->size);
    read_release(line);
    inside_ = is_azcopy_request(line);
    if (!inside_) return {};
    begun_us_ = time->us;
    begun_line_ = lines.line_number();
    text_.assign(line).append("\n");
    return {};
  }

  // The lines that begin every file.
  void read_release(std::string_view line) {
    constexpr std::string_view words = "AzcopyVersion ";
    if (!line.starts_with(words)) return;
    const auto version = model::trim(line.substr(words.size()));
    if (version.empty() || version.size() > 40) return;
    release_ = version;
    const auto parts = model::split(version, '.');
    minor_ = parts.size() > 1 && parts[0] == "10" ? model::parse_number(parts[1]) : std::nullopt;
  }

  Status end_entry(bool cut) {
    if (!inside_) return {};
    inside_ = false;
    const auto name = files_.lines()->path();
    auto entry = parse_azcopy_entry(text_, cut);
    text_.clear();
    summary_.cut |= cut;
    if (!entry) {
      if (cut) return {};  // not even the request's line is whole
      auto error = std::move(entry).error();
      error.where = {name, begun_line_, 0};
      return tl::make_unexpected(std::move(error));
    }
    // What it repeats of the outgoing request is not whole, so it cannot be paired; that request is given instead.
    if (cut && entry->kind != Entry::Kind::outgoing && !entry->full && level_ == Level::debug) return {};
    if (entry->foreign) {
      ++summary_.foreign;
      return {};
    }
    auto& exchange = entry->exchange;
    exchange.source = fmt::format("{}:{}", base_name(name), begun_line_);
    note_forms(*entry);
    note_level(*entry);
    if (entry->kind == Entry::Kind::outgoing)
      await(std::move(*entry));
    else
      answer(std::move(*entry));
    return {};
  }

  void note_forms(Entry& entry) {
    auto& request = entry.exchange.request;
    const auto mark = request.target.find('?');
    if (!minor_ || mark == std::string::npos) return;
    if (*minor_ >= first_encoded_minor && !(entry.full && entry.bracketed)) {
      for (auto at = request.target.find('+', mark); at != std::string::npos; at = request.target.find('+', at))
        request.target.replace(at, 1, "%20");
    } else if (*minor_ <= last_lower_case_minor && request.target.find("REDACTED", mark) != std::string::npos) {
      entry.exchange.marks.push_back(fmt::format("query: AzCopy {} logs it in lower case", release_));
    }
  }

  // Which level writes such an entry, where only one does.
  void note_level(const Entry& entry) {
    auto shown = Level::unknown;
    if (entry.kind == Entry::Kind::outgoing)
      shown = Level::debug;
    else if (entry.kind == Entry::Kind::answered && !entry.slow && !entry.refused)
      shown = entry.full ? Level::debug : Level::info;
    if (shown == Level::unknown) return;
    if (level_ == Level::unknown) level_ = shown;
    summary_.mixed_levels |= level_ != shown;
  }

  std::string key_of(const Exchange& exchange) const {
    const auto id = exchange.request.headers.get(options_.client_request_id);
    return fmt::format("{} {}", exchange.attempt, id.empty() ? exchange.request.method + exchange.request.target : id);
  }

  void await(Entry entry) {
    entry.exchange.started_ns = begun_us_ * 1000;
    if (pending_count_ >= most_pending) give_up_pending();
    auto& queue = pending_[key_of(entry.exchange)];
    queue.push_back({++order_, std::move(entry.exchange)});
    ++pending_count_;
  }

  void answer(Entry entry) {
    auto& exchange = entry.exchange;
    // Of the first try the whole operation is timed, of a later one only the wait; the log's own clock has seconds.
    exchange.started_ns = begun_us_ * 1000 - (exchange.attempt <= 1 ? *entry.whole_us * 1000 : exchange.wait_ns);
    if (const auto found = pending_.find(key_of(exchange)); found != pending_.end()) {
      auto sent = std::move(found->second.front().exchange);
      found->second.pop_front();
      --pending_count_;
      if (found->second.empty()) pending_.erase(found);
      exchange.started_ns = std::max(exchange.started_ns, sent.started_ns);
      if (!entry.full) exchange.request = std::move(sent.request);
    }
    ready_.push_back(std::move(exchange));
  }

  void give_up_pending() {
    std::vector<Pending> all;
    for (auto& [key, queue] : pending_)
      for (auto& each : queue) all.push_back(std::move(each));
    pending_.clear();
    pending_count_ = 0;
    std::sort(all.begin(), all.end(), [](const Pending& a, const Pending& b) { return a.order < b.order; });
    for (auto& each : all) {
      each.exchange.marks.emplace_back("answer: the log has none");
      ++summary_.without_answer;
      ready_.push_back(std::move(each.exchange));
    }
  }

  void describe_level() {
    head_.client = "azcopy";
    head_.release = release_;
    const auto* level = level_ == Level::debug  ? "DEBUG"
                        : level_ == Level::info ? "INFO"
                                                : "WARNING or higher, or none that its entries show";
    head_.partial = fmt::format("log of AzCopy, level {}", level);
    head_.omits = {"requests that AzCopy does not log (public access, logins, its own updates)",
                   "what its HTTP library adds to a request (Host, framing)",
                   "the order of headers, all but one value of a repeated one, the spelling of the answer's", "bodies",
                   "times below a second, the end of an answer's body"};
    if (level_ != Level::debug) {
      head_.omits.emplace_back("request headers, and of the answer's all but an id");
      head_.omits.emplace_back("statuses; requests that were cancelled");
    }
    if (level_ == Level::unknown) head_.omits.emplace_back("requests that were answered in time and without an error");
  }

  Files files_;
  AzcopyLogOptions options_;
  model::TraceHead head_;
  AzcopyLogSummary summary_;
  Level level_ = Level::unknown;
  std::string first_name_, release_;
  std::optional<std::uint64_t> minor_;
  std::uint64_t entries_ = 0;
  bool ended_ = false;

  // The entry at hand, where it tells of a request.
  bool inside_ = false;
  std::string text_;
  std::int64_t begun_us_ = 0;
  std::size_t begun_line_ = 0;

  std::unordered_map<std::string, std::deque<Pending>> pending_;
  std::size_t pending_count_ = 0, order_ = 0;
  std::deque<Exchange> ready_;
};

AzcopyLog::AzcopyLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AzcopyLog::AzcopyLog(AzcopyLog&&) noexcept = default;
AzcopyLog::~AzcopyLog() = default;

Result<AzcopyLog> AzcopyLog::open(std::vector<std::string> paths, AzcopyLogOptions options) {
  auto impl = std::make_unique<Impl>(Files(std::move(paths)), std::move(options));
  BLOBGAUGE_CHECK(impl->start());
  return AzcopyLog(std::move(impl));
}

Result<AzcopyLog> AzcopyLog::read(LineSource lines, AzcopyLogOptions options) {
  auto impl = std::make_unique<Impl>(Files(std::move(lines)), std::move(options));
  BLOBGAUGE_CHECK(impl->start());
  return AzcopyLog(std::move(impl));
}

const model::TraceHead& AzcopyLog::head() const { return impl_->head(); }
Result<bool> AzcopyLog::next(Exchange& exchange) { return impl_->next(exchange); }
const AzcopyLogSummary& AzcopyLog::summary() const { return impl_->summary(); }

}  // namespace blobgauge::recorder
