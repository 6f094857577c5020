// The tokens beside a row against a map of them.
#include "support.hpp"

#include <map>

using namespace argdraw;
using namespace support;

namespace {

struct beside {
    std::size_t width;
    std::vector<double> values;
    std::vector<std::uint64_t> bits, marked;
    detail::strays strays;
    std::map<token_id, double> plain;

    explicit beside(std::size_t w)
        : width(w), values(w), bits((w + simd::block_size) / 64, 0xaaaaaaaaaaaaaaaau), marked((w + 63) / 64, ~std::uint64_t{0}) {
        strays = {detail::number_arrays{values.data(), bits.data(), marked.data()}, w};
    }

    bool same() const {
        std::vector<std::pair<token_id, double>> seen;
        strays.for_each([&](token_id id, double v) { seen.emplace_back(id, v); });
        std::vector<std::pair<token_id, double>> blocks;
        strays.for_each_block([&](std::size_t b) { strays.for_each_in(b, [&](token_id id, double v) { blocks.emplace_back(id, v); }); });
        bool equal = seen == blocks && seen == decltype(seen)(plain.begin(), plain.end()) && strays.count() == plain.size();
        for (std::size_t id = 0; id < width; ++id) {
            const auto at = static_cast<token_id>(id);
            equal &= strays.has(at) == (plain.count(at) > 0);
            equal &= ((strays.word(id / 64) >> (id % 64)) & 1) == plain.count(at);
        }
        return equal;
    }
};

}  // namespace

TEST_CASE("strays: whatever is put, added, taken and kept, in any order") {
    std::mt19937 random(5);
    for (const std::size_t width : {std::size_t{1}, std::size_t{64}, simd::block_size, simd::block_size + 1, 20 * simd::block_size + 7}) {
        beside b(width);
        CHECK(b.same());
        for (int step = 0; step < 300; ++step) {
            const auto id = static_cast<token_id>(random() % width);
            const double v = static_cast<double>(random() % 100) - 50;
            switch (random() % 4) {
                case 0:
                    b.strays.put(id, v);
                    b.plain[id] = v;
                    break;
                case 1:
                    b.strays.add(id, v);
                    b.plain[id] += v;
                    break;
                case 2:
                    if (!b.plain.erase(id)) break;
                    b.strays.erase(id);
                    break;
                default:
                    if (random() % 8 != 0) break;
                    b.strays.keep_if([&](token_id, double x) { return x < v; });
                    std::erase_if(b.plain, [&](const auto& each) { return !(each.second < v); });
            }
            if (step % 50 == 0) REQUIRE(b.same());
        }
        REQUIRE(b.same());
        double greatest = -7;
        for (const auto& each : b.plain) greatest = std::max(greatest, each.second);
        CHECK(b.strays.greatest(-7) == greatest);
    }
}

TEST_CASE("strays: -inf beats every other sum, and what is no number shows") {
    beside b(3);
    for (const double x : {1.0, infinite, -infinite, infinite, 5.0}) b.strays.add(1, x);
    CHECK(b.strays.value_of(1) == -infinite);
    for (const double x : {1.0, infinite, 5.0}) b.strays.add(2, x);
    CHECK(b.strays.value_of(2) == infinite);
    b.strays.add(0, std::numeric_limits<double>::quiet_NaN());
    CHECK(b.strays.value_of(0) != b.strays.value_of(0));
}

TEST_CASE("strays: a word says at once which of its tokens have a value") {
    beside b(200);
    b.strays.put(70, 1);
    b.strays.values()[64] = 4;
    b.strays.values()[127] = 5;
    b.strays.put_word(1, (std::uint64_t{1} << 63) | 1);
    b.plain = {{64, 4}, {127, 5}};
    CHECK(b.same());
    std::size_t words = 0;
    b.strays.for_each_word([&](std::size_t w, std::uint64_t bits) {
        ++words;
        CHECK(w == 1);
        CHECK(bits == ((std::uint64_t{1} << 63) | 1));
    });
    CHECK(words == 1);
}

TEST_CASE("strays: merged into a list they stand between its tokens by id") {
    beside b(300);
    for (const token_id id : {0, 5, 260, 299}) b.strays.put(id, id < 100 ? 1.0 : 9.0);
    std::vector<token_id> list{2, 5 + 1, 270};
    std::vector<double> values{20, 60, 2700};
    list.resize(10);
    values.resize(10);
    REQUIRE(b.strays.merge_into(list.data(), values.data(), 3, 1, 9) == 5);  // 9 is not below 9
    CHECK(std::vector<token_id>(list.begin(), list.begin() + 5) == std::vector<token_id>{0, 2, 5, 6, 270});
    CHECK(std::vector<double>(values.begin(), values.begin() + 5) == std::vector<double>{1, 20, 1, 60, 2700});
}
