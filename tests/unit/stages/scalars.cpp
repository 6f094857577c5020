// Every stage on rows of each scalar, in one file: the kernels of a scalar take seconds to compile, and are compiled here once.
#include "support.hpp"

using namespace argdraw;
using namespace support;

namespace {

template <class T>
std::vector<T> row_of(std::initializer_list<float> values) {
    std::vector<T> row;
    for (const float v : values) row.push_back(T(v));
    return row;
}

template <class F>
void for_each_scalar(F f) {
    f(std::type_identity<float>{});
    f(std::type_identity<double>{});
    f(std::type_identity<argdraw::half>{});
    f(std::type_identity<argdraw::bfloat16>{});
}

}  // namespace

TEST_CASE("temperature scalars") {
    // 3 2 1 at T = 1 and T = 1/2; halves are exact in every scalar.
    for_each_scalar([]<class T>(std::type_identity<T>) {
        const auto row = row_of<T>({2, 3, -infinity, 1});
        CHECK(law(row, temperature{1}) == "0:0.244728 1:0.665241 3:0.0900306");
        CHECK(law(row, temperature{0.5f}) == "0:0.11731 1:0.866813 3:0.0158762");
        CHECK(law(row, temperature{0}) == "1:1");
        CHECK(law(row, temperature{infinity}) == "0:0.333333 1:0.333333 3:0.333333");
        CHECK(law(row, temperature{smallest}) == "0:0 1:1 3:0");
    });
}

TEST_CASE("softmax scalars") {
    for_each_scalar([]<class T>(std::type_identity<T>) {
        // ln(e^2 + e + 1) = 2.4076059644
        const auto row = row_of<T>({2, 1, -infinity, 0});
        workspace space;
        candidates<T> c(row, space);
        argdraw::softmax{}(c);
        const auto left = c.survivors();
        REQUIRE(left.logits.size() == 3);
        for (std::size_t i = 0; i < 3; ++i) CHECK(std::abs(left.logits[i] + 0.4076059644 + static_cast<double>(i)) < 2e-7);
    });
}

TEST_CASE("top_k scalars") {
    for_each_scalar([]<class T>(std::type_identity<T>) {
        const auto row = row_of<T>({2, 3, -infinity, 1, 3});
        CHECK(kept(row, top_k{1}) == ids{1});
        CHECK(kept(row, top_k{2}) == ids{1, 4});
        CHECK(law(row, top_k{3}) == "0:0.155362 1:0.422319 4:0.422319");  // 1/e 1 1 of 2.36788
        CHECK(kept(row, top_k{4}) == ids{0, 1, 3, 4});
    });
}

TEST_CASE("top_p scalars") {
    // 3 2 1: .665241 .244728 .0900306
    for_each_scalar([]<class T>(std::type_identity<T>) {
        const auto row = row_of<T>({2, 3, -infinity, 1});
        CHECK(kept(row, top_p{0.66f}) == ids{1});
        CHECK(law(row, top_p{0.67f}) == "0:0.268941 1:0.731059");
        CHECK(kept(row, top_p{0.909f}) == ids{0, 1});
        CHECK(kept(row, top_p{0.911f}) == ids{0, 1, 3});
    });
}

TEST_CASE("min_p scalars") {
    // One below the maximum is 1/e = .367879.
    for_each_scalar([]<class T>(std::type_identity<T>) {
        const auto row = row_of<T>({2, 3, -infinity, 1, 3});
        CHECK(kept(row, min_p{0.36f}) == ids{0, 1, 4});
        CHECK(kept(row, min_p{0.37f}) == ids{1, 4});
        CHECK(law(row, min_p{0.36f}) == "0:0.155362 1:0.422319 4:0.422319");
        CHECK(kept(row, min_p{0.13f}) == ids{0, 1, 3, 4});  // e^-2 = .135
    });
}

TEST_CASE("rows of double far from 0: distances decide, as they do near it") {
    // Steps of one unit in the last place, and the same numbers without the offset.
    std::vector<double> near, far, coarse;
    for (int i = 0; i < 600; ++i) {
        near.push_back(std::ldexp((i * i) % 23, -8));
        far.push_back(0x1p44 + near.back());
        coarse.push_back(0x1p54 + 4 * ((i * i) % 23));
    }
    std::vector<double> coarse_near;
    for (const double l : coarse) coarse_near.push_back(l - 0x1p54);
    for (int i = 1; i < 60; ++i) {
        const float x = static_cast<float>(i) / 61;
        CAPTURE(x);
        CHECK(kept(far, argdraw::top_n_sigma{3 * x}) == kept(near, argdraw::top_n_sigma{3 * x}));
        CHECK(kept(far, argdraw::typical{x}) == kept(near, argdraw::typical{x}));
        const argdraw::epsilon_cutoff cutoff{std::exp(-50 * x)};
        CHECK(kept(coarse, cutoff) == kept(coarse_near, cutoff));
        CHECK(kept(coarse, argdraw::top_k{500}, cutoff) == kept(coarse_near, argdraw::top_k{500}, cutoff));
    }
}

TEST_CASE("scalars: behind a scale beyond the doubles a law of differences is that of the differences") {
    const auto check = [](const auto& row, auto... last) {
        auto below = row;
        for (double& l : below) l -= *std::max_element(row.begin(), row.end());
        const sampler pick{temperature{0.5f}, last...};
        const auto found = pick.distribution(row, pick.start()), exact = pick.distribution(below, pick.start());
        REQUIRE(found);
        CHECK(found.ids == exact.ids);
        CHECK(found.probabilities == exact.probabilities);
    };
    const double sign = GENERATE(1.0, -1.0);
    for (const std::size_t width : {4u, 20'000u}) {
        std::vector<double> row(width);
        for (std::size_t i = 0; i < width; ++i) row[i] = sign * (1.2e308 + static_cast<double>(i % 4) * 1e307);
        CAPTURE(sign, width);
        check(row, quadratic{0.5f, 2.0f}, categorical{});
        check(row, skew{0.5f}, categorical{});
        check(row, xtc_mean{0.5f, 0.1f}, categorical{});
        check(row, top_k{3}, xtc_mean{0.5f, 0.0f}, categorical{});
        check(row, top_k{3}, xtc{1.0f, 0.0f}, categorical{});
        check(row, adaptive_p{0.15f});
        check(row, mirostat_v1{});
    }
}
