#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include <argdraw/argdraw.hpp>

#include "../../proof/golden/pipelines.hpp"
#include "catch.hpp"

using namespace argdraw;

namespace {

using room_of_row = std::vector<float>;

// A row, and records {something, logit, something} that begin anywhere, with nothing behind the last logit but the end of its record.
struct in_records {
    std::vector<float> whole;
    std::vector<std::byte> memory;
    room_of_row room;
    std::size_t first;

    in_records(std::vector<float> row, std::size_t at) : whole(std::move(row)), first(at + 4) {
        memory.assign(at + 12 * whole.size(), std::byte{0xff});
        for (std::size_t i = 0; i < whole.size(); ++i) std::memcpy(memory.data() + first + 12 * i, &whole[i], sizeof(float));
        room.assign(detail::row_of_records::room_for(whole.size()) / sizeof(float), std::numeric_limits<float>::quiet_NaN());
    }
    detail::row_of_records row() { return {memory.data() + first, whole.size(), room.data()}; }
};

// Token and status, and the sequence behind it, again and again in memory that has whatever the last draw left.
template <class Pick, class Sequence>
void check_pipeline(const Pick& pick, const Sequence& begun, in_records& rows) {
    Sequence a = begun, b = begun;
    for (int i = 0; i < 3; ++i) {
        const drawn token = pick(rows.row(), a), expected = pick(rows.whole, b);
        REQUIRE(token.why == expected.why);
        REQUIRE(token.id == expected.id);
        REQUIRE((token.logprob == expected.logprob || token.id < 0));
        if (token) REQUIRE(a.accept(token.id) == b.accept(expected.id));
    }
    REQUIRE(a.bytes() == b.bytes());
    const auto found = pick.distribution(rows.row(), a), expected = pick.distribution(rows.whole, b);
    REQUIRE(found.ids == expected.ids);
    REQUIRE(found.probabilities == expected.probabilities);
}

}  // namespace

TEST_CASE("row_of_records: a view of logits that are no neighbours") {
    in_records rows({1, 5, 2}, 3);
    const detail::row_of_records row = rows.row();
    static_assert(drawable_row<detail::row_of_records> && !logit_row<detail::row_of_records>);
    CHECK(row.size() == 3);
    CHECK(row.logit(1) == 5);
    CHECK(row.first(1).size() == 1);
    CHECK(row.first(9).size() == 3);
    CHECK(sampler{greedy{}}(row).id == 1);
    CHECK(sampler{greedy{}}(row.first(1)).id == 0);
    CHECK(sampler{greedy{}}(row.first(0)).why == status::empty);
    CHECK(row.all_were_brought());
    CHECK_FALSE(row.has_maxima());
}

TEST_CASE("row_of_records: every pipeline draws what it draws from the row itself, to the bit") {
    const std::size_t block = sizes::block;
    for (const std::size_t width : {std::size_t{37}, block, 4 * block + 1, 20 * block - 1, 12 * block}) {
        const golden::material given(width);
        for (const golden::pipeline& each : golden::all_pipelines(given)) {
            INFO(each.name << " at " << width);
            const sampler pick{each.stages, each.draw};
            for (const golden::row_kind kind : golden::row_kinds) {
                in_records rows(golden::row_of<float>(kind, width, width), width % 7);
                check_pipeline(pick, pick.start({.seed = 7}, given.prompt), rows);
                check_pipeline(pick, pick.start({.seed = 7, .vocabulary = width - width / 3}, given.prompt), rows);
            }
        }
    }
}

TEST_CASE("row_of_records: NaN and +inf, masked and not") {
    std::mt19937_64 random(11);
    const std::size_t width = 9 * sizes::block + 5;
    for (int trial = 0; trial < 300; ++trial) {
        CAPTURE(trial);
        std::vector<float> row(width);
        for (float& l : row) l = static_cast<float>(random() % 4096) / 256.0f - 4;
        const std::size_t odd = random() % width;
        row[odd] = trial % 2 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
        const std::vector<token_id> banned{static_cast<token_id>(trial % 3 ? odd : (odd + 1) % width),
                                           static_cast<token_id>(random() % width)};
        in_records rows(row, random() % 64);
        const sampler pick{chain{ban{banned}, top_k{static_cast<int>(1 + random() % 50)}, temperature{0.7f}}, any_draw{categorical{}}};
        check_pipeline(pick, pick.start({.seed = 1}), rows);
    }
}

TEST_CASE("row_of_records: what is not looked at is not brought, and what was known before is taken") {
    std::mt19937_64 random(5);
    std::vector<float> row(64 * sizes::block);
    for (float& l : row) l = static_cast<float>(random() % 4096) / 4096.0f;
    for (std::size_t i = 0; i < 4; ++i) row[i * 1000 % row.size()] = 9 + static_cast<float>(i);
    in_records rows(row, 0);
    const sampler few{top_k{4}, categorical{}};
    const sampler all{temperature{0.7f}, categorical{}};
    auto seq = few.start({.seed = 3}), same = seq;
    detail::row_of_records from = rows.row();
    CHECK(few(from, seq).id == few(rows.whole, same).id);
    CHECK_FALSE(from.all_were_brought());
    for (std::size_t b = 0; b < 64; ++b) {
        const auto at = row.begin() + static_cast<std::ptrdiff_t>(b * sizes::block);
        from.maxima()[b] = *std::max_element(at, at + static_cast<std::ptrdiff_t>(sizes::block));
        std::fill_n(from.part_maxima() + 4 * b, 4, from.maxima()[b]);
    }
    from.maxima_are_there();
    CHECK(from.has_maxima());
    CHECK(few(from, seq).id == few(rows.whole, same).id);
    CHECK_FALSE(from.all_were_brought());
    auto whole = all.start({.seed = 3}), other = whole;
    CHECK(all(from, whole).id == all(rows.whole, other).id);
    CHECK(from.all_were_brought());
}
