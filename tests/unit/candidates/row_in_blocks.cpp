// A row in place and one of records, asked in every order for its blocks, its tokens and its maxima.
#include "support.hpp"

#include <cstddef>
#include <cstring>

#include <argdraw/candidates/row_in_blocks.hpp>

using namespace argdraw;
using namespace support;

namespace {

struct two_rows {
    std::vector<float> whole, tail = std::vector<float>(simd::block_size), room;
    std::vector<std::byte> records;
    detail::row_in_blocks<float> plain, apart;

    two_rows(std::size_t width, unsigned seed) : whole(width) {
        std::mt19937 random(seed);
        for (float& l : whole) l = random() % 9 == 0 ? -infinity : static_cast<float>(random() % 200) / 4;
        if (seed % 3 == 0) whole[random() % width] = seed % 2 ? infinity : not_a_number;
        records.assign(12 * width, std::byte{1});
        for (std::size_t i = 0; i < width; ++i) std::memcpy(records.data() + 12 * i + 8, &whole[i], sizeof(float));
        room.resize(detail::row_of_records::room_for(width) / sizeof(float));
        plain = {std::span<const float>(whole), tail.data()};
        // The logit is the last word of its record: nothing may be read behind it.
        apart = detail::row_in_blocks<float>(detail::row_of_records(records.data() + 8, width, room.data()));
    }
    bool same_block(std::size_t b) const {
        const auto one = plain.only(b), other = apart.only(b);
        const float* const p = one.complete != 0 ? one.data : one.tail;
        const float* const q = other.complete != 0 ? other.data : other.tail;
        return one.complete == other.complete && std::memcmp(p, q, simd::block_size * sizeof(float)) == 0;
    }
    bool same_maxima() const {
        std::vector<float> a(plain.count() + simd::lanes), b = a;
        plain.maxima(a.data());
        apart.maxima(b.data());
        return std::equal(a.begin(), a.end(), b.begin(), [](float x, float y) { return x == y || (x != x && y != y); });
    }
    bool same_gathered(float cut, std::size_t equals, std::span<const std::int32_t> blocks) const {
        std::vector<float> maxima(plain.count() + simd::lanes);
        plain.maxima(maxima.data());
        const std::size_t n = plain.count() * simd::block_size + 2 * simd::lanes;
        std::vector<token_id> ids(n), other_ids(n);
        std::vector<double> values(n), other_values(n);
        const std::size_t found =
            plain.gather(blocks.data(), blocks.size(), cut, equals, maxima.data(), {ids.data(), values.data(), nullptr, nullptr});
        const std::size_t other = apart.gather(blocks.data(), blocks.size(), cut, equals, maxima.data(),
                                               {other_ids.data(), other_values.data(), nullptr, nullptr});
        return found == other && std::equal(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(found), other_ids.begin()) &&
               std::equal(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(found), other_values.begin());
    }
};

}  // namespace

TEST_CASE("row_in_blocks: a row of records is the row, whatever is asked for first") {
    const std::size_t block = simd::block_size;
    for (const std::size_t width : {std::size_t{1}, std::size_t{37}, block - 1, block, block + 1, 4 * block, 9 * block + 3})
        for (unsigned seed = 0; seed < 24; ++seed) {
            CAPTURE(width, seed);
            two_rows rows(width, seed);
            REQUIRE(rows.apart.width() == width);
            REQUIRE(rows.apart.count() == rows.plain.count());
            std::vector<std::uint16_t> alive(rows.plain.count() * block / 16);
            std::mt19937 random(seed);
            std::vector<std::int32_t> some;
            for (std::size_t b = 0; b < rows.plain.count(); ++b)
                if (random() % 3 != 0) some.push_back(static_cast<std::int32_t>(b));
            for (int step = 0; step < 12; ++step) switch (random() % 7) {
                    case 0: CHECK(rows.same_block(random() % rows.plain.count())); break;
                    case 1: CHECK(rows.same_maxima()); break;
                    case 2: {
                        const std::size_t id = random() % width;
                        rows.apart.announce(static_cast<token_id>(id));
                        CHECK(std::memcmp(&rows.whole[id], std::vector{rows.apart.at(id)}.data(), sizeof(float)) == 0);
                        break;
                    }
                    case 3:
                        for (auto& word : alive) word = static_cast<std::uint16_t>(random() | random());
                        rows.plain.set_alive(alive.data());
                        rows.apart.set_alive(alive.data());
                        CHECK(rows.apart.alive() == alive.data());
                        break;
                    case 4:
                    case 5: {
                        const float cut = random() % 2 ? static_cast<float>(random() % 200) / 4 : rows.whole[random() % width];
                        if (cut > -infinity) CHECK(rows.same_gathered(cut, random() % 4, some));
                        break;
                    }
                    default:
                        if (step < 9) break;
                        CHECK(rows.apart.all().blocks == rows.plain.all().blocks);
                        CHECK(rows.apart.all().complete == rows.plain.all().complete);
                        for (std::size_t b = 0; b < rows.plain.count(); ++b) CHECK(rows.same_block(b));
                }
        }
}
