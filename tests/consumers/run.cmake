# Configures, builds and runs one consumer.
#
#   cmake -DCONSUMER=... -DARGDRAW_SOURCE_DIR=... -DARGDRAW_BINARY_DIR=... -DARGDRAW_VERSION=... -DBINARY_DIR=... -DGENERATOR=...
#         -DMAKE_PROGRAM=... -DCOMPILER=... -DEIGEN_DIR=... -DEIGEN_SOURCE_DIR=... -DPKG_CONFIG=... -P run.cmake
cmake_minimum_required(VERSION 3.25)

# A consumer is on its own: no flags but those it asks for.
foreach(variable CXXFLAGS CPPFLAGS LDFLAGS CMAKE_BUILD_TYPE)
  unset(ENV{${variable}})
endforeach()
set(ENV{CTEST_OUTPUT_ON_FAILURE} 1)
file(REMOVE_RECURSE "${BINARY_DIR}")
set(prefix "${BINARY_DIR}/prefix")

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(NOTICE "${output}")
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "failed (${result}): ${command}")
  endif()
endfunction()

function(configure project)
  set(places "")
  if(EIGEN_DIR)
    list(APPEND places "-DEigen3_DIR=${EIGEN_DIR}")
  elseif(EIGEN_SOURCE_DIR)
    list(APPEND places "-DFETCHCONTENT_SOURCE_DIR_EIGEN3=${EIGEN_SOURCE_DIR}")
  endif()
  run("${CMAKE_COMMAND}" -G "${GENERATOR}" "-DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}" -S "${CMAKE_CURRENT_LIST_DIR}/${project}" -B "${BINARY_DIR}/${project}"
      "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_INSTALL_PREFIX=${prefix}" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
      -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF "-DARGDRAW_SOURCE_DIR=${ARGDRAW_SOURCE_DIR}" "-DARGDRAW_VERSION=${ARGDRAW_VERSION}" ${places} ${ARGN})
endfunction()

function(build project)
  run("${CMAKE_COMMAND}" --build "${BINARY_DIR}/${project}")
endfunction()

function(build_and_run project)
  build(${project})
  file(GLOB_RECURSE program "${BINARY_DIR}/${project}/program" "${BINARY_DIR}/${project}/program.exe")
  run("${program}")
endfunction()

# What the compiler is called with, for those generators that say so.
function(expect_no_flags project pattern)
  if(EXISTS "${BINARY_DIR}/${project}/compile_commands.json")
    file(READ "${BINARY_DIR}/${project}/compile_commands.json" commands)
    if(commands MATCHES "${pattern}")
      message(FATAL_ERROR "${project} is compiled with ${CMAKE_MATCH_0}, which it did not ask for:\n${commands}")
    endif()
  endif()
endfunction()

if(CONSUMER STREQUAL "add_subdirectory")
  configure(add_subdirectory)
  build_and_run(add_subdirectory)
  expect_no_flags(add_subdirectory " -(W|O|march|m[a-z]*avx|f(no-)?fast|D)[^ ]*")
  # A subproject installs nothing by itself.
  run("${CMAKE_COMMAND}" --install "${BINARY_DIR}/add_subdirectory")
  file(GLOB_RECURSE installed "${prefix}/*")
  if(installed)
    message(FATAL_ERROR "argdraw as a subproject installs ${installed}")
  endif()

elseif(CONSUMER STREQUAL "fetch_content")
  configure(fetch_content "-DFETCHCONTENT_SOURCE_DIR_ARGDRAW=${ARGDRAW_SOURCE_DIR}")
  build_and_run(fetch_content)

elseif(CONSUMER STREQUAL "find_package")
  run("${CMAKE_COMMAND}" --install "${ARGDRAW_BINARY_DIR}" --prefix "${prefix}")
  # All of the headers, and nothing else below include/.
  foreach(place "${ARGDRAW_SOURCE_DIR}/include" "${prefix}/include")
    file(GLOB_RECURSE files RELATIVE "${place}" "${place}/*")
    list(SORT files)
    if(NOT DEFINED source_tree)
      set(source_tree "${files}")
    elseif(NOT files STREQUAL source_tree)
      message(FATAL_ERROR "installed are\n${files}\nand not\n${source_tree}")
    endif()
  endforeach()
  configure(find_package)
  build_and_run(find_package)

elseif(CONSUMER STREQUAL "pkg_config")
  run("${CMAKE_COMMAND}" --install "${ARGDRAW_BINARY_DIR}" --prefix "${prefix}")
  set(ENV{PKG_CONFIG_PATH} "${prefix}/share/pkgconfig:$ENV{PKG_CONFIG_PATH}")
  execute_process(COMMAND "${PKG_CONFIG}" --cflags argdraw OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${flags}")
  run("${COMPILER}" -std=c++20 ${flags} "${CMAKE_CURRENT_LIST_DIR}/program.cpp" -o "${BINARY_DIR}/program")
  run("${BINARY_DIR}/program")
  # It says the version of the package.
  run("${PKG_CONFIG}" "--exact-version=${ARGDRAW_VERSION}" argdraw)

elseif(CONSUMER STREQUAL "exporter")
  configure(exporter)
  build(exporter)
  run("${CMAKE_COMMAND}" --install "${BINARY_DIR}/exporter")
  configure(exporter_user)
  build_and_run(exporter_user)

elseif(CONSUMER STREQUAL "two_units")
  configure(two_units)
  build_and_run(two_units)

elseif(CONSUMER STREQUAL "no_exceptions")
  configure(flags "-DFLAGS=-fno-exceptions -fno-rtti")
  build_and_run(flags)

elseif(CONSUMER STREQUAL "cpp23")
  configure(flags -DSTANDARD=23)
  build_and_run(flags)

elseif(CONSUMER MATCHES "^(fast_math|finite_math)$")
  if(CONSUMER STREQUAL "fast_math")
    set(flag -ffast-math)
    set(sentence "argdraw: compiled with fast-math; tokens would depend on the compiler.")
  else()
    set(flag -ffinite-math-only)
    set(sentence "argdraw: compiled with -ffinite-math-only; NaN and infinite logits could not be recognised.")
  endif()
  configure(flags "-DFLAGS=${flag}")
  execute_process(COMMAND "${CMAKE_COMMAND}" --build "${BINARY_DIR}/flags" RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(result EQUAL 0)
    message(FATAL_ERROR "compiles with ${flag}, and should be refused")
  endif()
  string(FIND "${output}" "${sentence}" at)
  if(at EQUAL -1)
    message(NOTICE "${output}")
    message(FATAL_ERROR "refused, but without the sentence\n  ${sentence}")
  endif()

else()
  message(FATAL_ERROR "no such consumer: ${CONSUMER}")
endif()
