#include "catch.hpp"

#include <argdraw/argdraw.hpp>

#include <array>
#include <bit>
#include <cfenv>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace argdraw;

static_assert(!std::is_copy_constructible_v<detail::float_environment> && !std::is_copy_assignable_v<detail::float_environment>);

namespace {

struct outcome {
    std::vector<std::uint64_t> bits;
    bool operator==(const outcome&) const = default;
};

// Everything a caller can get out of a row.
ARGDRAW_NOINLINE outcome draw_all(std::span<const float> row, std::span<const double> doubles) {
    outcome all;
    workspace space;
    const auto note = [&](const drawn& d) {
        all.bits.push_back(static_cast<std::uint64_t>(d.id));
        all.bits.push_back(std::bit_cast<std::uint32_t>(d.logprob));
        all.bits.push_back(static_cast<std::uint64_t>(d.why));
    };
    for (std::uint32_t position = 0; position < 40; ++position) {
        philox random{.seed = 5, .sequence = 1, .position = position};
        note(sampler{temperature{0.7f}, categorical{}}(row, philox(random), space));
        note(sampler{temperature{0.9f}, top_k{20}, top_p{0.8f}, categorical{}}(row, philox(random), space));
        note(sampler{softmax{}, min_p{0.01f}, categorical{}}(doubles, philox(random), space));
        note(sampler{temperature{1e-40f}, categorical{}}(row, philox(random), space));
    }
    note(sampler{greedy{}}(row, space));
    std::vector<double> p(row.size());
    numeric::softmax(row, p);
    for (const double x : p) all.bits.push_back(std::bit_cast<std::uint64_t>(x));
    all.bits.push_back(std::bit_cast<std::uint64_t>(numeric::log_sum_exp(row)));
    return all;
}

// Ordinary logits; and logits that are subnormal, which DAZ would take for equal zeros.
std::vector<std::vector<float>> rows() {
    std::vector<float> ordinary, subnormal;
    for (int i = 0; i < 600; ++i) {
        ordinary.push_back(static_cast<float>((i * 7919) % 601) * 0x1.23456p-6f);
        subnormal.push_back(static_cast<float>((i * 7919) % 601) * 0x1p-145f);
    }
    return {ordinary, subnormal};
}

#if defined(__SSE__)
// Not inlined: the compiler knows nothing of the control word that is set here.
ARGDRAW_NOINLINE double quotient(volatile const double& a, volatile const double& b) { return a / b; }
ARGDRAW_NOINLINE float half_of(volatile const float& a) { return a * 0.5f; }
ARGDRAW_NOINLINE bool is_zero(volatile const float& a) { return a == 0.0f; }

constexpr unsigned ftz = 0x8000, daz = 0x0040, down = 0x2000, up = 0x4000, towards_zero = 0x6000, masked = 0x1f80;

// Sets the control word for as long as it lives.
class control_word {
public:
    explicit control_word(unsigned modes) : saved_(_mm_getcsr()) { _mm_setcsr(modes); }
    ~control_word() { _mm_setcsr(saved_); }
    control_word(const control_word&) = delete;
    control_word& operator=(const control_word&) = delete;

private:
    unsigned saved_;
};
#endif

}  // namespace

#if defined(__SSE__)

TEST_CASE("float_environment: FTZ and DAZ of the caller are off inside and back afterwards") {
    volatile float smallest = std::numeric_limits<float>::denorm_min(), normal = std::numeric_limits<float>::min();
    bool flushed_before = false, zero_before = false, kept_inside = false, seen_inside = false;
    unsigned after = 0;
    {
        const control_word host(masked | ftz | daz);
        flushed_before = half_of(normal) == 0;
        zero_before = is_zero(smallest);
        under_default_rounding([&] {
            kept_inside = std::bit_cast<std::uint32_t>(half_of(normal)) == 0x00400000u;
            seen_inside = !is_zero(smallest);
        });
        after = _mm_getcsr() & ~0x3fu;
    }
    CHECK(flushed_before);
    CHECK(zero_before);
    CHECK(kept_inside);
    CHECK(seen_inside);
    CHECK(after == (masked | ftz | daz));
}

TEST_CASE("float_environment: rounding modes of the caller are to nearest inside and back afterwards") {
    volatile double one = 1, three = 3, ten = 10;
    const double third = quotient(one, three), tenth = quotient(one, ten);
    for (const unsigned mode : {down, up, towards_zero}) {
        bool differs_before = false, third_inside = false, tenth_inside = false;
        unsigned after = 0;
        {
            const control_word host(masked | mode);
            differs_before = quotient(one, three) != third || quotient(one, ten) != tenth;
            under_default_rounding([&] {
                third_inside = quotient(one, three) == third;
                tenth_inside = quotient(one, ten) == tenth;
            });
            after = _mm_getcsr() & ~0x3fu;
        }
        CAPTURE(mode);
        CHECK(differs_before);
        CHECK(third_inside);
        CHECK(tenth_inside);
        CHECK(after == (masked | mode));
    }
}

