# What only our own programs need: found, or a sentence that says what to install and what to do without it.
macro(argdraw_require package debian option)
  find_package(${package} CONFIG QUIET)
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "argdraw: ${package} was not found (Debian: ${debian}). Install it, or configure with -D${option}=OFF.")
  endif()
endmacro()
