#include "changes_support.hpp"

#include <array>

#include <argdraw/stages/allow.hpp>

using namespace argdraw;
using namespace support;

namespace {

using words = std::span<const std::uint32_t>;

}  // namespace

TEST_CASE("allow formula: bit (id & 31) of word (id >> 5)") {
    const std::vector<float> row(70, 0.0f);
    // Ids 0, 3, 31 of the first word, 32 and 63 of the second, 65 of the third.
    const std::array<std::uint32_t, 3> mask{0x80000009u, 0x80000001u, 2u};
    CHECK(kept(row, allow{mask, past_end::ban}) == ids{0, 3, 31, 32, 63, 65});
    CHECK(kept(row, as_list, allow{mask, past_end::ban}) == ids{0, 3, 31, 32, 63, 65});
    CHECK(kept(row, allow{mask, past_end::keep}) == ids{0, 3, 31, 32, 63, 65});
    // .4 .3 .2 .1 with 1 1 0 1: 4 3 1 of 8.
    const std::array<std::uint32_t, 1> three{11};
    CHECK(law(weighing({4, 3, 2, 1}), allow{three, past_end::ban}) == "0:0.5 1:0.375 3:0.125");
}

TEST_CASE("allow formula: past_end says what becomes of ids beyond the mask, and has no default") {
    const std::vector<float> row(40, 0.0f);
    const std::array<std::uint32_t, 1> mask{6};
    ids kept_all{1, 2};
    for (token_id id = 32; id < 40; ++id) kept_all.push_back(id);
    CHECK(kept(row, allow{mask, past_end::ban}) == ids{1, 2});
    CHECK(kept(row, allow{mask, past_end::keep}) == kept_all);
    CHECK(kept(row, as_list, allow{mask, past_end::ban}) == ids{1, 2});
    CHECK(kept(row, as_list, allow{mask, past_end::keep}) == kept_all);
    CHECK(std::is_constructible_v<allow, words, past_end>);
    CHECK_FALSE(std::is_default_constructible_v<allow>);
    CHECK_FALSE(std::is_constructible_v<allow, words>);
    CHECK_FALSE(std::is_convertible_v<words, allow>);
    CHECK_FALSE(std::is_aggregate_v<allow>);
    CHECK_FALSE(std::is_constructible_v<allow, words, bool>);
}

TEST_CASE("allow formula: words behind the mask are not read") {
    // The mask is the first word; behind it stands the opposite of what past_end says.
    const std::vector<float> row(80, 0.0f);
    std::vector<std::uint32_t> set(8, ~0u), clear(8, 0u);
    set[0] = clear[0] = 6;
    ids kept_all{1, 2};
    for (token_id id = 32; id < 80; ++id) kept_all.push_back(id);
    CHECK(kept(row, allow{words(set).first(1), past_end::ban}) == ids{1, 2});
    CHECK(kept(row, allow{words(clear).first(1), past_end::keep}) == kept_all);
    CHECK(kept(row, as_list, allow{words(set).first(1), past_end::ban}) == ids{1, 2});
    CHECK(kept(row, as_list, allow{words(clear).first(1), past_end::keep}) == kept_all);
}

TEST_CASE("allow formula: a mask may speak of fewer tokens than it has bits, and what stands behind them does not count") {
    // 33 tokens, of which 1, 2 and 32 are allowed; every other bit of the second word is dirt.
    const std::array<std::uint32_t, 3> mask{6, ~0u, 0};
    const std::vector<float> row(70, 0.0f);
    ids kept_all{1, 2, 32};
    for (token_id id = 33; id < 70; ++id) kept_all.push_back(id);
    const auto check = [&](const auto&... before) {
        CHECK(kept(row, before..., allow{mask, past_end::ban, 33}) == ids{1, 2, 32});
        CHECK(kept(row, before..., allow{mask, past_end::keep, 33}) == kept_all);
        CHECK(kept(row, before..., allow{mask, past_end::ban, 32}) == ids{1, 2});
        CHECK(kept(row, before..., allow{mask, past_end::keep, 65}).size() == 2 + 32 + 5);
        CHECK(kept(row, before..., allow{mask, past_end::ban, 96}) == kept(row, allow{mask, past_end::ban}));
        CHECK(kept(row, before..., allow{mask, past_end::keep, 0}) == kept(row, before...));
        CHECK(law(row, before..., allow{mask, past_end::ban, 0}) == "empty");
    };
    check();
    check(as_list);
    // Tokens removed or changed before stand on their side of the last of the 33.
    const logit_bias changed{{{32, 1.0f}, {33, 1.0f}, {69, 1.0f}}};
    CHECK(kept(row, ban{{2}}, allow{mask, past_end::ban, 33}) == ids{1, 32});
    CHECK(kept(row, changed, allow{mask, past_end::ban, 33}) == ids{1, 2, 32});
    CHECK(kept(row, ban{{33}}, changed, allow{mask, past_end::keep, 33}).size() == kept_all.size() - 1);
    for (const std::size_t many : {97u, 98u, 1000u}) check_bad(allow{mask, past_end::keep, many});
    check_bad(allow{words{}, past_end::keep, 1});
    CHECK_FALSE(allow{mask, past_end::ban, 33} == allow{mask, past_end::ban});
    CHECK(allow{mask, past_end::ban, 96} == allow{mask, past_end::ban});
}

