# A prompt and a seed give one text, and another seed another.
function(text_of seed result)
  execute_process(COMMAND ${GENERATE} --prompt "Once upon a time" --temperature 1 --seed ${seed} --length 40
    OUTPUT_VARIABLE text RESULT_VARIABLE code)
  if(NOT code EQUAL 0 OR text STREQUAL "")
    message(FATAL_ERROR "generate failed with ${code}")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

text_of(1 first)
text_of(1 again)
text_of(2 other)
if(NOT first STREQUAL again)
  message(FATAL_ERROR "one seed, two texts:\n${first}\n${again}")
endif()
if(first STREQUAL other)
  message(FATAL_ERROR "two seeds, one text:\n${first}")
endif()
