// What the blocks of a row weigh, in floats and in doubles, against a plain sum.
#include "support.hpp"

#include <argdraw/candidates/masses.hpp>

using namespace argdraw;
using namespace support;

namespace {

struct weighed_row {
    std::vector<float> logits;
    workspace space;
    detail::scratch<float> scratch;
    detail::living_row<float> row;
    detail::maxima<float> top;
    detail::masses<float> masses;

    explicit weighed_row(std::size_t width, unsigned seed) : logits(width) {
        std::mt19937 random(seed);
        for (float& l : logits) l = static_cast<float>(random() % 4000) / 250;
        REQUIRE(scratch.lay_out(space, width, (width + simd::block_size - 1) / simd::block_size));
        row.look_at(logits, scratch);
        top = detail::maxima<float>(scratch.maxima);
        masses = detail::masses<float>(scratch);
    }
    bool weigh(accuracy wanted) { return masses.weigh<detail::extra::nothing>(row, top, 1.0, wanted); }
    // Of what lives with low <= value < high, relative to 2^reference.
    double sum(double low, double high) const {
        long double all = 0;
        for (std::size_t i = 0; i < logits.size(); ++i)
            if (const double v = row.value_of_token(static_cast<token_id>(i)); low <= v && v < high)
                all += std::exp2(static_cast<long double>(v) - static_cast<long double>(masses.reference()));
        return static_cast<double>(all);
    }
    void disturb() {
        for (token_id id = 0; id < static_cast<token_id>(logits.size()); id += 5) row.set(id, id % 2 == 0 ? -infinite : 12.5);
        row.narrow_to({3, static_cast<token_id>(logits.size() / 2)});
    }
};

}  // namespace

TEST_CASE("masses: sums of all that lives, in floats within what is said of them, in doubles to 1e-12") {
    for (const std::size_t width : {std::size_t{3}, simd::block_size, 7 * simd::block_size + 11})
        for (const bool disturbed : {false, true}) {
            weighed_row r(width, 1);
            if (disturbed) r.disturb();
            CAPTURE(width, disturbed);
            REQUIRE(r.weigh(accuracy::quick));
            CHECK(r.masses.in_float());
            const double quick = r.sum(-infinite, infinite);
            CHECK(std::fabs(r.masses.all() - quick) <= detail::float_sums::of_weights * quick);
            REQUIRE(r.weigh(accuracy::full));
            CHECK_FALSE(r.masses.in_float());
            const double full = r.sum(-infinite, infinite);
            CHECK(std::fabs(r.masses.all() - full) <= 1e-12 * full);
            CHECK(std::fabs(r.masses.all_beside_greatest(r.row) - (full - 1)) <= 1e-12 * full);
        }
}

TEST_CASE("masses: known of one revision, scale and accuracy") {
    weighed_row r(1000, 2);
    CHECK_FALSE(r.masses.known_of(r.row));
    REQUIRE(r.weigh(accuracy::quick));
    CHECK(r.masses.known_of(r.row));
    r.row.set(3, 1);
    CHECK_FALSE(r.masses.known_of(r.row));
    REQUIRE(r.weigh(accuracy::quick));
    r.row.narrow_to({1, 0});
    CHECK_FALSE(r.masses.known_of(r.row));
}

TEST_CASE("masses: every number names a token that lives and weighs what is said") {
    weighed_row r(5 * simd::block_size + 3, 3);
    r.disturb();
    REQUIRE(r.weigh(accuracy::quick));
    const double all = r.sum(-infinite, infinite);
    for (int i = 0; i < 500; ++i) {
        const auto token = r.masses.token_at(r.row, i == 499 ? 1 - 0x1p-53 : i / 499.0);
        const double v = r.row.value_of_token(token.id);
        REQUIRE(v > -infinite);
        const double p = std::exp2(v - r.masses.reference()) / all;
        CHECK(std::fabs(token.probability - p) <= 5e-7 * p);
    }
}

TEST_CASE("masses: a row is cut in what weighs above, what is listed between, and what weighs below") {
    for (const bool disturbed : {false, true}) {
        weighed_row r(9 * simd::block_size + 5, 4);
        if (disturbed) r.disturb();
        REQUIRE(r.weigh(accuracy::quick));
        const auto [listed, below] = r.masses.split(r.row, 5, 5, 9);
        double above = 0;
        for (std::size_t b = 0; b < r.row.blocks().blocks; ++b) above += r.masses.above()[b];
        std::size_t between = 0;
        for (std::size_t i = 0; i < r.logits.size(); ++i) {
            const double v = r.row.value_of_token(static_cast<token_id>(i));
            if (5 <= v && v < 9) CHECK(r.scratch.tokens.ids[between++] == static_cast<token_id>(i));
        }
        CHECK(listed == between);
        CHECK(std::fabs(below - r.sum(-infinite, 5)) <= detail::float_sums::of_weights * below);
        CHECK(std::fabs(above - r.sum(9, infinite)) <= detail::float_sums::of_weights * above);
        CHECK(r.masses.known_of(r.row));
        const auto parts = r.masses.split_in_doubles(r.row, r.top, r.masses.reference(), 5, 9);
        CHECK(std::fabs(parts.below - r.sum(-infinite, 5)) <= 1e-12 * parts.below);
        CHECK(std::fabs(parts.above - r.sum(9, infinite)) <= 1e-12 * parts.above);
    }
}
