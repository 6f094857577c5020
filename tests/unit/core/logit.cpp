#include "catch.hpp"

#include <argdraw/core/logit.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

using namespace argdraw;

static_assert(std::is_same_v<value_of<float>, float> && std::is_same_v<value_of<half>, float> &&
              std::is_same_v<value_of<bfloat16>, float> && std::is_same_v<value_of<double>, double>);

// What is a row: contiguous, whoever owns it.
static_assert(logit_row<std::span<const float>> && logit_row<std::span<float>> && logit_row<std::span<const double, 5>>);
static_assert(logit_row<std::vector<float>> && logit_row<std::vector<half>> && logit_row<std::array<bfloat16, 3>>);

// What is none: elements that are not neighbours, expressions without memory, other scalars.
static_assert(!logit_row<std::vector<int>> && !logit_row<std::string>);
static_assert(!logit_row<std::deque<float>> && !logit_row<std::list<float>> && !logit_row<float*> && !logit_row<float>);

// A type of linear algebra says how its elements lie.
template <bool vector, int stride>
struct lying {
    static constexpr bool IsVectorAtCompileTime = vector;
    static constexpr int InnerStrideAtCompileTime = stride;
    const float* data() const;
    long size() const;
};
static_assert(logit_row<lying<true, 1>> && !logit_row<lying<true, 2>> && !logit_row<lying<true, -1>> && !logit_row<lying<false, 1>>);

// A type of the caller's with a format.
struct brain {
    std::uint16_t bits;
};
struct unaligned_brain {
    unsigned char bits[2];
};
struct wide_brain {
    std::uint32_t bits;
};
template <>
struct argdraw::format_of<brain> {
    using type = argdraw::bfloat16;
};
template <>
struct argdraw::format_of<unaligned_brain> {
    using type = argdraw::bfloat16;
};
template <>
struct argdraw::format_of<wide_brain> {
    using type = argdraw::bfloat16;
};
static_assert(logit_row<std::vector<brain>> && !logit_row<std::vector<unaligned_brain>> && !logit_row<std::vector<wide_brain>>);
static_assert(std::is_same_v<decltype(as_row(std::vector<brain>{})), std::span<const bfloat16>>);

namespace {

template <class R>
bool seen_as_it_is(const R& row, const void* data, std::size_t size) {
    const auto view = as_row(row);
    return static_cast<const void*>(view.data()) == data && view.size() == size;
}

}  // namespace

TEST_CASE("logit: as_row is the caller's memory, whatever the type of the row") {
    std::vector<float> v{1, 2, 3, 4};
    std::array<double, 3> a{1, 2, 3};
    std::vector<brain> b{{0x3f80}, {0x4000}};
    CHECK(seen_as_it_is(v, v.data(), 4));
    CHECK(seen_as_it_is(std::span<const float>(v).subspan(1, 2), v.data() + 1, 2));
    CHECK(seen_as_it_is(a, a.data(), 3));
    CHECK(seen_as_it_is(b, b.data(), 2));
    CHECK(static_cast<float>(as_row(b)[1]) == 2);
    CHECK(seen_as_it_is(std::vector<float>{}, nullptr, 0));
}

TEST_CASE("logit: a row may be written as the caller's type between two reads of it as a format") {
    std::vector<brain> b(1);
    float sum = 0;
    for (int i = 0; i < 100; ++i) {
        b[0].bits = i % 2 == 0 ? 0x3f80 : 0x4000;
        sum += static_cast<float>(as_row(b)[0]);
    }
    CHECK(sum == 150);
}

TEST_CASE("logit: a view of a row is made of anything that is a row of its format") {
    const std::vector<brain> b{{0x3f80}, {0x4000}};
    const std::vector<float> v{1, 2};
    const float bare[] = {1, 2, 3};
    CHECK(static_cast<const void*>(row_view<bfloat16>(b).data()) == b.data());
    CHECK(row_view<float>(v).data() == v.data());
    CHECK(row_view<float>(bare).size() == 3);
    CHECK(row_view<float>(std::span(v).first(1)).size() == 1);
    CHECK(row_view<float>().empty());
    STATIC_REQUIRE(!std::is_constructible_v<row_view<float>, const std::vector<brain>&>);
    STATIC_REQUIRE(!std::is_constructible_v<row_view<half>, const std::vector<brain>&>);
}

TEST_CASE("logit: removed is the most negative entry of each format") {
    CHECK(removed<float>() == -std::numeric_limits<float>::infinity());
    CHECK(removed<double>() == -std::numeric_limits<double>::infinity());
    CHECK(removed<half>().bits() == 0xfc00);
    CHECK(removed<bfloat16>().bits() == 0xff80);
    CHECK(static_cast<float>(removed<half>()) == removed<float>());
    CHECK(static_cast<float>(removed<bfloat16>()) == removed<float>());
}
