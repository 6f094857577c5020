// compiled — what the verbs of candidates do, for each format: what a program can have compiled elsewhere.
#pragma once

#include <argdraw/candidates/candidates.hpp>
#include <argdraw/core/config.hpp>

#define ARGDRAW_VERBS_ON(prefix, T)                                                                                \
    prefix template void distribution<T>::look_at(std::span<const T>, workspace&, std::size_t) noexcept;           \
    prefix template void distribution<T>::look_at(sparse_row<T>, workspace&, std::size_t) noexcept;                \
    prefix template bool distribution<T>::find_maximum() noexcept;                                                 \
    prefix template view<T>* distribution<T>::weighed_view<extra::nothing>(accuracy) noexcept;                     \
    prefix template view<T>* distribution<T>::weighed_view<extra::exponents>(accuracy) noexcept;                   \
    prefix template view<T>* distribution<T>::weighed_view<extra::squares>(accuracy) noexcept;                     \
    prefix template list* distribution<T>::listed() noexcept;                                                      \
    prefix template list* distribution<T>::weighed_list() noexcept;                                                \
    prefix template void distribution<T>::open(double) noexcept;                                                   \
    prefix template void distribution<T>::open_top(std::size_t, std::size_t) noexcept;                             \
    prefix template std::span<argdraw::place> distribution<T>::sorted(std::size_t) noexcept;                       \
    prefix template bool distribution<T>::can_remove(std::span<const token_id>) noexcept;                          \
    prefix template bool distribution<T>::list_sparse() noexcept;                                                  \
    prefix template std::size_t size_of(distribution<T>&) noexcept;                                                \
    prefix template double least_value(distribution<T>&) noexcept;                                                 \
    prefix template estimate mass_of(distribution<T>&, accuracy) noexcept;                                         \
    prefix template distribution<T>& distribution<T>::settled_origin() noexcept;                                   \
    prefix template double log_mass_of(distribution<T>&) noexcept;                                                 \
    prefix template log_total log_total_of(distribution<T>&, accuracy) noexcept;                                   \
    prefix template estimate mean_distance_of(distribution<T>&, accuracy) noexcept;                                \
    prefix template estimate entropy_of(distribution<T>&, accuracy) noexcept;                                      \
    prefix template estimate collision_of(distribution<T>&, accuracy) noexcept;                                    \
    prefix template mean_and_deviation moments_of(distribution<T>&) noexcept;                                      \
    prefix template taken token_at(distribution<T>&, double, accuracy) noexcept;                                   \
    prefix template taken race(distribution<T>&, const philox&) noexcept;                                          \
    prefix template std::span<const argdraw::place> most_likely(distribution<T>&, double) noexcept;                \
    prefix template void keep_top(distribution<T>&, std::size_t, ties, std::size_t) noexcept;                      \
    prefix template void keep_reaching(distribution<T>&, double, std::size_t) noexcept;                            \
    prefix template void keep_within(distribution<T>&, double, std::size_t) noexcept;                              \
    prefix template void keep_within_deviations(distribution<T>&, double, std::size_t) noexcept;                   \
    prefix template bool keep_likely_in_floats(distribution<T>&, view<T>&, const estimate&, std::size_t) noexcept; \
    prefix template bool keep_found(distribution<T>&, view<T>&, const nucleus_found&, bool) noexcept;              \
    prefix template void keep_mass(distribution<T>&, double, std::size_t) noexcept;                                \
    prefix template nucleus_found near_in_heavy_blocks(mass_search<T>&, estimate) noexcept;                        \
    prefix template std::size_t add_finite(distribution<T>&, view<T>&, const strays&) noexcept;                    \
    prefix template void raise_cumulative(distribution<T>&, double) noexcept;                                      \
    prefix template void ban(distribution<T>&, std::span<const token_id>) noexcept;                                \
    prefix template void allow(distribution<T>&, std::span<const std::uint32_t>, bool, std::size_t) noexcept;      \
    prefix template void allow_only(distribution<T>&, std::span<const token_id>) noexcept;                         \
    prefix template double value_of_token(distribution<T>&, token_id) noexcept;

// What there is for formats that have the weight kernel.
#define ARGDRAW_VERBS_ON_FLOATS(prefix, T) \
    ARGDRAW_VERBS_ON(prefix, T)            \
    prefix template nucleus_found near_in_band(mass_search<T>&, estimate, both_sides&) noexcept;

#define ARGDRAW_VERBS(prefix)                                                                            \
    namespace argdraw::inline ARGDRAW_ABI::detail {                                                      \
    ARGDRAW_VERBS_ON(prefix, double)                                                                     \
    ARGDRAW_VERBS_ON_FLOATS(prefix, float)                                                               \
    prefix template void distribution<float>::look_at(row_of_records, workspace&, std::size_t) noexcept; \
    ARGDRAW_VERBS_ON_FLOATS(prefix, half)                                                                \
    ARGDRAW_VERBS_ON_FLOATS(prefix, bfloat16)                                                            \
    }

#if defined(ARGDRAW_KERNELS_ELSEWHERE)
ARGDRAW_VERBS(extern)
#endif
