// Every kernel on every instruction set of this machine against a plain transcription of what its comment says.

#include "catch.hpp"

#include "rows.hpp"

#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/order.hpp>
#include <argdraw/numeric/sums.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

using namespace testing_simd;

#define ARGDRAW_TEST_SCALARS float, double, argdraw::half, argdraw::bfloat16

namespace {

constexpr std::size_t widths[] = {1, 16, 255, 256, 257, 1000, 1024, 1279, 4096, 256 * 35 + 17};

template <class T>
std::vector<value_of<T>> plain_maxima(const row_in_blocks<T>& row) {
    std::vector<value_of<T>> out;
    for (std::size_t b = 0; b < row.view.blocks; ++b) {
        auto greatest = -std::numeric_limits<value_of<T>>::infinity();
        bool nan = false;
        for (std::size_t i = 0; i < simd::block_size; ++i) {
            const T x = row.at(b * simd::block_size + i);
            nan |= is_nan(x);
            greatest = std::max(greatest, value(x));
        }
        out.push_back(nan ? std::numeric_limits<value_of<T>>::quiet_NaN() : greatest);
    }
    return out;
}

// As numbers: which of two equal zeros a maximum is, nobody asks.
template <class V>
bool same_numbers(const std::vector<V>& a, const std::vector<V>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](V x, V y) { return x == y || (x != x && y != y); });
}

template <class T>
std::vector<value_of<T>> kernel_maxima(const row_in_blocks<T>& row) {
    std::vector<value_of<T>> out(row.view.blocks);
    simd::rows<T>().maxima(row.view, out.data());
    return out;
}

}  // namespace

TEMPLATE_TEST_CASE("kernels: maxima of every width and kind of row", "", ARGDRAW_TEST_SCALARS) {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const std::size_t width : widths)
            for (const kind what : kinds)
                for (std::uint64_t seed = 0; seed < 4; ++seed) {
                    const row_in_blocks<TestType> row(random_row<TestType>(what, width, seed));
                    wrong += !same_numbers(kernel_maxima(row), plain_maxima(row));
                }
        CHECK(wrong == 0);
    });
}

TEMPLATE_TEST_CASE("kernels: maxima show a NaN of either sign and any payload at every place of a block", "", ARGDRAW_TEST_SCALARS) {
    // Thirty-seven blocks: some are read four or sixteen at a time, some alone, one from the tail.
    constexpr std::size_t width = 37 * simd::block_size - 56;
    const auto clean = random_row<TestType>(kind::ordinary, width, 1);
    const auto negative = random_row<TestType>(kind::mostly_removed, width, 2);
    on_every_set([&](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const TestType nan : nans<TestType>()) {
            REQUIRE(is_nan(nan));
            for (std::size_t i = 0; i < simd::block_size; ++i)
                for (const auto* row : {&clean, &negative}) {
                    auto poisoned = *row;
                    // Another block for every place, so that each way of reading a block meets each.
                    const std::size_t at = (i * 5 % 36) * simd::block_size + i;
                    poisoned[at] = nan;
                    if (i < simd::block_size - 56) poisoned[36 * simd::block_size + i] = nan;
                    const row_in_blocks<TestType> blocks(poisoned);
                    wrong += !same_numbers(kernel_maxima(blocks), plain_maxima(blocks));
                }
        }
        CHECK(wrong == 0);
    });
}

TEMPLATE_TEST_CASE("kernels: maxima with +inf and -inf in one block, with and without a NaN", "", ARGDRAW_TEST_SCALARS) {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (std::size_t i = 0; i < simd::block_size; ++i) {
            auto row = random_row<TestType>(kind::mostly_removed, 5 * simd::block_size, i);
            row[simd::block_size * (i % 5) + i] = infinity<TestType>();
            const row_in_blocks<TestType> blocks(row);
            wrong += !same_numbers(kernel_maxima(blocks), plain_maxima(blocks));
            wrong += kernel_maxima(blocks)[i % 5] != value(infinity<TestType>());
            row[simd::block_size * (i % 5) + (i * 7 + 1) % simd::block_size] = nans<TestType>()[1];
            const row_in_blocks<TestType> poisoned(row);
            wrong += !same_numbers(kernel_maxima(poisoned), plain_maxima(poisoned));
        }
        CHECK(wrong == 0);
    });
}

