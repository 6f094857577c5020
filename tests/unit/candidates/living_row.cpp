// A row, with bits, strays and a band, against what each token's value is.
#include "support.hpp"

#include <argdraw/candidates/living_row.hpp>
#include <argdraw/candidates/maxima.hpp>

using namespace argdraw;
using namespace support;

namespace {

// A row and beside it the values of its tokens, -inf where one does not live.
struct both {
    std::vector<float> logits;
    workspace space;
    detail::scratch<float> scratch;
    detail::living_row<float> row;
    std::vector<double> plain;

    explicit both(std::vector<float> given) : logits(std::move(given)), plain(logits.begin(), logits.end()) {
        REQUIRE(scratch.lay_out(space, logits.size(), (logits.size() + simd::block_size - 1) / simd::block_size));
        row.look_at(logits, scratch);
    }
    void set(token_id id, double v) {
        if (plain[static_cast<std::size_t>(id)] == -infinite) return;
        row.set(id, v);
        plain[static_cast<std::size_t>(id)] = v;
    }
    bool same() {
        bool equal = true;
        for (std::size_t i = 0; i < plain.size(); ++i) equal &= row.value_of_token(static_cast<token_id>(i)) == plain[i];
        double values[simd::block_size];
        for (std::size_t b = 0; b < row.blocks().blocks; ++b) {
            row.values_of_block(b, values);
            for (std::size_t i = 0; i < simd::block_size; ++i) {
                const std::size_t id = b * simd::block_size + i;
                equal &= values[i] == (id < plain.size() ? plain[id] : -infinite);
            }
        }
        return equal;
    }
};

std::vector<float> random_row(std::size_t width, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<float> row(width);
    for (float& l : row) l = random() % 9 == 0 ? -infinity : static_cast<float>(random() % 50) / 4;
    return row;
}

}  // namespace

TEST_CASE("living_row: edits, masks, lists and bands, one after the other") {
    for (const std::size_t width : {std::size_t{1}, std::size_t{37}, simd::block_size, 5 * simd::block_size + 3}) {
        std::mt19937 random(static_cast<unsigned>(width));
        for (unsigned round = 0; round < 20; ++round) {
            both b(random_row(width, round));
            double cut = -infinite;
            for (int step = 0; step < 12; ++step) {
                const auto id = static_cast<token_id>(random() % width);
                switch (random() % 4) {
                    case 0: b.set(id, random() % 3 == 0 ? -infinite : static_cast<double>(random() % 40) / 3); break;
                    case 1: {
                        std::vector<std::uint32_t> mask((width + 31) / 32);
                        for (auto& word : mask) word = static_cast<std::uint32_t>(random() | random());
                        const bool past = random() % 2 == 0;
                        const std::size_t tokens = random() % (width + 1);
                        b.row.allow(mask, past, tokens);
                        for (std::size_t i = 0; i < width; ++i)
                            if (i < tokens ? ((mask[i / 32] >> (i % 32)) & 1) == 0 : !past) b.plain[i] = -infinite;
                        break;
                    }
                    case 2: {
                        std::vector<token_id> only;
                        for (std::size_t i = 0; i < width; ++i)
                            if (random() % 8 != 0) only.push_back(static_cast<token_id>(i));
                        b.row.allow_only(only, reinterpret_cast<std::uint32_t*>(b.scratch.sums.bits));
                        for (std::size_t i = 0; i < width; ++i)
                            if (!std::binary_search(only.begin(), only.end(), static_cast<token_id>(i))) b.plain[i] = -infinite;
                        break;
                    }
                    default: {
                        cut = std::max(cut, static_cast<double>(random() % 20) / 8);
                        const detail::band kept{cut, id};
                        b.row.narrow_to(kept);
                        for (std::size_t i = 0; i < width; ++i)
                            if (!kept.holds(b.plain[i], static_cast<token_id>(i))) b.plain[i] = -infinite;
                    }
                }
            }
            CAPTURE(width, round);
            CHECK(b.same());
        }
    }
}

