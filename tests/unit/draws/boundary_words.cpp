// Where a word may decide wrongly: the ends and the middle of the words, and both sides of every step of the CDF. A million assertions.
#include "support.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <random>

using namespace argdraw;
using namespace support;

namespace {

constexpr int least_assertions = 1'000'000;
constexpr std::uint64_t ends[] = {0, 1, half_of_words - 1, half_of_words, half_of_words + 1, last_word - 1, last_word};

using filtered = sampler<support::any_stage<float>, categorical>;

struct tally {
    int asserted = 0;
    int wrong = 0;

    void operator()(bool holds) {
        ++asserted;
        wrong += !holds;
    }
};

// Every step of the row's CDF, against sums in long double: where it is, and which tokens stand on its two sides.
void walk(tally& holds, const filtered& pick, const std::vector<float>& row, double t) {
    const auto law = pick.distribution(row);
    std::vector<long double> cdf;
    float greatest = -infinity;
    for (const token_id id : law.ids) greatest = std::max(greatest, row[static_cast<std::size_t>(id)]);
    long double sum = 0;
    for (const token_id id : law.ids) {
        const auto l = static_cast<long double>(row[static_cast<std::size_t>(id)]) - static_cast<long double>(greatest);
        cdf.push_back(sum += std::exp(l / static_cast<long double>(t)));
    }
    for (long double& c : cdf) c /= sum;
    const auto place_of = [&](token_id id) { return static_cast<std::size_t>(std::ranges::lower_bound(law.ids, id) - law.ids.begin()); };
    const auto has_weight = [&](token_id id) {
        const std::size_t i = place_of(id);
        return i < law.ids.size() && law.ids[i] == id && law.probabilities[i] > 0;
    };
    const auto token_at = [&](std::uint64_t step) { return draw_at(pick, row, step << 11).id; };

    for (const std::uint64_t word : ends) {
        const token_id id = draw_at(pick, row, word).id;
        holds(has_weight(id));
        if (!has_weight(id)) continue;
        const std::size_t i = place_of(id);
        const auto u = static_cast<long double>(unit(word));
        holds(u <= cdf[i] + 2e-7L && u >= (i == 0 ? 0 : cdf[i - 1]) - 2e-7L);
    }

    for (std::uint64_t at = 0; at < steps;) {
        const token_id id = token_at(at);
        holds(has_weight(id));
        if (!has_weight(id)) return;
        const std::size_t i = place_of(id);
        // The step is looked for where it should be, and found wherever it is.
        const auto close = static_cast<std::uint64_t>(std::max(0.0L, cdf[i] - 2e-7L) * 0x1p53L);
        const auto far = static_cast<std::uint64_t>(std::min(1.0L, cdf[i] + 2e-7L) * 0x1p53L);
        std::uint64_t low = close > at && token_at(close) == id ? close : at;
        std::uint64_t high = far < steps && token_at(far) != id ? far : steps;
        while (high - low > 1) {
            const std::uint64_t middle = low + (high - low) / 2;
            (token_at(middle) == id ? low : high) = middle;
        }
        holds(std::abs(static_cast<long double>(high) * 0x1p-53L - cdf[i]) <= 2e-7L);
        holds(draw_at(pick, row, (high << 11) - 1).id == id);
        holds(draw_at(pick, row, ((high - 1) << 11) + 1).id == id);
        if (high == steps) {
            holds(std::none_of(law.probabilities.begin() + static_cast<std::ptrdiff_t>(i) + 1, law.probabilities.end(),
                               [](double p) { return p > 0x1p-50; }));
            return;
        }
        const token_id next = token_at(high);
        holds(next > id);
        holds(draw_at(pick, row, (high << 11) + 1).id == next);
        holds(draw_at(pick, row, (high << 11) + 2047).id == next);
        double between = 0;
        for (std::size_t j = i + 1; j < law.ids.size() && law.ids[j] < next; ++j) between += law.probabilities[j];
        holds(between < 0x1p-50);
        at = high;
    }
}

// What a draw asks for, with the same word for everything.
template <class State>
struct one_word {
    std::uint64_t always;
    State own;

    std::uint64_t word(purpose) const { return always; }
    State& state() { return own; }
};

template <class Draw>
void check_learning(tally& holds, const Draw& draw, const std::vector<float>& row) {
    for (const std::uint64_t word : ends) {
        workspace space;
        candidates<float> c(row, space);
        one_word<typename Draw::state> context{word, draw.start()};
        const drawn token = draw(c, context);
        holds(static_cast<bool>(token) && row[static_cast<std::size_t>(token.id)] > -infinity);
        holds(token.logprob <= 0 && std::isfinite(token.logprob));
    }
}

}  // namespace

TEST_CASE("boundary words: both sides of every step, and the ends") {
    std::mt19937 random(12);
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random()) % n; };
    tally holds;
    for (int i = 0; holds.asserted < least_assertions; ++i) {
        std::vector<float> row(1 + below(i % 10 == 0 ? 1500 : 300));
        const std::uint32_t shape = below(4);
        for (float& l : row) {
            l = shape == 0   ? static_cast<float>(below(4))
                : shape == 1 ? -static_cast<float>(below(40))
                             : static_cast<float>(below(8192)) * 1e-3f;
            if (shape != 3 && below(5) == 0) l = -infinity;
        }
        row[below(static_cast<std::uint32_t>(row.size()))] = 3;
        const top_k every{}, but_one{static_cast<int>(row.size()) - 1};
        const top_p most{0.9f};
        const min_p twentieth{0.05f};
        const temperature above{1.5f}, below_one{0.4f};
        const auto all = any<float>(every), list = any<float>(but_one), nucleus = any<float>(most), likely = any<float>(twentieth);
        const auto warm = any<float>(above), cool = any<float>(below_one);
        switch (i % 6) {
            case 0: walk(holds, filtered{all, categorical{}}, row, 1); break;
            case 1: walk(holds, filtered{list, categorical{}}, row, 1); break;
            case 2: walk(holds, filtered{nucleus, categorical{}}, row, 1); break;
            case 3: walk(holds, filtered{likely, categorical{}}, row, 1); break;
            case 4: walk(holds, filtered{warm, categorical{}}, row, static_cast<double>(1.5f)); break;
            default: walk(holds, filtered{cool, categorical{}}, row, static_cast<double>(0.4f));
        }
        check_learning(holds, mirostat{.tau = 2.0f}, row);
        check_learning(holds, mirostat_v1{.tau = 2.0f}, row);
        check_learning(holds, adaptive_p{.target = 0.3f}, row);
        for (const std::uint64_t word : ends) {
            // The same noise for every token: the greatest logit wins.
            holds(draw_at(sampler{gumbel{}}, row, word).id == sampler{greedy{}}(row).id);
        }
    }
    std::printf("boundary words: %d assertions\n", holds.asserted);
    CHECK(holds.wrong == 0);
    CHECK(holds.asserted >= least_assertions);
}
