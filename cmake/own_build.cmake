# Flags of our own tests, examples and benchmarks; a consumer never sees them.
set(argdraw_warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
add_library(argdraw_own_build INTERFACE)
target_compile_options(argdraw_own_build INTERFACE
  "$<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:${argdraw_warnings}>"
  "$<$<CXX_COMPILER_ID:MSVC>:/W4>"
  # Lines are enough for a stack; the rest of what -g writes is a quarter of the time that the tests take to build.
  "$<$<AND:$<CXX_COMPILER_ID:GNU,Clang,AppleClang>,$<CONFIG:RelWithDebInfo>>:-g1>")

# The kernels once for all of our programs: they are most of what each file would compile. Programs that show how the library is used
# do without.
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/kernels.cpp" CONTENT "#include <argdraw/simd/kernels.hpp>\nARGDRAW_KERNELS_HERE\n")
add_library(argdraw_kernels STATIC EXCLUDE_FROM_ALL "${PROJECT_BINARY_DIR}/kernels.cpp")
target_link_libraries(argdraw_kernels PUBLIC argdraw::argdraw PRIVATE argdraw_own_build)
target_compile_definitions(argdraw_kernels INTERFACE ARGDRAW_KERNELS_ELSEWHERE)
