#include "catch.hpp"

#include <argdraw/core/token.hpp>

#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using namespace argdraw;

static_assert(std::is_same_v<token_id, std::int32_t>);
static_assert(std::is_trivially_copyable_v<drawn> && sizeof(drawn) == 12);
static_assert(!std::is_convertible_v<drawn, bool>, "a drawn in arithmetic is a mistake: the bool is explicit");
static_assert(drawn{3, -1.0f, status::ok} && !drawn{});
static_assert(noexcept(message(status::ok)) && noexcept(static_cast<bool>(drawn{})));

TEST_CASE("token: the message of each status begins with its name, and no two are alike") {
    const std::pair<status, std::string_view> names[] = {{status::ok, "ok"},
                                                         {status::empty, "empty"},
                                                         {status::nan_logit, "nan_logit"},
                                                         {status::bad_parameter, "bad_parameter"},
                                                         {status::out_of_memory, "out_of_memory"},
                                                         {status::outside_row, "outside_row"},
                                                         {status::too_wide, "too_wide"},
                                                         {status::no_sequence, "no_sequence"},
                                                         {status::out_of_words, "out_of_words"}};
    STATIC_REQUIRE(static_cast<int>(status::out_of_memory) == 4);
    std::set<std::string_view> seen;
    for (const auto& [why, name] : names) {
        CAPTURE(name);
        CHECK(message(why).substr(0, name.size()) == name);
        CHECK(seen.insert(message(why)).second);
    }
    CHECK(message(status::ok) == "ok");
    CHECK(message(static_cast<status>(200)) == "unknown status");
}

TEST_CASE("token: a drawn is true in a condition exactly when there is a token") {
    CHECK(static_cast<bool>(drawn{.id = 0, .logprob = 0.0f, .why = status::ok}));
    for (const status why : {status::empty, status::nan_logit, status::bad_parameter, status::out_of_memory, status::outside_row,
                             status::too_wide, status::no_sequence, status::out_of_words}) {
        const drawn failed{.why = why};
        CHECK_FALSE(static_cast<bool>(failed));
        CHECK(failed.id == -1);
        CHECK(failed.logprob != failed.logprob);
        CHECK(failed.why == why);
    }
}

TEST_CASE("token: a drawn that nobody filled in is a failure") {
    const drawn nothing;
    CHECK_FALSE(static_cast<bool>(nothing));
    CHECK(nothing.why == status::empty);
}
