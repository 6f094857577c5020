// The weight kernel: against its own formula bit for bit, and against exact weights within the stated error.

#include "catch.hpp"

#include "rows.hpp"

#include <argdraw/numeric/exp2.hpp>
#include <argdraw/simd/weight_scale.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cfloat>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

using namespace testing_simd;
using simd::weight_scale;

#define ARGDRAW_TEST_SCALARS float, argdraw::half, argdraw::bfloat16

namespace {

constexpr float temperatures[] = {0.1f, 0.8f, 1.0f, 1.7f};

double scale_of(float t) { return argdraw::numeric::log2_e / static_cast<double>(t); }

struct weighed {
    std::array<float, 256> weights;
    double mass;
    std::int32_t top;
};

// Four weights in float, then lanes in double, then the tree. The volatiles keep a compiler from anything but these roundings.
double plain_mass(const std::array<float, 256>& weights) {
    double lane[16] = {};
    for (std::size_t g = 0; g < 4; ++g)
        for (std::size_t l = 0; l < 16; ++l) {
            const float* w = weights.data() + 64 * g + l;
            volatile float low = w[0] + w[16], high = w[32] + w[48];
            volatile float four = low + high;
            lane[l] += static_cast<double>(four);
        }
    for (std::size_t half = 8; half > 0; half /= 2)
        for (std::size_t l = 0; l < half; ++l) lane[l] += lane[l + half];
    return lane[0];
}

// The same of what is summed beside: all sixteen of a lane in float, in pairs.
double plain_mass_beside(const std::array<float, 256>& weights) {
    double lane[16] = {};
    for (std::size_t l = 0; l < 16; ++l) {
        volatile float four[4];
        for (std::size_t g = 0; g < 4; ++g) {
            const float* w = weights.data() + 64 * g + l;
            volatile float low = w[0] + w[16], high = w[32] + w[48];
            four[g] = low + high;
        }
        volatile float low = four[0] + four[1], high = four[2] + four[3];
        volatile float all = low + high;
        lane[l] = static_cast<double>(all);
    }
    for (std::size_t half = 8; half > 0; half /= 2)
        for (std::size_t l = 0; l < half; ++l) lane[l] += lane[l + half];
    return lane[0];
}

// weight_scale's comment, one token at a time, with the fused multiply-add of the standard library.
template <class T>
weighed plain_block(const row_in_blocks<T>& row, std::size_t b, const weight_scale& scale) {
    weighed out{{}, std::numeric_limits<double>::quiet_NaN(), weight_scale::beyond};
    std::array<float, 256> x{};
    std::array<std::int32_t, 256> key{};
    bool poisoned = false;
    std::int32_t top = std::numeric_limits<std::int32_t>::min();
    for (std::size_t i = 0; i < 256; ++i) {
        x[i] = static_cast<float>(row.at(b * 256 + i));
        const float t = std::fma(x[i], scale.hi, weight_scale::magic);
        poisoned |= t != t;
        // Below the range t is a small or negative float, whose bits no longer are a key; it only has to stay below.
        key[i] = t < 0 || t == -std::numeric_limits<float>::infinity() ? -weight_scale::range - weight_scale::depth - 1
                                                                       : std::bit_cast<std::int32_t>(t) - weight_scale::magic_bits;
        top = std::max(top, key[i]);
    }
    if (poisoned || top > weight_scale::range) return out;
    if (top < -weight_scale::range) return {{}, 0.0, weight_scale::nothing};
    static constexpr float eighths[8] = {1.0f,          0x1.172b84p0f, 0x1.306fep0f,  0x1.4bfdaep0f,
                                         0x1.6a09e6p0f, 0x1.8ace54p0f, 0x1.ae89fap0f, 0x1.d5818ep0f};
    const std::int32_t reference = static_cast<std::int32_t>(std::floor(top / 8.0));
    for (std::size_t i = 0; i < 256; ++i) {
        float w = 0;
        if (key[i] >= top - weight_scale::depth) {
            const float n = static_cast<float>(key[i]) / 8;
            const float r = std::fma(x[i], scale.lo, std::fma(x[i], scale.hi, -n));
            const float power = std::ldexp(eighths[key[i] & 7], static_cast<int>(std::floor(key[i] / 8.0)) - reference);
            const float slope = std::fma(std::fma(weight_scale::k3, r, weight_scale::k2), r, weight_scale::k1);
            volatile float correction = slope * r;  // rounded by itself
            w = std::fma(power, correction, power);
        }
        out.weights[i] = w;
    }
    out.mass = plain_mass(out.weights);
    out.top = top;
    return out;
}

bool same(double a, double b) { return bits_of(a) == bits_of(b) || (a != a && b != b); }

// The number of blocks in which the kernels differ from the formula.
template <class T>
int differences(const std::vector<T>& entries, const weight_scale& scale) {
    const row_in_blocks<T> row(entries);
    std::vector<double> mass(row.view.blocks);
    std::vector<std::int32_t> top(row.view.blocks);
    const std::int32_t greatest = simd::block_weights<T>().masses(row.view, scale, mass.data(), top.data());
    int wrong = greatest != *std::max_element(top.begin(), top.end());
    for (std::size_t b = 0; b < row.view.blocks; ++b) {
        const weighed right = plain_block(row, b, scale);
        bool differs = top[b] != right.top || !same(mass[b], right.mass);
        if (right.top != weight_scale::beyond) {
            std::array<float, 256> weights{};
            simd::block_weights<T>().weights(row.view, b, scale, weights.data());
            differs |= std::memcmp(weights.data(), right.weights.data(), sizeof weights) != 0;
        }
        wrong += differs;
    }
    return wrong;
}

}  // namespace

