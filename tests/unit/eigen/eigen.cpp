#include "catch.hpp"

#include <argdraw/argdraw.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

using namespace argdraw;

static_assert(std::is_same_v<format_of<Eigen::half>::type, half> && std::is_same_v<format_of<Eigen::bfloat16>::type, bfloat16>);
static_assert(logit_row<std::vector<Eigen::half>> && logit_row<std::array<Eigen::bfloat16, 3>>);
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
static_assert(!logit_row<row_major> && !logit_row<column_major> && !logit_row<Eigen::VectorXi>);

namespace {

template <class R>
bool seen_as_it_is(const R& row, const void* data, std::size_t size) {
    const auto view = as_row(row);
    return static_cast<const void*>(view.data()) == data && view.size() == size;
}

template <class T, class Theirs>
void same_numbers() {
    int wrong = 0;
    for (unsigned bits = 0; bits < 0x10000; ++bits) {
        const auto pattern = static_cast<std::uint16_t>(bits);
        const auto ours = static_cast<float>(T::from_bits(pattern)), theirs = static_cast<float>(std::bit_cast<Theirs>(pattern));
        wrong += theirs != theirs ? ours == ours : ours != theirs;
    }
    CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("eigen: a row is the caller's memory") {
    std::vector<float> v{1, 2, 3, 4};
    Eigen::VectorXf e(7);
    Eigen::ArrayX<Eigen::bfloat16> h(5);
    CHECK(seen_as_it_is(e, e.data(), 7));
    CHECK(seen_as_it_is(h, h.data(), 5));
    CHECK(seen_as_it_is(Eigen::Map<const Eigen::VectorXf>(v.data(), 4), v.data(), 4));
    CHECK(seen_as_it_is(e.segment(2, 3), e.data() + 2, 3));
    row_major m(3, 6);
    CHECK(seen_as_it_is(m.row(1), m.data() + 6, 6));
}

TEST_CASE("eigen: its types of sixteen bits are the same numbers") {
    same_numbers<half, Eigen::half>();
    same_numbers<bfloat16, Eigen::bfloat16>();
}

TEST_CASE("eigen: draws, distributions and softmax of its vectors") {
    const sampler pick{top_k{2}, categorical{}};
    const Eigen::VectorXf row{{2.0f, 1.0f, 0.5f, 0.0f}};
    const Eigen::VectorX<Eigen::half> halves = row.cast<Eigen::half>();
    const Eigen::ArrayX<Eigen::bfloat16> brains = row.cast<Eigen::bfloat16>();
    const row_major batch = row.transpose().replicate(3, 1);
    const std::vector<float> plain(row.begin(), row.end());
    const auto law = pick.distribution(plain);
    CHECK(law.ids == std::vector<token_id>{0, 1});
    CHECK(pick.distribution(row).probabilities == law.probabilities);
    CHECK(pick.distribution(halves).probabilities == law.probabilities);
    CHECK(pick.distribution(brains).probabilities == law.probabilities);
    CHECK(pick.distribution(batch.row(1)).probabilities == law.probabilities);

    philox random{.seed = 42}, again = random;
    CHECK(pick(batch.row(2), random).id == pick(plain, again).id);

    Eigen::ArrayXd out(4);
    numeric::softmax(halves, out);
    CHECK(out.sum() == Approx(1));
    CHECK(out[0] == Approx(0.579).epsilon(0.01));
}

TEST_CASE("eigen: a row of its halves beside the row") {
    const Eigen::VectorXf row{{2.0f, 1.0f, 0.5f}};
    const Eigen::VectorX<Eigen::half> other = row.cast<Eigen::half>();
    STATIC_REQUIRE(std::is_same_v<decltype(guidance{other, 2}), guidance<half>>);
    STATIC_REQUIRE(std::is_same_v<decltype(contrastive{other, 0.1f, 2.0f}), contrastive<half>>);
    const sampler pick{guidance{other, 2.0f}, greedy{}};
    CHECK(pick(row).id == 0);
    CHECK(pick.check(3));
}

TEST_CASE("eigen: vectors, maps, rows of a row-major matrix and columns of another are rows") {
    constexpr sampler first{greedy{}};
    const std::vector row{0.0f, 3.0f, 1.0f, 2.0f};
    Eigen::VectorXf vector(4);
    vector << 0, 3, 1, 2;
    CHECK(first(vector).id == 1);
    CHECK(first(vector.tail(2)).id == 1);
    CHECK(first(Eigen::Map<const Eigen::VectorXf>(row.data(), 4)).id == 1);
    CHECK(first(Eigen::Map<const Eigen::RowVectorXf>(row.data(), 4)).id == 1);
    CHECK(first(Eigen::Ref<const Eigen::VectorXf>(vector)).id == 1);
    CHECK(first(Eigen::Array4f(0, 3, 1, 2)).id == 1);
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> batch(2, 4);
    batch << 0, 3, 1, 2, 9, 8, 7, 6;
    CHECK(first(batch.row(0)).id == 1);
    CHECK(first(batch.row(1)).id == 0);
    Eigen::MatrixXf columns(3, 2);
    columns << 0, 9, 3, 8, 1, 7;
    CHECK(first(columns.col(0)).id == 1);
    CHECK(first(columns.col(1)).id == 0);
}

TEST_CASE("eigen: distributions go out as arrays, maps and rows") {
    const std::array<float, 3> row{0.0f, 1.0f, 2.0f};
    std::array<double, 3> out{};
    numeric::softmax(row, out);
    const std::vector<double> wanted(out.begin(), out.end());

    Eigen::ArrayXd eigen(3);
    numeric::softmax(Eigen::Map<const Eigen::VectorXf>(row.data(), 3), eigen);
    CHECK(std::equal(eigen.begin(), eigen.end(), wanted.begin()));

    std::array<double, 3> mapped{};
    numeric::softmax(std::vector<float>(row.begin(), row.end()), Eigen::Map<Eigen::ArrayXd>(mapped.data(), 3));
    CHECK(mapped == out);

    Eigen::Matrix<float, 2, 3, Eigen::RowMajor> batch;
    batch << 9, 9, 9, 0, 1, 2;
    Eigen::Array<double, 2, 3, Eigen::RowMajor> laws = Eigen::Array<double, 2, 3, Eigen::RowMajor>::Zero();
    numeric::softmax(batch.row(1), laws.row(1));
    CHECK(std::equal(wanted.begin(), wanted.end(), laws.row(1).begin()));
    CHECK(laws(0, 2) == 0);
}
