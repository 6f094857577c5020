// Removed tokens: every kernel sees a row with cleared bits as the row with -inf in those places, NaN and +inf under them included, on every
// instruction set, bit for bit. And what the kernels add up beside masses, and moments, against their definitions.
#include "catch.hpp"
#include "simd/rows.hpp"

#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/sums.hpp>
#include <argdraw/simd/weight_scale.hpp>

using namespace argdraw;
using namespace testing_simd;
using simd::weight_scale;

namespace {

struct marked {
    std::vector<std::uint16_t> bits;
    bool lives(std::size_t i) const { return ((bits[i / 16] >> (i % 16)) & 1) != 0; }
};

marked random_marks(std::size_t blocks, std::uint64_t seed, unsigned of_eight) {
    words random{seed};
    marked m{std::vector<std::uint16_t>(blocks * 16)};
    for (std::size_t w = 0; w < m.bits.size(); ++w) {
        const std::uint64_t block_kind = (seed + w / 16 * 2654435761u) % 5;  // some blocks whole, some empty
        for (int bit = 0; bit < 16; ++bit)
            if (block_kind == 0 || (block_kind != 1 && random() % 8 < of_eight))
                m.bits[w] = static_cast<std::uint16_t>(m.bits[w] | (1u << bit));
    }
    return m;
}

// The same row twice: with bits, and with -inf written where they are cleared.
template <class T>
struct two_rows {
    marked marks;
    row_in_blocks<T> with_bits, written;

    two_rows(const std::vector<T>& row, unsigned of_eight, std::uint64_t seed)
        : marks(random_marks((row.size() + 255) / 256, seed, of_eight)), with_bits(spoiled(row, marks)), written(removed_from(row, marks)) {
        with_bits.view.alive = marks.bits.data();
    }

    static std::vector<T> removed_from(std::vector<T> row, const marked& m) {
        for (std::size_t i = 0; i < row.size(); ++i)
            if (!m.lives(i)) row[i] = removed<T>();
        return row;
    }
    static std::vector<T> spoiled(std::vector<T> row, const marked& m) {
        for (std::size_t i = 0; i < row.size(); ++i)
            if (!m.lives(i) && i % 3 != 0) row[i] = i % 3 == 1 ? nans<T>()[i % 6] : infinity<T>();
        return row;
    }
};

template <class T, class F>
void on_rows(F check) {
    for (const kind what : kinds)
        for (const std::size_t width : {1u, 300u, 4096u, 5003u})
            for (const unsigned of_eight : {1u, 4u, 7u, 8u})
                check(two_rows<T>(random_row<T>(what, width, width + of_eight), of_eight, width * 31 + of_eight));
}

bool same(double a, double b) { return a == b || (a != a && b != b); }

}  // namespace

#define ARGDRAW_TEST_SCALARS float, double, argdraw::half, argdraw::bfloat16