TEMPLATE_TEST_CASE("kernels: maxima of all 65536 patterns of a 16-bit float", "", argdraw::half, argdraw::bfloat16) {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        // A pattern alone among -inf, at a place that wanders through the block; 4096 blocks at a time.
        std::vector<TestType> row(4096 * simd::block_size);
        for (std::uint32_t from = 0; from < 65536; from += 4096) {
            std::fill(row.begin(), row.end(), removed<TestType>());
            for (std::uint32_t b = 0; b < 4096; ++b)
                row[b * simd::block_size + (b * 37 + from / 4096) % simd::block_size] = of_bits<TestType>(from + b);
            const row_in_blocks<TestType> blocks(row);
            wrong += !same_numbers(kernel_maxima(blocks), plain_maxima(blocks));
        }
        // And each against another: the maximum of x and y wherever they stand.
        words random{3};
        for (std::uint32_t from = 0; from < 65536; from += 4096) {
            for (std::uint32_t b = 0; b < 4096; ++b) {
                std::fill_n(row.begin() + b * simd::block_size, simd::block_size, of_bits<TestType>(random()));
                row[b * simd::block_size + random() % simd::block_size] = of_bits<TestType>(from + b);
            }
            const row_in_blocks<TestType> blocks(row);
            wrong += !same_numbers(kernel_maxima(blocks), plain_maxima(blocks));
        }
        CHECK(wrong == 0);
    });
}

TEMPLATE_TEST_CASE("kernels: count is the number of logits that reach the cut", "", ARGDRAW_TEST_SCALARS) {
    using V = value_of<TestType>;
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const std::size_t width : widths)
            for (const kind what : kinds) {
                auto entries = random_row<TestType>(what, width, width);
                if (width > 3) entries[width / 2] = nans<TestType>()[0];  // reaches nothing
                const row_in_blocks<TestType> row(entries);
                for (const V cut : {V(0), V(-0.0), V(1), V(-1), V(15.5), std::numeric_limits<V>::lowest(), std::numeric_limits<V>::max(),
                                    std::numeric_limits<V>::infinity(), value(entries[0])}) {
                    if (cut == -std::numeric_limits<V>::infinity()) continue;  // the padding would reach it
                    const auto right = static_cast<std::size_t>(
                        std::count_if(entries.begin(), entries.end(), [&](TestType x) { return value(x) >= cut; }));
                    wrong += simd::rows<TestType>().count(row.view, cut) != right;
                }
            }
        CHECK(wrong == 0);
    });
}

namespace {

struct gathered {
    std::vector<std::int32_t> ids;
    std::vector<double> values;
    bool operator==(const gathered&) const = default;
};

template <class T>
gathered gather(const row_in_blocks<T>& row, const std::vector<std::int32_t>& blocks, value_of<T> cut, std::size_t equals_wanted,
                const std::vector<value_of<T>>* maxima) {
    const std::size_t room = row.view.blocks * simd::block_size + simd::lanes;
    gathered out{std::vector<std::int32_t>(room, -1), std::vector<double>(room)};
    const std::size_t n = simd::rows<T>().gather(row.view, blocks.data(), blocks.size(), cut, argdraw::numeric::next_above(cut),
                                                 equals_wanted, maxima ? maxima->data() : nullptr, out.ids.data(), out.values.data());
    out.ids.resize(n);
    out.values.resize(n);
    return out;
}

// Whether it is what the kernel's comment promises.
template <class T>
bool keeps_its_promise(const gathered& got, const row_in_blocks<T>& row, const std::vector<std::int32_t>& blocks, value_of<T> cut,
                       std::size_t equals_wanted) {
    constexpr auto block = static_cast<std::int32_t>(simd::block_size);
    gathered above, equal;
    for (const std::int32_t b : blocks)
        for (std::int32_t id = b * block; id < (b + 1) * block; ++id) {
            const auto x = value(row.at(static_cast<std::size_t>(id)));
            if (!(x >= cut)) continue;
            auto& part = x > cut ? above : equal;
            part.ids.push_back(id);
            part.values.push_back(static_cast<double>(x));
        }
    gathered got_above, got_equal;
    for (std::size_t i = 0; i < got.ids.size(); ++i) {
        if (i > 0 && got.ids[i - 1] >= got.ids[i]) return false;
        auto& part = got.values[i] > static_cast<double>(cut) ? got_above : got_equal;
        part.ids.push_back(got.ids[i]);
        part.values.push_back(got.values[i]);
    }
    if (!(got_above == above)) return false;
    // Of the equals the first so many; a block's worth beyond what was asked for at most.
    const std::size_t n = got_equal.ids.size();
    if (n < std::min(equals_wanted, equal.ids.size()) || n > equal.ids.size()) return false;
    if (n > equals_wanted + simd::block_size) return false;
    return std::equal(got_equal.ids.begin(), got_equal.ids.end(), equal.ids.begin());
}

}  // namespace

