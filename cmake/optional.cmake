# Programs that tests and examples use where they are there, and do without elsewhere.
#
# ARGDRAW_WASM_COMPILER is a clang for WebAssembly, or "": on Debian that takes, beside clang, wasi-libc, libc++-14-dev-wasm32,
# libc++abi-14-dev-wasm32, libclang-rt-14-dev-wasm32 and lld-14, and node 20 to run what it makes.
include_guard()
find_program(ARGDRAW_CLANG NAMES clang++ clang++-14 DOC "A clang, for our own warnings and for WebAssembly")
find_program(ARGDRAW_NODE NAMES node DOC "What runs programs for WebAssembly")
find_program(ARGDRAW_CHROMIUM NAMES chromium chromium-browser google-chrome DOC "A browser for the test of the playground")

# Whether that clang compiles and links a program with these flags.
function(argdraw_clang_can result)
  set(${result} OFF PARENT_SCOPE)
  if(ARGDRAW_CLANG)
    set(probe "${PROJECT_BINARY_DIR}/CMakeFiles/argdraw_probe")
    file(WRITE "${probe}.cpp" "#include <vector>\nint main() { return static_cast<int>(std::vector<int>(1).at(0)); }\n")
    execute_process(COMMAND "${ARGDRAW_CLANG}" ${ARGN} "${probe}.cpp" -o "${probe}" RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
    if(failed EQUAL 0)
      set(${result} ON PARENT_SCOPE)
    endif()
  endif()
endfunction()

argdraw_clang_can(argdraw_wasm_found --target=wasm32-wasi -fno-exceptions)
if(argdraw_wasm_found)
  set(ARGDRAW_WASM_COMPILER "${ARGDRAW_CLANG}")
else()
  set(ARGDRAW_WASM_COMPILER "")
endif()

# A test that only says which of the programs it needs are missing.
function(argdraw_skipped_test name)
  foreach(program IN LISTS ARGN)
    if(NOT ${program})
      string(APPEND missing " ${program}")
    endif()
  endforeach()
  add_test(NAME ${name} COMMAND "${CMAKE_COMMAND}" -E echo "skipped, not found:${missing}")
  set_tests_properties(${name} PROPERTIES LABELS deep SKIP_REGULAR_EXPRESSION "^skipped, ")
endfunction()