TEST_CASE("weight_scale: hi + lo is the scale to 2^-48, and it covers 2^-100 to 2^100") {
    words random{1};
    double worst = 0;
    for (int i = 0; i < 100'000; ++i) {
        const double c = std::ldexp(1 + static_cast<double>(random() >> 11) * 0x1p-53, static_cast<int>(random() % 200) - 100);
        const weight_scale s = weight_scale::of(c);
        worst = std::max(worst, std::abs((static_cast<double>(s.hi) - c) + static_cast<double>(s.lo)) / c);
    }
    CHECK(worst <= 0x1p-48);
    CHECK(worst > 0);
    CHECK(weight_scale::covers(0x1p-100));
    CHECK(weight_scale::covers(0x1p100));
    CHECK_FALSE(weight_scale::covers(std::nextafter(0x1p-100, 0.0)));
    CHECK_FALSE(weight_scale::covers(std::nextafter(0x1p100, 0x1p101)));
    CHECK_FALSE(weight_scale::covers(0));
    CHECK_FALSE(weight_scale::covers(std::numeric_limits<double>::infinity()));
    CHECK_FALSE(weight_scale::covers(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("weight_scale: the key of a logit is rint(8 x c), is monotone, and is what the kernel finds") {
    for (const float t : temperatures) {
        const weight_scale scale = weight_scale::of(scale_of(t));
        words random{2};
        int wrong = 0;
        std::vector<float> some;
        for (int i = 0; i < 2000; ++i) {
            const auto x = static_cast<float>(static_cast<double>(static_cast<std::int64_t>(random()) >> 11) * 0x1p-53 *
                                              (i % 2 ? 8e3 / static_cast<double>(scale.hi) : 40));
            some.push_back(x);
            wrong += std::abs(static_cast<double>(scale.key(x)) - 8 * static_cast<double>(x) * static_cast<double>(scale.hi)) > 0.5;
        }
        auto far = some;
        for (const float x : {1.5e6f, 1.6e6f, 2e6f, 3e6f, 3.2e6f, 1e9f, 1e30f}) far.insert(far.end(), {x / scale.hi, -x / scale.hi});
        std::sort(far.begin(), far.end());
        for (std::size_t i = 1; i < far.size(); ++i) wrong += scale.key(far[i - 1]) > scale.key(far[i]);
        CHECK(wrong == 0);
        on_every_set([&](isa set) {
            CAPTURE(name(set));
            int other = 0;
            for (const float x : some) {
                const row_in_blocks<float> row(std::vector<float>(1, x));
                double mass = 0;
                std::int32_t top = 0;
                simd::block_weights<float>().masses(row.view, scale, &mass, &top);
                other += top != scale.key(x);
            }
            CHECK(other == 0);
        });
    }
}

TEMPLATE_TEST_CASE("weight_scale: masses and weights are the formula's, bit for bit, on rows of every kind", "", ARGDRAW_TEST_SCALARS) {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const float t : {0.1f, 0.8f, 1.0f, 1.7f, 1e-3f, 1e4f})
            for (const std::size_t width : {1u, 255u, 256u, 257u, 2000u})
                for (const kind what : kinds) wrong += differences(random_row<TestType>(what, width, width), weight_scale::of(scale_of(t)));
        CHECK(wrong == 0);
    });
}