TEMPLATE_TEST_CASE("kernels: count of all 65536 patterns of a 16-bit float, at and about each", "", argdraw::half, argdraw::bfloat16) {
    constexpr float infinite = std::numeric_limits<float>::infinity();
    std::vector<TestType> row(65536);
    std::vector<float> sorted;
    for (std::uint32_t i = 0; i < 65536; ++i)
        if (row[i] = of_bits<TestType>(i); !is_nan(row[i])) sorted.push_back(value(row[i]));
    std::sort(sorted.begin(), sorted.end());
    const row_in_blocks<TestType> blocks(row);
    on_every_set([&](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (std::size_t i = 0; i < sorted.size(); i += set == isa::generic ? 509 : 31)
            for (const float cut : {sorted[i], std::nextafter(sorted[i], infinite), std::nextafter(sorted[i], -infinite)}) {
                if (!(cut > -infinite)) continue;
                const auto reaching = sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), cut);
                wrong += simd::rows<TestType>().count(blocks.view, cut) != static_cast<std::size_t>(reaching);
            }
        for (const float cut : {0.0f, -0.0f, 1e-45f, -1e-45f, std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()})
            wrong += simd::rows<TestType>().count(blocks.view, cut) !=
                     static_cast<std::size_t>(sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), cut));
        CHECK(wrong == 0);
    });
}

TEMPLATE_TEST_CASE("kernels: gather takes everything above the cut, and equals until enough are found", "", ARGDRAW_TEST_SCALARS) {
    using T = TestType;
    using V = value_of<T>;
    std::vector<gathered> wanted;
    on_every_set([&](isa set) {
        CAPTURE(name(set));
        int broken = 0;
        std::vector<gathered> all;
        for (const std::size_t width : {std::size_t{1}, std::size_t{300}, std::size_t{2500}})
            for (const kind what : kinds)
                for (std::uint64_t seed = 0; seed < 3; ++seed) {
                    const auto entries = random_row<T>(what, width, seed);
                    const row_in_blocks<T> row(entries);
                    std::vector<V> maxima = plain_maxima(row);
                    std::vector<std::int32_t> every(row.view.blocks);
                    std::iota(every.begin(), every.end(), 0);
                    std::vector<std::int32_t> odd;
                    for (const auto b : every)
                        if (b % 2) odd.push_back(b);
                    auto sorted = entries;
                    std::sort(sorted.begin(), sorted.end(), [](T a, T b) { return value(a) > value(b); });
                    for (const V cut : {value(sorted[0]), value(sorted[width / 100]), value(sorted[width / 3]), value(sorted[width - 1]),
                                        V(0), V(1), std::numeric_limits<V>::lowest()}) {
                        if (cut == -std::numeric_limits<V>::infinity()) continue;
                        for (const std::size_t equals : {std::size_t{0}, std::size_t{1}, std::size_t{40}, width})
                            for (const auto* blocks : {&every, &odd})
                                for (const auto* known :
                                     {static_cast<const std::vector<V>*>(nullptr), static_cast<const std::vector<V>*>(&maxima)}) {
                                    all.push_back(gather(row, *blocks, cut, equals, known));
                                    broken += !keeps_its_promise(all.back(), row, *blocks, cut, equals);
                                }
                    }
                }
        CHECK(broken == 0);
        if (wanted.empty()) wanted = all;
        CHECK(all == wanted);  // "about" is the same number everywhere
    });
}

