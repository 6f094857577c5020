#include <argdraw/recipes/loading.hpp>

#include "laws.hpp"

using namespace argdraw;
using recipes::detail::file_number;

namespace {

template <class N, class From>
std::string loaded_as(From from) {
    N to{};
    const recipes::fault wrong = recipes::detail::put("key", "shown", file_number::of(from), to);
    return wrong ? wrong.sentence : recipes::value_in_text(to);
}

}  // namespace

TEST_CASE("loading: whole numbers to their ends, and not beyond") {
    CHECK(loaded_as<int>(std::int64_t{2147483647}) == "2147483647");
    CHECK(loaded_as<int>(std::int64_t{-2147483648}) == "-2147483648");
    CHECK(loaded_as<int>(std::int64_t{2147483648}) == "key = shown is out of its range: whole numbers from -2147483648 to 2147483647");
    CHECK(loaded_as<int>(std::int64_t{-2147483649}).find("out of its range") != std::string::npos);
    CHECK(loaded_as<int>(std::uint64_t{1} << 63).find("out of its range") != std::string::npos);
    CHECK(loaded_as<std::int64_t>(std::int64_t{1} << 62) == "4611686018427387904");
    CHECK(loaded_as<std::int64_t>((std::numeric_limits<std::int64_t>::min)()) == "-9223372036854775808");
    CHECK(loaded_as<std::int64_t>(~std::uint64_t{0}) ==
          "key = shown is out of its range: whole numbers from -9223372036854775808 to 9223372036854775807");
    CHECK(loaded_as<std::uint32_t>(std::int64_t{-1}) == "4294967295");
    CHECK(loaded_as<std::uint32_t>(std::int64_t{-2}) == "key = shown is out of its range: whole numbers from -1 to 4294967295");
    CHECK(loaded_as<std::uint32_t>(std::uint64_t{4294967295}) == "4294967295");
    CHECK(loaded_as<int>(3.0) == "3");
    CHECK(loaded_as<int>(-3.0) == "-3");
    CHECK(loaded_as<int>(1.5) == "key = shown is not a whole number");
    CHECK(loaded_as<int>(1e300) == "key = shown is not a whole number");
    CHECK(loaded_as<int>(static_cast<double>(nan_float)) == "key = shown is not a whole number");
}

TEST_CASE("loading: floats, and no numbers beyond them") {
    CHECK(loaded_as<float>(0.1) == "0.1");
    CHECK(loaded_as<float>(std::int64_t{-7}) == "-7");
    CHECK(loaded_as<float>(~std::uint64_t{0}) == "1.8446744e+19");
    CHECK(loaded_as<float>(1e-300) == "0");
    CHECK(loaded_as<float>(1e39) == "key = shown is beyond the range of float");
    CHECK(loaded_as<float>(-1e39) == "key = shown is beyond the range of float");
    CHECK(loaded_as<float>(static_cast<double>(infinity)) == "inf");
    CHECK(loaded_as<float>(static_cast<double>(nan_float)) == "nan");
}
