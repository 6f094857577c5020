# Flags of our own tests, examples and benchmarks; a consumer never sees them.
add_library(argdraw_own_build INTERFACE)
target_compile_options(argdraw_own_build INTERFACE
  "$<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:-Wall;-Wextra;-Wpedantic;-Wconversion;-Wshadow;-Werror>"
  "$<$<CXX_COMPILER_ID:MSVC>:/W4>")
