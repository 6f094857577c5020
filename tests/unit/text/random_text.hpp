// Random pipelines as text: every stage and draw, every parameter, in every way to write it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <variant>

#include <argdraw/argdraw.hpp>
#include <argdraw/text/descriptions.hpp>
#include <argdraw/text/pipeline.hpp>

namespace argdraw {

// A random value of every kind of parameter, as text.
struct random_text {
    std::mt19937_64 random;

    std::size_t below(std::size_t n) { return random() % n; }
    std::string number() {
        static constexpr std::array some{"0", "1", "0.5", "-1", "0.95", "1e-30", "3.5", "0.1", "16777217", "-0", "1e-45", "3.4028235e38"};
        if (below(3)) return some[below(some.size())];
        return std::to_string(static_cast<float>(static_cast<std::int64_t>(random() % 2'000'001) - 1'000'000) / 64.0f);
    }
    std::string whole() { return below(3) ? std::to_string(below(200)) : std::to_string(static_cast<std::int32_t>(random())); }
    std::string ids() {
        std::string out = "[";
        for (std::size_t n = below(5); n > 0; --n) out += std::to_string(below(1000)) + (n > 1 ? "," : "");
        return out + "]";
    }
    std::string value(const float&) { return number(); }
    std::string value(const std::int32_t&) { return whole(); }
    std::string value(const std::size_t&) { return std::to_string(below(64)); }
    std::string value(const ties&) { return below(2) ? "first" : "all"; }
    std::string value(const scope&) { return std::array{"output", "prompt", "both"}[below(3)]; }
    std::string value(const past_end&) { return below(2) ? "ban" : "keep"; }
    std::string value(const view_of<token_id>&) { return ids(); }
    std::string value(const phrases_view&) { return below(2) ? ids() : "[" + ids() + ", 3, [1,2]]"; }
    std::string value(const view_of<std::uint32_t>&) { return "[4294967295, 7]"; }
    std::string value(const row_view<float>&) { return "[1.5, -inf, 2]"; }
    std::string value(const list<token_id>&) { return ids(); }
    std::string value(const list<token_bias>&) { return below(2) ? "[]" : "[ 3 : -1.5 , 4: inf]"; }
    std::string value(const list<std::span<const token_id>>&) { return "[" + ids() + "," + ids() + "]"; }
    std::string value(const list<biased_sequence>&) { return "[" + ids() + ": 2, [1,2]:-inf]"; }

    template <class S>
    std::string element() {
        const text::element known = text::find_kind(text::description<S>::name)->initial();
        const S fresh = [&] {
            if constexpr (draw<S>) return *std::get<any_draw>(known).get_if<S>();
            else return *std::get<any_stage>(known).get_if<S>();
        }();
        std::string out(text::description<S>::name), inside;
        bool gap = false;
        text::description<S>::members(fresh, [&](std::string_view name, const auto& member, std::string_view, bool must) {
            if (!must && below(3) == 0) {
                gap = true;
                return;
            }
            inside += inside.empty() ? "" : ", ";
            if ((gap || below(2)) && !name.empty()) {
                inside += std::string(name) + " = ";
                gap = true;
            }
            inside += value(member);
        });
        return inside.empty() && below(2) ? out : out + "(" + inside + ")";
    }
    template <class... S>
    std::string any_of(text::types<S...>) {
        std::size_t wanted = below(sizeof...(S));
        std::string out;
        static_cast<void>(((wanted-- == 0 ? (out = element<S>(), true) : false) || ...));
        return out;
    }
    std::string pipeline() {
        std::string out;
        for (std::size_t n = below(6); n > 0; --n) out += any_of(text::all_stages{}) + (below(2) ? " | " : "|");
        return out + any_of(text::all_draws{});
    }
};

}  // namespace argdraw