TEMPLATE_TEST_CASE("kernels: greatest of a padded array, NaN if there is one", "", float, double) {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const std::size_t n : {1u, 15u, 16u, 17u, 100u, 501u})
            for (const kind what : kinds) {
                auto a = random_row<TestType>(what, n, n);
                a.resize(n + simd::lanes, removed<TestType>());
                const auto& kernels = simd::rows<TestType>();
                wrong += kernels.greatest(a.data(), n) != *std::max_element(a.begin(), a.end());
                for (std::size_t i = 0; i < n; ++i)
                    for (const TestType nan : nans<TestType>()) {
                        auto poisoned = a;
                        poisoned[i] = nan;
                        wrong += !is_nan(kernels.greatest(poisoned.data(), n));
                    }
            }
        CHECK(wrong == 0);
    });
}

TEMPLATE_TEST_CASE("kernels: count_at_least and select find the entries that reach the cut", "", float, double) {
    using V = TestType;
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const std::size_t n : {1u, 15u, 16u, 17u, 100u, 501u})
            for (const kind what : kinds) {
                auto a = random_row<V>(what, n, n + 1);
                a.resize(n + simd::lanes, removed<V>());
                for (const V cut :
                     {V(0), V(-0.0), V(1), V(-5), a[0], std::numeric_limits<V>::lowest(), std::numeric_limits<V>::infinity()}) {
                    if (cut == -std::numeric_limits<V>::infinity()) continue;
                    std::vector<std::int32_t> right, got(n + 2 * simd::lanes);
                    for (std::size_t i = 0; i < n; ++i)
                        if (a[i] >= cut) right.push_back(static_cast<std::int32_t>(i));
                    got.resize(simd::numbers<V>().select(a.data(), n, cut, got.data()));
                    wrong += got != right;
                    wrong += simd::numbers<V>().count_at_least(a.data(), n, cut) != right.size();
                }
            }
        CHECK(wrong == 0);
    });
}

TEST_CASE("kernels: select finds the entries of a list between two levels") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const std::size_t n : {1u, 15u, 16u, 17u, 100u, 501u})
            for (const kind what : kinds) {
                auto a = random_row<double>(what, n, n + 1);
                a.resize(n + simd::lanes, -std::numeric_limits<double>::infinity());
                for (const double low : {-1.0, -0.0, a[n / 2], std::numeric_limits<double>::lowest()})
                    for (const double high : {0.5, 1.0, a[0], std::numeric_limits<double>::infinity()}) {
                        std::vector<std::int32_t> right, got(n + 2 * simd::lanes);
                        if (low == -std::numeric_limits<double>::infinity()) continue;
                        for (std::size_t i = 0; i < n; ++i)
                            if (low <= a[i] && !(a[i] >= high)) right.push_back(static_cast<std::int32_t>(i));
                        got.resize(simd::lists().select(a.data(), n, low, high, got.data()));
                        wrong += got != right;
                    }
            }
        CHECK(wrong == 0);
    });
}

TEST_CASE("kernels: count and select on keys, to the ends of the integers") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min(), highest = std::numeric_limits<std::int32_t>::max();
        words random{1};
        int wrong = 0;
        for (const std::size_t n : {1u, 15u, 16u, 17u, 100u, 501u})
            for (int round = 0; round < 8; ++round) {
                std::vector<std::int32_t> a(n);
                for (auto& x : a)
                    x = round < 4 ? static_cast<std::int32_t>(random() % 50) - 25
                                  : static_cast<std::int32_t>(static_cast<std::uint32_t>(random()));
                if (n > 2) a[0] = lowest, a[1] = highest;
                a.resize(n + simd::lanes, lowest);
                for (const std::int32_t cut : {0, 1, -25, 24, lowest + 1, highest, a[n / 2]}) {
                    if (cut == lowest) continue;
                    std::vector<std::int32_t> right, got(n + 2 * simd::lanes);
                    for (std::size_t i = 0; i < n; ++i)
                        if (a[i] >= cut) right.push_back(static_cast<std::int32_t>(i));
                    got.resize(simd::numbers<std::int32_t>().select(a.data(), n, cut, got.data()));
                    wrong += got != right;
                    wrong += simd::numbers<std::int32_t>().count_at_least(a.data(), n, cut) != right.size();
                }
            }
        CHECK(wrong == 0);
    });
}

