# Compiles SOURCE and checks how that ends: with an error whose text holds the sentence of the file's first line, "// expect: ...", or,
# where there is no such line, without an error.
#
#   cmake -DSOURCE=... -DCOMPILER=... -DCOMPILER_ID=... -DFLAGS=... -DINCLUDES=... -P check.cmake
file(READ "${SOURCE}" first_line LIMIT 500)  # not STRINGS, which would make a list of a sentence with a semicolon
string(REGEX REPLACE "\r?\n.*" "" first_line "${first_line}")

set(command "${COMPILER}")
if(COMPILER_ID STREQUAL "MSVC")
  list(APPEND command /nologo /std:c++20 /Zs /EHsc)
else()
  list(APPEND command -std=c++20 -fsyntax-only -fdiagnostics-color=never)
endif()
list(APPEND command ${FLAGS})
foreach(directory IN LISTS INCLUDES)
  list(APPEND command "-I${directory}")
endforeach()
list(APPEND command "${SOURCE}")
execute_process(COMMAND ${command} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)

if(NOT first_line MATCHES "^// expect: (.+)$")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "should compile, and does not:\n${output}")
  endif()
  return()
endif()
set(sentence "${CMAKE_MATCH_1}")
if(result EQUAL 0)
  message(FATAL_ERROR "compiles, and should fail with\n  ${sentence}")
endif()
string(FIND "${output}" "${sentence}" at)
if(at EQUAL -1)
  string(SUBSTRING "${output}" 0 4000 output)
  message(FATAL_ERROR "fails, but without the sentence\n  ${sentence}\nin\n${output}")
endif()
