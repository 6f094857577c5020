// A function that candidates keep gives what the same function gives when its values are written down.
#include "inside.hpp"
#include "support.hpp"

#include <argdraw/candidates/mapped_row.hpp>
#include <argdraw/stages/epsilon_cutoff.hpp>

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
// As far off, where it is rough, as it says.
struct rough_line {
    static constexpr bool rises = false;
    static constexpr double most_off = 0x1p-35;
    static constexpr bool waits = true;
    double operator()(token_id, double l) const noexcept { return 1 - l / 2; }
    bool block(token_id, double* values) const noexcept {
        for (std::size_t i = 0; i < sizes::block; ++i)
            if (values[i] > -infinite) values[i] = (*this)(0, values[i]);
        return true;
    }
    double off() const noexcept { return most_off; }
    double roughly(token_id first, double* values, double reference, double scale) const noexcept {
        double mass = 0;
        for (std::size_t i = 0; i < sizes::block; ++i) {
            const double by = (static_cast<double>((static_cast<std::size_t>(first) + i) % 3) - 1) * most_off;
            if (values[i] > -infinite) mass += numeric::exp2(((*this)(0, values[i]) + by - reference) * scale);
        }
        return first / static_cast<token_id>(sizes::block) % 4 == 2 ? numeric::nan : mass;  // some blocks are not for it
    }
};
// Two rows of floats where they lie, but for some blocks that are not for it.
struct away_from {
    static constexpr bool rises = false;
    static constexpr bool waits = true;
    static constexpr double toward = 0.25;  // so that what does not live would be the greatest
    const float* other;
    double operator()(token_id id, double l) const noexcept {
        const double u = static_cast<double>(other[id]);
        return u + numeric::product(toward, l - u);
    }
    bool block(token_id, double*) const noexcept { return false; }
    double off() const noexcept { return 0; }
    double roughly(token_id, double*, double, double) const noexcept { return numeric::nan; }
    static bool left_out(token_id first) noexcept { return first / static_cast<token_id>(sizes::block) % 4 == 2; }
    double greatest_of_floats(token_id first, const float* x, float cut) const noexcept {
        return left_out(first) ? numeric::nan : simd::maps().greatest_away(x, cut, other + first, toward);
    }
    double roughly_of_floats(token_id first, const float* x, float cut, double reference, double scale) const noexcept {
        return left_out(first) ? numeric::nan : simd::rough().floats_away(x, cut, other + first, toward, reference, scale);
    }
};
// As wide as all rows, and a block more.
const std::vector<float>& other_row() {
    static const std::vector<float> row = [] {
        std::size_t most = 0;
        for (const auto& each : rows()) most = (std::max)(most, each.size());
        std::mt19937 random(7);
        std::vector<float> numbers(most + sizes::block);
        for (float& x : numbers) x = static_cast<float>(random() % 4096) / 512;
        numbers[0] = 40;
        return numbers;
    }();
    return row;
}
static_assert(logit_map<away_from> && logit_map<halved> && logit_map<squared_down> && logit_map<rough_line>);

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
        compare(row, f, [](auto& c) { c.keep_within(3); }, [](auto& c) { c.keep_top(30); });
        compare(row, f, [](auto& c) { c.add(0, 2.5), c.keep_within(4); }, [](auto& c) { c.keep_top(30); });
    }
}

}  // namespace

