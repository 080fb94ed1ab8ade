#pragma once
// What a function's machine code puts into a request that it makes: the method, and each header and query parameter
// whose name is a constant text. It needs no source: Go's compiler hands texts over as an address and a length, and a
// write to a http.Header or url.Values names the map's type. Nothing is known here of any service.
//
// Sources: net/http (Header), net/url (Values), net/textproto of Go 1.15 to 1.26; ABI0 before Go 1.17 and ABIInternal
// from then on.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/gobinary/executable.h"
#include "analyzer/gobinary/reachability.h"

namespace blobgauge::analyzer::gobinary {

// A function that makes requests, and where its method is.
struct CodeMaker {
  std::string symbol;             // the linker's name for it
  std::uint32_t method_word = 0;  // the word of its arguments at which the method's text begins: an interface, a string
                                  // and a slice have two, two and three words
};

struct CodeWrite {
  enum class Part : std::uint8_t { header, query };
  Part part = Part::header;
  std::optional<std::string_view> name, value;  // none: made at run time
  bool always = false;                          // on every way from where the request is made to a successful return
  std::uint64_t address = 0;                    // of the instruction
};

struct CodeRequest {
  FunctionId function = 0;    // whose code it is
  std::string_view builder;   // the function that the source has there: another one where that was inlined
  std::uint64_t address = 0;  // of the call that makes the request
  std::string_view maker;
  std::optional<std::string_view> method;  // none: made at run time, or the code is not understood
  std::vector<CodeWrite> writes;           // in the order of the code
};

// All places in functions that `is_builder` accepts by their symbols which call one of the makers, reached or not, in
// the order of their addresses. A maker's calls of another are its own affair.
std::vector<CodeRequest> find_requests(const Executable& executable, const Reach& reach,
                                       const std::vector<CodeMaker>& makers,
                                       const std::function<bool(std::string_view symbol)>& is_builder);

}  // namespace blobgauge::analyzer::gobinary