TEST_CASE("allow on wide rows: every count of tokens cuts the mask where it says") {
    std::vector<std::uint32_t> mask(40, ~0u);
    const std::vector<float> row(1000, 0.0f);
    int wrong = 0;
    for (std::size_t tokens = 0; tokens <= 1280; ++tokens) {
        wrong += kept(row, allow{mask, past_end::ban, tokens}).size() != std::min<std::size_t>(tokens, 1000);
        wrong += kept(row, ban{{7}}, allow{mask, past_end::ban, tokens}).size() != std::min<std::size_t>(tokens, 1000) - (tokens > 7);
    }
    CHECK(wrong == 0);
}

TEST_CASE("allow neutral: never, an empty mask allows nothing or everything") {
    const std::vector<float> row(5, 0.0f);
    CHECK_FALSE(allow{words{}, past_end::keep}.neutral());
    CHECK(law(row, allow{words{}, past_end::ban}) == "empty");
    CHECK(law(row, as_list, allow{words{}, past_end::ban}) == "empty");
    const std::array<std::uint32_t, 1> every{~0u};
    CHECK(law_of(row, allow{words{}, past_end::keep}).probabilities == law_of(row).probabilities);
    CHECK(law_of(row, allow{every, past_end::ban}).probabilities == law_of(row).probabilities);
    CHECK(allow{every, past_end::ban} == allow{every, past_end::ban});
    CHECK_FALSE(allow{every, past_end::ban} == allow{every, past_end::keep});
    CHECK_FALSE(allow{every, past_end::ban} == allow{words{}, past_end::ban});
}

TEST_CASE("allow range: bits beyond the row mean nothing") {
    const std::vector<float> row(5, 0.0f);
    const std::vector<std::uint32_t> many(100, 0xfffffff4u);
    for (const past_end beyond : {past_end::ban, past_end::keep}) {
        CHECK(kept(row, allow{many, beyond}) == ids{2, 4});
        CHECK(kept(row, as_list, allow{many, beyond}) == ids{2, 4});
    }
}

TEST_CASE("allow edges: infinite logits, NaN, and nothing left") {
    const std::array<std::uint32_t, 1> first{1}, second{2}, third{4};
    CHECK(law(std::vector{infinity, 7.0f, infinity}, allow{third, past_end::ban}) == "2:1");
    CHECK(law(std::vector{infinity, 7.0f, infinity}, allow{second, past_end::ban}) == "1:1");
    CHECK(law(std::vector{infinity, 7.0f}, as_list, allow{second, past_end::ban}) == "empty");
    // What a mask hides is not looked at, unless something was read before.
    CHECK(law(std::vector{not_a_number, 7.0f}, allow{second, past_end::ban}) == "1:1");
    CHECK(law(std::vector{not_a_number, 7.0f}, allow{first, past_end::ban}) == "nan_logit");
    CHECK(law(std::vector{not_a_number, 7.0f}, as_list, allow{second, past_end::ban}) == "nan_logit");
    CHECK(law(std::vector{-infinity, 7.0f}, allow{first, past_end::ban}) == "empty");
    CHECK(law(std::vector{-3.0f}, allow{first, past_end::ban}) == "0:1");
    CHECK(law(std::vector<float>{}, allow{first, past_end::ban}) == "empty");
    check_edges(allow{words{}, past_end::keep}, "0:0.5 2:0.5");
}

TEST_CASE("allow for every scalar") {
    // e^2 e^1 1 of 11.107338.
    const std::array<std::uint32_t, 1> mask{0b111101};
    check_scalars({2, 5, 1, 0, -infinity}, allow{mask, past_end::ban}, "0:0.665241 2:0.244728 3:0.0900306");
}

TEST_CASE("allow on wide rows: the law is that of the masked row") {
    std::mt19937 random(9);
    std::vector<std::uint32_t> mask(1000);
    for (auto& word : mask) word = static_cast<std::uint32_t>(random());
    for (const past_end beyond : {past_end::ban, past_end::keep})
        check_on_wide_rows(allow{mask, beyond}, [&](auto& changed) {
            for (std::size_t i = 0; i < changed.size(); ++i) {
                const bool allowed = i < 32000 ? ((mask[i / 32] >> (i % 32)) & 1) != 0 : beyond == past_end::keep;
                if (!allowed) changed[i] = -std::numeric_limits<double>::infinity();
            }
        });
}