TEMPLATE_TEST_CASE("weight_scale: masses of all 65536 patterns of a 16-bit float", "", argdraw::half, argdraw::bfloat16) {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        const weight_scale scale = weight_scale::of(scale_of(0.8f));
        std::vector<TestType> by_pattern(65536), alone(1024 * 256, removed<TestType>());
        for (std::uint32_t p = 0; p < 65536; ++p) by_pattern[p] = of_bits<TestType>(p);
        wrong += differences(by_pattern, scale);
        for (std::uint32_t from = 0; from < 65536; from += 1024) {
            for (std::uint32_t b = 0; b < 1024; ++b) alone[b * 256 + b % 256] = of_bits<TestType>(from + b);
            wrong += differences(alone, scale);
        }
        CHECK(wrong == 0);
    });
}

TEMPLATE_TEST_CASE("weight_scale: split gives the masses above and below the cuts and the tokens between them, bit for bit", "",
                   ARGDRAW_TEST_SCALARS) {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong_mass = 0, wrong_tokens = 0;
        for (const float t : {0.1f, 1.0f, 1e4f})
            for (const std::size_t width : {1u, 255u, 257u, 2000u, 4400u})
                for (const kind what : kinds) {
                    const auto entries = random_row<TestType>(what, width, width + 7);
                    const row_in_blocks<TestType> row(entries);
                    const weight_scale scale = weight_scale::of(scale_of(t));
                    constexpr float above_all = std::numeric_limits<float>::infinity(), lowest = std::numeric_limits<float>::lowest();
                    const float some = std::max(lowest, value(entries[width / 2]));
                    for (const simd::row_cuts& cuts : {simd::row_cuts{lowest, -2, -2, 3},
                                                       {-1, 0, 0, 1},
                                                       {-3, 2, -1, -0.0f},
                                                       {lowest, lowest, lowest, above_all},
                                                       {lowest, above_all, lowest, lowest},
                                                       {some, above_all, some, above_all},
                                                       {lowest, some, lowest, some},
                                                       {lowest, some, some, some},
                                                       {2, 1, 14, 15.5f}}) {
                        std::vector<std::int32_t> top(row.view.blocks);
                        std::vector<double> above(row.view.blocks), below(above), values(width + 256 + 2 * simd::lanes), wanted_values;
                        std::vector<std::int32_t> ids(values.size()), wanted_ids;
                        const std::size_t n = simd::block_weights<TestType>().split(row.view, scale, cuts, above.data(), below.data(),
                                                                                    top.data(), ids.data(), values.data());
                        ids.resize(n);
                        values.resize(n);
                        for (std::size_t i = 0; i < width; ++i)
                            if (const float x = value(entries[i]); cuts.low <= x && x < cuts.high) {
                                wanted_ids.push_back(static_cast<std::int32_t>(i));
                                wanted_values.push_back(static_cast<double>(x));
                            }
                        wrong_tokens += ids != wanted_ids || values != wanted_values;
                        for (std::size_t b = 0; b < row.view.blocks; ++b) {
                            weighed right = plain_block(row, b, scale);
                            if (right.top == weight_scale::beyond) continue;  // never split
                            auto lighter = right.weights;
                            for (std::size_t i = 0; i < 256; ++i) {
                                const auto x = static_cast<float>(row.at(b * 256 + i));
                                if (!(x >= cuts.high)) right.weights[i] = 0;
                                if (!(cuts.lowest <= x && x < cuts.lower)) lighter[i] = 0;
                            }
                            wrong_mass += !same(above[b], plain_mass(right.weights)) || !same(below[b], plain_mass_beside(lighter)) ||
                                          top[b] != right.top;
                        }
                    }
                }
        CHECK(wrong_tokens == 0);
        CHECK(wrong_mass == 0);
    });
}

