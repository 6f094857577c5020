// A pipeline from text draws what the same one written out draws, for every stage and draw and random parameters: tokens and bits.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/text/pipeline.hpp>

#include "catch.hpp"
#include "text/random_text.hpp"

using namespace argdraw;

namespace {

struct counts {
    std::size_t pipelines = 0, tokens = 0;
};

class comparison {
public:
    explicit comparison(std::uint64_t seed) : some_{std::mt19937_64(seed)} {}

    // n texts of this stage or draw with random parameters.
    template <class E>
    counts compare(int n) {
        counts all;
        for (int i = 0; i < n; ++i) {
            const std::string one = some_.element<E>();
            const parsed read = parse(draw<E> ? "top_k(20) | " + one : one + " | categorical");
            if (!read) continue;
            ++all.pipelines;
            if constexpr (draw<E>) all.tokens += same(sampler{top_k{20}, *read.pick.get<1>().template get_if<E>()}, read.pick, one);
            else all.tokens += same(sampler{*read.pick.get<0>()[0].template get_if<E>(), categorical{}}, read.pick, one);
        }
        return all;
    }

    // A few draws from rows of three tokens and of some hundred; how many were tokens.
    template <class Written>
    std::size_t same(const Written& written, const pipeline& read, const std::string& source) {
        const std::vector<token_id> prompt{1, 2, 0, 1, 2};
        const start_options options{.seed = some_.random()};
        std::size_t tokens = 0;
        for (const std::size_t width : {std::size_t{3}, std::size_t{200} + some_.below(900)}) {
            auto a = written.start(options, prompt);
            auto b = read.start(options, prompt);
            std::vector<float> row(width);
            for (int step = 0; step < 3; ++step) {
                for (float& l : row) l = static_cast<float>(some_.below(1000)) / 64.0f - 8.0f;
                const drawn x = written(row, a), y = read(row, b);
                if (x.id != y.id || x.why != y.why || std::bit_cast<std::uint32_t>(x.logprob) != std::bit_cast<std::uint32_t>(y.logprob))
                    FAIL(source << " draws " << x.id << " written out, and " << y.id);
                if (!x) break;
                ++tokens;
                REQUIRE(a.accept(x.id) == status::ok);
                REQUIRE(b.accept(y.id) == status::ok);
            }
        }
        return tokens;
    }

private:
    random_text some_;
};

template <class... E>
void compare_all(text::types<E...>, int n) {
    comparison all(5);
    (
        [&] {
            const counts found = all.compare<E>(n);
            INFO(text::description<E>::name << ": " << found.pipelines << " pipelines, " << found.tokens << " tokens");
            CHECK(found.pipelines > 0);
            CHECK(found.tokens > 0);
        }(),
        ...);
}

}  // namespace

TEST_CASE("text: every stage and draw with random parameters draws what it draws written out") {
    compare_all(text::all_stages{}, 60);
    compare_all(text::all_draws{}, 60);
}

TEST_CASE("text: the same of 2000 random ones of each", "[.deep]") {
    compare_all(text::all_stages{}, 2000);
    compare_all(text::all_draws{}, 2000);
}

TEST_CASE("text: pipelines of several stages draw what they draw written out") {
    comparison some(6);
    const auto check = [&](const auto& written) {
        const std::string source = to_text(written);
        const parsed read = parse(source);
        INFO(source);
        REQUIRE(read);
        CHECK(to_text(read.pick) == source);
        for (int i = 0; i < 20; ++i) CHECK(some.same(written, read.pick, source) > 0);
    };
    check(sampler{top_k{40}, top_p{.95f}, min_p{.05f}, temperature{.8f}, categorical{}});
    check(sampler{penalties{.repetition = 1.3f, .window = 4}, dry{.multiplier = .8f}, temperature{.7f}, typical{.9f}, gumbel{}});
    check(sampler{ban{{0, 1}}, logit_bias{{{2, 3.0f}}}, xtc{.probability = .5f, .threshold = .1f}, mirostat{3}});
    check(sampler{no_repeat_ngram{2}, top_n_sigma{1.5f}, adaptive_p{.3f}});
}
