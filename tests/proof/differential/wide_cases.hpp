// Random pipelines for rows that are wide beside a block: cuts that leave much of the row, with masks and edits before and after each of
// them. In continuation of any_cases.hpp.

#pragma once

#include "any_cases.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace cases {

enum class wide_kind { gaussian, flat, peaked, zipf, few_values, equal, two_levels, masked };
inline constexpr std::array wide_kind_names{"gaussian", "flat", "peaked", "zipf", "few values", "equal", "two levels", "masked"};
inline constexpr std::size_t wide_kinds = wide_kind_names.size();

inline std::vector<double> make_wide_row(generator& random, wide_kind which, std::size_t size, const limits& scalar) {
    switch (which) {
        case wide_kind::gaussian: return make_row(random, kind::gaussian, size, scalar);
        case wide_kind::flat: return make_row(random, kind::flat, size, scalar);
        case wide_kind::peaked: return make_row(random, kind::peaked, size, scalar);
        case wide_kind::zipf: return make_row(random, kind::zipf, size, scalar);
        case wide_kind::few_values: return make_row(random, kind::few_values, size, scalar);
        case wide_kind::equal: return make_row(random, kind::equal, size, scalar);
        case wide_kind::masked: {
            std::vector<double> row = make_row(random, kind::gaussian, size, scalar);
            const double share = random.uniform();
            for (double& l : row)
                if (random.chance(share)) l = -std::numeric_limits<double>::infinity();
            return row;
        }
        default: break;
    }
    // Two levels, by the id's parity or at random; a cut between them leaves a band.
    std::vector<double> row(size);
    const double high = random.chance(0.5) ? 1 : random.uniform(-20, 20);
    const double low = high - random.uniform(0.5, 12);
    const double share = random.uniform();
    const bool parity = random.chance(0.5);
    for (std::size_t i = 0; i < size; ++i) row[i] = (parity ? i % 2 == 1 : random.chance(share)) ? high : low;
    return row;
}

