# Dependencies come from the system first and from their own repositories second.
include(FetchContent)

# A macro, so that the targets that find_package imports are seen by the caller's directory.
macro(argdraw_find_eigen)
  if(NOT TARGET Eigen3::Eigen)
    # No version range: Eigen 3.4 and 5 both count, and a range that names one refuses the other.
    find_package(Eigen3 CONFIG QUIET)
    if(NOT Eigen3_FOUND)
      FetchContent_Declare(Eigen3 GIT_REPOSITORY https://gitlab.com/libeigen/eigen.git GIT_TAG 3.4.0 GIT_SHALLOW TRUE)
      set(argdraw_saved_testing ${BUILD_TESTING})
      set(BUILD_TESTING OFF)
      FetchContent_MakeAvailable(Eigen3)
      set(BUILD_TESTING ${argdraw_saved_testing})
      unset(argdraw_saved_testing)
    elseif(Eigen3_VERSION VERSION_LESS 3.4)
      message(FATAL_ERROR "argdraw needs Eigen 3.4 or later; found ${Eigen3_VERSION} at ${Eigen3_DIR}")
    endif()
  endif()
endmacro()

# What only our own programs need: found, or a sentence that says what to install and what to do without it.
macro(argdraw_require package debian option)
  find_package(${package} CONFIG QUIET)
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "argdraw: ${package} was not found (Debian: ${debian}). Install it, or configure with -D${option}=OFF.")
  endif()
endmacro()
