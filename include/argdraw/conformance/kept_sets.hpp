// kept_sets — which tokens a filter leaves, against its definition: small rows boundary by boundary, and rows of real vocabularies.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <argdraw/conformance/definition.hpp>
#include <argdraw/conformance/engine.hpp>
#include <argdraw/conformance/report.hpp>
#include <argdraw/conformance/rows.hpp>
#include <argdraw/conformance/shares.hpp>
#include <argdraw/conformance/words.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>

namespace argdraw::inline ARGDRAW_ABI::conformance {

namespace detail {

template <class Ids>
std::string set_of(const Ids& ids) {
    std::string text = "{";
    for (const token_id id : ids) text += (text.size() > 1 ? " " : "") + std::to_string(id);
    return text + "}";
}

/// Judges kept sets, and counts the boundaries that lie within their band and those of them that fell on the other side.
class set_judge {
public:
    set_judge(std::string name, const engine& e) : engine_(e), found_(std::move(name), promise::filters, "tokens wrong, at most", 0) {
        if (!e.kept) no_steps_ = no_steps(e);
    }

    /// Whether a row of that width can be judged: through the callback, or if it is short through its words.
    bool judges(std::size_t width) const { return engine_.kept || (no_steps_.empty() && width <= 64); }

    void add(const row_case& c) {
        if (supports(engine_, c.how) && judges(c.logits.size())) add(c, definition(c.logits));
    }

    void add(const row_case& c, const definition& exact) { add(c.label, c.how, c.logits, exact); }
    void add(const std::string& label, const parameters& how, row logits, const definition& exact) {
        if (!supports(engine_, how) || !judges(logits.size())) return;
        const prefix kept = exact.kept(how, engine_.stages);
        if (!kept.settled) return;
        auto got = *kept_set(engine_, logits, how, true);
        std::sort(got.begin(), got.end());
        const bool unique = std::adjacent_find(got.begin(), got.end()) == got.end();
        const auto places = exact.places();
        std::size_t inside = 0, furthest = 0;
        for (const token_id id : got) {
            const std::size_t place =
                id >= 0 && static_cast<std::size_t>(id) < logits.size() ? places[static_cast<std::size_t>(id)] : logits.size();
            inside += place < kept.size;
            furthest = (std::max)(furthest, place + 1);
        }
        const bool is_prefix = unique && furthest == got.size();
        const bool same = is_prefix && got.size() == kept.size;
        const bool other_side = is_prefix && !same && (got.size() == kept.fewer || got.size() == kept.more);
        close_ += kept.close();
        other_side_ += other_side;
        const std::size_t wrong =
            same || other_side ? 0 : (kept.size - (std::min)(kept.size, inside)) + (got.size() - (std::min)(got.size(), inside));
        found_.add(same || other_side, static_cast<double>(wrong), logits.size(), [&] {
            auto definition_keeps = std::vector(exact.order().begin(), exact.order().begin() + static_cast<std::ptrdiff_t>(kept.size));
            std::sort(definition_keeps.begin(), definition_keeps.end());
            const bool brief = got.size() <= 8 && kept.size <= 8;
            return label + describe(how) + ": keeps " + (brief ? set_of(got) : std::to_string(got.size()) + " tokens") +
                   ", the definition " +
                   (brief ? set_of(definition_keeps) : std::to_string(kept.size) + ", " + std::to_string(wrong) + " differ") +
                   (unique ? "" : "; one of them comes twice");
        });
    }

    check done() {
        if (!engine_.kept && !no_steps_.empty()) return found_.not_applicable("no kept callback, and " + no_steps_);
        std::string note;
        if (close_ > 0)
            note = "boundaries within their band: " + std::to_string(close_) + ", on the other side: " + std::to_string(other_side_);
        return found_.done(std::move(note));
    }