namespace wide {

inline ids_of some_ids(generator& random, const surroundings& about, std::size_t most) {
    ids_of ids(1 + random.below(std::max<std::size_t>(most, 1)));
    for (token_id& id : ids) id = random.chance(0.1) ? id_inside(random, about) : static_cast<token_id>(random.below(about.width()));
    return ids;
}

// What removes tokens and reads no value.
inline reference::any_stage mask(generator& random, const surroundings& about) {
    const std::size_t n = about.width();
    switch (random.below(8)) {
        case 0: {
            reference::allow_only s;
            s.list = some_ids(random, about, random.chance(0.7) ? n : n / 50);
            return s;
        }
        case 1: {
            reference::ban s;
            s.list = random.chance(0.3) ? about.likely : some_ids(random, about, random.chance(0.5) ? 6 : n / 2);
            return s;
        }
        case 2: {
            reference::no_repeat_ngram s;
            s.n = 1 + static_cast<std::int64_t>(random.below(3));
            return s;
        }
        case 3: {
            reference::bad_words s;
            for (const token_id id : random.chance(0.5) ? about.likely : some_ids(random, about, 40)) s.sequences.push_back({id});
            return s;
        }
        case 4: {
            // Every other id, which may be those of one level.
            reference::allow s;
            s.words.assign(n / 32 + 1, random.chance(0.5) ? 0x55555555u : 0xaaaaaaaau);
            s.beyond = reference::past_end::ban;
            return s;
        }
        case 5: {
            // All that reaches some token's logit, or half of it: what a cut would keep.
            const double level = about.row[random.below(n)];
            const double share = random.chance(0.5) ? 1 : random.uniform();
            reference::allow s;
            s.words.assign(n / 32 + 1, ~0u);
            for (std::size_t i = 0; i < n; ++i)
                if (about.row[i] >= level && random.chance(share)) s.words[i / 32] &= ~(1u << (i % 32));
            return s;
        }
        default: {
            reference::allow s;
            randomise(s, random, about);
            if (random.chance(0.5)) {
                // Some whole blocks gone, or all of the row but some of it.
                const bool kept = random.chance(0.3);
                const std::size_t from = random.below(s.words.size() + 1), to = from + random.below(s.words.size() - from + 1);
                for (std::size_t i = 0; i < s.words.size(); ++i)
                    if ((from <= i && i < to) != kept) s.words[i] = 0;
            }
            return s;
        }
    }
}

// What changes single logits.
inline reference::any_stage edit(generator& random, const surroundings& about) {
    switch (random.below(8)) {
        case 0: {
            reference::penalties s;
            randomise(s, random, about);
            return s;
        }
        case 1: {
            reference::dry s;
            randomise(s, random, about);
            s.allowed_length = std::min<std::int64_t>(s.allowed_length, 2);
            return s;
        }
        case 2: {
            reference::repetition_penalty s;
            randomise(s, random, about);
            return s;
        }
        default: break;
    }
    reference::logit_bias s;
    const std::size_t most = random.chance(0.2) ? std::max<std::size_t>(about.width() / 20, 8) : 8;
    for (const token_id id : some_ids(random, about, most)) {
        const float b =
            random.chance(0.3) ? random.pick({-1e9f, -1e9f, -unlimited, -30.0f, 30.0f}) : static_cast<float>(random.uniform(-12, 12));
        s.list.emplace_back(id, random.chance(0.01) ? unlimited : b);
    }
    return s;
}

inline std::int64_t min_keep(generator& random, std::size_t n) {
    if (random.chance(0.7)) return 1;
    return static_cast<std::int64_t>(random.below(random.chance(0.5) ? 8 : n + 4));
}

// A truncation that may well leave much of the row.
inline reference::any_stage cut(generator& random, const surroundings& about) {
    const std::size_t n = about.width();
    const auto share = [&] {
        return static_cast<float>(random.chance(0.6)   ? random.uniform(0.3, 1)
                                  : random.chance(0.5) ? random.uniform(0, 0.3)
                                                       : 1 - random.log_uniform(1e-5, 0.1));
    };
    const auto small = [&] { return static_cast<float>(random.log_uniform(1e-5, 1)); };
    const auto of_one = [&] { return static_cast<float>(std::min(random.log_uniform(0.01, 3) / static_cast<double>(n), 0.5)); };
    switch (random.below(10)) {
        case 0: return reference::top_p{share(), min_keep(random, n)};
        case 1: return reference::min_p{small(), min_keep(random, n)};
        case 2: return reference::typical{std::max(share(), 0x1p-20f), min_keep(random, n)};
        case 3: return reference::top_n_sigma{static_cast<float>(random.uniform(0.1, 3)), min_keep(random, n)};
        case 4: return reference::epsilon_cutoff{of_one(), min_keep(random, n)};
        case 5: return reference::eta_cutoff{of_one(), min_keep(random, n)};
        case 6: return reference::top_a{small(), min_keep(random, n)};
        case 7: return reference::p_less{min_keep(random, n)};
        case 8: return reference::top_p{share(), 1};
        default: {
            reference::top_k s;
            s.k =
                1 + static_cast<std::int64_t>(random.chance(0.5) ? random.below(n + 2)
                                                                 : static_cast<std::size_t>(random.log_uniform(1, static_cast<double>(n))));
            s.min_keep = min_keep(random, n);
            if (random.chance(0.2)) s.equals = reference::ties::all;
            return s;
        }
    }
}

}  // namespace wide

inline reference::any_pipeline random_wide_pipeline(generator& random, const surroundings& about) {
    reference::any_pipeline stages;
    const auto between = [&] {
        while (random.chance(0.45)) stages.push_back(random.chance(0.5) ? wide::mask(random, about) : wide::edit(random, about));
    };
    between();
    for (std::size_t cuts = 1 + random.below(3); cuts > 0; --cuts) {
        if (random.chance(0.25)) stages.push_back(reference::temperature{static_cast<float>(random.uniform(0.3, 3))});
        stages.push_back(wide::cut(random, about));
        between();
    }
    // What asks for what is left, of any kind.
    if (random.chance(0.3)) stages.push_back(random_any_stage(random_kind(random), random, about));
    return stages;
}

}  // namespace cases
