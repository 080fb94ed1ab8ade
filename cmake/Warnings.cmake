# The one place that says what the compiler must complain about; every complaint is an error.
add_library(blobgauge_options INTERFACE)
target_compile_features(blobgauge_options INTERFACE cxx_std_20)
target_compile_options(blobgauge_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wunused -Wvla -Werror)
# GCC 12 sees these in inlined library code that is sound (libstdc++ string, Asio coroutines); Clang has no such options.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(blobgauge_options INTERFACE
    -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
    -Wno-dangling-pointer -Wno-mismatched-new-delete)
  # In a unity build another source file looks like a header, whose anonymous namespace would be a fault.
  if(CMAKE_UNITY_BUILD)
    target_compile_options(blobgauge_options INTERFACE -Wno-subobject-linkage)
  endif()
endif()
target_include_directories(blobgauge_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(blobgauge_options INTERFACE BLOBGAUGE_VERSION="${PROJECT_VERSION}")

option(BLOBGAUGE_FUZZ "build the libFuzzer harnesses" OFF)
set(BLOBGAUGE_SANITIZE "" CACHE STRING "comma-separated sanitizers for every target")
if(BLOBGAUGE_SANITIZE)
  # Without optimisation GCC needs less than half the time for sanitized code, which the unit tests never make up for;
  # -g1 keeps the lines of a stack. A fuzzer lives from its speed.
  if(BLOBGAUGE_FUZZ)
    set(effort -O1)
  else()
    set(effort -O0 -g1)
  endif()
  target_compile_options(blobgauge_options INTERFACE
    -fsanitize=${BLOBGAUGE_SANITIZE} -fno-omit-frame-pointer ${effort})
  target_link_options(blobgauge_options INTERFACE -fsanitize=${BLOBGAUGE_SANITIZE})
  if(BLOBGAUGE_SANITIZE MATCHES undefined)
    target_compile_options(blobgauge_options INTERFACE -fno-sanitize-recover=undefined)
  endif()
endif()
if(BLOBGAUGE_FUZZ)
  target_compile_options(blobgauge_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
