// What blocks weigh behind a function, on every instruction set: about as much as the function's own numbers, by no more than is promised.

#include "catch.hpp"

#include "rows.hpp"

#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/log.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace testing_simd;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::vector<double> numbers(kind what, std::uint64_t seed) { return random_row<double>(what, simd::block_size, seed); }

// For kernels that write to it.
std::vector<double> copy_of(const std::vector<double>& block) { return block; }

double greatest_of(const std::vector<double>& block) { return *std::max_element(block.begin(), block.end()); }

// How far a kernel's mass is from that of these values, as a share of what it may be off where the values may be so by `off`.
template <class F>
double error(const std::vector<double>& values, double off, F kernel) {
    double worst = 0;
    const double top = greatest_of(values);
    if (top == -infinite) return 0;
    for (const double scale : {0x1p-30, 0.01, 1.0, numeric::log2_e, 40.0})
        for (const double above : {0.0, 3.0, -100.0}) {
            const double reference = top + above / scale;
            std::vector<double> weights(simd::block_size);
            simd::lists().weights(values.data(), simd::block_size, reference, scale, weights.data());
            const double mass = simd::lists().sum(weights.data(), simd::block_size), most = 0x1p-36 + off * scale;
            worst = std::max(worst, std::fabs(kernel(reference, scale) / mass - 1) / most);
        }
    return worst;
}

template <class F>
void for_all_blocks(F visit) {
    for (const kind what : kinds)
        for (std::uint64_t seed = 0; seed < 16; ++seed)
            if (const auto block = numbers(what, seed); greatest_of(block) > -infinite) visit(block, static_cast<double>(seed));
}

}  // namespace

TEST_CASE("rough: masses are as far off as they say, and no farther") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        double worst_values = 0, worst_bent = 0, worst_capped = 0, worst_preferred = 0, worst_other = 0;
        for_all_blocks([&](const std::vector<double>& block, double seed) {
            const double* const x = block.data();
            const double top = greatest_of(block);
            const auto mapped = [&](auto f) {
                std::vector<double> values = block;
                f(values.data());
                return values;
            };
            worst_values = std::max(worst_values, error(block, 0, [&](double r, double c) { return simd::rough().values(x, top, r, c); }));

            const double factor = 0.1 + 0.3 * seed, cube = seed / 16, square = 1 - cube;
            const auto bent = mapped([&](double* to) { simd::maps().bent(to, top, factor, square, cube); });
            worst_bent = std::max(worst_bent, error(bent, 0x1p-51 * std::fabs(top), [&](double r, double c) {
                                      return simd::rough().bent(copy_of(block).data(), top, factor, square, cube, r, c);
                                  }));

            // So that some are small beside the bound, some not, and some beyond it.
            const double bound = std::ldexp(1.0, static_cast<int>(seed) - 4);
            const auto capped = mapped([&](double* to) { simd::maps().capped(to, bound); });
            worst_capped = std::max(worst_capped, error(capped, 0x1.1p-38 * bound, [&](double r, double c) {
                                        return simd::rough().capped(copy_of(block).data(), bound, r, c);
                                    }));

            const double mass = 1 + seed, aim = seed / 15;
            const auto preferred = mapped([&](double* to) { simd::maps().preferred(to, top, mass, aim); });
            worst_preferred = std::max(worst_preferred, error(preferred, 0x1.1p-32, [&](double r, double c) {
                                           return simd::rough().preferred(copy_of(block).data(), top, mass, aim, r, c);
                                       }));

            const auto other = numbers(kind::ordinary, 99);
            const auto away = mapped([&](double* to) { simd::maps().away(to, other.data(), 1.5); });
            const auto mixed = mapped([&](double* to) { simd::maps().mixed(to, other.data(), 1.5, -0.5); });
            worst_other = std::max(
                {worst_other,
                 error(away, 0, [&](double r, double c) { return simd::rough().away(copy_of(block).data(), other.data(), 1.5, r, c); }),
                 error(mixed, 0,
                       [&](double r, double c) { return simd::rough().mixed(copy_of(block).data(), other.data(), 1.5, -0.5, r, c); })});
        });
        CHECK(worst_values <= 1);
        CHECK(worst_bent <= 1);
        CHECK(worst_capped <= 1);
        CHECK(worst_preferred <= 1);
        CHECK(worst_other <= 1);
    });
}

TEST_CASE("rough: the polynomials of a cap, up to where they end") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        for (const double end : {0.01, 0.4, 0.5, 0.75, 1.0, 1.001, 2.0, 30.0}) {
            std::vector<double> block(simd::block_size);
            for (std::size_t i = 0; i < block.size(); ++i)
                block[i] = 30 * end * (2 * static_cast<double>(i) / static_cast<double>(block.size() - 1) - 1);
            for (const bool some_removed : {false, true}) {
                if (some_removed) block[3] = block[block.size() / 2] = -infinite;
                std::vector<double> values = block;
                simd::maps().capped(values.data(), 30);
                CHECK(error(values, 0x1.1p-38 * 30,
                            [&](double r, double c) { return simd::rough().capped(copy_of(block).data(), 30, r, c); }) <= 1);
            }
        }
    });
}

