#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analyzer/gobinary/entry_flow.h"
#include "analyzer/gobinary/executable.h"
#include "analyzer/gobinary/reachability.h"
#include "analyzer/gobinary/request_code.h"
#include "analyzer/gobinary/stored_functions.h"

// Executables come from anywhere: whatever they say, reading and following them ends, in memory that their size bounds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace blobgauge::analyzer::gobinary;
  const auto program = Executable::from_bytes({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!program) return 0;
  const auto reach = Reach::compute(*program, {1});
  if (!reach) return 0;
  for (FunctionId id = 0; id < program->function_count(); ++id) {
    program->position(id);
    reach->chain(id);
  }
  if (program->physical_count()) reach->from(program->physical_count() - 1);
  find_stored_functions(*program, *reach, {"main", "T", {"F"}, "N"});
  find_requests(*program, *reach, {{std::string(program->name(0)), 0}}, [](std::string_view) { return true; });
  const auto flow = EntryFlow::make(*program, *reach, {1, 10'000});
  if (!flow) return 0;
  for (FunctionId id = 0; id < program->physical_count() && id < 16; ++id) {
    flow->ask(id, {true, 0, {8}, 8}, Grade::safest);
    flow->ask(id, {false, 0, {}, 8}, Grade::precise);
  }
  return 0;
}
