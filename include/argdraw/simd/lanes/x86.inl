// How a register of 256 bits is reduced to a number, for the sets of x86: each folds its lanes to one such register first.

ARGDRAW_INLINE float reduce_max(__m256 h) {
    const __m128 q = _mm_max_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
    const __m128 p = _mm_max_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_max_ss(p, _mm_movehdup_ps(p)));
}
ARGDRAW_INLINE double reduce_max(__m256d h) {
    const __m128d q = _mm_max_pd(_mm256_castpd256_pd128(h), _mm256_extractf128_pd(h, 1));
    return _mm_cvtsd_f64(_mm_max_sd(q, _mm_unpackhi_pd(q, q)));
}
ARGDRAW_INLINE std::int32_t reduce_max32(__m256i h) {
    const __m128i q = _mm_max_epi32(_mm256_castsi256_si128(h), _mm256_extracti128_si256(h, 1));
    const __m128i p = _mm_max_epi32(q, _mm_shuffle_epi32(q, 0x4e));
    return _mm_cvtsi128_si32(_mm_max_epi32(p, _mm_shuffle_epi32(p, 0xb1)));
}
ARGDRAW_INLINE std::int32_t reduce_min32(__m256i h) {
    const __m128i q = _mm_min_epi32(_mm256_castsi256_si128(h), _mm256_extracti128_si256(h, 1));
    const __m128i p = _mm_min_epi32(q, _mm_shuffle_epi32(q, 0x4e));
    return _mm_cvtsi128_si32(_mm_min_epi32(p, _mm_shuffle_epi32(p, 0xb1)));
}
ARGDRAW_INLINE std::int16_t reduce_max16(__m256i h) {
    // The order of signed numbers is the reverse of the unsigned order of 0x7fff - a, whose minimum is one instruction.
    const __m128i q = _mm_max_epi16(_mm256_castsi256_si128(h), _mm256_extracti128_si256(h, 1));
    return static_cast<std::int16_t>(0x7fff - _mm_extract_epi16(_mm_minpos_epu16(_mm_sub_epi16(_mm_set1_epi16(0x7fff), q)), 0));
}
ARGDRAW_INLINE double tree_sum(__m256d h) {
    const __m128d q = _mm_add_pd(_mm256_castpd256_pd128(h), _mm256_extractf128_pd(h, 1));
    return _mm_cvtsd_f64(_mm_add_sd(q, _mm_unpackhi_pd(q, q)));
}
