// allow — a grammar's word: only the tokens whose bit is set.
//
//   formula   K = { i : bit (i & 31) of mask[i >> 5] is 1 }; ids beyond the mask as past_end says
//   neutral   never: an empty mask with past_end::ban allows nothing
//   range     any mask; bits beyond the row mean nothing
//   cost      one step for each 32 tokens; no value is read
//   source    the masks of xgrammar, llguidance and outlines; Dong et al. 2024, "XGrammar", arXiv:2411.15100
//   edges     a NaN on a token not allowed is no error where nothing has been read before; the mask is a view that must outlive its use
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <argdraw/candidates/candidates.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// What becomes of the tokens that a mask has no bit for: a row is often wider than the tokenizer that the mask was made for.
enum class past_end : std::uint8_t { ban, keep };

struct allow {
    std::span<const std::uint32_t> mask;
    past_end beyond;

    // No aggregate: leaving out past_end must not mean one of the two.
    constexpr allow(std::span<const std::uint32_t> words, past_end others) noexcept : mask(words), beyond(others) {}

    static constexpr std::string_view requirement = "allow: past_end must be past_end::ban or past_end::keep";
    constexpr bool neutral() const noexcept { return false; }
    constexpr bool valid() const noexcept { return beyond == past_end::ban || beyond == past_end::keep; }

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.allow(mask, beyond == past_end::keep);
    }

    friend bool operator==(const allow& a, const allow& b) noexcept {
        return a.beyond == b.beyond && std::equal(a.mask.begin(), a.mask.end(), b.mask.begin(), b.mask.end());
    }
};

}  // namespace argdraw
