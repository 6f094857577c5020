// The edge of a mass against the definition: everything put in order, added up one by one.
#include "catch.hpp"

#include <argdraw/candidates/prefix.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <random>
#include <vector>

using argdraw::place;
using argdraw::token_id;
using argdraw::detail::prefix;
using argdraw::detail::shortest_prefix;

namespace {

// Weights are multiples of 2^-20, so that every order of adding gives the same sums.
struct tokens {
    std::vector<token_id> ids;
    std::vector<double> values, weights;

    void add(double value, double weight) {
        ids.push_back(static_cast<token_id>(3 * ids.size() + 1));
        values.push_back(value);
        weights.push_back(std::ldexp(std::round(std::ldexp(weight, 20)), -20));
    }
    double mass() const { return std::accumulate(weights.begin(), weights.end(), 0.0); }

    place expected(double target, std::size_t min_keep) const {
        std::vector<std::size_t> order(ids.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(),
                  [&](std::size_t a, std::size_t b) { return place{values[a], ids[a]} < place{values[b], ids[b]}; });
        double sum = 0;
        for (std::size_t place = 0; place < order.size(); ++place) {
            const std::size_t i = order[place];
            sum += weights[i];
            if (sum >= target && place + 1 >= min_keep) return {values[i], ids[i]};
        }
        return {values[order.back()], ids[order.back()]};
    }
    prefix found(double target, std::size_t min_keep) const {
        std::vector<double> room_for_values(values);
        room_for_values.resize(values.size() + argdraw::simd::lanes);
        std::vector<double> padded_weights(weights);
        padded_weights.resize(weights.size() + argdraw::simd::lanes);
        std::vector<std::max_align_t> room(ids.size() + 8);
        std::fill_n(reinterpret_cast<unsigned char*>(room.data()), room.size() * sizeof(room[0]), static_cast<unsigned char>(0xff));
        static_assert(sizeof(std::max_align_t) >= 16);
        return shortest_prefix({ids.data(), room_for_values.data(), padded_weights.data(), ids.size()}, target, min_keep,
                               reinterpret_cast<std::byte*>(room.data()));
    }
    double mass_up_to(const place& last) const {
        double sum = 0;
        for (std::size_t i = 0; i < ids.size(); ++i)
            if (!(last < place{values[i], ids[i]})) sum += weights[i];
        return sum;
    }
};

enum class shape { normal, uniform_weights, ties, one_heavy, heavy_below, two_levels };

tokens made(shape what, std::size_t n, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    tokens all;
    for (std::size_t i = 0; i < n; ++i) {
        const double v = normal(random);
        switch (what) {
            case shape::normal: all.add(v, std::exp(v)); break;
            case shape::uniform_weights: all.add(v, 1); break;
            case shape::ties: all.add(std::round(v), std::exp(std::round(v))); break;
            case shape::one_heavy: all.add(i == n / 3 ? 9 : v, i == n / 3 ? 8103 : std::exp(v)); break;
            case shape::heavy_below: all.add(-std::fabs(v), i % 997 == 5 ? 50 : 0.01); break;
            case shape::two_levels: all.add(i % 2 ? 1e300 : -1e300, 1); break;
        }
    }
    return all;
}

}  // namespace

TEST_CASE("prefix: the last token and the mass are those of the definition") {
    for (const shape what : {shape::normal, shape::uniform_weights, shape::ties, shape::one_heavy, shape::heavy_below, shape::two_levels})
        for (const std::size_t n : {std::size_t{1}, std::size_t{9}, std::size_t{100}, std::size_t{4097}, std::size_t{50000}}) {
            const tokens all = made(what, n, static_cast<unsigned>(n));
            const double mass = all.mass();
            for (const double p : {0.0, 1e-6, 0.1, 0.5, 0.9, 0.95, 0.999, 1.0, 1.1})
                for (const std::size_t min_keep : {std::size_t{1}, std::size_t{2}, n / 2 + 1, n + 1}) {
                    CAPTURE(static_cast<int>(what), n, p, min_keep);
                    const place expected = all.expected(p * mass, min_keep);
                    const prefix found = all.found(p * mass, min_keep);
                    CHECK(found.last.value == expected.value);
                    CHECK(found.last.id == expected.id);
                    CHECK(found.mass == Approx(all.mass_up_to(expected)).epsilon(1e-12));
                }
        }
}

// Added one by one to what is heavy, all of them would be rounded the same way.
TEST_CASE("prefix: equals beside a token that hides their last digits") {
    for (const std::size_t n : {std::size_t{5000}, std::size_t{262144}})
        for (const double weight : {4.9697e-13, 3.1e-14, 7.7e-16}) {
            tokens all;
            for (std::size_t i = 0; i < n; ++i) all.add(0, 0);
            std::fill(all.weights.begin(), all.weights.end(), weight);
            all.values[n / 2] = 1;
            all.weights[n / 2] = 1;
            const double wanted = 1 + (0.54 * static_cast<double>(n) + 0.4) * weight;
            const auto of_equals = static_cast<std::size_t>(std::ceil((wanted - 1) / weight));
            CAPTURE(n, weight);
            CHECK(all.found(wanted, 1).last.id == all.ids[of_equals <= n / 2 ? of_equals - 1 : of_equals]);
        }
}

TEST_CASE("prefix: more tokens wanted than there are, and nothing is taken from the room as it was") {
    std::mt19937 random(5);
    for (const std::size_t n : {1u, 7u, 40u, 93u, 300u, 5000u})
        for (const double apart : {0.0, 1.0})
            for (const std::size_t min_keep : {n, n + 1, 4 * n}) {
                CAPTURE(n, apart, min_keep);
                tokens all;
                for (std::size_t i = 0; i < n; ++i) all.add(apart * static_cast<double>(random() % 5) * (random() % 2 ? 1 : -1), 1);
                CHECK(all.found(0.1 * all.mass(), min_keep).last.id == all.expected(0.1 * all.mass(), min_keep).id);
            }
}
