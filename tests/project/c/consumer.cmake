# cmake -DCOMPILER=... -DLANGUAGE=c|c++ -DSTANDARD=... -DSOURCE=... -DINCLUDE=... -DLIBRARY=... -DPROGRAM=... -P consumer.cmake: a program for the shared
# library, without a word of warning, compiled and run.
cmake_policy(VERSION 3.25)
cmake_path(GET LIBRARY PARENT_PATH directory)
set(libraries -lm)
if(SOURCE MATCHES "\\.cpp$")
  list(APPEND libraries -lstdc++)
endif()
execute_process(
  COMMAND "${COMPILER}" -x ${LANGUAGE} -std=${STANDARD} -Wall -Wextra -Wconversion -Wshadow -Werror -pedantic -I "${INCLUDE}" "${SOURCE}" -x none "${LIBRARY}" "-Wl,-rpath,${directory}"
    ${libraries} -o "${PROGRAM}"
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${PROGRAM}" COMMAND_ERROR_IS_FATAL ANY)
