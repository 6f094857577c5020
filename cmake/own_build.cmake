cmake_minimum_required(VERSION 3.25)  # for our own programs; the library itself takes an older one

# Flags of our own tests, examples and benchmarks; a consumer never sees them.
set(argdraw_warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
add_library(argdraw_own_build INTERFACE)
target_compile_options(argdraw_own_build INTERFACE
  "$<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:${argdraw_warnings}>"
  "$<$<CXX_COMPILER_ID:MSVC>:/W4>"
  # Lines are enough for a stack; the rest of what -g writes is a quarter of the time that the tests take to build.
  "$<$<AND:$<CXX_COMPILER_ID:GNU,Clang,AppleClang>,$<CONFIG:RelWithDebInfo>>:-g1>")

target_link_libraries(argdraw_kernels PRIVATE "$<BUILD_INTERFACE:argdraw_own_build>")
target_link_libraries(argdraw_text PRIVATE "$<BUILD_INTERFACE:argdraw_own_build>")
if(ARGDRAW_BUILD_C)
  target_link_libraries(argdraw_c_objects PRIVATE argdraw_own_build)
endif()

# Every header has to compile alone; a kernel source is included by its dispatcher, once for every instruction set.
file(GLOB_RECURSE argdraw_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/argdraw/*.hpp")
list(FILTER argdraw_headers EXCLUDE REGEX "/recipes/json\\.hpp$")  # needs nlohmann's, and is compiled by its test where that is
if(NOT CMAKE_VERSION VERSION_LESS 3.24)
  add_library(argdraw_headers INTERFACE)
  target_link_libraries(argdraw_headers INTERFACE argdraw)
  target_sources(argdraw_headers INTERFACE FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${argdraw_headers})
  set_target_properties(argdraw_headers PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
endif()

include(cmake/require.cmake)

# Eigen, for the tests of its rows and the examples that compute with it. No version range: Eigen 3.4 and 5 both count, and a range that names
# one refuses the other.
find_package(Eigen3 CONFIG QUIET)
set(argdraw_eigen_includes "")
if(TARGET Eigen3::Eigen)
  get_target_property(directories Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
  foreach(directory IN LISTS directories)
    string(REGEX REPLACE "^\\$<BUILD_INTERFACE:(.*)>$" "\\1" directory "${directory}")
    if(IS_DIRECTORY "${directory}")
      list(APPEND argdraw_eigen_includes "${directory}")
    endif()
  endforeach()
else()
  message(STATUS "argdraw: no Eigen (Debian: libeigen3-dev), so what needs it is neither built nor tested")
endif()
