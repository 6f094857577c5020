#include <array>
#include <set>
#include <string>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/text/by_name.hpp>

#include "catch.hpp"

using namespace argdraw;

TEST_CASE("by_name: every stage and draw there is, with its defaults") {
    std::set<std::string> names;
    for (const text::kind& each : text::kinds) {
        const named found = by_name(each.name);
        REQUIRE(found.kind() == &each);
        CHECK(names.insert(std::string(each.name)).second);
        CHECK_FALSE(each.meaning.empty());
        CHECK(each.holds(each.initial()));
        bool complete = true;
        for (const text::parameter& p : each.parameters) {
            CHECK_FALSE(p.meaning.empty());
            complete = complete && !p.must_be_given;
        }
        CHECK(static_cast<bool>(found) == complete);
        if (complete) CHECK(found.text() == each.name);
        named example = by_name(each.name);
        CHECK(example.set(each.example));
        CHECK(example);
    }
    CHECK(names.size() == 47);
    CHECK(text::find_kind("top_k")->parameters.size() == 3);
    CHECK(text::find_kind("mirostat")->is_draw);
    CHECK(to_text(top_k{40}) == "top_k(40)");
    CHECK(to_text(any_draw{mirostat{3}}) == "mirostat(3)");
    CHECK(by_name("top_k").stage() == any_stage(top_k{}));
    CHECK(by_name("mirostat").draw() == any_draw(mirostat{}));
    CHECK(by_name("mirostat").stage() == any_stage{});
    CHECK(by_name("top_k").draw() == any_draw{});
}

TEST_CASE("by_name: what is set stays, and what is wrong changes nothing") {
    named cut = by_name("top_k");
    CHECK(cut.get("k") == "0");
    CHECK(cut.set("40"));
    CHECK(cut.set(" equals = all "));
    CHECK(cut.set("min_keep=2,"));
    CHECK(cut.set(""));
    CHECK(cut.stage() == any_stage(top_k{.k = 40, .min_keep = 2, .equals = ties::all}));
    CHECK(cut.get("k") == "40");
    CHECK(cut.get("equals") == "all");
    CHECK(cut.get("p").empty());
    CHECK(cut.text() == "top_k(40, min_keep=2, equals=all)");
    const auto refused = [&](std::string_view parameters) {
        CHECK_FALSE(cut.set(parameters));
        CHECK_FALSE(cut);
        CHECK(cut.text() == "top_k(40, min_keep=2, equals=all)");
        return std::to_string(cut.error().column) + ": " + cut.error().sentence;
    };
    CHECK(refused("min_keep=3, kk=2") == "13: top_k has no 'kk'; nearest is 'k': top_k takes k, min_keep, equals");
    CHECK(refused("3 4") == "3: expected ',' or the end, found '4'");
    CHECK(refused("3)") == "2: expected ',' or the end, found ')'");
    CHECK(refused("-1") == "1: " + std::string(top_k::requirement));
    CHECK(refused("k=1, k=2") == "6: 'k' is given twice");
    CHECK(cut.set("k=3"));
    CHECK(cut);
}

TEST_CASE("by_name: a name that there is not") {
    named none = by_name("topk");
    CHECK_FALSE(none);
    CHECK(none.kind() == nullptr);
    CHECK(none.error().sentence == "there is no stage or draw 'topk'; nearest is 'top_k'");
    CHECK_FALSE(none.set("3"));
    CHECK(none.get("k").empty());
    CHECK(none.stage().neutral());
    CHECK_FALSE(by_name("without_replacement"));
    CHECK_FALSE(by_name(""));
}

TEST_CASE("by_name: what must be given, and lists that live as long as a copy") {
    named masked = by_name("allow");
    CHECK(masked.error().sentence == "allow needs 'mask'");
    CHECK(masked.set("[6]"));
    CHECK(masked.error().sentence == "allow needs 'beyond'");
    CHECK(masked.set("beyond=ban"));
    CHECK(masked);
    CHECK(masked.text() == "allow([6], ban)");
    CHECK(masked.get("tokens") == "32");
    CHECK(masked.set("tokens=3"));
    CHECK(masked.text() == "allow([6], ban, tokens=3)");
    named copy = by_name("dry");
    {
        named first = by_name("dry");
        REQUIRE(first.set("0.8, breakers=[4, 5]"));
        REQUIRE(first.set("window=64"));
        copy = first;
    }
    CHECK(copy.text() == "dry(0.8, window=64, breakers=[4, 5])");
}

TEST_CASE("by_name: stages of a chain, chosen by their names") {
    chain stages;
    for (const char* name : {"top_k", "temperature"}) {
        named each = by_name(name);
        REQUIRE(each.set("2"));
        stages.add(each.stage());
    }
    CHECK(stages == chain{top_k{2}, temperature{2}});
}

TEST_CASE("by_name: a stage that is set again and again keeps nothing of before") {
    named heat = by_name("temperature");
    bool good = true;
    for (int i = 0; i < 400'000; ++i) good = heat.set("0.5") && good;
    CHECK(good);
    CHECK(heat.text() == "temperature(0.5)");
}
