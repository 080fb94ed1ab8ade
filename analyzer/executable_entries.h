#pragma once
// The questions about a builder's arguments put to an executable's machine code, and its answers in words for people.
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "analyzer/entry_questions.h"
#include "analyzer/gobinary/entry_flow.h"

namespace blobgauge::analyzer {

// The word where the processor has it.
gobinary::EntryWord entry_word(const Word& word);

// Keeps references to all that it is made of; not thread-safe.
class ExecutableEntries : public EntryQuestions {
 public:
  // Called by several threads at once.
  using Engine = std::function<gobinary::Chance(gobinary::FunctionId, const gobinary::EntryWord&, gobinary::Grade)>;

  // Which entry points lead to a function, in words.
  using LedFrom = std::function<std::string(gobinary::FunctionId)>;

  // threads 0: as many as there are processors. `led_from` may be empty.
  ExecutableEntries(const Facts& facts, const gobinary::Executable& executable, const gobinary::Reach& reach,
                    Engine engine, unsigned threads = 0, LedFrom led_from = {});
  void prepare(const std::vector<EntryQuestion>& questions) override;
  EntryAnswer ask(const EntryQuestion& question, model::Proof ways) const override;

 private:
  EntryAnswer find(const EntryQuestion& question, model::Proof ways) const;

  const Facts& facts_;
  const gobinary::Executable& executable_;
  const gobinary::Reach& reach_;
  Engine engine_;
  unsigned threads_;
  LedFrom led_from_;
  mutable std::map<std::pair<EntryQuestion, model::Proof>, EntryAnswer> known_;
};

}  // namespace blobgauge::analyzer