TEMPLATE_TEST_CASE("removed: maxima, counts, the least and gathered tokens", "", ARGDRAW_TEST_SCALARS) {
    using T = TestType;
    int wrong = 0, rows_seen = 0;
    on_every_set([&](isa set) {
        CAPTURE(name(set));
        on_rows<T>([&](const two_rows<T>& r) {
            ++rows_seen;
            const auto& rows = simd::rows<T>();
            const std::size_t blocks = r.written.view.blocks;
            std::vector<value_of<T>> a(blocks + simd::lanes), b(blocks + simd::lanes);
            rows.maxima(r.with_bits.view, a.data());
            rows.maxima(r.written.view, b.data());
            for (std::size_t i = 0; i < blocks; ++i) wrong += !(a[i] == b[i]);
            wrong += !(simd::spreads<T>().least(r.with_bits.view) == simd::spreads<T>().least(r.written.view));
            value_of<T> least = std::numeric_limits<value_of<T>>::infinity();
            for (std::size_t i = 0; i < blocks * 256; ++i)
                if (const auto x = value(r.written.at(i)); x > -std::numeric_limits<value_of<T>>::infinity()) least = std::min(least, x);
            wrong += !(simd::spreads<T>().least(r.written.view) == least);
            std::vector<std::int32_t> counts(6 * (blocks + simd::lanes));
            const auto counts_at = [&](std::size_t i) { return counts.data() + i * (blocks + simd::lanes); };
            for (const auto& [low, high] : {std::pair{value_of<T>{-1}, value_of<T>{2}}, std::pair{value_of<T>{0}, value_of<T>{0}},
                                            std::pair{value_of<T>{1}, value_of<T>{1.125f}}}) {
                simd::spreads<T>().levels(r.with_bits.view, low, high, {counts_at(0), counts_at(1), counts_at(2)});
                simd::spreads<T>().levels(r.written.view, low, high, {counts_at(3), counts_at(4), counts_at(5)});
                std::vector<std::int32_t> listed, ids(blocks * 256 + 64);
                std::vector<double> values(ids.size());
                for (std::size_t i = 0; i < blocks * 256; ++i)
                    if (const auto x = value(r.written.at(i)); low <= x && x < high) listed.push_back(static_cast<std::int32_t>(i));
                for (const auto* const each : {&r.with_bits.view, &r.written.view}) {
                    wrong += simd::spreads<T>().list(*each, low, high, ids.data(), values.data()) != listed.size();
                    for (std::size_t i = 0; i < listed.size(); ++i)
                        wrong +=
                            ids[i] != listed[i] || values[i] != static_cast<double>(value(r.written.at(static_cast<std::size_t>(ids[i]))));
                }
                for (std::size_t block = 0; block < blocks; ++block) {
                    std::int32_t between = 0, above = 0, below = 0;
                    for (std::size_t i = block * 256; i < (block + 1) * 256; ++i) {
                        const auto x = value(r.written.at(i));
                        above += x >= high;
                        between += low <= x && x < high;
                        below += x < low && x > -std::numeric_limits<value_of<T>>::infinity();
                    }
                    for (const std::size_t from : {std::size_t{0}, std::size_t{3}})
                        wrong += counts_at(from)[block] != between || counts_at(from + 1)[block] != above ||
                                 counts_at(from + 2)[block] != (below > 0 ? 1 : 0);
                }
            }
            for (const value_of<T> cut : {std::numeric_limits<value_of<T>>::lowest(), value_of<T>{-1}, value_of<T>{0}, value_of<T>{3}}) {
                wrong += rows.count(r.with_bits.view, cut) != rows.count(r.written.view, cut);
                std::vector<std::int32_t> list(blocks), ids_a(blocks * 256 + 64), ids_b(blocks * 256 + 64);
                std::vector<double> values_a(ids_a.size()), values_b(ids_a.size());
                for (std::size_t i = 0; i < blocks; ++i) list[i] = static_cast<std::int32_t>(i);
                const auto next = std::nextafter(cut, std::numeric_limits<value_of<T>>::infinity());
                const std::size_t n =
                    rows.gather(r.with_bits.view, list.data(), blocks, cut, next, 100, a.data(), ids_a.data(), values_a.data());
                const std::size_t m =
                    rows.gather(r.written.view, list.data(), blocks, cut, next, 100, b.data(), ids_b.data(), values_b.data());
                wrong += n != m || !std::equal(ids_a.begin(), ids_a.begin() + static_cast<std::ptrdiff_t>(n), ids_b.begin()) ||
                         !std::equal(values_a.begin(), values_a.begin() + static_cast<std::ptrdiff_t>(n), values_b.begin());
            }
        });
    });
    CHECK(wrong == 0);
    CHECK(rows_seen >= 72);
}

