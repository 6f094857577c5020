// One name for two Catch2s: v3 where it is found, v2.13, which Debian 12 and Ubuntu 22.04 ship, otherwise. CMake supplies main.
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
using Catch::Approx;  // v2 puts it there itself
#else
#include <catch2/catch.hpp>
#endif