TEST_CASE("mapped_row: cuts behind a function that is kept, against its values written down") {
    compare_all(halved{7, true});
    compare_all(halved{7, false});
    compare_all(squared_down{});
    compare_all(away_from{other_row().data()});
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

namespace {

// Words everywhere, and where one token ends and the next begins.
std::vector<std::uint64_t> words_for(candidates<float>& c) {
    std::mt19937_64 any(9);
    std::vector<std::uint64_t> words{0, 1, ~std::uint64_t{0}};
    for (int i = 0; i < 20; ++i) words.push_back(any());
    double end = 0;
    std::size_t i = 0;
    const std::size_t every = c.size() / 16 + 1;
    c.probabilities([&](token_id, double p) {
        end += p;
        const auto word = end < 1 ? static_cast<std::uint64_t>(end * 0x1p64) : ~std::uint64_t{0};
        if (i++ % every != 0) return;
        words.push_back(word);
        for (const int bit : {11, 20, 30, 36})
            words.insert(words.end(), {word + (std::uint64_t{1} << bit), word - (std::uint64_t{1} << bit)});
    });
    return words;
}

// Whether draw_token() and draw() are of one mind wherever that is; counts how often the quick way led to the end.
template <class F>
void compare_draws(F f, std::size_t& quick, std::size_t& all) {
    for (const auto& row : rows()) {
        CAPTURE(row.size());
        workspace space, other;
        candidates<float> written(row, space);
        written.transform(f);
        written.scale(0.75);
        int wrong = 0;
        for (const std::uint64_t word : words_for(written)) {
            candidates<float> kept(row, space), exact(row, other);
            kept.map(f);
            exact.map(f);
            kept.scale(0.75);
            exact.scale(0.75);
            const drawn a = kept.draw_token(word), b = exact.draw(word);
            wrong += a.why != b.why || a.id != b.id || (b && a.logprob != b.logprob);
            candidates<float> once(row, space);
            once.map(f);
            once.scale(0.75);
            if (once.why() == status::ok && detail::inside::of(once).mapped) {
                ++all;
                quick += detail::inside::quickly_drawn(once, unit(word));
            }
        }
        CHECK(wrong == 0);
    }
}

}  // namespace

TEST_CASE("mapped_row: a quick draw has the token and the logarithm of a draw") {
    std::size_t quick = 0, all = 0;
    compare_draws(squared_down{}, quick, all);
    compare_draws(halved{7, true}, quick, all);
    compare_draws(halved{3, false}, quick, all);
    CHECK(quick > all / 4);
    CHECK(quick < all);  // what is in doubt is left to draw()
    quick = all = 0;
    compare_draws(rough_line{}, quick, all);
    CHECK(quick > all / 4);
    CHECK(quick < all);
    quick = all = 0;
    compare_draws(away_from{other_row().data()}, quick, all);
    CHECK(quick > all / 4);
    CHECK(quick < all);
}

TEST_CASE("mapped_row: a draw behind a function that leaves the logits") {
    for (const auto& row : rows())
        for (const bool listed : {false, true}) {
            CAPTURE(row.size(), listed);
            workspace space, other;
            candidates<float> law(row, other);
            law.scale(1.5);
            law.transform(rough_line{});
            int wrong = 0;
            for (const std::uint64_t word : words_for(law)) {
                candidates<float> beside(row, space), mapped(row, other);
                for (candidates<float>* c : {&beside, &mapped}) c->scale(1.5);
                if (listed) beside.survivors(), mapped.survivors();
                mapped.map(rough_line{});
                const double mass = beside.mass(), greatest = (beside.max)();
                const drawn a = beside.draw_token_behind(rough_line{}, word), b = mapped.draw_token(word);
                wrong += a.why != b.why || a.id != b.id || a.logprob != b.logprob;
                wrong += std::fabs(beside.mass() / mass - 1) > 1e-12 || (beside.max)() != greatest;
                wrong += beside.logit(a.id) != 1.5 * static_cast<double>(row[static_cast<std::size_t>(a.id)]);
            }
            CHECK(wrong == 0);
        }
}

TEST_CASE("mapped_row: a draw behind a function leaves nothing known of masses that it wrote over") {
    std::mt19937_64 random(5);
    std::normal_distribution<float> normal;
    std::vector<float> row(65536);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = i / 256 % 2 ? 2 + normal(random) / 10 : normal(random);
    int wrong = 0;
    for (int i = 0; i < 20; ++i) {
        const std::uint64_t word = random();
        workspace space, other;
        candidates<float> c(row, space), alone(row, other);
        for (candidates<float>* each : {&c, &alone}) epsilon_cutoff{0.3f / 65536}(*each);  // most blocks lose nothing
        static_cast<void>(c.draw_token_behind(rough_line{}, word));
        const drawn a = c.draw_token(word), b = alone.draw_token(word);
        const estimate all = c.mass(accuracy::quick), expected = alone.mass(accuracy::quick);
        wrong += a.id != b.id || a.logprob != b.logprob || std::fabs(all.value - expected.value) > all.error + expected.error;
    }
    CHECK(wrong == 0);
}

TEST_CASE("mapped_row: a draw of a row of doubles is that of its masses") {
    for (const auto& floats : rows()) {
        CAPTURE(floats.size());
        const std::vector<double> row(floats.begin(), floats.end());
        workspace space;
        candidates<float> law(floats, space);
        law.scale(0.75);
        int wrong = 0;
        for (const std::uint64_t word : words_for(law)) {
            candidates<double> quick(row, space);
            quick.scale(0.75);
            const drawn a = quick.draw_token(word);
            candidates<double> exact(row, space);
            exact.scale(0.75);
            const drawn b = exact.draw(word);
            wrong += a.why != b.why || a.id != b.id || a.logprob != b.logprob;
        }
        CHECK(wrong == 0);
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
