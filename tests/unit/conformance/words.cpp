#include "doubles.hpp"

#include <stdexcept>

using namespace doubles;

namespace {

std::vector<std::uint64_t> firsts(const std::vector<detail::stretch>& steps) {
    std::vector<std::uint64_t> words;
    for (const auto& s : steps) words.push_back(s.first);
    return words;
}

}  // namespace

TEST_CASE("words stretches: every step at its own word") {
    const auto thirds = [](std::uint64_t word) -> std::int64_t {
        return word < 77 ? 5 : word <= std::uint64_t{1} << 40 ? 2 : word == ~std::uint64_t{0} ? 7 : 3;
    };
    const auto steps = detail::stretches(thirds, 10);
    CHECK(firsts(steps) == std::vector<std::uint64_t>{0, 77, (std::uint64_t{1} << 40) + 1, ~std::uint64_t{0}});
    CHECK(steps[0].token == 5);
    CHECK(steps[3].token == 7);
    const auto share = detail::shares(steps, 6);
    CHECK(share[5] == 77 * 0x1p-64L);
    CHECK(share[6] == 0x1p-64L);  // 7 is no token of six
    long double sum = 0;
    for (const auto s : share) sum += s;
    CHECK(sum == 1);
}

TEST_CASE("words stretches: a token that comes and goes, and what is no step function") {
    CHECK(detail::stretches([](std::uint64_t word) { return static_cast<std::int64_t>(word >> 62); }, 10).size() == 4);
    CHECK(detail::stretches([](std::uint64_t word) { return static_cast<std::int64_t>((word >> 60) % 2); }, 20).size() == 16);
    CHECK(detail::stretches([](std::uint64_t) { return std::int64_t{3}; }, 10).size() == 1);
    CHECK(detail::stretches([](std::uint64_t word) { return static_cast<std::int64_t>((word >> 53) * 0x9e3779b97f4a7c15u >> 62); }, 64)
              .empty());
    engine hashed = with_token([](std::int64_t, row logits, const parameters&, std::uint64_t word) {
        return static_cast<std::int64_t>(argdraw::philox{.seed = word}() % logits.size());
    });
    CHECK_FALSE(detail::no_steps(hashed).empty());
    CHECK(detail::no_steps(right()).empty());
    CHECK_FALSE(detail::no_steps(plain::racer("own words")).empty());
}

TEST_CASE("words answer: an exception is a refusal") {
    CHECK(detail::answer([]() -> std::int64_t { throw std::runtime_error("NaN"); }) == detail::refused);
    CHECK(detail::answer([] { return std::int64_t{-7}; }) == detail::refused);
    CHECK(detail::answer([] { return std::int64_t{4}; }) == 4);
}

TEST_CASE("words kept_set: the callback's, or the tokens that the words give") {
    const auto logits = detail::weighing({2, 5, 3});
    auto e = right();
    using ids = std::vector<argdraw::token_id>;
    CHECK(detail::kept_set(e, logits, {.top_k = 2}, true) == ids{1, 2});
    e.kept = nullptr;
    CHECK(detail::kept_set(e, logits, {.top_k = 2}, true) == ids{1, 2});
    CHECK(detail::kept_set(e, logits, {.top_k = 2}, false) == std::nullopt);
    e.kept = [](row, const parameters&) -> ids { throw std::runtime_error("nothing"); };
    CHECK(detail::kept_set(e, logits, {}, true) == ids{});
}