TEST_CASE("kernels: mass_at_least is the sum of what reaches the cut, in the shape of numeric::sum, bit for bit") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const std::size_t n : {1u, 15u, 16u, 17u, 255u, 256u, 257u, 1000u, 5000u})
            for (const kind what : {kind::ordinary, kind::tied, kind::zeros, kind::any_bits}) {
                auto values = random_row<double>(what, n, n);
                values.resize(n + simd::lanes, -std::numeric_limits<double>::infinity());
                words random{n};
                std::vector<double> weights(n + simd::lanes, 1e9);  // the padding's weights must not count
                for (std::size_t i = 0; i < n; ++i)
                    weights[i] = std::ldexp(static_cast<double>(random() >> 11), -static_cast<int>(random() % 60));
                for (const double cut : {0.0, -0.0, 1.0, -3.7, values[n / 2], std::numeric_limits<double>::lowest(),
                                         std::numeric_limits<double>::infinity()}) {
                    std::vector<double> masked(weights.begin(), weights.begin() + static_cast<std::ptrdiff_t>(n));
                    std::size_t count = 0;
                    for (std::size_t i = 0; i < n; ++i)
                        if (values[i] >= cut) ++count;
                        else masked[i] = 0;
                    const auto got = simd::lists().mass_at_least(values.data(), weights.data(), n, cut);
                    wrong += got.count != count;
                    wrong += bits_of(got.mass) != bits_of(argdraw::numeric::sum(masked.data(), n));
                }
            }
        CHECK(wrong == 0);
    });
}

TEST_CASE("kernels: weights of values are numeric::exp2 of the scaled distance, bit for bit") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        words random{1};
        std::vector<double> values;
        for (int i = 0; i < 200'000; ++i) values.push_back(1000 - static_cast<double>(random() >> 11) * 0x1p-53 * (i % 2 ? 1500 : 3));
        for (const double special : {1000.0, 1000.0 - 0x1p-43, 0.0, -0.0, -1e300, std::numeric_limits<double>::lowest(),
                                     -std::numeric_limits<double>::infinity(), 1000.0 - 1000.0, 1000.0 - 0.5, 1000.0 - 1.5, 1000.0 - 2.5})
            values.push_back(special);
        for (const double scale : {1.0, argdraw::numeric::log2_e, argdraw::numeric::log2_e / 0.7, 1e-3, 1e3, 1e300, 1e-300}) {
            CAPTURE(scale);
            std::vector<double> got((values.size() + 15) / 16 * 16);
            auto padded = values;
            padded.resize(got.size(), 0.0);
            simd::lists().weights(padded.data(), values.size(), 1000.0, scale, got.data());
            int wrong = 0;
            for (std::size_t i = 0; i < values.size(); ++i) {
                // Two roundings, as written: the difference, then the product.
                const double y = argdraw::numeric::product(values[i] - 1000.0, scale);
                wrong += bits_of(got[i]) != bits_of(argdraw::numeric::exp2(y));
            }
            CHECK(wrong == 0);
        }
    });
}

TEST_CASE("kernels: weights of values may be written over the values") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        auto a = random_row<double>(kind::ordinary, 1024, 5);
        std::vector<double> apart(a.size());
        simd::lists().weights(a.data(), a.size(), 16.0, 1.0, apart.data());
        simd::lists().weights(a.data(), a.size(), 16.0, 1.0, a.data());
        CHECK(a == apart);
    });
}

TEST_CASE("kernels: the least of a list, and ranks below its greatest, bit for bit") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const std::size_t n : {1u, 2u, 15u, 16u, 17u, 100u, 1024u, 1031u}) {
            const auto a = random_row<double>(kind::ordinary, n, n);
            wrong += simd::lists().least(a.data(), n) != *std::min_element(a.begin(), a.end());
            const double greatest = *std::max_element(a.begin(), a.end());
            std::vector<double> ranks(n + simd::lanes);
            simd::lists().ranks(a.data(), n, greatest, 12345.678, ranks.data());
            for (std::size_t i = 0; i < n; ++i)
                wrong += bits_of(ranks[i]) != bits_of(argdraw::numeric::product(greatest - a[i], 12345.678) + 0x1p52);
        }
        CHECK(wrong == 0);
    });
}

