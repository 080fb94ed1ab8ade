# blobgauge_precompile_asio(TARGET...): compiles the Asio headers once, in bg_wire, for all these targets, which must
# be compiled with its options. Names that are no target (tests that are switched off) are passed over.
# GCC only, the compiler of every preset but the fuzzers': Clang refuses a header that was made with other macros.
function(blobgauge_precompile_asio)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  foreach(target ${ARGN})
    if(NOT TARGET ${target})
      continue()
    endif()
    target_compile_options(${target} PRIVATE -fpch-preprocess)  # ccache needs it to see the precompiled header
    if(target STREQUAL bg_wire)
      target_precompile_headers(bg_wire PRIVATE ${PROJECT_SOURCE_DIR}/wire/precompiled.h)
    else()
      target_precompile_headers(${target} REUSE_FROM bg_wire)
    endif()
  endforeach()
endfunction()
