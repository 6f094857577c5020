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

TEST_CASE("masses: a row that nobody has weighed is cut in two, and what it is narrowed to is known") {
    weighed_row r(9 * simd::block_size + 5, 5);
    detail::masses<float>::parts of{};
    REQUIRE(r.masses.split_at(r.row, 1.0, 7.0f, of));
    CHECK_FALSE(r.masses.known_of(r.row));
    CHECK(std::fabs(of.above - r.sum(7, infinite)) <= detail::float_sums::of_weights * of.above);
    CHECK(std::fabs(of.below - r.sum(-infinite, 7)) <= 2 * detail::float_sums::of_weights * of.below);
    r.row.narrow_to({.cut = 7});
    r.masses.narrowed(r.row);
    REQUIRE(r.masses.known_of(r.row));
    CHECK(r.masses.all() == of.above);
    for (int i = 0; i < 50; ++i) {
        const auto token = r.masses.token_at(r.row, i / 50.0);
        const double v = r.row.value_of_token(token.id), p = std::exp2(v - r.masses.reference()) / r.sum(7, infinite);
        CHECK(v >= 7);
        CHECK(std::fabs(token.probability - p) <= 5e-7 * p);
    }
    // Of another scale nothing is known then; floats fail beyond their range, or where there is a NaN.
    CHECK_FALSE(r.masses.split_at(r.row, 1e31, 7.0f, of));
    CHECK_FALSE(r.masses.known_of(r.row));
    weighed_row wrong(3 * simd::block_size, 6);
    wrong.logits[77] = not_a_number;
    CHECK_FALSE(wrong.masses.split_at(wrong.row, 1.0, 7.0f, of));
    CHECK_FALSE(weighed_row(100, 7).masses.known_of(r.row));
}

TEST_CASE("masses: of a row that lost tokens, blocks that lost none are not weighed again, and all have the bits of a fresh sum") {
    for (const std::size_t width : {7 * simd::block_size, 21 * simd::block_size + 11})
        for (const double cut : {0.001, 0.1, 3.05, 15.9}) {
            weighed_row r(width, 5);
            for (std::size_t i = 2 * simd::block_size; i < 5 * simd::block_size; ++i) r.logits[i] = 15.95f;
            r.row.look_at(r.logits, r.scratch);
            weighed_row fresh(width, 5);
            fresh.logits = r.logits;
            fresh.row.look_at(fresh.logits, fresh.scratch);
            REQUIRE(r.weigh(accuracy::quick));
            REQUIRE(r.masses.may_weigh_again(r.row, cut));
            simd::spreads<float>().levels(r.row.blocks(), detail::level_of<float>(cut), detail::level_of<float>(cut), r.scratch.counts);
            CHECK(r.scratch.counts.some_below[3] == 0);
            r.row.narrow_to({.cut = cut});
            r.masses.lost_some(r.row);
            CHECK_FALSE(r.masses.known_of(r.row));
            r.scratch.masses.ends[0] = -1;
            REQUIRE(r.weigh(accuracy::quick));
            fresh.row.narrow_to({.cut = cut});
            REQUIRE(fresh.weigh(accuracy::quick));
            CHECK(r.masses.in_float());
            int other = 0;
            for (std::size_t b = 0; b < r.row.blocks().blocks; ++b)
                other += r.masses.of_block(b) != fresh.masses.of_block(b) || r.scratch.masses.ends[b] != fresh.scratch.masses.ends[b];
            CHECK(other == 0);
        }
}

TEST_CASE("masses: what was lost is forgotten where the counts give way, and where all is weighed anew") {
    weighed_row r(9 * simd::block_size, 6);
    const auto lose = [&](double cut) {
        simd::spreads<float>().levels(r.row.blocks(), detail::level_of<float>(cut), detail::level_of<float>(cut), r.scratch.counts);
        r.row.narrow_to({.cut = cut});
        r.masses.lost_some(r.row);
        std::fill_n(r.scratch.counts.some_below, r.row.blocks().blocks, 0);  // as no count has said
    };
    REQUIRE(r.weigh(accuracy::quick));
    lose(3.05);
    r.masses.forget_lost();
    REQUIRE(r.weigh(accuracy::quick));
    CHECK(std::fabs(r.masses.all() - r.sum(-infinite, infinite)) <= detail::float_sums::of_weights * r.masses.all());
    lose(5.05);
    REQUIRE(r.weigh(accuracy::full));
    REQUIRE(r.weigh(accuracy::quick));
    CHECK(std::fabs(r.masses.all() - r.sum(-infinite, infinite)) <= detail::float_sums::of_weights * r.masses.all());
    CHECK_FALSE(r.masses.may_weigh_again(r.row, 6.05));  // it has a band
    weighed_row other(9 * simd::block_size, 6);
    REQUIRE(other.weigh(accuracy::quick));
    CHECK(other.masses.may_weigh_again(other.row, 6.05));
    CHECK_FALSE(other.masses.may_weigh_again(other.row, 6.0));  // a token may stand there
    other.row.set(1, 2.5);
    REQUIRE(other.weigh(accuracy::quick));
    CHECK_FALSE(other.masses.may_weigh_again(other.row, 6.05));
}

TEST_CASE("masses: what weighs more and less than equals, where most blocks hold nothing else") {
    for (const bool banded : {false, true}) {
        weighed_row r(9 * simd::block_size + 5, 7);
        for (std::size_t i = 0; i < r.logits.size(); ++i)
            if (i / simd::block_size % 3 != 1) r.logits[i] = 7;
        r.row.look_at(r.logits, r.scratch);
        if (banded) r.row.narrow_to({2, 1000});
        REQUIRE(r.weigh(accuracy::quick));
        const float above = std::nextafter(7.0f, 8.0f);
        const double below = r.masses.split(r.row, 7, above, above).below;
        const std::vector<double> masses(r.masses.above(), r.masses.above() + r.row.blocks().blocks);
        simd::spreads<float>().levels(r.row.blocks(), 7, above, r.scratch.counts);
        CHECK(r.masses.split_beside_equals(r.row, 7) == below);
        CHECK(std::equal(masses.begin(), masses.end(), r.masses.above()));
    }
}
