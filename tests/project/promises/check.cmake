# The table against the sources and against the entries that CTest has.
execute_process(COMMAND "${CTEST}" --test-dir "${BUILD}" -N OUTPUT_FILE "${WORK}/entries.txt" RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "ctest -N failed: ${result}")
endif()
execute_process(COMMAND "${PYTHON}" "${CMAKE_CURRENT_LIST_DIR}/table.py" --check --ctest "${WORK}/entries.txt" RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the table of promises is not right")
endif()