TEMPLATE_TEST_CASE("removed: masses in doubles, bit for bit those of the definition and of the row in doubles", "", ARGDRAW_TEST_SCALARS) {
    using T = TestType;
    int wrong = 0;
    on_every_set([&](isa set) {
        CAPTURE(name(set));
        on_rows<T>([&](const two_rows<T>& r) {
            const std::size_t blocks = r.written.view.blocks;
            std::vector<double> row(blocks * 256);
            for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<double>(value(r.written.at(i)));
            const row_in_blocks<double> wide(row);
            const double greatest = *std::max_element(row.begin(), row.end());
            const simd::double_cuts cuts{greatest, 1.25, std::numeric_limits<double>::lowest(), -2, 1};
            if (!(greatest >= cuts.lowest)) return;
            const auto compare = [&](auto in_format, auto in_doubles, auto weight, auto beside) {
                std::vector<double> a(blocks), b(blocks), second_a(blocks), second_b(blocks);
                in_format(r.with_bits.view, cuts, a.data(), second_a.data());
                in_doubles(wide.view, cuts, b.data(), second_b.data());
                for (std::size_t block = 0; block < blocks; ++block) {
                    std::vector<double> first(256), second(256);
                    for (std::size_t i = 0; i < 256; ++i) {
                        const double x = row[block * 256 + i], e = (x - cuts.reference) * cuts.scale, w = numeric::exp2(e);
                        if (!(x >= cuts.lowest)) continue;
                        first[i] = weight(x, w);
                        second[i] = w == 0 ? 0 : beside(x, e, w);
                    }
                    wrong += !same(a[block], b[block]) || a[block] != numeric::sum(first.data(), 256);
                    wrong += !same(second_a[block], second_b[block]) || second_a[block] != numeric::sum(second.data(), 256);
                }
            };
            const auto all = [](double, double w) { return w; };
            compare(simd::doubles<T>().masses, simd::doubles<double>().masses, all, [](double, double, double) { return 0.0; });
            compare(simd::doubles<T>().exponents, simd::doubles<double>().exponents, all, [](double, double e, double w) { return w * e; });
            compare(simd::doubles<T>().squares, simd::doubles<double>().squares, all, [](double, double, double w) { return w * w; });
            compare(
                simd::doubles<T>().split, simd::doubles<double>().split, [&](double x, double w) { return x >= cuts.high ? w : 0.0; },
                [&](double x, double, double w) { return x < cuts.lower ? w : 0.0; });
        });
    });
    CHECK(wrong == 0);
}

// A block of which every logit weighs something is summed up by a shorter way.
TEMPLATE_TEST_CASE("removed: masses in doubles beside a token that weighs just enough, or just too little", "", ARGDRAW_TEST_SCALARS) {
    using T = TestType;
    int wrong = 0, nothing = 0;
    on_every_set([&](isa set) {
        CAPTURE(name(set));
        constexpr auto lowest = static_cast<double>(std::numeric_limits<value_of<T>>::lowest());
        for (const double cut : {lowest, -4.0, -3.0, -2.0})
            for (const double exponent : {-1000.0, std::nextafter(-1000.0, -2000.0), std::nextafter(-1000.0, 0.0), -30.0}) {
                std::vector<T> row(2 * simd::block_size);
                for (std::size_t i = 0; i < row.size(); ++i) row[i] = T(static_cast<float>(i % 3) * -0.5f);
                row[77] = T(-3.0f);
                row[simd::block_size + 5] = T(-4.0f);
                const row_in_blocks<T> in(row);
                const simd::double_cuts cuts{0.0, exponent / -4, cut, -2, 1};
                double mass[2], exponents[2], squares[2], same_mass[2];
                std::int32_t reaching[2];
                simd::double_cuts counted = cuts;
                counted.reaching = reaching;
                simd::doubles<T>().masses(in.view, counted, mass, nullptr);
                simd::doubles<T>().exponents(in.view, cuts, same_mass, exponents);
                simd::doubles<T>().squares(in.view, cuts, same_mass, squares);
                for (std::size_t b = 0; b < 2; ++b) {
                    std::vector<double> w(simd::block_size), we(simd::block_size), ww(simd::block_size);
                    std::int32_t expected = 0;
                    for (std::size_t i = 0; i < simd::block_size; ++i) {
                        const double x = static_cast<double>(value(in.at(b * simd::block_size + i))), e = numeric::product(x, cuts.scale);
                        if (x < cut) continue;
                        ++expected;
                        w[i] = numeric::exp2(e);
                        nothing += w[i] == 0;
                        we[i] = w[i] == 0 ? 0 : numeric::product(w[i], e);
                        ww[i] = numeric::product(w[i], w[i]);
                    }
                    wrong += mass[b] != numeric::sum(w.data(), w.size()) || same_mass[b] != mass[b] || reaching[b] != expected;
                    wrong += exponents[b] != numeric::sum(we.data(), we.size()) || squares[b] != numeric::sum(ww.data(), ww.size());
                }
            }
    });
    CHECK(wrong == 0);
    CHECK(nothing > 0);
}

