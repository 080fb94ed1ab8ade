#pragma once
// What a trace says of one state of a resource, put together: two answers about one address with one state (an ETag)
// speak of the same content, properties and metadata. That holds in any order of the exchanges and whoever else writes,
// so nothing here depends on either. Remembers values as digests, of a bounded number of states.
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/answer_rule.h"
#include "model/exchange.h"
#include "model/name_set.h"
#include "replayer/answer_judge.h"
#include "replayer/header_slots.h"

namespace blobgauge::replayer {

class AnswerHistoryBook {
 public:
  static constexpr std::size_t most_states = 65'536;  // some 20 MB; the oldest are forgotten first

  explicit AnswerHistoryBook(const model::AnswerRules& rules);

  // One fact of a state that two answers tell, and what this one tells differently.
  struct Comparison {
    std::size_t fact = 0;  // index into facts()
    bool holds = true;
    std::uint64_t with = 0;   // number of the exchange that told it first
    std::string_view actual;  // of this answer; lives as long as the exchange; empty where it has no text
  };
  // "history-size", "history-content" and one for each header: ids of the rules that these comparisons are.
  const std::vector<std::string>& facts() const { return facts_; }
  const std::string& subject(std::size_t fact) const { return subjects_[fact]; }

  // Compares with what is known and remembers what is new.
  void add(const model::Exchange& exchange, std::string_view operation, Fidelity fidelity,
           std::vector<Comparison>& out);
  // Compares only, and only with what some other exchange than `exchange` told as well.
  void compare(const model::Exchange& exchange, std::string_view operation, Fidelity fidelity,
               std::vector<Comparison>& out) const;

 private:
  struct Told {
    std::uint64_t value = 0;   // digest; 0: nobody said
    std::uint64_t first = 0;   // number of the exchange that said it
    std::uint64_t second = 0;  // and of another that agreed; 0: none
  };
  struct Say {
    std::size_t fact;
    std::uint64_t value;      // 0: the digest of the answer's body, computed only where another is known
    std::string_view actual;  // empty where it has no text
  };
  enum Fixed : std::size_t { size, content, open, fixed };

  // What an operation tells of a state: as one of the rules' reads, or as one of their writes.
  struct Teller {
    bool reads = false;
    std::optional<std::size_t> write;
    std::vector<std::pair<std::size_t, std::vector<std::size_t>>> sets;  // of `write`: a fact, and slots of the request
  };
  // A header of answers and the fact that it tells.
  struct Same {
    std::size_t fact, slot;
  };

  bool key_of(const model::Exchange& exchange, std::uint64_t& key) const;
  const Teller& teller_of(std::string_view operation) const;
  void say(const model::Exchange& exchange, std::string_view operation, Fidelity fidelity) const;
  void say_of_write(const model::Exchange& exchange, const Teller& teller) const;
  void say_of_read(const model::Exchange& exchange, Fidelity fidelity) const;
  void say_headers(const std::vector<Same>& headers) const;
  void say_value(std::size_t fact, std::string_view value) const;
  std::uint64_t open_set(const model::Headers& headers) const;

  bool is_comparable(std::string_view value) const;
  // Index into facts(); nothing where the header is none of those that stay the same.
  std::optional<std::size_t> fact_of(std::string_view header) const;

  const model::AnswerHistory rules_;
  const model::NameSet masks_;
  std::vector<std::string> facts_, subjects_;
  HeaderSlots request_slots_, answer_slots_;
  std::size_t state_ = 0, md5_ = 0, range_ = 0, answer_length_ = 0, request_length_ = 0;
  std::vector<Same> same_, same_in_writes_;
  std::vector<std::size_t> unless_request_;
  std::vector<std::pair<std::size_t, std::string>> unless_answer_;
  std::unordered_map<std::uint64_t, std::vector<Told>> states_;
  std::deque<std::uint64_t> order_;
  mutable std::map<std::string, Teller, std::less<>> tellers_;  // by operation, as they are met
  mutable std::vector<HeaderText> request_, answer_;            // of the exchange at hand
  mutable std::vector<Say> said_;
};

}  // namespace blobgauge::replayer