TEMPLATE_TEST_CASE("weight_scale: a NaN of either sign or +inf at any place puts its block beyond, and no other", "",
                   ARGDRAW_TEST_SCALARS) {
    auto poisons = nans<TestType>();
    poisons.push_back(infinity<TestType>());
    on_every_set([&](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const kind what : {kind::ordinary, kind::mostly_removed, kind::all_removed})
            for (std::size_t i = 0; i < 256; ++i)
                for (const TestType poison : poisons) {
                    auto entries = random_row<TestType>(what, 3 * 256, 9);
                    entries[256 + i] = poison;
                    const row_in_blocks<TestType> row(entries);
                    double mass[3] = {};
                    std::int32_t top[3] = {};
                    wrong +=
                        simd::block_weights<TestType>().masses(row.view, weight_scale::of(scale_of(1)), mass, top) != weight_scale::beyond;
                    wrong += top[1] != weight_scale::beyond || mass[1] == mass[1];
                    wrong += top[0] == weight_scale::beyond || top[2] == weight_scale::beyond || mass[0] != mass[0];
                }
        CHECK(wrong == 0);
    });
}

TEST_CASE("weight_scale: a key beyond the range puts its block beyond; one that is far below counts as nothing") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        const weight_scale scale{1.0f, 0.0f};
        const auto look = [&](float x) {
            const row_in_blocks<float> row(std::vector<float>(256, x));
            std::pair<double, std::int32_t> found;
            simd::block_weights<float>().masses(row.view, scale, &found.first, &found.second);
            return found;
        };
        CHECK(look(0x1p13f) == std::pair(256.0, weight_scale::range));
        CHECK(look(0x1p13f + 0.125f).second == weight_scale::beyond);
        CHECK(look(1e30f).second == weight_scale::beyond);
        CHECK(look(-0x1p13f) == std::pair(256.0, -weight_scale::range));
        CHECK(look(-0x1p13f - 0.125f) == std::pair(0.0, weight_scale::nothing));
        // Where t is below 0, its bits less those of magic may leave the integers.
        for (const float x : {-1.5e6f, -1.6e6f, -2e6f, -3e6f, -3.2e6f}) CHECK(look(x) == std::pair(0.0, weight_scale::nothing));
        CHECK(look(-1e30f) == std::pair(0.0, weight_scale::nothing));
        CHECK(look(-std::numeric_limits<float>::infinity()) == std::pair(0.0, weight_scale::nothing));
    });
}

TEST_CASE("weight_scale: -inf, -1e30 and -FLT_MAX weigh exactly 0") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const float t : temperatures)
            for (const float companion : {-100.0f, 0.0f, 100.0f})
                for (const float masked : {-std::numeric_limits<float>::infinity(), -1e30f, -FLT_MAX, -1e9f}) {
                    std::vector<float> entries(256, masked);
                    entries[100] = companion;
                    const row_in_blocks<float> row(entries);
                    std::array<float, 256> weights{};
                    simd::block_weights<float>().weights(row.view, 0, weight_scale::of(scale_of(t)), weights.data());
                    for (std::size_t i = 0; i < 256; ++i)
                        wrong += i == 100 ? !(weights[i] >= 1 && weights[i] <= 2) : bits_of(weights[i]) != 0;
                }
        CHECK(wrong == 0);
    });
}