TEMPLATE_TEST_CASE("removed: rough sums are those in doubles to 2^-35, and what lies between two levels is listed", "",
                   ARGDRAW_TEST_SCALARS) {
    using T = TestType;
    int wrong = 0;
    std::size_t listed = 0;
    on_every_set([&](isa set) {
        CAPTURE(name(set));
        on_rows<T>([&](const two_rows<T>& r) {
            const std::size_t blocks = r.written.view.blocks;
            std::vector<double> row(blocks * 256);
            for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<double>(value(r.written.at(i)));
            const row_in_blocks<double> wide(row);
            const double greatest = *std::max_element(row.begin(), row.end()), lowest = std::numeric_limits<double>::lowest();
            if (!(greatest >= lowest)) return;
            for (const auto& [lower, high] : {std::pair{lowest, lowest}, std::pair{-2.0, 1.0}, std::pair{lowest, -1.0}}) {
                const double scale = 1.25;
                std::vector<double> mass(blocks), sum(blocks), exact(blocks), exact_sum(blocks), values(row.size() + 64);
                std::vector<std::int32_t> ids(row.size() + 64);
                simd::doubles<double>().exponents(wide.view, {.reference = greatest, .scale = scale, .lowest = high}, exact.data(),
                                                  exact_sum.data());
                const std::size_t n = simd::doubles<T>().rough_exponents(
                    r.with_bits.view, {.reference = greatest, .scale = scale, .lower = lower, .high = high}, mass.data(), sum.data(),
                    ids.data(), values.data());
                for (std::size_t b = 0; b < blocks; ++b) {
                    wrong += !(std::fabs(mass[b] - exact[b]) <= 0x1p-35 * exact[b] + 0x1p-800);
                    wrong += !(std::fabs(sum[b] - exact_sum[b]) <= -0x1p-35 * exact_sum[b] + 0x1p-800);
                }
                std::size_t found = 0;
                for (std::size_t i = 0; i < row.size(); ++i)
                    if (lower <= row[i] && row[i] < high) {
                        wrong += found >= n || ids[found] != static_cast<std::int32_t>(i) || values[found] != row[i];
                        ++found;
                    }
                wrong += found != n;
                listed += found;
            }
        });
    });
    CHECK(wrong == 0);
    CHECK(listed > 1000);
}

TEMPLATE_TEST_CASE("removed: masses, what is added up beside them, splits and weights", "", float, argdraw::half, argdraw::bfloat16) {
    using T = TestType;
    int wrong = 0, far = 0;
    std::vector<double> first;  // of the plain set, for all sets must agree
    std::size_t at = 0;
    const auto agree = [&](isa set, double x) {
        if (set == isa::generic) first.push_back(x);
        else wrong += !same(first[at++], x);
    };
    on_every_set([&](isa set) {
        CAPTURE(name(set));
        at = 0;
        on_rows<T>([&](const two_rows<T>& r) {
            const auto& kernels = simd::block_weights<T>();
            const weight_scale scale = weight_scale::of(1.4426950408889634 / 0.8);
            const std::size_t blocks = r.written.view.blocks;
            std::vector<double> mass_a(blocks), mass_b(blocks), beside_a(blocks), beside_b(blocks);
            std::vector<std::int32_t> top_a(blocks), top_b(blocks);
            const auto compare = [&] {
                for (std::size_t b = 0; b < blocks; ++b) {
                    wrong += top_a[b] != top_b[b] || !same(mass_a[b], mass_b[b]);
                    agree(set, mass_a[b]);
                }
            };
            wrong += kernels.masses(r.with_bits.view, scale, mass_a.data(), top_a.data()) !=
                     kernels.masses(r.written.view, scale, mass_b.data(), top_b.data());
            compare();
            simd::block_weight_sums<T>().exponents(r.with_bits.view, scale, mass_a.data(), top_a.data(), beside_a.data());
            simd::block_weight_sums<T>().exponents(r.written.view, scale, mass_b.data(), top_b.data(), beside_b.data());
            compare();
            for (std::size_t b = 0; b < blocks; ++b) {
                if (top_a[b] == weight_scale::beyond) continue;
                wrong += !same(beside_a[b], beside_b[b]);
                agree(set, beside_a[b]);
                if (top_a[b] == weight_scale::nothing) continue;
                float weights[256];
                wrong += kernels.weights(r.with_bits.view, b, scale, weights) != top_a[b];
                double sum = 0, size = 0;
                for (std::size_t i = 0; i < 256; ++i) {
                    if (weights[i] == 0) continue;
                    const double e = static_cast<double>(value(r.written.at(b * 256 + i))) * (1.4426950408889634 / 0.8) - (top_a[b] >> 3);
                    sum += static_cast<double>(weights[i]) * e;
                    size += static_cast<double>(weights[i]) * std::abs(e);
                }
                far += !(std::abs(sum - beside_a[b]) <= 1e-6 * (size + 1e-3 * mass_a[b]));
            }
            simd::block_weight_sums<T>().squares(r.with_bits.view, scale, mass_a.data(), top_a.data(), beside_a.data());
            for (std::size_t b = 0; b < blocks; ++b) {
                if (top_a[b] == weight_scale::beyond) continue;
                agree(set, beside_a[b]);
                float weights[256];
                kernels.weights(r.with_bits.view, b, scale, weights);
                double sum = 0;
                for (const float w : weights) sum += static_cast<double>(w) * static_cast<double>(w);
                far += !(std::abs(sum - beside_a[b]) <= 4e-7 * sum);
            }
            std::vector<std::int32_t> ids_a(blocks * 256 + 64), ids_b(blocks * 256 + 64);
            std::vector<double> values_a(ids_a.size()), values_b(ids_a.size());
            const simd::row_cuts cuts{-5, -1, -2, 3};
            const std::size_t n =
                kernels.split(r.with_bits.view, scale, cuts, mass_a.data(), beside_a.data(), top_a.data(), ids_a.data(), values_a.data());
            const std::size_t m =
                kernels.split(r.written.view, scale, cuts, mass_b.data(), beside_b.data(), top_b.data(), ids_b.data(), values_b.data());
            wrong += n != m || !std::equal(ids_a.begin(), ids_a.begin() + static_cast<std::ptrdiff_t>(n), ids_b.begin());
            compare();
            for (std::size_t b = 0; b < blocks; ++b) {
                if (top_a[b] == weight_scale::beyond) continue;
                wrong += !same(beside_a[b], beside_b[b]);
                agree(set, beside_a[b]);
            }
            // The mass above a cut alone has the same bits.
            kernels.masses_in_band(r.with_bits.view, scale, cuts.high, mass_b.data(), top_b.data());
            compare();
        });
    });
    CHECK(wrong == 0);
    CHECK(far == 0);
}

