#pragma once
// One case from fixtures to teardown, and the verdict that follows.
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "model/results.h"
#include "model/spec.h"
#include "replayer/placement.h"
#include "replayer/request_maker.h"
#include "replayer/sender.h"
#include "replayer/suite.h"

namespace blobgauge::replayer {

// Another endpoint or account that cases may send to; null where the run has none.
struct Other {
  const RequestMaker* maker = nullptr;
  Sender* sender = nullptr;
};

// What all cases of a run share; nothing of it changes while they run.
struct Setting {
  const Suite& suite;
  const model::Spec& spec;
  const model::Profile& profile;
  const RequestMaker& maker;
  std::string dialect;
  bool keep = false;
  Place place;
  Other peer = {}, second = {};
};

class CaseRun {
 public:
  // `prefix` is what the case was placed with; `kinds` are those of the credentials it is about.
  CaseRun(const Setting& setting, Sender& sender, PlacedCase placed, std::string tier, std::string prefix,
          std::vector<std::string> kinds);
  CaseRun(const CaseRun&) = delete;
  CaseRun& operator=(const CaseRun&) = delete;

  wire::Task<model::CaseResult> run();
  // Whether any answer came at all.
  bool answered() const { return answered_; }
  // Of the last request without an answer; Category::internal where there was none.
  const model::Error& silence() const { return silence_; }

 private:
  enum class Outcome { fine, wrong_status, unsupported, silent, mistake };
  // A request as it was made, and what came of it.
  struct Reply {
    model::Result<Outgoing> request = Outgoing{};
    model::Result<Sent> sent = Sent{};
  };
  wire::Task<bool> prepare();  // the fixtures; false: the verdict is reached
  wire::Task<Outcome> step(const Step& step);
  wire::Task<void> send(const Step& step, const Scope& scope, Reply& reply);
  Outcome look(const Step& step, const Scope& scope, Reply reply);
  // A mistake of the case, unless it stands on a capture that an answer did not have.
  Outcome mistake(const Step& step, const model::Error& error);
  wire::Task<Outcome> at_once(const Step& step);
  wire::Task<void> send_together(const std::vector<Step>& steps, std::vector<Reply>& replies, std::size_t first,
                                 std::size_t last);
  wire::Task<void> repeat_lanes(const Step& step, std::uint64_t lanes, std::uint64_t& next, Outcome& worst);
  wire::Task<void> repeat_lane(const Step& step, std::uint64_t& next, Outcome& worst);
  const model::Dialect* dialect_of(const Step& step) const;
  wire::Task<void> tear_down();
  Other other_side(RequestTemplate::At at) const;
  std::vector<Expectation> contract(const Step& step, int status) const;
  void note(const Step& step, const Outgoing& request, const Sent& sent, std::vector<model::Finding> findings);
  bool unsupported(const Answered& answer) const;
  // `weight`: of a later step that stands on what this answer lacks.
  void capture(const Step& step, const Outgoing& request, const Answered& answer, model::Weight weight);
  std::string exchange_line(const Outgoing& request, const Answered& answer) const;
  std::string normal(std::string text) const;  // own names replaced by "{c}"
  void conclude(model::Verdict verdict, std::string detail);

  const Setting& setting_;
  Sender& sender_;
  const Case case_;
  const std::map<std::string, std::string> names_;
  Scope scope_;
  std::set<std::string> written_;  // paths of blobs that it wrote to
  model::CaseResult result_;
  model::Finding lost_;  // the last capture that found nothing
  model::Error silence_;
  bool answered_ = false;
  bool concluded_ = false;
};

}  // namespace blobgauge::replayer
