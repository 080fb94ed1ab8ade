#pragma once
// `check`: recorded answers against the contract of a spec, in one pass and bounded memory. A case of the results is
// one rule for one operation of the spec; a last group holds the operations that no client of the spec sends. The list
// of cases depends on the spec alone, so the denominator of the figures does not move with the trace.
#include <memory>
#include <string>

#include "model/catalogue.h"
#include "model/classifier.h"
#include "model/results.h"
#include "model/spec.h"

namespace blobgauge::replayer {

class AnswerCheck {
 public:
  // Findings kept of one case; the others are counted in its detail.
  static constexpr std::size_t most_findings = 3;

  // Category::input where the spec has no rules, or one that cannot be read. Spec and catalogue must outlive it.
  static model::Result<AnswerCheck> create(const model::Spec& spec, const model::Catalogue& catalogue);
  AnswerCheck(AnswerCheck&&) noexcept;
  ~AnswerCheck();

  // `partial`: the trace says of itself that it is partial evidence. Not thread-safe.
  void add(const model::Exchange& exchange, const model::Classification& classification, bool partial);
  // How many answers some rule said something about.
  std::uint64_t judged() const;
  // Verdict pass: no answer broke the rule; one of weight differs is a pass with findings. Skipped: no answer showed
  // it.
  std::vector<model::CaseResult> finish();

 private:
  struct Tally;
  explicit AnswerCheck(std::unique_ptr<Tally> tally);
  std::unique_ptr<Tally> tally_;
};

}  // namespace blobgauge::replayer