TEMPLATE_TEST_CASE("removed: moments, quick and exact", "", ARGDRAW_TEST_SCALARS) {
    using T = TestType;
    int wrong = 0, far = 0, together = 0;
    std::vector<double> first;
    std::size_t at = 0;
    on_every_set([&](isa set) {
        CAPTURE(name(set));
        at = 0;
        on_rows<T>([&](const two_rows<T>& r) {
            const std::size_t blocks = r.written.view.blocks;
            for (const bool exact : {true, false}) {
                std::vector<double> reference(blocks), sum(blocks), squares(blocks);
                std::vector<std::int32_t> count(blocks);
                std::vector<value_of<T>> maximum(blocks + simd::lanes), expected(blocks + simd::lanes);
                simd::spreads<T>().maxima_and_moments(r.with_bits.view, exact, maximum.data(),
                                                      {reference.data(), sum.data(), squares.data(), count.data()});
                simd::rows<T>().maxima(r.written.view, expected.data());
                for (std::size_t b = 0; b < blocks; ++b) wrong += !(maximum[b] == expected[b]);
                // Blocks that were summed up as one stand at the first of them.
                for (std::size_t b = 0, next; b < blocks; b = next) {
                    for (next = b + 1; next < blocks && count[next] == 0 && count[b] > 256 * static_cast<std::int32_t>(next - b); ++next) {}
                    together += next - b == 4;
                    long double s = 0, q = 0, size = 0;
                    int n = 0;
                    for (std::size_t i = b * 256; i < next * 256; ++i) {
                        const auto x = value(r.written.at(i));
                        if (!(x > -std::numeric_limits<value_of<T>>::infinity())) continue;
                        const long double d = static_cast<long double>(x) - static_cast<long double>(reference[b]);
                        s += d;
                        size += std::abs(d);
                        q += d * d;
                        ++n;
                    }
                    wrong += count[b] != n;
                    const long double tolerance = exact || sizeof(T) == 8 ? 1e-14L : 6e-7L;  // ten roundings
                    if (q < 1e300L)
                        far += !(std::abs(s - static_cast<long double>(sum[b])) <= tolerance * size) ||
                               !(std::abs(q - static_cast<long double>(squares[b])) <= tolerance * q);
                    for (const double x : {reference[b], sum[b], squares[b]}) {
                        if (set == isa::generic) first.push_back(x);
                        else wrong += !same(first[at++], x);
                    }
                }
            }
        });
    });
    CHECK(wrong == 0);
    CHECK(far == 0);
    CHECK(together > 0);
}
