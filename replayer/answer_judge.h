#pragma once
// Holds one recorded answer against the rules of a spec. Immutable after `create` but for a buffer: one judge a thread.
// What a rule needs to know and the recording does not say makes the rule silent: an imported or partial recording
// never gives a false alarm by what it left out.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/answer_rule.h"
#include "model/catalogue.h"
#include "model/classifier.h"
#include "model/exchange.h"

namespace blobgauge::replayer {

// How much of an answer a recording shows.
enum class Fidelity {
  whole,    // recorded on the wire by this program: every header as it came
  brought,  // from another recorder, which may leave out or replace what it does not care for
  partial,  // evidence that says of itself that it is partial: shows presence, never absence
};

// `partial`: what the head of the trace says.
Fidelity fidelity_of(const model::Exchange& exchange, bool partial);

struct Look {
  std::size_t rule = 0;  // index into the rules
  bool holds = true;
};

class AnswerJudge {
 public:
  // Category::input for an unknown form, a bad selector or status.
  static model::Result<AnswerJudge> create(const model::AnswerRules& rules, const model::Catalogue& catalogue);
  AnswerJudge(AnswerJudge&&) noexcept;
  ~AnswerJudge();

  // The rules that say something about this answer, in order. Nothing where no answer came.
  void judge(const model::Exchange& exchange, const model::Classification& classification, Fidelity fidelity,
             std::vector<Look>& out) const;
  // What the rule looks at in this answer, for people; and what it wants.
  std::string actual(std::size_t rule, const model::Exchange& exchange) const;
  std::string expected(std::size_t rule, const model::Exchange& exchange) const;
  // May the rule ever say something about this operation?
  bool concerns(std::size_t rule, std::string_view operation) const;
  // "header ETag", "element Error/Code", "status".
  static std::string subject(const model::AnswerRule& rule);

 private:
  struct Judging;
  explicit AnswerJudge(std::unique_ptr<Judging> judging);
  std::unique_ptr<Judging> judging_;
};

}  // namespace blobgauge::replayer
