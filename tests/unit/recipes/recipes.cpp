#include <argdraw/recipes.hpp>

#include <algorithm>
#include <type_traits>

#include "laws.hpp"

using namespace argdraw;

namespace {

// What every recipe is, whatever the engine.
template <class R>
void is_a_recipe() {
    STATIC_REQUIRE(std::is_copy_assignable_v<R>);
    std::vector<std::string_view> names, keys;
    const R fresh;
    R::fields(fresh, [&](const recipes::field& of, const auto& member) {
        INFO(of.name);
        CHECK(of.meaning.back() == '.');
        CHECK(std::count(names.begin(), names.end(), of.name) == 0);
        CHECK(std::count(keys.begin(), keys.end(), of.key()) == 0);
        CHECK(!recipes::check_value(of.name, of.takes, member));
        names.push_back(of.name);
        keys.push_back(of.key());
    });
    const std::string help = recipes::help<R>();
    CHECK(static_cast<std::size_t>(std::count(help.begin(), help.end(), '\n')) == names.size());

    const recipes::made made = R{}.make();
    REQUIRE(made);
    CHECK(made.wrong.why == status::ok);
    CHECK(!R{}.fixed_seed());
    CHECK(parse(made.text()));
    CHECK(kept(made, {1, 3, 2})[made.pick.template get<1>().template get_if<greedy>() ? 0 : 1] == 1);
}

}  // namespace

TEST_CASE("recipes: defaults are in range, keys are unique, every parameter is explained") {
    is_a_recipe<recipes::llama_cpp>();
    is_a_recipe<recipes::transformers>();
    is_a_recipe<recipes::vllm>();
    is_a_recipe<recipes::openai>();
}

TEST_CASE("recipes: ranges have what they say") {
    using namespace recipes;
    CHECK(in_words(any_number()) == "any number");
    CHECK((any_number().has(infinity) && !any_number().has(nan_float)));
    CHECK(in_words(finite_number()) == "any finite number");
    CHECK((finite_number().has(-3) && !finite_number().has(infinity) && !finite_number().has(-infinity)));
    CHECK(in_words(at_least(-1)) == "-1 or more, finite");
    CHECK((at_least(-1).has(-1) && !at_least(-1).has(-1.5) && !at_least(-1).has(infinity)));
    CHECK(in_words(at_most(1)) == "1 or less");
    CHECK((at_most(1).has(-infinity) && at_most(1).has(1) && !at_most(1).has(1.5)));
    CHECK(in_words(above(0)) == "above 0, finite");
    CHECK((above(0).has(1e-45f) && !above(0).has(0)));
    CHECK(in_words(between(-2, 2)) == "-2 to 2");
    CHECK((between(-2, 2).has(-2) && between(-2, 2).has(2) && !between(-2, 2).has(2.01)));
    CHECK(in_words(above_up_to(0, 1)) == "above 0 up to 1");
    CHECK((above_up_to(0, 1).has(1) && !above_up_to(0, 1).has(0)));
    CHECK(in_words(at_least(0.5)) == "0.5 or more, finite");
}

TEST_CASE("recipes: what was made again is another, what was copied is the same") {
    recipes::llama_cpp recipe;
    recipe.logit_bias = {{0, 1}};
    recipes::made first = recipe.make();
    recipes::made second = first;
    recipe.logit_bias[0].b = 2;
    first = recipe.make();
    CHECK(second.text().substr(0, 20) == "logit_bias([0: 1]) |");
    CHECK(first.text().substr(0, 20) == "logit_bias([0: 2]) |");
    recipe.top_p = nan_float;
    first = recipe.make();
    CHECK(!first);
    CHECK(!first.lists);
    CHECK(first.text() == "categorical");
    CHECK(first.wrong.why == status::bad_parameter);
}
