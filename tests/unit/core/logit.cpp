#include "catch.hpp"

#include <argdraw/core/logit.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

using namespace argdraw;

static_assert(logit_scalar<float> && logit_scalar<double> && logit_scalar<Eigen::half> && logit_scalar<Eigen::bfloat16>);
static_assert(!logit_scalar<int> && !logit_scalar<long double> && !logit_scalar<const float> && !logit_scalar<bool>);
static_assert(std::is_same_v<value_of<float>, float> && std::is_same_v<value_of<Eigen::half>, float> &&
              std::is_same_v<value_of<Eigen::bfloat16>, float> && std::is_same_v<value_of<double>, double>);

// What is a row: contiguous, whoever owns it.
static_assert(logit_row<std::span<const float>> && logit_row<std::span<float>> && logit_row<std::span<const double, 5>>);
static_assert(logit_row<std::vector<float>> && logit_row<std::vector<Eigen::half>> && logit_row<std::array<Eigen::bfloat16, 3>>);
static_assert(logit_row<Eigen::VectorXf> && logit_row<Eigen::RowVectorXd> && logit_row<Eigen::ArrayXf>);
static_assert(logit_row<Eigen::Map<const Eigen::VectorXf>> && logit_row<Eigen::Map<Eigen::VectorX<Eigen::half>>>);
static_assert(logit_row<Eigen::Ref<const Eigen::VectorXf>>);

using row_major = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using column_major = Eigen::MatrixXf;
template <class M>
using row_of = decltype(std::declval<const M&>().row(0));
template <class M>
using column_of = decltype(std::declval<const M&>().col(0));
static_assert(logit_row<row_of<row_major>> && logit_row<column_of<column_major>>);

// What is none: elements that are not neighbours, expressions without memory, things of two dimensions, other scalars.
static_assert(!logit_row<row_of<column_major>> && !logit_row<column_of<row_major>>);
static_assert(!logit_row<Eigen::Map<const Eigen::VectorXf, 0, Eigen::InnerStride<2>>>);
static_assert(!logit_row<Eigen::Map<const Eigen::VectorXf, 0, Eigen::InnerStride<>>>);
static_assert(!logit_row<decltype(Eigen::VectorXf() * 2.0f)> && !logit_row<decltype(Eigen::VectorXf() + Eigen::VectorXf())>);
static_assert(!logit_row<row_major> && !logit_row<column_major>);
static_assert(!logit_row<std::vector<int>> && !logit_row<std::string> && !logit_row<Eigen::VectorXi>);
static_assert(!logit_row<std::deque<float>> && !logit_row<std::list<float>> && !logit_row<float*> && !logit_row<float>);

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
    Eigen::VectorXf e(7);
    Eigen::ArrayX<Eigen::bfloat16> h(5);
    CHECK(seen_as_it_is(v, v.data(), 4));
    CHECK(seen_as_it_is(std::span<const float>(v).subspan(1, 2), v.data() + 1, 2));
    CHECK(seen_as_it_is(a, a.data(), 3));
    CHECK(seen_as_it_is(e, e.data(), 7));
    CHECK(seen_as_it_is(h, h.data(), 5));
    CHECK(seen_as_it_is(Eigen::Map<const Eigen::VectorXf>(v.data(), 4), v.data(), 4));
    CHECK(seen_as_it_is(e.segment(2, 3), e.data() + 2, 3));
    row_major m(3, 6);
    CHECK(seen_as_it_is(m.row(1), m.data() + 6, 6));
    CHECK(seen_as_it_is(std::vector<float>{}, nullptr, 0));
}

TEST_CASE("logit: removed is the most negative entry of each scalar") {
    CHECK(removed<float>() == -std::numeric_limits<float>::infinity());
    CHECK(removed<double>() == -std::numeric_limits<double>::infinity());
    CHECK(std::bit_cast<std::uint16_t>(removed<Eigen::half>()) == 0xfc00);
    CHECK(std::bit_cast<std::uint16_t>(removed<Eigen::bfloat16>()) == 0xff80);
    CHECK(static_cast<float>(removed<Eigen::half>()) == removed<float>());
    CHECK(static_cast<float>(removed<Eigen::bfloat16>()) == removed<float>());
}