TEST_CASE("rough: NaN where a number is none, or too far above the reference") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        const std::vector<double> level(simd::block_size, 1.0);
        for (std::size_t i = 0; i < simd::block_size; ++i) {
            auto block = level, other = level;
            block[i] = 2000;
            const double* const x = block.data();
            const auto is_nan = [](double mass) { return mass != mass; };
            CHECK(is_nan(simd::rough().values(x, 2000, 1, 1)));
            CHECK(is_nan(simd::rough().bent(copy_of(block).data(), 2000, 0, 1, 0, 1, 1)));
            CHECK(is_nan(simd::rough().capped(copy_of(block).data(), 1e4, 1, 1)));
            CHECK(is_nan(simd::rough().away(copy_of(block).data(), other.data(), 1.5, 1, 1)));
            CHECK(is_nan(simd::rough().mixed(copy_of(block).data(), other.data(), 1.5, -0.5, 1, 1)));
            CHECK(is_nan(simd::rough().preferred(copy_of(level).data(), 1, 1, 0.5, -3000, 1)));
            for (const double strange : {infinite, -infinite, std::numeric_limits<double>::quiet_NaN()}) {
                other[i] = strange;
                // Pushed away from -inf or drawn to +inf, and no number at all.
                if (!(strange > 0)) CHECK(is_nan(simd::rough().away(copy_of(level).data(), other.data(), 1.5, 1, 1)));
                if (!(strange > 0)) CHECK(is_nan(simd::rough().mixed(copy_of(level).data(), other.data(), 1.5, -0.5, 1, 1)));
                block = level;
                block[i] = -infinite;  // nobody looks at what stands beside it
                CHECK(simd::rough().away(copy_of(block).data(), other.data(), 1.5, 1, 1) ==
                      static_cast<double>(simd::block_size - 1) + 0x1p-900);
                CHECK(simd::rough().mixed(copy_of(block).data(), other.data(), 1.5, -0.5, 1, 1) ==
                      static_cast<double>(simd::block_size - 1) + 0x1p-900);
            }
        }
    });
}

TEST_CASE("rough: two rows of floats where they lie, as their copies in doubles") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        const auto same = [](double x, double y) { return x == y || (x != x && y != y); };
        const auto copied = [](const std::vector<float>& from) { return std::vector<double>(from.begin(), from.end()); };
        for (const kind what : kinds)
            for (std::uint64_t seed = 0; seed < 8; ++seed) {
                const auto x = random_row<float>(what, simd::block_size, seed);
                auto other = random_row<float>(kind::ordinary, simd::block_size, 99);
                for (const float cut : {std::numeric_limits<float>::lowest(), x[7]}) {
                    if (!(cut >= std::numeric_limits<float>::lowest())) continue;
                    auto kept = copied(x);
                    for (double& v : kept) v = v >= static_cast<double>(cut) ? v : -infinite;
                    if (greatest_of(kept) == -infinite) continue;
                    const auto beside = copied(other);
                    auto away = kept, mixed = kept;
                    REQUIRE(simd::maps().away(away.data(), beside.data(), 1.5));
                    REQUIRE(simd::maps().mixed(mixed.data(), beside.data(), 1.5, -0.5));
                    CHECK(simd::maps().greatest_away(x.data(), cut, other.data(), 1.5) == greatest_of(away));
                    CHECK(simd::maps().greatest_mixed(x.data(), cut, other.data(), 1.5, -0.5) == greatest_of(mixed));
                    for (const double reference : {greatest_of(away), -2000.0}) {
                        CHECK(same(simd::rough().floats_away(x.data(), cut, other.data(), 1.5, reference, 0.7),
                                   simd::rough().away(copy_of(kept).data(), beside.data(), 1.5, reference, 0.7)));
                        CHECK(same(simd::rough().floats_mixed(x.data(), cut, other.data(), 1.5, -0.5, reference, 0.7),
                                   simd::rough().mixed(copy_of(kept).data(), beside.data(), 1.5, -0.5, reference, 0.7)));
                    }
                }
                for (const double strange : {infinite, -infinite, std::numeric_limits<double>::quiet_NaN()}) {
                    other[seed] = static_cast<float>(strange);
                    const float cut = std::numeric_limits<float>::lowest();
                    const double away = simd::maps().greatest_away(x.data(), cut, other.data(), 1.5);
                    const double mixed = simd::maps().greatest_mixed(x.data(), cut, other.data(), 1.5, -0.5);
                    CHECK(away != away);
                    CHECK(mixed != mixed);
                }
            }
    });
}
