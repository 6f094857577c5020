include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(argdraw_package "${CMAKE_INSTALL_LIBDIR}/cmake/argdraw")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/argdraw" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp" PATTERN "*.inl" PATTERN "*.h")
install(TARGETS argdraw EXPORT argdraw_targets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT argdraw_targets NAMESPACE argdraw:: DESTINATION "${argdraw_package}" FILE argdrawTargets.cmake)
configure_package_config_file(cmake/argdrawConfig.cmake.in "${PROJECT_BINARY_DIR}/argdrawConfig.cmake" INSTALL_DESTINATION "${argdraw_package}")
configure_file(cmake/argdrawConfigVersion.cmake.in "${PROJECT_BINARY_DIR}/argdrawConfigVersion.cmake" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/argdrawConfig.cmake" "${PROJECT_BINARY_DIR}/argdrawConfigVersion.cmake" DESTINATION "${argdraw_package}")

install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# Headers alone are the same on every architecture, hence below share.
configure_file(cmake/argdraw.pc.in "${PROJECT_BINARY_DIR}/argdraw.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/argdraw.pc" DESTINATION "${CMAKE_INSTALL_DATADIR}/pkgconfig")

if(ARGDRAW_INSTALL_KERNELS)
  install(TARGETS argdraw_kernels argdraw_text EXPORT argdraw_kernels ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  install(EXPORT argdraw_kernels NAMESPACE argdraw:: DESTINATION "${argdraw_package}" FILE argdrawKernels.cmake)
  foreach(library IN ITEMS kernels text)
    configure_file(cmake/argdraw-${library}.pc.in "${PROJECT_BINARY_DIR}/argdraw-${library}.pc" @ONLY)
    install(FILES "${PROJECT_BINARY_DIR}/argdraw-${library}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  endforeach()
endif()

if(ARGDRAW_BUILD_C)
  install(TARGETS argdraw_c argdraw_c_static EXPORT argdraw_c
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(EXPORT argdraw_c NAMESPACE argdraw:: DESTINATION "${argdraw_package}" FILE argdrawC.cmake)
  configure_file(cmake/argdraw-c.pc.in "${PROJECT_BINARY_DIR}/argdraw-c.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/argdraw-c.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endif()