TEST_CASE("kernels: steps of a power are the slopes of its series, bit for bit") {
    constexpr int highest = simd::power_series::highest;
    double terms[highest + 1];
    for (int k = 0; k <= highest; ++k) terms[k] = 1.0 / (k + 0.7);
    on_every_set([&](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (const std::size_t n : {1u, 16u, 17u, 256u}) {
            std::vector<double> before(n + simd::lanes), weights(n + simd::lanes), out(n + simd::lanes);
            words random{n};
            for (std::size_t i = 0; i < before.size(); ++i) {
                before[i] = static_cast<double>(random() >> 11) * 0x1p-53;
                weights[i] = static_cast<double>(random() >> 11) * 0x1p-60;
            }
            simd::lists().power_steps(before.data(), weights.data(), n, {0.5, 0.01, 3.25, terms}, out.data());
            for (std::size_t i = 0; i < n; ++i) {
                using argdraw::numeric::product;
                const double from = product(before[i] - 0.5, 0.01), to = from + product(weights[i], 0.01);
                double value = product(terms[highest], from) + terms[highest - 1], slope = terms[highest];
                for (int k = highest - 2; k >= 0; --k) {
                    slope = product(slope, to) + value;
                    value = product(value, from) + terms[k];
                }
                wrong += bits_of(out[i]) != bits_of(product(product(weights[i], 3.25), slope));
            }
        }
        CHECK(wrong == 0);
    });
}

TEST_CASE("kernels: words of records, and whether their ids are their places") {
    on_every_set([](isa set) {
        CAPTURE(name(set));
        for (const std::size_t n : {0, 1, 15, 16, 17, 31, 32, 33, 48, 1000, 1024})
            for (const std::size_t shift : {0, 1, 4, 60}) {
                // In memory that ends where the last of them does, so that a sanitizer sees what is read behind it.
                std::vector<std::byte> memory(shift + n * simd::record_size);
                const auto put = [&](std::size_t i, std::int32_t id) {
                    const float logit = static_cast<float>(i) * 0.25f - 3, other = 1e9f;
                    std::byte* const at = memory.data() + shift + i * simd::record_size;
                    std::memcpy(at, &id, 4);
                    std::memcpy(at + 4, &logit, 4);
                    std::memcpy(at + 8, &other, 4);
                };
                std::vector<float> wanted, got(n, 7), second(n, 7);
                for (std::size_t i = 0; i < n; ++i) {
                    put(i, static_cast<std::int32_t>(i));
                    wanted.push_back(static_cast<float>(i) * 0.25f - 3);
                }
                CHECK(simd::records().numbered(memory.data() + shift, n, got.data()));
                CHECK(got == wanted);
                if (n > 0) {
                    // Where the logit is the last word of the record.
                    const std::vector<std::byte> ending(memory.begin() + static_cast<std::ptrdiff_t>(shift) + 4, memory.end() - 4);
                    simd::records().words(ending.data(), n, second.data());
                    CHECK(second == wanted);
                }
                int unseen = 0;
                for (std::size_t i = 0; i < n; ++i) {
                    for (const std::int32_t away : {1, -1, std::numeric_limits<std::int32_t>::min()}) {
                        put(i, static_cast<std::int32_t>(static_cast<std::uint32_t>(i) + static_cast<std::uint32_t>(away)));
                        unseen += simd::records().numbered(memory.data() + shift, n, got.data()) || got != wanted;
                    }
                    put(i, static_cast<std::int32_t>(i));
                }
                CHECK(unseen == 0);
            }
    });
}