TEST_CASE("float_environment: flags raised inside stay raised") {
    volatile double one = 1, zero = 0;
    for (const unsigned mode : {masked, masked | ftz}) {
        unsigned flags = 0;
        {
            const control_word host(mode);
            under_default_rounding([&] { (void)quotient(one, zero); });
            flags = _mm_getcsr() & 0x3fu;
        }
        CHECK((flags & _MM_EXCEPT_DIV_ZERO) != 0);
    }
}

TEST_CASE("float_environment: a draw gives the same tokens and logprobs under every control word of the caller") {
    for (const auto& row : rows()) {
        const std::vector<double> doubles(row.begin(), row.end());
        const outcome wanted = draw_all(row, doubles);
        for (const unsigned modes : {ftz, daz, ftz | daz, down, up, towards_zero, down | ftz | daz, up | ftz | daz}) {
            outcome got;
            unsigned after = 0;
            {
                const control_word host(masked | modes);
                got = draw_all(row, doubles);
                after = _mm_getcsr() & ~0x3fu;
            }
            CAPTURE(modes);
            CHECK(got == wanted);
            CHECK(after == (masked | modes));
        }
    }
}

TEST_CASE("float_environment: exceptions that the caller has unmasked do not strike inside") {
    const std::vector<float> row{1.0f, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                                 -std::numeric_limits<float>::infinity()};
    const std::vector<float> masked_out(300, -std::numeric_limits<float>::infinity());
    drawn with_nan, without_any;
    {
        const control_word host(0);
        with_nan = sampler{temperature{0.7f}, categorical{}}(row, philox{});
        without_any = sampler{temperature{0.7f}, categorical{}}(masked_out, philox{});
    }
    CHECK(with_nan.why == status::nan_logit);
    CHECK(without_any.why == status::empty);
}

// Tokens to be masked, in each of the ways.
struct ids_of_masked {
    std::vector<token_id> ids;
    std::vector<token_bias> biases;
    std::vector<std::uint32_t> mask = std::vector<std::uint32_t>(625, ~0u);

    void add(token_id id) {
        ids.push_back(id);
        biases.push_back({id, -std::numeric_limits<float>::infinity()});
        mask[static_cast<std::size_t>(id) / 32] &= ~(1u << (id % 32));
    }
};

// The flags of a subnormal operand and of a result too small for the format: what a processor would take its slow way for.
template <class Sampler, class T>
unsigned subnormals_met(const Sampler& pick, const std::vector<T>& row) {
    const control_word clean(masked);
    for (std::uint32_t position = 0; position < 8; ++position) (void)pick(row, philox{.seed = 11, .position = position});
    return _mm_getcsr() & (_MM_EXCEPT_DENORM | _MM_EXCEPT_UNDERFLOW);
}

template <class T, class... Masks>
unsigned subnormals_met_after(const std::vector<T>& row, const Masks&... masks) {
    return subnormals_met(sampler{masks..., categorical{}}, row) |
           subnormals_met(sampler{masks..., temperature{0.1f}, categorical{}}, row) |
           subnormals_met(sampler{masks..., temperature{0.8f}, top_p{0.95f}, categorical{}}, row) |
           subnormals_met(sampler{masks..., temperature{0.8f}, top_k{40}, top_p{0.95f}, min_p{0.05f}, categorical{}}, row) |
           subnormals_met(sampler{masks..., gumbel{}}, row);
}

TEMPLATE_TEST_CASE("float_environment: what is masked is no subnormal number anywhere on the way", "", float, double) {
    constexpr std::size_t width = 20000;
    std::vector<TestType> full, gone(width, -std::numeric_limits<TestType>::infinity()), far(width, TestType(-1e30f)),
        tiny(width, TestType(1e-310));
    ids_of_masked masked_ids;
    for (std::size_t i = 0; i < width; ++i) {
        full.push_back(static_cast<TestType>((i * 7919) % 17));
        if (i % 100 == 50) gone[i] = far[i] = full[i];
        else masked_ids.add(static_cast<token_id>(i));
        if constexpr (std::is_same_v<TestType, float>) tiny[i] = 1e-40f;
    }
    const isa before = active_isa();
    for (const isa set : {isa::generic, isa::avx2, isa::avx512}) {
        if (!force_isa(set)) continue;
        CAPTURE(name(set));
        CHECK(subnormals_met_after(gone) == 0);
        CHECK(subnormals_met_after(far) == 0);
        CHECK(subnormals_met_after(full, allow{masked_ids.mask, past_end::ban}) == 0);
        CHECK(subnormals_met_after(full, ban{masked_ids.ids}) == 0);
        CHECK(subnormals_met_after(full, logit_bias{masked_ids.biases}) == 0);
        // The flags do tell: these rows are subnormal themselves.
        CHECK(subnormals_met_after(tiny) != 0);
    }
    REQUIRE(force_isa(before));
}

#endif

TEST_CASE("float_environment: fesetround of the caller changes no draw and is back afterwards") {
    const auto row = rows().front();
    const std::vector<double> doubles(row.begin(), row.end());
    const outcome wanted = draw_all(row, doubles);
    for (const int mode : {FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO}) {
        REQUIRE(std::fesetround(mode) == 0);
        const outcome got = draw_all(row, doubles);
        const int after = std::fegetround();
        std::fesetround(FE_TONEAREST);
        CHECK(got == wanted);
        CHECK(after == mode);
    }
}
