# GALLERY writes the very picture that is kept at EXPECTED.
execute_process(COMMAND ${GALLERY} OUTPUT_FILE "${CMAKE_CURRENT_BINARY_DIR}/gallery.svg" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files --ignore-eol "${CMAKE_CURRENT_BINARY_DIR}/gallery.svg" "${EXPECTED}" RESULT_VARIABLE differs)
if(differs)
    message(FATAL_ERROR "the picture has changed; if it is meant to: gallery > examples/gallery/gallery.svg")
endif()