TEST_CASE("weight_scale: a weight is kept down to 2^-64 of its block's top, and is 0 below") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        const row_in_blocks<float> row({0.0f, -63.875f, -64.0f, -64.125f, -65.0f});
        std::array<float, 256> weights{};
        simd::block_weights<float>().weights(row.view, 0, {1.0f, 0.0f}, weights.data());
        CHECK(weights[0] == 1.0f);
        CHECK(weights[2] == 0x1p-64f);
        CHECK(weights[1] > weights[2]);
        CHECK(bits_of(weights[3]) == 0);
        CHECK(bits_of(weights[4]) == 0);
    });
}

TEST_CASE("weight_scale: the mass of a block does not depend on its neighbours or its place") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        const weight_scale scale = weight_scale::of(scale_of(0.7f));
        const auto block = random_row<float>(kind::ordinary, 256, 3);
        const auto mass_at = [&](std::size_t place, float neighbours) {
            std::vector<float> entries(9 * 256, neighbours);
            std::copy(block.begin(), block.end(), entries.begin() + static_cast<std::ptrdiff_t>(place * 256));
            const row_in_blocks<float> row(entries);
            std::array<double, 9> mass{};
            std::array<std::int32_t, 9> top{};
            simd::block_weights<float>().masses(row.view, scale, mass.data(), top.data());
            return std::pair(mass[place], top[place]);
        };
        const auto wanted = mass_at(0, 0.0f);
        CHECK(wanted.first > 1);
        for (const float neighbours : {-1000.0f, 1000.0f, -std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()})
            for (std::size_t place = 0; place < 9; ++place) CHECK(mass_at(place, neighbours) == wanted);
    });
}

// ---- error -----------------------------------------------------------------------------------------------------------

namespace {

// Relative error over the kernel's whole range. Farther out the part of the scale that a float cannot hold, x lo, would move r
// visibly past the 1/16 for which the polynomial was made.
constexpr double error_bound = 1.2e-7, edge_of_range = 0x1p13;

// Weighs a run of ascending floats, a block at a time on every instruction set, and judges each weight against 2^(x c) and against
// its neighbour's. A block holds no more than what lies within 2^-60 of its top, so that nothing in it is dropped.
class judge {
public:
    judge(double c, std::vector<isa> sets) : c_(c), scale_(weight_scale::of(c)), sets_(std::move(sets)), before_(active_isa()) {}
    ~judge() { force_isa(before_); }
    judge(const judge&) = delete;
    judge& operator=(const judge&) = delete;

    /// x must not be below the one before.
    void see(float x) {
        const std::int32_t key = scale_.key(x);
        if (n_ == 256 || (n_ > 0 && key - first_key_ > weight_scale::depth - 8)) flush();
        if (n_ == 0) first_key_ = key;
        x_[n_++] = x;
    }
    void finish() {
        if (n_ > 0) flush();
    }

