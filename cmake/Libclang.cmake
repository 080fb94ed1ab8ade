# libclang's C API for the C and C++ front end: blobgauge::libclang. Debian keeps each major version in a folder of its
# own; 16 is what the tests run with, and 19 is tried too.
set(BLOBGAUGE_LIBCLANG 16 CACHE STRING "major version of libclang that reads C and C++ (16 or 19)")
find_path(LIBCLANG_INCLUDE_DIR clang-c/Index.h PATHS /usr/lib/llvm-${BLOBGAUGE_LIBCLANG}/include NO_DEFAULT_PATH)
find_library(LIBCLANG_LIBRARY NAMES clang-${BLOBGAUGE_LIBCLANG} clang PATHS /usr/lib/llvm-${BLOBGAUGE_LIBCLANG}/lib NO_DEFAULT_PATH)
if(NOT LIBCLANG_INCLUDE_DIR OR NOT LIBCLANG_LIBRARY)
  message(FATAL_ERROR "libclang ${BLOBGAUGE_LIBCLANG} is missing: tools/setup, or apt-get install libclang-${BLOBGAUGE_LIBCLANG}-dev")
endif()
add_library(blobgauge_libclang INTERFACE)
target_include_directories(blobgauge_libclang SYSTEM INTERFACE ${LIBCLANG_INCLUDE_DIR})
target_link_libraries(blobgauge_libclang INTERFACE ${LIBCLANG_LIBRARY})
