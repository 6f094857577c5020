# llama.cpp's shared library, which is opened at run time by what is held against it: nothing is built with it. A variable of the environment of
# the same name goes before; where there is none, those programs say so and end well. Besides the cache variable, what npm has installed beside
# the project, the build, or the folder of builds counts:  cd build && npm install @node-llama-cpp/linux-x64
if(NOT ARGDRAW_LLAMA_LIBRARY)
  set(places "${PROJECT_BINARY_DIR}" "${PROJECT_BINARY_DIR}/.." "${PROJECT_SOURCE_DIR}")
  list(TRANSFORM places APPEND "/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/libllama*.so")
  file(GLOB found ${places})
  list(FILTER found EXCLUDE REGEX "libllama-common")
  list(SUBLIST found 0 1 found)
  unset(places)
  set(ARGDRAW_LLAMA_LIBRARY "${found}" CACHE FILEPATH "llama.cpp's shared library (libllama.so), for what is held against it" FORCE)
endif()

# A program that opens it.
function(argdraw_opens_llama target)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests/project/llama_cpp")
  target_link_libraries(${target} PRIVATE ${CMAKE_DL_LIBS})
  if(ARGDRAW_LLAMA_LIBRARY)
    target_compile_definitions(${target} PRIVATE "ARGDRAW_LLAMA_LIBRARY=\"${ARGDRAW_LLAMA_LIBRARY}\"")
  endif()
endfunction()
