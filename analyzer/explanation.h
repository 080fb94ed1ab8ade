#pragma once
// Why the tool says what it says of one operation, as text for people: who makes the request and from where, and for
// each of its fields the writes, their guards, and the stores that make these hold.
#include <functional>
#include <string>

#include "analyzer/entry_questions.h"
#include "analyzer/facts.h"
#include "analyzer/request_shape.h"
#include "analyzer/value_flow.h"
#include "analyzer/ways.h"
#include "model/surface.h"

namespace blobgauge::analyzer {

inline constexpr const char* unread_options = "whether the program sets what the guard needs is not read from its code";

// Keeps references to what it is made with; not for several threads.
class Explanation {
 public:
  // What is wanted; empty: no operation, all headers. At most `paths` ways to who makes the request.
  struct About {
    std::string operation, header;
    std::size_t paths = 0;
  };

  Explanation(const Facts& facts, const ValueFlow& flow, const Ways& ways, About about)
      : facts_(facts), flow_(flow), ways_(ways), about_(std::move(about)) {}

  // Of an executable, whose machine code is asked what its options can be; null: it is not, and why.
  void of_executable(EntryQuestions* entries, std::string unread);

  // A request whose own guard cannot hold.
  void never_sent(const std::string& place);
  // `surface_name` gives the name under which the surface has a header.
  void add(const RequestShape& shape, const model::OperationSurface& operation,
           const std::function<std::string(const std::string&)>& surface_name);
  // The same where nothing but the request's line is known.
  void add_line(const RequestShape& shape, const model::OperationSurface& operation, const std::string& line);
  // What the program reads of the answer, with the ways to who reads it.
  void add_answer(const model::Surface& surface);

  std::string text;

 private:
  bool begin(const RequestShape& shape, const model::OperationSurface& operation);
  bool asked_for(const std::string& name) const;
  void write(const Emission& e);
  void guard(const Guard& guard);

  const Facts& facts_;
  const ValueFlow& flow_;
  const Ways& ways_;
  const About about_;
  bool executable_ = false;
  EntryQuestions* entries_ = nullptr;
  std::string unread_;
};

}  // namespace blobgauge::analyzer