    check not_applicable(std::string why) { return found_.not_applicable(std::move(why)); }

private:
    const engine& engine_;
    tally found_;
    std::string no_steps_;
    std::size_t close_ = 0, other_side_ = 0;
};

/// One filter on wide rows of one shape.
template <class Row>
check judge_wide(std::string name, const engine& e, const options& o, stage needed, std::span<const parameters> all, const Row& row_of) {
    set_judge judge(std::move(name), e);
    if (!e.kept) return judge.not_applicable("no kept callback: the words of a wide row are not enumerated");
    if (!supports(e, needed)) return judge.not_applicable("the engine does not have the stage");
    for (const std::size_t width : o.widths) {
        const row_case c = row_of(width);
        const definition exact(c.logits);
        for (const parameters& how : all) judge.add(c.label, how, c.logits, exact);
    }
    return judge.done();
}

inline constexpr parameters nuclei[] = {{.top_p = 0.5f}, {.top_p = 0.9f}, {.top_p = 0.99f}};

}  // namespace detail

namespace checks {

/// top_p half-way between every two cumulative probabilities of small rows: the token that crosses p is kept.
inline check top_p_crossing(const engine& e, const options&) {
    detail::set_judge judge("top_p crossing token", e);
    for (const auto& weights : std::vector<std::vector<int>>{{5, 3, 2}, {2, 5, 3}, {1, 2, 8, 4}, {31, 17, 11, 7, 0, 5, 3, 2}}) {
        detail::row_case c = detail::weights_case(weights);
        const definition exact(c.logits);
        long double before = 0;
        for (std::size_t i = 1; i <= exact.order().size(); ++i) {
            const long double with = exact.mass(i, exact.order().size(), 1);
            c.how.top_p = static_cast<float>((before + with) / 2);
            before = with;
            judge.add(c, exact);
        }
    }
    return judge.done();
}

/// top_p of 0, 1e-30 and 1e-8 keep one token; 1 - 2^-24, the greatest float below 1, drops what is less than 2^-24 together.
inline check top_p_ends(const engine& e, const options&) {
    detail::set_judge judge("top_p next to 0 and 1", e);
    const float below_one = std::nextafter(1.0f, 0.0f);
    for (const float p : {0.0f, 1e-30f, 1e-8f, below_one}) {
        judge.add(detail::weights_case({5, 3, 2}, {.top_p = p}));
        judge.add({"logits 30 0 -1", {30, 0, -1}, {.top_p = p}});
        judge.add({"50257 equal logits", std::vector<float>(50257, 0.25f), {.top_p = p}});
    }
    return judge.done();
}

/// top_k with distinct logits, from forty tokens to more than there are.
inline check top_k_sets(const engine& e, const options& o) {
    const int half = o.widths.empty() ? 1 : static_cast<int>(o.widths.front() / 2);
    const parameters all[] = {{.top_k = 40}, {.top_k = 1000}, {.top_k = half}, {.top_k = (std::numeric_limits<int>::max)()}};
    return detail::judge_wide("top_k in wide rows", e, o, stage::top_k, all, detail::flat);
}

/// Nuclei of some ten tokens: of the likely sixty of a peaked row.
inline check top_p_peaked(const engine& e, const options& o) {
    return detail::judge_wide("top_p in peaked rows", e, o, stage::top_p, detail::nuclei, detail::peaked);
}

/// Nuclei of hundreds to most of the vocabulary: what looks at a few dozen tokens first keeps too few.
inline check top_p_heavy_tailed(const engine& e, const options& o) {
    return detail::judge_wide("top_p in heavy-tailed rows", e, o, stage::top_p, detail::nuclei, detail::heavy_tailed);
}

/// Nuclei of most of the vocabulary, their boundaries some 1e-6 apart: sums in float do not find them.
inline check top_p_flat(const engine& e, const options& o) {
    return detail::judge_wide("top_p in flat rows", e, o, stage::top_p, detail::nuclei, detail::flat);
}

/// min_p cuts.
inline check min_p_sets(const engine& e, const options& o) {
    const parameters all[] = {{.min_p = 0.9f}, {.min_p = 0.1f}, {.min_p = 0.02f}};
    return detail::judge_wide("min_p in wide rows", e, o, stage::min_p, all, detail::flat);
}

/// Equal logits at the edge: top_k keeps exactly k and top_p the shortest prefix, lower ids first; min_p keeps equals together.
inline check ties(const engine& e, const options&) {
    detail::set_judge judge("ties", e);
    const std::vector<float> sixteen(16, 0), wide(32000, 1.7f);
    for (const int k : {1, 5, 15}) judge.add({"16 equal logits", sixteen, {.top_k = k}});
    judge.add({"logits 1 4 4 4", {1, 4, 4, 4}, {.top_k = 2}});
    judge.add({"logits 4 1 4 1 4", {4, 1, 4, 1, 4}, {.top_k = 4}});
    judge.add({"32000 equal logits", wide, {.top_k = 1000}});
    for (int j = 1; j <= 16; ++j) {
        judge.add({"16 equal logits", sixteen, {.top_p = (static_cast<float>(j) - 0.5f) / 16}});
        if (j < 16) judge.add({"16 equal logits", sixteen, {.top_p = static_cast<float>(j) / 16}});
    }
    judge.add(detail::weights_case({2, 4, 2, 2}, {.top_p = 0.5f}));
    judge.add({"32000 equal logits", wide, {.top_p = 999.5f / 32000}});
    judge.add(detail::weights_case({2, 4, 2, 2, 1}, {.min_p = 0.4f}));
    judge.add({"16 equal logits", sixteen, {.min_p = 0.999f}});
    return judge.done();
}

/// Stages in the stated order, each seeing what the one before left, renormalised.
inline check stages_together(const engine& e, const options&) {
    detail::set_judge judge("stages together", e);
    if (e.stages.size() < 2) return judge.not_applicable("the engine has fewer than two stages");
    for (const parameters& how :
         {parameters{.top_k = 2, .top_p = 0.5f}, parameters{.top_k = 3, .top_p = 0.75f}, parameters{.temperature = 0.5f, .top_p = 0.6f},
          parameters{.temperature = 2, .top_p = 0.6f}, parameters{.temperature = 0.5f, .min_p = 0.4f},
          parameters{.temperature = 2, .min_p = 0.6f}, parameters{.top_p = 0.6f, .min_p = 0.8f}, parameters{.top_k = 3, .min_p = 0.8f},
          parameters{.temperature = 0.7f, .top_k = 3, .top_p = 0.65f, .min_p = 0.05f}}) {
        judge.add(detail::weights_case({4, 3, 2, 1}, how));
        judge.add({"16 logits falling by 0.125", detail::falling(16, 0.125), how});
    }
    return judge.done();
}

}  // namespace checks

}  // namespace argdraw::conformance
