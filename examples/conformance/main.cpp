// conformance — argdraw, two plain samplers and eight with a bug each, held to what sampling means.
//
//   conformance               all of them, a page each, and at the end which check found which bug
//   conformance <name>        one of them
#include "bugs.hpp"

#include <argdraw/conformance.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/draws/categorical.hpp>
#include <argdraw/random/philox.hpp>
#include <argdraw/sampler/sampler.hpp>
#include <argdraw/stages/min_p.hpp>
#include <argdraw/stages/temperature.hpp>
#include <argdraw/stages/top_k.hpp>
#include <argdraw/stages/top_p.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace conformance = argdraw::conformance;
using conformance::parameters;
using conformance::row;

// A generator whose next word is given.
struct one_word {
    std::uint64_t word;

    using result_type = std::uint64_t;
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
    result_type operator()() const { return word; }
};

auto pipeline(const parameters& p) {
    return argdraw::sampler{argdraw::temperature{p.temperature}, argdraw::top_k{p.top_k}, argdraw::top_p{p.top_p}, argdraw::min_p{p.min_p},
                            argdraw::categorical{}};
}

conformance::engine argdraw_itself() {
    using enum conformance::stage;
    return {
        .name = "argdraw",
        .stages = {temperature, top_k, top_p, min_p},
        .token = [](row logits, const parameters& p, std::uint64_t word) -> std::int64_t { return pipeline(p)(logits, one_word{word}).id; },
        .sample = [random = argdraw::philox{.seed = 42}](row logits, const parameters& p) mutable -> std::int64_t {
            return pipeline(p)(logits, random).id;
        },
        .kept = [](row logits, const parameters& p) { return pipeline(p).distribution(logits).ids; },
        .batch =
            [](std::span<const row> rows, const parameters& p, std::span<const std::uint64_t> words) {
                std::vector<std::int64_t> ids;
                for (std::size_t i = 0; i < rows.size(); ++i) ids.push_back(pipeline(p)(rows[i], one_word{words[i]}).id);
                return ids;
            }};
}

// Samplers that have to conform have no check that is meant for them.
std::vector<bugs::planted> samplers() {
    std::vector<bugs::planted> list{{"", argdraw_itself()}, {"", plain::walker("plain")}, {"", plain::racer("plain-gumbel")}};
    for (auto& bug : bugs::all()) list.push_back(std::move(bug));
    return list;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view only = argc > 1 ? argv[1] : "";
    bool as_expected = true, any = false;
    std::string found;
    for (const auto& [meant, engine] : samplers()) {
        if (!only.empty() && engine.name != only) continue;
        any = true;
        // A bug shows at one width and in fewer draws; what is right has to be right everywhere.
        const conformance::report report =
            meant.empty() ? conformance::run(engine) : conformance::run(engine, {.draws = 30000, .widths = {151936}});
        std::cout << report << "\n";
        const auto* aimed = report.find(meant);
        const bool right = meant.empty() ? report.passed() : aimed && aimed->outcome == conformance::verdict::failed;
        as_expected = as_expected && right;
        found += "  " + engine.name + std::string(22 - std::min<std::size_t>(21, engine.name.size()), ' ') +
                 (meant.empty() ? (right ? "conforms" : "should conform and does not")
                                : (right ? "found by \"" : "should have been found by \"") + meant +
                                      "\"; checks that fail: " + std::to_string(report.count(conformance::verdict::failed))) +
                 "\n";
    }
    if (!any) {
        std::cerr << "usage: conformance [name], one of\n";
        for (const auto& each : samplers()) std::cerr << "  " << each.engine.name << "\n";
        return 2;
    }
    if (only.empty()) std::cout << "Every bug has a check that is meant for it:\n" << found;
    return as_expected ? 0 : 1;
}
