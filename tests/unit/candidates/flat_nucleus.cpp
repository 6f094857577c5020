// A nucleus that is found while a flat row is weighed, against the list: the same tokens, and the same probabilities of them.
#include "support.hpp"

#include <argdraw/candidates/flat_nucleus.hpp>

#include <cstddef>

using namespace argdraw;
using namespace support;

namespace {

std::vector<float> flat(std::size_t width, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::vector<float> row(width);
    for (float& l : row) l = static_cast<float>(normal(random));
    return row;
}

// Of a few draws at the same words, the token and its probability; a view may round a probability of a block otherwise than a list.
void draws_agree(candidates<float>& view, candidates<float>& list) {
    int differ = 0;
    for (std::uint64_t i = 0; i < 40; ++i) {
        const std::uint64_t word = i * (~std::uint64_t{0} / 40) + 12345;
        const drawn a = view.draw(word), b = list.draw(word);
        REQUIRE(a.id >= 0);
        differ += a.id != b.id;
        if (a.id == b.id) CHECK(std::fabs(a.logprob - b.logprob) <= 1e-6f);
    }
    CHECK(differ <= 1);
}

}  // namespace

TEST_CASE("flat_nucleus: the tokens of the list, and their probabilities") {
    for (const std::size_t width : {std::size_t{9000}, std::size_t{40000}})
        for (const unsigned seed : {1u, 2u, 3u})
            for (const double p : {0.3, 0.7, 0.9, 0.95, 0.999}) {
                CAPTURE(width, seed, p);
                auto row = flat(width, seed);
                if (p > 0.9)  // a few heavy tokens, beside which a sample does not tell the mass
                    for (std::size_t i = 0; i < 40; ++i) row[(i * 7919) % width] = 9.0f - 0.1f * static_cast<float>(i);
                both_forms c(row);
                c.act([](auto& each) { each.scale(1.25); });
                c.list.survivors();
                if (seed == 2) c.act([](auto& each) { each.ban(ids{5, 6, 700}); });
                if (seed == 3) c.view.mass();  // what was asked before changes nothing
                c.act([&](auto& each) { each.keep_mass(p, 1); });
                draws_agree(c.view, c.list);
                CHECK(left(c.view) == left(c.list));
            }
}

TEST_CASE("flat_nucleus: a question before it changes no bit of a draw") {
    const auto row = flat(40000, 4);
    for (const double p : {0.5, 0.95}) {
        workspace one, other;
        candidates<float> asked(row, one), not_asked(row, other);
        CHECK(asked.entropy() > 0);
        CHECK(asked.mass(accuracy::full).value > 0);
        asked.keep_mass(p, 1);
        not_asked.keep_mass(p, 1);
        for (std::uint64_t i = 0; i < 200; ++i) {
            const std::uint64_t word = i * (~std::uint64_t{0} / 200);
            const drawn a = asked.draw(word), b = not_asked.draw(word);
            CHECK(a.id == b.id);
            CHECK(a.logprob == b.logprob);
        }
    }
}

TEST_CASE("flat_nucleus: of a block whose tokens all leave none is drawn, and of one that keeps one, that one") {
    // Blocks of nothing but tokens about the edge, which is at the same place whichever of them are kept, and blocks that have none.
    auto row = flat(40000, 5);
    workspace space;
    candidates<float> whole(row, space);
    whole.keep_mass(0.9, 1);
    const auto kept = whole.survivors().logits;
    const auto edge = static_cast<float>(*std::min_element(kept.begin(), kept.end()));
    for (const float reach : {0.3f, 0.02f, 0.001f, 0.0f})
        for (const float shift : {-0.02f, 0.0f, 0.02f}) {
            CAPTURE(reach, shift);
            for (std::size_t i = 0; i < 8 * simd::block_size; ++i)
                row[3 * simd::block_size + i] = edge + shift + reach * (static_cast<float>(i % 97) / 48 - 1);
            both_forms c(row);
            c.act([](auto& each) { each.keep_mass(0.9, 1); });
            draws_agree(c.view, c.list);
            CHECK(left(c.view) == left(c.list));
        }
}

TEST_CASE("flat_nucleus: rows of 16 bits, whose edges lie among equals") {
    const auto wide = flat(40000, 6);
    const auto agrees = [&](auto sort) {
        using T = decltype(sort);
        std::vector<T> row(wide.size());
        std::vector<float> same(wide.size());
        for (std::size_t i = 0; i < row.size(); ++i) same[i] = static_cast<float>(row[i] = static_cast<T>(wide[i]));
        for (const double p : {0.4, 0.9, 0.99}) {
            workspace one, other;
            candidates<T> view(row, one);
            candidates<float> list(same, other);
            list.survivors();
            view.keep_mass(p, 1);
            list.keep_mass(p, 1);
            const auto a = view.survivors().ids, b = list.survivors().ids;
            CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
        }
    };
    agrees(half{});
    agrees(bfloat16{});
}

TEST_CASE("flat_nucleus: what floats cannot weigh, and NaN, are left to others") {
    for (const float odd : {not_a_number, infinity}) {
        auto row = flat(40000, 7);
        row[39000] = odd;
        both_forms c(row);
        c.act([](auto& each) { each.keep_mass(0.9, 1); });
        CHECK(c.view.why() == c.list.why());
        if (c.list.why() == status::ok) CHECK(left(c.view) == left(c.list));
    }
    both_forms far(flat(40000, 8));
    far.act([](auto& each) {
        each.scale(1e-32);
        each.keep_mass(0.9, 1);
    });
    CHECK(left(far.view).tokens.size() == left(far.list).tokens.size());
}
