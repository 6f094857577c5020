// softcap — squeeze the logits into (-cap, cap).
//
//   formula   l <- cap tanh(l / cap)
//   neutral   cap = 0 (off) and +inf (no bound)
//   range     cap >= 0
//   ties      equal logits stay equal; the order stays, but logits many caps out come to equal the cap, and each other
//   cost      a tanh for every living token: the row is opened
//   source    Gemma 2, Riviere et al. 2024, arXiv:2408.00118
//   edges     logits of +inf become cap
#pragma once

#include <span>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/finite.hpp>
#include <argdraw/numeric/tanh.hpp>

namespace argdraw::inline ARGDRAW_ABI {

struct softcap {
    float cap = 0.0f;

    static constexpr std::string_view requirement = "softcap: cap must be 0 (off) or more";
    constexpr bool neutral() const noexcept { return cap == 0 || cap == numeric::infinity; }
    constexpr bool valid() const noexcept { return cap >= 0; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        const auto first = c.leaders(1);
        if (first.empty()) return;
        // A transform sees logits of +inf as 0; an edit sees them as they are, and this one changes nothing.
        bool infinite = false;
        const token_id id = first[0].id;
        c.edit(std::span(&id, 1), [&](double l, token_id) {
            infinite = l == numeric::infinity;
            return l;
        });
        const double bound = static_cast<double>(cap);
        c.transform([=](token_id, double l) { return infinite ? bound : numeric::product(bound, numeric::tanh(l / bound)); });
    }

    friend bool operator==(const softcap&, const softcap&) = default;
};

}  // namespace argdraw