    double worst = 0;
    float worst_at = 0;
    std::int32_t inversion = 0;  // in units of the last place of the smaller
    float inversion_at = 0;
    std::uint64_t seen = 0, differing_blocks = 0;
    std::uint64_t hash = 0xcbf29ce484222325u;

private:
    void flush() {
        const std::size_t n = n_;
        const float last = x_[n - 1];
        std::fill(x_.begin() + static_cast<std::ptrdiff_t>(n), x_.end(), last);
        const simd::blocked_row<float> row{x_.data(), x_.data(), 1, 1};
        alignas(64) std::array<float, 256> w{}, other{};
        for (std::size_t s = 0; s < sets_.size(); ++s) {
            force_isa(sets_[s]);
            simd::block_weights<float>().weights(row, 0, scale_, s == 0 ? w.data() : other.data());
            if (s > 0) differing_blocks += std::memcmp(w.data(), other.data(), sizeof w) != 0;
        }
        force_isa(sets_.back());
        const std::int32_t reference = scale_.key(last) >> 3;
        // x c to twice double's precision, so that its size costs the judge nothing.
        alignas(64) std::array<double, 256> exponent, exact;
        for (std::size_t i = 0; i < 256; ++i) exponent[i] = std::fma(static_cast<double>(x_[i]), c_, -static_cast<double>(reference));
        simd::lists().weights(exponent.data(), 256, 0.0, 1.0, exact.data());
        for (std::size_t i = carried_; i < n; ++i) {
            const double error = std::abs(static_cast<double>(w[i]) / exact[i] - 1);
            if (!(error <= worst)) {
                worst = error;
                worst_at = x_[i];
            }
        }
        for (std::size_t i = 1; i < n; ++i) {
            const std::int32_t fall = std::bit_cast<std::int32_t>(w[i - 1]) - std::bit_cast<std::int32_t>(w[i]);
            if (fall > inversion) {
                inversion = fall;
                inversion_at = x_[i];
            }
        }
        seen += n - carried_;
        for (std::size_t i = 0; i < n; i += 16)
            for (std::size_t l = 0; l < 16; l += 2)
                hash = (hash ^ (std::uint64_t{bits_of(w[i + l])} << 32 | bits_of(w[i + l + 1]))) * 0x100000001b3u;
        // The last one again, as the first of the next block: neighbours across the edge are compared too.
        x_[0] = last;
        first_key_ = scale_.key(last);
        n_ = carried_ = 1;
        if (n == 1) n_ = carried_ = 0;
    }

    double c_;
    weight_scale scale_;
    std::vector<isa> sets_;
    isa before_;
    alignas(64) std::array<float, 256> x_{};
    std::size_t n_ = 0, carried_ = 0;
    std::int32_t first_key_ = 0;
};

// Every step-th float with |x c| <= 2^13, in ascending order, each with its successor.
void judge_floats(std::uint32_t step, double c) {
    judge all(c, supported_sets());
    const float edge = static_cast<float>(edge_of_range / c) * (1 - 0x1p-22f);
    const std::uint32_t last = bits_of(edge);
    for (std::uint32_t down = last / step + 1; down-- > 0;) {
        if (step > 1 && down > 0) all.see(of_bits<float>(0x80000000u | (down * step)));
        all.see(of_bits<float>(0x80000000u | (down * step - (step > 1 && down > 0))));
    }
    for (std::uint32_t up = 0; up <= last / step; ++up) {
        all.see(of_bits<float>(up * step));
        if (step > 1) all.see(of_bits<float>(up * step + 1));
    }
    all.finish();
    std::cout << "weight kernel: c = " << c << ", " << all.seen << " floats: worst relative error " << all.worst << " at " << all.worst_at
              << ", worst inversion " << all.inversion << " ulp, hash " << std::hex << all.hash << std::dec << std::endl;
    CAPTURE(c, all.worst_at, all.inversion_at);
    CHECK(all.seen > 2 * std::uint64_t{last / step});
    CHECK(all.worst <= error_bound);
    CHECK(all.worst > 0);
    CHECK(all.inversion <= 1);
    CHECK(all.differing_blocks == 0);
}

// The scales of everyday temperatures, and one that is as far from a float as can be.
const double scales[] = {scale_of(0.1f), scale_of(0.8f), scale_of(1.0f), scale_of(1.7f), 1 + 0.99 * 0x1p-24};

}  // namespace

TEST_CASE("weight_scale: error, inversions <= 1 ulp and one hash for all sets, on a sample of all floats") {
    for (const double c : scales) judge_floats(4099, c);
}

TEST_CASE("weight_scale: error, inversions <= 1 ulp and one hash for all sets, on every float", "[.deep]") {
    for (const double c : scales) judge_floats(1, c);
}
