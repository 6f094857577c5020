#include "catch.hpp"

#include "reference.hpp"

#include <argdraw/history/window_counts.hpp>

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

using namespace argdraw;
using counted = std::vector<counted_token>;

TEST_CASE("window_counts: all negative windows are one view") {
    const detail::window_counts view(-3, scope::both);
    CHECK(view.is(-1, scope::both));
    CHECK(view.is(-100, scope::both));
    CHECK_FALSE(view.is(0, scope::both));
    CHECK_FALSE(view.is(-1, scope::output));
}

TEST_CASE("window_counts: tokens that come and go, one by one or all at once") {
    std::mt19937 random(1);
    for (const std::int64_t window : {-1, 0, 1, 2, 7, 1000}) {
        detail::window_counts view(window, scope::output);
        reference::ids tokens;
        std::size_t wrong = 0;
        for (int i = 0; i < 3000; ++i) {
            if (!tokens.empty() && random() % 3 == 0) {
                view.forget(tokens);
                tokens.pop_back();
            } else {
                view.make_room(tokens.size(), 1);
                tokens.push_back(static_cast<token_id>(random() % 12));
                view.append(tokens);
            }
            const auto now = view.counts();
            wrong += counted(now.begin(), now.end()) != reference::counts(tokens, window);
        }
        detail::window_counts fresh(window, scope::output);
        fresh.assign(tokens);
        const auto now = fresh.counts();
        wrong += counted(now.begin(), now.end()) != reference::counts(tokens, window);
        CAPTURE(window);
        CHECK(wrong == 0);
    }
}
