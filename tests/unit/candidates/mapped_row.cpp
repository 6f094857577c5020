// A function that candidates keep gives what the same function gives when its values are written down.
#include "support.hpp"

#include <argdraw/candidates/mapped_row.hpp>

using namespace argdraw;
using namespace support;

namespace {

// -inf for every `gone`-th token; block by block or one by one.
struct halved {
    static constexpr bool rises = false;
    token_id gone;
    bool in_blocks;
    double operator()(token_id id, double l) const noexcept { return id % gone == 1 ? -infinite : l / 2 + (id % 3); }
    bool block(token_id first, double* values) const noexcept {
        for (std::size_t i = 0; i < sizes::block && in_blocks; ++i)
            if (values[i] > -infinite) values[i] = (*this)(first + static_cast<token_id>(i), values[i]);
        return in_blocks;
    }
};
struct squared_down {
    static constexpr bool rises = true;
    double operator()(token_id, double l) const noexcept { return l < 0 ? -l * l : std::sqrt(l); }
    bool block(token_id, double* values) const noexcept {
        for (std::size_t i = 0; i < sizes::block; ++i)
            if (values[i] > -infinite) values[i] = (*this)(0, values[i]);
        return true;
    }
};
struct constant {
    static constexpr bool rises = false;
    double value;
    double operator()(token_id id, double l) const noexcept { return id % 2 == 1 ? value : l; }
    bool block(token_id, double*) const noexcept { return false; }
};
static_assert(logit_map<halved> && logit_map<squared_down>);

template <class F, class Before, class After>
void compare(const std::vector<float>& row, F f, Before before, After after) {
    workspace kept_space, written_space;
    candidates<float> kept(row, kept_space), written(row, written_space);
    before(kept);
    before(written);
    kept.map(f);
    written.transform(f);
    CHECK(kept.why() == written.why());
    if (kept.why() == status::ok) CHECK((kept.max)() == (written.max)());
    after(kept);
    after(written);
    CHECK(left(kept) == left(written));
}

constexpr auto nothing = [](auto&) {};

template <class F>
void compare_all(F f) {
    const std::vector<token_id> some{0, 1, 2, 5};
    for (const auto& row : rows()) {
        CAPTURE(row.size());
        compare(row, f, nothing, nothing);
        compare(row, f, nothing, [](auto& c) { c.keep_top(3); });
        compare(row, f, nothing, [](auto& c) { c.keep_top(40); });
        compare(row, f, nothing, [](auto& c) { c.keep_top(2, ties::all); });
        compare(row, f, nothing, [](auto& c) { c.keep_within(1.5); });
        compare(row, f, nothing, [](auto& c) { c.keep_within(0.5, 7); });
        compare(row, f, nothing, [](auto& c) { c.keep_at_least(1); });
        compare(row, f, nothing, [](auto& c) { c.scale(0.5), c.shift(1), c.keep_top(9); });
        compare(row, f, [](auto& c) { c.scale(2), c.shift(-1); }, [](auto& c) { c.keep_within(3); });
        compare(
            row, f, [&](auto& c) { c.ban(std::span(some).first((std::min)(row.size(), some.size()))); }, [](auto& c) { c.keep_top(5); });
        compare(row, f, [](auto& c) { c.add(0, 2.5), c.keep_within(4); }, [](auto& c) { c.keep_top(30); });
    }
}

}  // namespace

TEST_CASE("mapped_row: cuts behind a function that is kept, against its values written down") {
    compare_all(halved{7, true});
    compare_all(halved{7, false});
    compare_all(squared_down{});
}

TEST_CASE("mapped_row: the same token and probability for every word") {
    for (const auto& row : rows()) {
        CAPTURE(row.size());
        for (std::uint64_t i = 0; i <= 64; ++i) {
            workspace kept_space, written_space;
            candidates<float> kept(row, kept_space), written(row, written_space);
            kept.map(squared_down{});
            written.transform(squared_down{});
            kept.scale(0.75);
            written.scale(0.75);
            const picked a = kept.draw(i * 0x03ffffffffffffff), b = written.draw(i * 0x03ffffffffffffff);
            CHECK(a.why == b.why);
            CHECK(a.id == b.id);
            if (b) CHECK(std::fabs(a.probability / b.probability - 1) < 1e-13);
        }
    }
}

TEST_CASE("mapped_row: a function that makes NaN, nothing or +inf") {
    const std::vector<float> row(5 * sizes::block + 3, 1.0f);
    workspace space;
    candidates<float> strange(row, space);
    strange.map(constant{std::numeric_limits<double>::quiet_NaN()});
    CHECK(strange.why() == status::nan_logit);
    CHECK(strange.draw(1).why == status::nan_logit);

    candidates<float> great(row, space);
    great.map(constant{infinite});
    CHECK(great.infinite());
    CHECK(great.size() == row.size() / 2);

    candidates<float> half(row, space);
    half.map(constant{-infinite});
    CHECK(half.size() == (row.size() + 1) / 2);
    half.map(constant{-infinite});
    CHECK(half.size() == (row.size() + 1) / 2);

    const std::vector<float> odd{-infinity, 1, -infinity, 2};
    candidates<float> none(odd, space);
    none.map(constant{-infinite});
    CHECK(none.why() == status::empty);
}

TEST_CASE("mapped_row: the least of another row beside the living") {
    const std::size_t n = 6 * sizes::block + 5;
    std::vector<float> row(n, 1.0f), other(n);
    for (std::size_t i = 0; i < n; ++i) other[i] = static_cast<float>(n - i);
    row[n - 1] = row[3 * sizes::block] = -infinity;
    other[n - 2] = -infinity;
    other[n - 3] = not_a_number;
    workspace space;
    candidates<float> view(row, space);
    CHECK(view.least_beside(std::span<const float>(other)) == 4);
    view.survivors();
    CHECK(view.least_beside(std::span<const float>(other)) == 4);
    CHECK(std::isnan(view.least_beside(std::span<const float>(other).first(3))));
    CHECK(view.why() == status::outside_row);
}
