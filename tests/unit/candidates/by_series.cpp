// Blocks that are summed up by a series weigh what their tokens do, and draws by them are those of the tokens themselves.
#include "support.hpp"

#include <argdraw/candidates/by_series.hpp>

using namespace argdraw;
using namespace support;

namespace {

// e^f = 1 + first p + second p p, which leaves no remainder.
struct by_probability {
    static constexpr bool rises = false;
    static constexpr bool waits = true;
    double greatest, mass, first, second;
    double operator()(token_id, double l) const noexcept {
        const double p = numeric::exp(l - greatest) / mass;
        return numeric::log(1 + p * first + p * p * second);
    }
    bool block(token_id, double*) const noexcept { return false; }
    detail::probability_series series() const noexcept { return {0, first, second, 0}; }
};

// e^(f - 1.25) = 1 + 30 p - 400 p p + 4000 p p p.
struct bent_by_probability {
    double greatest, mass;
    double operator()(token_id, double l) const noexcept {
        const double p = numeric::exp(l - greatest) / mass;
        return 1.25 + numeric::log(1 + p * (30 + p * (4000 * p - 400)));
    }
    detail::probability_series series() const noexcept { return {1.25, 30, -400, 4000}; }
};

// Some tokens likely, in few blocks, and some removed.
template <class T>
std::vector<T> row_of(std::size_t width, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<T> row(width);
    for (std::size_t i = 0; i < width; ++i) {
        row[i] = T(static_cast<float>(random() % 4096) * 0x1p-10f);
        if (random() % 7 == 0) row[i] = T(-infinity);
        if (random() % 199 == 0) row[i] = T(4 + static_cast<float>(random() % 8) * 0.5f);
    }
    return row;
}

}  // namespace

TEMPLATE_TEST_CASE("by_series: a block weighs what its tokens do, within what is said", "", float, double, argdraw::half,
                   argdraw::bfloat16) {
    using T = TestType;
    int known = 0, asked = 0, wrong = 0;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        const auto row = row_of<T>(40000, seed);
        workspace space;
        detail::distribution<T> d(std::span<const T>(row), space, row.size());
        CHECK_FALSE(detail::can_be_summed_by_series(d));
        REQUIRE(d.template weighed_view<detail::extra::squares>(accuracy::full));
        if (seed % 2 == 1) d.multiply(0.5);
        CHECK(detail::can_be_summed_by_series(d) == (seed % 2 == 0));
        REQUIRE(d.template weighed_view<detail::extra::squares>(accuracy::full));
        const double mass = d.as_view()->weights().all(), greatest = d.logit_of(d.maximum());
        const bent_by_probability f{greatest, mass};
        const detail::summed_by_series<T, bent_by_probability> summed(d, f);
        CHECK(summed.logit == 1.25);
        for (std::size_t b = 0; b < d.as_view()->blocks(); ++b) {
            ++asked;
            const auto own = summed(b);
            if (own.mass < 0) continue;
            ++known;
            double sum = 0;
            for (std::size_t i = b * sizes::block; i < (std::min)(row.size(), (b + 1) * sizes::block); ++i) {
                const double v = static_cast<double>(static_cast<value_of<T>>(row[i]));
                if (v == -infinite) continue;
                sum += std::exp(f(0, d.logit_of(v)) - 1.25);
            }
            wrong += !(std::abs(own.mass - sum) <= own.error + 1e-12 * sum);
            wrong += !(own.error <= 0x1p-24 * static_cast<double>(sizes::block));
        }
    }
    CHECK(wrong == 0);
    CHECK(known > asked / 4);
    CHECK(known < asked);
}

TEMPLATE_TEST_CASE("by_series: a draw by it is that of the function", "", float, double, argdraw::half) {
    using T = TestType;
    int wrong = 0;
    std::mt19937_64 random(3);
    for (std::uint64_t seed = 0; seed < 24; ++seed) {
        const auto row = row_of<T>(seed % 3 == 0 ? 9000 : 2500, seed);
        const auto draw = [&](bool by_series, std::uint64_t word) {
            workspace space;
            candidates<T> c(std::span<const T>(row), space);
            if (seed % 2 == 1) c.scale(0.75);
            if (seed % 4 == 2) c.add(5, 1.5);
            if (by_series) (void)c.collision();
            const by_probability f{c.max(), c.mass(), 20, seed % 5 == 0 ? -300.0 : 900.0};
            if (by_series) return c.draw_token_behind(f, word);
            c.map(f);
            return drawn(c.draw(word));
        };
        for (int i = 0; i < 20; ++i) {
            const std::uint64_t word = random();
            const drawn quick = draw(true, word), full = draw(false, word);
            wrong += quick.id != full.id || quick.logprob != full.logprob;
        }
    }
    CHECK(wrong == 0);
}
