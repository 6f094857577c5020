# Writes texts with GENERATE at temperature 0.7 and has STORIES judge their sentences: at least 100 of them, and at least
# 90 % grammatical.
set(text "")
foreach(seed RANGE 1 12)
    foreach(prompt "The cat sat on the" "Once upon a time")
        execute_process(
            COMMAND ${GENERATE} --prompt ${prompt} --temperature 0.7 --seed ${seed} --length 180
            OUTPUT_VARIABLE written
            COMMAND_ERROR_IS_FATAL ANY)
        string(APPEND text "${written}")
    endforeach()
endforeach()

set(file "${CMAKE_CURRENT_BINARY_DIR}/generate.grammar.txt")
file(WRITE "${file}" "${text}")
execute_process(
    COMMAND ${PYTHON} ${STORIES} --check --at-least 0.90 --count 100 --verbose
    INPUT_FILE "${file}"
    COMMAND_ERROR_IS_FATAL ANY)