TEST_CASE("kernels: maxima of records, of their parts, and whether their ids are their places") {
    constexpr std::size_t block = simd::block_size, part = block / simd::parts_of_block;
    on_every_set([](isa set) {
        CAPTURE(name(set));
        for (const std::size_t blocks : {std::size_t{1}, std::size_t{2}, std::size_t{5}})
            for (const std::size_t shift : {std::size_t{0}, std::size_t{1}, std::size_t{4}, std::size_t{60}}) {
                const std::size_t n = blocks * block;
                std::vector<std::byte> memory(shift + n * simd::record_size);
                std::vector<float> row(n), of_block(blocks), of_part(blocks * simd::parts_of_block);
                const auto put = [&](std::size_t i, std::int32_t id, float logit) {
                    std::byte* const at = memory.data() + shift + i * simd::record_size;
                    const float other = 1e9f;
                    std::memcpy(at, &id, 4);
                    std::memcpy(at + 4, &logit, 4);
                    std::memcpy(at + 8, &other, 4);
                    row[i] = logit;
                };
                for (std::size_t i = 0; i < n; ++i)
                    put(i, static_cast<std::int32_t>(i),
                        i % 7 == 0 ? -std::numeric_limits<float>::infinity() : static_cast<float>(i * 7919 % 1000) / 8 - 200);
                // By whole records, and by words of which the last but two ends the memory.
                const auto sweep = [&](bool by_words) {
                    std::fill(of_block.begin(), of_block.end(), 7.0f);
                    if (!by_words) return simd::records().numbered_maxima(memory.data() + shift, blocks, of_part.data(), of_block.data());
                    std::vector<std::byte> words(memory.begin() + static_cast<std::ptrdiff_t>(shift) + 4, memory.end());
                    words.resize(words.size() + 4);
                    simd::records().maxima(words.data(), blocks, of_part.data(), of_block.data());
                    return true;
                };
                // NaN in a block is NaN, and infinite parts; else the greatest of each.
                const auto right = [&] {
                    int wrong = 0;
                    for (std::size_t b = 0; b < blocks; ++b) {
                        const auto from = row.begin() + static_cast<std::ptrdiff_t>(b * block);
                        const bool nan = std::any_of(from, from + block, [](float l) { return l != l; });
                        wrong += nan ? of_block[b] == of_block[b] : of_block[b] != *std::max_element(from, from + block);
                        for (std::size_t i = 0; i < simd::parts_of_block; ++i) {
                            const auto first = from + static_cast<std::ptrdiff_t>(i * part);
                            const float greatest = nan ? std::numeric_limits<float>::infinity()
                                                       : *std::max_element(first, first + static_cast<std::ptrdiff_t>(part));
                            wrong += of_part[b * simd::parts_of_block + i] != greatest;
                        }
                    }
                    return wrong == 0;
                };
                for (const bool by_words : {false, true}) {
                    CHECK(sweep(by_words));
                    CHECK(right());
                }
                int unseen = 0;
                for (std::size_t i = 0; i < n; i += 1 + i % 3) {
                    const float was = row[i];
                    put(i, static_cast<std::int32_t>(i) ^ 1 << i % 32, was);
                    unseen += sweep(false) || !right();
                    put(i, static_cast<std::int32_t>(i), nans<float>()[i % 6]);
                    unseen += !sweep(false) || !right() || !sweep(true) || !right();
                    put(i, static_cast<std::int32_t>(i), std::numeric_limits<float>::infinity());
                    unseen += !sweep(false) || !right();
                    put(i, static_cast<std::int32_t>(i), was);
                }
                CHECK(unseen == 0);
            }
    });
}

TEMPLATE_TEST_CASE("kernels: maxima of 16-bit rows whose blocks go from one sign to the other", "", argdraw::half, argdraw::bfloat16) {
    using T = TestType;
    on_every_set([](isa set) {
        CAPTURE(name(set));
        int wrong = 0;
        for (std::uint64_t seed = 0; seed < 60; ++seed) {
            words random{seed};
            std::vector<T> row(simd::block_size * 70 + 5);
            // Stretches of blocks, all negative, all positive, or of both signs, so that every guess is made and fails.
            for (std::size_t b = 0; b * simd::block_size < row.size();) {
                const std::uint64_t what = random() % 4, length = 1 + random() % (seed % 2 ? 40 : 3);
                for (const std::size_t end = std::min(b + length, row.size() / simd::block_size + 1); b < end; ++b)
                    for (std::size_t i = b * simd::block_size; i < std::min(row.size(), (b + 1) * simd::block_size); ++i) {
                        const T x = static_cast<T>(static_cast<float>(random() % 4096) / 64.0f);
                        const bool negative = what == 0 || (what > 1 && random() % (what == 2 ? 2 : 90) != 0);
                        row[i] = of_bits<T>(bits_of(x) | (negative ? 0x8000u : 0u));
                        if (what == 3 && random() % 3 == 0) row[i] = removed<T>();
                    }
            }
            if (seed % 3 == 0)
                for (int i = 0; i < 4; ++i) row[random() % row.size()] = nans<T>()[random() % 6];
            const row_in_blocks<T> blocks(row);
            wrong += !same_numbers(kernel_maxima(blocks), plain_maxima(blocks));
        }
        CHECK(wrong == 0);
    });
}
