// softmax, log_softmax and log_sum_exp of any arrays, against long double, within the bounds that they state.
#include "input.hpp"
#include "rows.hpp"

#include <cfloat>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include <argdraw/softmax.hpp>

using namespace argdraw;
using fuzz::input;
using fuzz::require;

namespace {

using real = long double;
static_assert(LDBL_MANT_DIG >= 64, "the reference has to know more digits than a double");

// The expected sum, and what it is of.
struct reference {
    real maximum = -std::numeric_limits<real>::infinity();
    real sum = 0;
    bool defined = true;  // no NaN, and something lives
    std::vector<real> weights;

    template <class T>
    explicit reference(std::span<const T> row) {
        for (const T each : row) {
            const real x = static_cast<real>(static_cast<double>(each));
            if (x != x) maximum = x;
            if (maximum != maximum) break;
            maximum = std::max(maximum, x);
        }
        defined = maximum > -std::numeric_limits<real>::infinity();
        if (!defined) return;
        weights.reserve(row.size());
        for (const T each : row) sum += weights.emplace_back(std::exp(-below(each)));
    }

    // How far beneath the maximum; entries of +inf are at it.
    template <class T>
    real below(T each) const {
        const real x = static_cast<real>(static_cast<double>(each));
        return x == maximum ? 0 : maximum - x;
    }
};

// Of a double.
real unit_of(real x) { return std::isfinite(x) ? std::fabs(x) * 0x1p-53L : 0; }

template <class Out>
bool rounds_to(Out found, real least, real most) {
    return static_cast<Out>(least) <= found && found <= static_cast<Out>(most);
}

template <class T, class Out>
void check(std::span<const T> row, const reference& expected) {
    const real log_sum = std::log(expected.sum);
    const double found = numeric::log_sum_exp(row);
    if (expected.maximum != expected.maximum) require(found != found, "log_sum_exp: NaN if one is NaN");
    else if (!expected.defined || !std::isfinite(expected.maximum))
        require(found == static_cast<double>(expected.maximum), "log_sum_exp: -inf where nothing lives, +inf if one is");
    else
        require(std::fabs(static_cast<real>(found) - (expected.maximum + log_sum)) <= 1e-14L + unit_of(expected.maximum + log_sum),
                "log_sum_exp: an absolute error below 1e-14 plus one rounding");

    // Memory that ends where the answer does.
    std::vector<Out> p(row.size(), Out(-7)), log_p(row.size(), Out(-7));
    numeric::softmax(row, p);
    numeric::log_softmax(row, std::span<Out>(log_p));
    real total = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (!expected.defined) {
            require(p[i] != p[i] && log_p[i] != log_p[i], "a row with a NaN or without a living entry has no softmax");
            continue;
        }
        const real d = expected.below(row[i]), weight = expected.weights[i], exact = weight / expected.sum;
        const real relative = exact * (1e-14L + (std::isfinite(d) ? d * 0x1p-52L : 0));
        // Beneath 2^-1000 of the greatest there is nothing.
        const real slack = weight < 0x1p-1000L * (1 + 1e-12L) ? exact : relative;
        require(rounds_to(p[i], std::max(exact - slack, 0.0L), exact + slack), "softmax: a relative error below 1e-14 + (max x - x) 2^-52");
        require(weight > 0x1p-1000L * (1 - 1e-12L) || p[i] == 0, "softmax: below 2^-1000 of the greatest is 0");
        require(d < std::numeric_limits<real>::infinity() || p[i] == 0, "softmax: entries of -inf get 0");
        total += static_cast<real>(p[i]);

        // Three roundings of doubles: of the logarithm, of the difference to the maximum, of that of both.
        const real log_exact = -d - log_sum, log_slack = 1e-14L + 3 * unit_of(log_exact);
        require(rounds_to(log_p[i], log_exact - log_slack, log_exact + log_slack), "log_softmax: x - log_sum_exp(x)");
        require(log_p[i] <= 0, "log_softmax: at most 0");
    }
    if (expected.defined)
        require(std::fabs(total - 1) < 1e-13L + static_cast<real>(std::numeric_limits<Out>::epsilon()), "softmax: adds up to 1");
}

template <class T>
void run(input& in) {
    const fuzz::row<T> given(in, 3000);
    const auto row = given.logits();
    const std::vector<T> copy(row.begin(), row.end());
    const reference expected(row);
    check<T, double>(row, expected);
    check<T, float>(row, expected);
    require(std::memcmp(copy.data(), row.data(), row.size() * sizeof(T)) == 0, "a row is never written");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    input in(data, size);
    switch (in.below(4)) {
        case 0: run<double>(in); break;
        case 1: run<argdraw::half>(in); break;
        case 2: run<argdraw::bfloat16>(in); break;
        default: run<float>(in); break;
    }
    return 0;
}
