#include "doubles.hpp"

#include <algorithm>
#include <cmath>

using namespace doubles;
using token_ids = std::vector<argdraw::token_id>;

namespace {

constexpr auto all_checks = {checks::top_k_sets,         checks::top_p_crossing, checks::top_p_ends, checks::top_p_peaked,
                             checks::top_p_heavy_tailed, checks::top_p_flat,     checks::min_p_sets, checks::ties,
                             checks::stages_together};
constexpr auto of_short_rows = {checks::top_p_crossing, checks::top_p_ends, checks::ties, checks::stages_together};

engine without_kept(engine e) {
    e.kept = nullptr;
    return e;
}

}  // namespace

TEST_CASE("kept sets: the right sampler passes, in any order of ids, and short rows without the callback") {
    for (const auto judge : all_checks) {
        must_pass(judge(right(), small));
        must_pass(judge(with_kept([](token_ids& kept, row, const parameters&) { std::reverse(kept.begin(), kept.end()); }), small));
    }
    for (const auto judge : of_short_rows) must_pass(judge(without_kept(right()), small));
}

TEST_CASE("kept sets: stages that stand in another order are judged in that order") {
    auto e = right();
    e.stages = {stage::top_p, stage::temperature};
    e.kept = [](row logits, const parameters& how) {
        token_ids kept;
        for (const auto& t : plain::left(logits, {.top_p = how.top_p}, {})) kept.push_back(static_cast<argdraw::token_id>(t.id));
        return kept;
    };
    must_pass(checks::stages_together(e, small));
    e.stages = {stage::temperature, stage::top_p};
    must_fail(checks::stages_together(e, small));
}

TEST_CASE("top_p: the crossing token dropped is seen through the callback and through the words") {
    const auto e = plain::walker("crossing", {.nucleus = bugs::nucleus_without_crossing});
    for (const auto& each : {e, without_kept(e)}) {
        const auto found = checks::top_p_crossing(each, small);
        must_fail(found);
        CHECK(found.worst == 1);
        CHECK(found.smallest == "weights 5 3 2, top_p 0.65: keeps {0}, the definition {0 1}");
    }
}

TEST_CASE("top_p: one token too many, next to 0 and 1, a prefilter, sums in float") {
    must_fail(checks::top_p_crossing(
        plain::walker("more", {.nucleus = [](const plain::tokens& t, float p) { return std::min(t.size(), plain::nucleus(t, p) + 1); }}),
        small));
    must_fail(checks::top_p_ends(plain::walker("tail", {.nucleus = bugs::nucleus_from_the_tail}), small));
    must_fail(checks::top_p_ends(with_parameters([](parameters& how, row) { how.top_p = how.top_p > 0.9999f ? 1 : how.top_p; }), small));
    const auto of_20 = [](const plain::tokens& t, float p) {
        return plain::nucleus(plain::tokens(t.begin(), t.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(t.size(), 20))), p);
    };
    must_fail(checks::top_p_peaked(plain::walker("first 20", {.nucleus = of_20}), small));
    must_fail(checks::top_p_heavy_tailed(plain::walker("first 64", {.nucleus = bugs::nucleus_of_64}), small));
    must_fail(checks::top_p_flat(plain::walker("float", {.nucleus = bugs::nucleus_in_float}), {.widths = {151936}}));
}

TEST_CASE("top_k and min_p: one more, one less, one twice, one from elsewhere") {
    const auto last_dropped = with_kept([](token_ids& kept, row logits, const parameters&) {
        if (kept.size() > 1 && kept.size() < logits.size()) kept.pop_back();
    });
    must_fail(checks::top_k_sets(last_dropped, small));
    must_fail(checks::min_p_sets(last_dropped, small));
    const auto twice = with_kept([](token_ids& kept, row, const parameters&) {
        if (kept.size() > 1) kept.back() = kept.front();
    });
    CHECK(checks::top_k_sets(twice, small).smallest.find("comes twice") != std::string::npos);
    must_fail(checks::top_k_sets(
        with_kept([](token_ids& kept, row logits, const parameters&) { kept.back() = static_cast<argdraw::token_id>(logits.size()); }),
        small));
    must_fail(checks::top_k_sets(with_kept([](token_ids& kept, row, const parameters&) { kept.back() = -1; }), small));
    must_fail(checks::min_p_sets(with_parameters([](parameters& how, row) { how.min_p *= 1.01f; }), small));
    must_fail(checks::top_k_sets(with_parameters([](parameters& how, row) { how.top_k = std::min(how.top_k, 1024); }), small));
}

TEST_CASE("ties: all equals kept, the upper ids first, equals parted") {
    must_fail(checks::ties(with_kept([](token_ids& kept, row logits, const parameters& how) {
                               if (how.top_k == 0 || kept.empty()) return;
                               const float edge = logits[static_cast<std::size_t>(kept.back())];
                               kept.clear();
                               for (std::size_t i = 0; i < logits.size(); ++i)
                                   if (logits[i] >= edge) kept.push_back(static_cast<argdraw::token_id>(i));
                           }),
                           small));
    must_fail(checks::ties(with_kept([](token_ids& kept, row logits, const parameters&) {
                               if (kept.size() < logits.size()) kept.front() = static_cast<argdraw::token_id>(logits.size() - 1);
                           }),
                           small));
    must_fail(checks::ties(with_kept([](token_ids& kept, row, const parameters& how) {
                               if (how.min_p > 0) kept.pop_back();
                           }),
                           small));
}

TEST_CASE("ties: a boundary at p itself may fall on either side and is counted; two tokens off may not") {
    const auto more_at_the_boundary = [](std::size_t n) {
        return with_kept([n](token_ids& kept, row logits, const parameters& how) {
            if (logits.size() != 16 || how.top_p >= 1 || how.top_p * 16 != std::floor(how.top_p * 16)) return;
            for (std::size_t i = 0; i < n; ++i) kept.push_back(static_cast<argdraw::token_id>(kept.size()));
            kept.resize(std::min(kept.size(), logits.size()));
        });
    };
    const auto found = checks::ties(more_at_the_boundary(1), small);
    must_pass(found);
    CHECK(found.note == "boundaries within their band: 15, on the other side: 15");
    must_fail(checks::ties(more_at_the_boundary(2), small));
}

TEST_CASE("stages together: a mass that is not renormalised") {
    must_fail(checks::stages_together(with_kept([](token_ids& kept, row logits, const parameters& how) {
                                          // p of the whole row, then k of what is left.
                                          if (how.top_k == 0) return;
                                          kept.clear();
                                          for (const auto& t : plain::left(
                                                   logits, {.temperature = how.temperature, .top_p = how.top_p, .min_p = how.min_p}, {}))
                                              kept.push_back(static_cast<argdraw::token_id>(t.id));
                                          kept.resize(std::min(kept.size(), static_cast<std::size_t>(how.top_k)));
                                      }),
                                      small));
}

TEST_CASE("kept sets: not applicable without a way to see them, or without the stage") {
    for (const auto judge : {checks::top_k_sets, checks::top_p_peaked, checks::top_p_heavy_tailed, checks::top_p_flat, checks::min_p_sets})
        CHECK(outcome(judge, without_kept(right())) == verdict::not_applicable);
    for (const auto judge : all_checks) CHECK(outcome(judge, plain::racer("own words")) == verdict::not_applicable);
    auto bare = right();
    bare.stages = {stage::temperature};
    for (const auto judge : all_checks) CHECK(outcome(judge, bare) == verdict::not_applicable);
}
