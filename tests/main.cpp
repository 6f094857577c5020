// main for Catch2 v2, which ships as a header alone.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
