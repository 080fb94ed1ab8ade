#pragma once
// How much of a recorded answer the contract watches: mutants of real answers are judged as `check` judges, and those
// that no rule notices are counted by field and kind of change, each with the reason why.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/catalogue.h"
#include "model/classifier.h"
#include "model/spec.h"

namespace blobgauge::replayer {

struct SelfcheckReport {
  struct Field {
    std::string field, kind;  // as AnswerMutant
    bool named = false;       // some rule that spoke of these answers looks at the field
    std::uint64_t mutants = 0, caught = 0;
    std::string reason;  // why the others got through; empty where none did
  };
  // Where a rule held for an answer, and the change that contradicts it was not noticed: a hole in the contract.
  struct Escape {
    std::string rule, field, kind;
    std::uint64_t mutants = 0, caught = 0;
    std::uint64_t example = 0;  // number of an exchange
  };
  std::uint64_t exchanges = 0, mutants = 0, caught = 0;
  std::uint64_t contradictions = 0, contradictions_caught = 0;
  std::vector<Field> fields;             // by field, then kind
  std::vector<Escape> escapes;           // of rules whose contradiction got through
  std::vector<std::string> never_spoke;  // rules that said nothing about any answer of the trace
};

// Two passes over the same exchanges in the same order: the first learns what they say of each other.
class AnswerSelfcheck {
 public:
  static model::Result<AnswerSelfcheck> create(const model::Spec& spec, const model::Catalogue& catalogue);
  AnswerSelfcheck(AnswerSelfcheck&&) noexcept;
  ~AnswerSelfcheck();

  void learn(const model::Exchange& exchange, const model::Classification& classification, bool partial);
  void mutate(const model::Exchange& exchange, const model::Classification& classification, bool partial);
  SelfcheckReport finish();

 private:
  struct Tally;
  explicit AnswerSelfcheck(std::unique_ptr<Tally> tally);
  std::unique_ptr<Tally> tally_;
};

// For people: the figures, escapes, and survivors by field.
std::string to_text(const SelfcheckReport& report);

}  // namespace blobgauge::replayer
