# One version: what the header says is what CMake calls the project, and what the changelog is about. (That the namespace is named after it is
# asserted in tests/unit/core/config.cpp.)
file(STRINGS "${ROOT}/include/argdraw/core/config.hpp" parts REGEX "^#define ARGDRAW_VERSION_(MAJOR|MINOR|PATCH) ")
list(TRANSFORM parts REPLACE "[^0-9]" "")
list(JOIN parts "." version)
if(NOT version VERSION_EQUAL VERSION)
  message(SEND_ERROR "config.hpp says ${version}, and CMake ${VERSION}")
endif()

# The newest version of the changelog is this one; or this one is to come, and what it brings stands under Unreleased.
file(STRINGS "${ROOT}/CHANGELOG.md" headings REGEX "^## ")
list(TRANSFORM headings REPLACE "^## " "")
list(GET headings 0 top)
list(FILTER headings INCLUDE REGEX "^[0-9]+\\.[0-9]+\\.[0-9]+")
list(GET headings 0 newest)
string(REGEX MATCH "^[0-9.]+" newest "${newest}")
if(NOT newest VERSION_EQUAL version AND NOT (top STREQUAL "Unreleased" AND newest VERSION_LESS version))
  message(SEND_ERROR "the changelog's newest version is ${newest}, and config.hpp says ${version}")
endif()

# Who follows the README asks for a version that is answered.
file(STRINGS "${ROOT}/README.md" asked REGEX "find_package\\(argdraw ")
string(REGEX MATCH "[0-9]+\\.[0-9]+" asked "${asked}")
string(REGEX MATCH "^[0-9]+\\.[0-9]+" minor "${version}")
if(NOT asked STREQUAL minor)
  message(SEND_ERROR "the README asks for argdraw ${asked}, and this is ${minor}")
endif()
