// The handles of C++11: what they own, and that they hand on what they are given. project/c has a program for them in each standard.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <argdraw/c/handles.hpp>

#include "c/support.hpp"
#include "catch.hpp"

using namespace door;

static_assert(!std::is_copy_constructible_v<argdraw_c::sequence> && !std::is_copy_assignable_v<argdraw_c::pipeline>);
static_assert(std::is_nothrow_move_constructible_v<argdraw_c::sequence> && std::is_nothrow_move_assignable_v<argdraw_c::pipeline>);
static_assert(sizeof(argdraw_c::sequence) == sizeof(void*));

namespace {

argdraw_c::pipeline parsed_of(std::string_view text) {
    argdraw_c::pipeline pick;
    REQUIRE(pick.parse(text.data(), text.size(), nullptr, nullptr, 0) == ARGDRAW_OK);
    return pick;
}

}  // namespace

TEST_CASE("c handles: what is moved from holds none, and what fails leaves the handle as it was") {
    argdraw_c::pipeline pick = parsed_of("top_k(3) | categorical");
    argdraw_pipeline* const handle = pick.get();
    std::size_t column = 0;
    CHECK(pick.parse("top_q", 5, &column, nullptr, 0) == ARGDRAW_BAD_PARAMETER);
    CHECK(column == 1);
    CHECK(pick.get() == handle);
    argdraw_c::pipeline other(std::move(pick));
    CHECK(!pick);
    CHECK(other.get() == handle);
    CHECK(pick.check(4, nullptr, nullptr, 0) == ARGDRAW_BAD_PARAMETER);
    CHECK(other.check(4, nullptr, nullptr, 0) == ARGDRAW_OK);
    argdraw_c::sequence text;
    argdraw_drawn token{};
    const std::vector<float> row{1, 2, 3, 4};
    CHECK(!text);
    CHECK(text.start(pick, nullptr) == ARGDRAW_BAD_PARAMETER);
    CHECK(text.draw(view(row), token) == ARGDRAW_BAD_PARAMETER);
    CHECK(text.start(other, nullptr) == ARGDRAW_OK);
    argdraw_c::sequence& same = text;
    text = std::move(same);  // nothing is lost
    CHECK(text);
    argdraw_sequence* const given = text.release();
    CHECK(!text);
    text = argdraw_c::sequence(given);
    CHECK(text.draw(view(row), token) == ARGDRAW_OK);
}

TEST_CASE("c handles: what is made into a handle that holds one takes its place") {
    argdraw_c::pipeline pick = parsed_of("top_k(3) | categorical");
    argdraw_c::sequence text, fork;
    REQUIRE(text.start(pick, nullptr) == ARGDRAW_OK);
    REQUIRE(text.start(pick, nullptr) == ARGDRAW_OK);
    REQUIRE(fork.clone(text) == ARGDRAW_OK);
    text = std::move(fork);
    pick = parsed_of("greedy");
    REQUIRE(text.accept(2) == ARGDRAW_OK);
    std::array<std::byte, 400> bytes{};
    std::size_t count = 0;
    REQUIRE(text.bytes(bytes.data(), bytes.size(), count) == ARGDRAW_OK);
    REQUIRE(fork.resume(pick, bytes.data(), count) == ARGDRAW_OK);
    std::int32_t id = 0;
    REQUIRE(fork.output(&id, 1, count) == ARGDRAW_OK);
    REQUIRE(count == 1);
    REQUIRE(id == 2);
}

TEST_CASE("c handles: a struct has its size and zeros") {
    const auto options = argdraw_c::sized<argdraw_start_options>();
    CHECK(options.size == sizeof options);
    CHECK(options.prompt == nullptr);
    CHECK(argdraw_c::version() == argdraw_version());
    CHECK(argdraw_c::message(ARGDRAW_EMPTY) == argdraw_message(ARGDRAW_EMPTY));
}