TEST_CASE("living_row: numbers meet it word by word, up to the first that is not for all") {
    both b(random_row(3 * simd::block_size + 9, 3));
    detail::strays numbers(b.scratch.sums, b.logits.size());
    for (token_id id = 0; id < static_cast<token_id>(b.logits.size()); id += 3) numbers.put(id, id % 4 == 0 ? -infinite : 0.25);
    for (const token_id id : {4, 6, 90}) b.set(id, 7.5);
    const auto sum = [](double v, double number) { return v + number; };
    CHECK(b.row.set_all(numbers, sum, sum) == b.logits.size());
    for (std::size_t id = 0; id < b.plain.size(); id += 3) b.plain[id] += id % 4 == 0 ? -infinite : 0.25;
    CHECK(b.same());
    // Of token 99, one that lives, there is no more than the word of its own.
    b.set(99, 1);
    const bool lives = b.plain[99] > -infinite;
    numbers.put(99, infinite);
    const auto none = [](double, double) { return std::numeric_limits<double>::quiet_NaN(); };
    CHECK(b.row.set_all(numbers, sum, none) <= (lives ? 99u : b.logits.size()));
}

TEST_CASE("living_row: what changes it, and only that, is another revision") {
    both b({1, 2, 3});
    const auto first = b.row.revision();
    b.row.value_of_token(1);
    CHECK(b.row.size() == 3);
    CHECK(b.row.revision() == first);
    b.row.set(1, 5);
    const auto edited = b.row.revision();
    CHECK(edited.values != first.values);
    CHECK(edited.bands == first.bands);
    b.row.narrow_to({2, 0});
    CHECK(b.row.revision().values == edited.values);
    CHECK(b.row.revision().bands != edited.bands);
}

TEST_CASE("maxima: known of a row until its values change, whatever its band") {
    both b(random_row(9 * simd::block_size + 1, 4));
    b.set(7, 100);
    detail::maxima<float> top(b.scratch.maxima);
    CHECK_FALSE(top.known_of(b.row));
    REQUIRE(top.find(b.row) == status::ok);
    CHECK(top.known_of(b.row));
    CHECK(top.greatest() == 100);
    b.row.narrow_to({3, 0});
    CHECK(top.known_of(b.row));
    b.row.set(7, -infinite);
    CHECK_FALSE(top.known_of(b.row));
    REQUIRE(top.find(b.row) == status::ok);
    CHECK(top.greatest() == *std::max_element(b.logits.begin(), b.logits.end()));
}

TEST_CASE("maxima: nothing lives, or a NaN does") {
    both none({-infinity, -infinity}), wrong({1, not_a_number}), hidden({1, not_a_number});
    detail::maxima<float> a(none.scratch.maxima), b(wrong.scratch.maxima), c(hidden.scratch.maxima);
    CHECK(a.find(none.row) == status::empty);
    CHECK_FALSE(a.known_of(none.row));
    CHECK(b.find(wrong.row) == status::nan_logit);
    hidden.row.set(1, -infinite);
    CHECK(c.find(hidden.row) == status::ok);
    CHECK(c.greatest() == 1);
}

TEST_CASE("maxima: removed one by one, in few blocks and in many") {
    const std::size_t blocks = 11, width = blocks * simd::block_size + 5;
    for (unsigned round = 0; round < 200; ++round) {
        std::mt19937 random(round);
        both b(random_row(width, round));
        std::vector<bool> in_row(width, true);                                // and not beside it
        if (round % 7 == 0) b.logits[random() % (width - 5)] = not_a_number;  // the last five are read where they were copied to
        const std::size_t changes = round % 5 == 0 ? 0 : round % 3 == 0 ? 3 * blocks : random() % blocks;
        for (std::size_t i = 0; i < changes; ++i) {
            // One of the greatest of a block, or any.
            std::size_t id = random() % width;
            if (const std::size_t from = id / simd::block_size * simd::block_size; random() % 2 && from + simd::block_size <= width)
                id = static_cast<std::size_t>(std::max_element(&b.logits[from], &b.logits[from] + simd::block_size) - b.logits.data());
            const auto token = static_cast<token_id>(id);
            if (random() % 2) b.row.remove(std::span(&token, 1));
            else if (b.row.value_of_token(token) > -infinite) b.row.set(token, random() % 3 == 0 ? -infinite : 2.5);
            else continue;
            in_row[id] = false;
        }
        std::vector<float> found(blocks + 1 + simd::lanes);
        b.row.maxima(found.data());
        for (std::size_t block = 0; block <= blocks; ++block) {
            float right = -infinity;
            for (std::size_t id = block * simd::block_size; id < std::min(width, (block + 1) * simd::block_size); ++id)
                if (in_row[id] && !(right != right)) right = b.logits[id] != b.logits[id] ? not_a_number : std::max(right, b.logits[id]);
            CHECK((found[block] == right || (found[block] != found[block] && right != right)));
        }
    }
}
