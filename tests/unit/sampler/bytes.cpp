// Bytes: numbers and states, the same on every machine. That a text goes on from its bytes is shown in metamorphic/sequences.cpp.
#include "catch.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/text/pipeline.hpp>

using namespace argdraw;

namespace {

std::string hex(std::span<const std::byte> bytes) {
    std::string out;
    for (const std::byte each : bytes)
        for (const int shift : {4, 0}) out += "0123456789abcdef"[(std::to_integer<unsigned>(each) >> shift) & 15];
    return out;
}
std::vector<std::byte> from_hex(const std::string& digits) {
    std::vector<std::byte> out;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        out.push_back(static_cast<std::byte>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    return out;
}

template <class N>
std::string written(N value) {
    std::vector<std::byte> out;
    detail::byte_writer(out).number(value);
    detail::byte_reader read(out);
    CHECK(read.next<N>() == value);
    CHECK(read.at_end());
    return hex(out);
}

enum class colour : std::uint16_t { red = 0x0102 };

struct inner {
    std::int16_t a;
    bool b;

    template <class F>
    constexpr void each_number(F visit) {
        visit(a);
        visit(b);
    }
};
// With gaps in memory, which are none in its bytes.
struct remembering {
    struct state {
        bool first;
        double second;
        inner third[2];
        colour fourth;

        template <class F>
        constexpr void each_number(F visit) {
            visit(first);
            visit(second);
            visit(third);
            visit(fourth);
        }
    };
    state start() const noexcept { return {true, -1.5, {{-2, true}, {3, false}}, colour::red}; }

    template <logit_scalar T, class Context>
    drawn operator()(candidates<T>& c, Context& context) const noexcept {
        auto& s = context.state();
        s.first = !s.first;
        s.second += 1;
        ++s.third[1].a;
        return c.draw(context.word(purpose::token));
    }
};

}  // namespace

TEST_CASE("bytes: a number begins with its least byte, whatever it is") {
    CHECK(written(std::uint32_t{0x01020304}) == "04030201");
    CHECK(written(std::uint64_t{0x0102030405060708}) == "0807060504030201");
    CHECK(written(std::int32_t{-2}) == "feffffff");
    CHECK(written(std::numeric_limits<std::int64_t>::min()) == "0000000000000080");
    CHECK(written(std::uint8_t{200}) == "c8");
    CHECK(written(true) == "01");
    CHECK(written(1.0f) == "0000803f");
    CHECK(written(-2.0) == "00000000000000c0");
    CHECK(written(std::byte{7}) == "07");
    CHECK(written(colour::red) == "0201");
    static_assert(!detail::portable_number<long double> && !detail::portable_number<inner>);
}

TEST_CASE("bytes: what ends too soon is not good, and is 0") {
    const std::vector<std::byte> three(3, std::byte{9});
    detail::byte_reader read(three);
    CHECK(read.next<std::uint8_t>() == 9);
    CHECK(read.left() == 2);
    CHECK(read.next<float>() == 0);
    CHECK_FALSE(read.good());
    CHECK(read.next<std::uint8_t>() == 0);
    CHECK_FALSE(read.at_end());
}

TEST_CASE("bytes: a text is these bytes, on every machine") {
    const std::vector<token_id> prompt{1, -2}, output{3, 258};
    const std::string head =
        "61647371"
        "03000000";  // name and version
    const std::string place =
        "0807060504030201"
        "0900000000000000"  // seed, number
        "06000000"
        "00000000"
        "ffffffff"  // position, attempt, nothing pending
        "2c01000000000000"
        "0000000000000000"  // vocabulary, no row
        "0200000000000000"
        "01000000"
        "feffffff"
        "0200000000000000"
        "03000000"
        "02010000";
    const start_options options{
        .seed = 0x0102030405060708, .sequence = 9, .position = 4, .vocabulary = 300, .prompt = prompt, .output = output};
    const auto is = [&](const auto& pick, const std::string& kind, const std::string& states) {
        const std::string all = head + kind + place + states;
        const auto seq = pick.start(options);
        CHECK(hex(seq.bytes()) == all);
        const auto read = pick.resume(from_hex(all));
        REQUIRE(read);
        CHECK(read.bytes() == seq.bytes());
    };
    is(sampler{categorical{}}, "c59d1c81", "");
    // Its state, the one that is pending, and those before the two tokens.
    const std::string mu = "0000000000001440";
    is(sampler{mirostat{.tau = 2.5f}}, "d256020b", mu + mu + mu + mu);
    const std::string four =
        "01"
        "000000000000f8bf"
        "feff01"
        "030000"
        "0201";
    is(sampler{remembering{}}, "1f5d0c05", four + four + four + four);
    // A draw that was chosen at run time has its numbers, then zeros.
    const std::string padded = mu + std::string(2 * 24, '0');
    is(parse("mirostat(2.5)").pick, "d256020b", padded + padded + padded + padded);
    is(sampler{any_draw{mirostat{.tau = 2.5f}}}, "d256020b", padded + padded + padded + padded);
}

TEST_CASE("bytes: what another draw keeps is refused, of whatever size it is") {
    const any_draw draws[] = {categorical{}, mirostat{}, mirostat_v1{}, adaptive_p{.target = 0.5f}, greedy{}};
    for (const any_draw& writing : draws)
        for (const any_draw& reading : draws) {
            const auto read = sampler{reading}.resume(sampler{writing}.start({.seed = 1}).bytes());
            CHECK(read.why() == (writing.state_name() == reading.state_name() ? status::ok : status::bad_parameter));
        }
    CHECK(sampler{mirostat_v1{}}.resume(sampler{mirostat{}}.start().bytes()).why() == status::bad_parameter);
    CHECK(sampler{mirostat{.tau = 9}}.resume(sampler{mirostat{.tau = 2}}.start().bytes()).why() == status::ok);
    CHECK(sampler{temperature{0.5f}, mirostat{}}.resume(sampler{mirostat{}}.start().bytes()).why() == status::ok);
}

TEST_CASE("bytes: states with gaps come back as they were") {
    const sampler pick{remembering{}};
    const std::vector<float> row{0.5f, 1.0f, -0.25f};
    auto seq = pick.start({.seed = 1});
    for (int i = 0; i < 5; ++i) REQUIRE(seq.accept(pick(row, seq).id) == status::ok);
    (void)pick(row, seq);
    auto read = pick.resume(seq.bytes());
    REQUIRE(read);
    CHECK(read.bytes() == seq.bytes());
    CHECK(read.state<0>().second == 3.5);
    CHECK(read.state<0>().third[1].a == 8);
    CHECK_FALSE(read.state<0>().first);
    CHECK(read.rollback(5) == status::ok);
    CHECK(read.state<0>().second == -1.5);
    CHECK(read.state<0>().fourth == colour::red);
}
