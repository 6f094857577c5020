// Rows of equal logits, whatever the logit: of n of them a share p of the mass is the first p n, rounded up. A user's first test of a nucleus.
#include "pipelines.hpp"

#include <cmath>
#include <cstdio>

using namespace metamorphic;

namespace {

template <class T>
T scalar(double x) {
    if constexpr (std::is_same_v<T, double>) return x;
    else return static_cast<T>(static_cast<float>(x));
}

/// Whether the first `count` are what is left.
template <class T, class Stage>
bool first_stay(const std::vector<T>& row, const Stage& stage, std::size_t count) {
    const auto law = sampler{stage, categorical{}}.distribution(row);
    return law && law.ids.size() == count && static_cast<std::size_t>(law.ids.back()) + 1 == count;
}

struct counted {
    int rows = 0;
    int wrong = 0;
};

// `p` times `n` is exact in double. Where it is no whole number, it is a tenth of a float's last digit from one at least, and the answer certain.
template <class T>
void look(counted& all, std::size_t n, float p, double logit) {
    const std::vector<T> row(n, scalar<T>(logit));
    const auto count = static_cast<std::size_t>(std::ceil(static_cast<double>(p) * static_cast<double>(n)));
    all.rows += 2;
    all.wrong += !first_stay(row, top_p{p}, count);
    all.wrong += !first_stay(row, typical{p}, count);
}

template <class T>
counted of_up_to_64(dice& random) {
    counted all;
    for (std::size_t n = 2; n <= 64; ++n)
        for (std::size_t k = 1; k < n; ++k) {
            const float p = static_cast<float>(static_cast<double>(k) / static_cast<double>(n));
            for (const double logit :
                 {0.0, 0.5, -1.0, 1e-30, 60000.0, -60000.0, double{random.between(-50, 50)}, double{random.between(-1, 1)}})
                look<T>(all, n, p, logit);
        }
    return all;
}

template <class T>
counted of_32768(dice& random) {
    counted all;
    for (std::size_t i = 0; i < 60; ++i) {
        const std::size_t k = i < 8    ? (std::size_t{1} << (2 * i))
                              : i < 16 ? 32768 - (std::size_t{1} << (2 * (i - 8)))
                                       : 1 + random.below(32767);
        for (const double logit : {0.0, 0.5, double{random.between(-50, 50)}}) look<T>(all, 32768, static_cast<float>(k) / 32768, logit);
    }
    return all;
}

void report(const char* what, const counted& all) {
    std::printf("equal logits, %s: %d of %d rows wrong\n", what, all.wrong, all.rows);
    CHECK(all.wrong == 0);
}

}  // namespace

TEST_CASE("metamorphic: of up to 64 equal logits a share keeps exactly its number, whatever the logit") {
    dice random(6);
    report("float", of_up_to_64<float>(random));
    report("double", of_up_to_64<double>(random));
    report("half", of_up_to_64<argdraw::half>(random));
    report("bfloat16", of_up_to_64<argdraw::bfloat16>(random));
}

TEST_CASE("metamorphic: of 32 768 equal logits a share keeps exactly its number, whatever the logit") {
    dice random(7);
    report("float", of_32768<float>(random));
    report("double", of_32768<double>(random));
    report("half", of_32768<argdraw::half>(random));
    report("bfloat16", of_32768<argdraw::bfloat16>(random));
}
