include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS argdraw EXPORT argdraw_targets
  FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILE_SET kernels DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT argdraw_targets NAMESPACE argdraw:: DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/argdraw" FILE argdrawTargets.cmake)
configure_package_config_file(cmake/argdrawConfig.cmake.in "${PROJECT_BINARY_DIR}/argdrawConfig.cmake"
  INSTALL_DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/argdraw")
configure_file(cmake/argdrawConfigVersion.cmake.in "${PROJECT_BINARY_DIR}/argdrawConfigVersion.cmake" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/argdrawConfig.cmake" "${PROJECT_BINARY_DIR}/argdrawConfigVersion.cmake"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/argdraw")

install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# Headers alone are the same on every architecture, hence below share.
configure_file(cmake/argdraw.pc.in "${PROJECT_BINARY_DIR}/argdraw.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/argdraw.pc" DESTINATION "${CMAKE_INSTALL_DATADIR}/pkgconfig")
