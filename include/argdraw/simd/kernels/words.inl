// The table `words`: random words of tokens.

// How many vectors of words are made side by side, as each round waits for the one before.
inline constexpr int words_together = chains > 2 ? 8 : chains > 1 ? 4 : 2;

template <class Words>
std::size_t words_reaching(const Words& of, std::uint32_t first, std::uint32_t least, std::int32_t* out) noexcept {
    constexpr int n = words_together;
    const w64 a = splat_word(philox_a), b = splat_word(philox_b), none = splat_word(0);
    std::size_t found = 0;
    for (int from = 0; from < 2 * vectors; from += n) {
        w64 c0[n], c1[n], c2[n], c3[n];
        ARGDRAW_UNROLL
        for (int i = 0; i < n; ++i) {
            const w64 ids = words_from(first + static_cast<std::uint32_t>(8 * (from + i)));
            c3[i] = product(mixed(ids, splat_word(of.first_c0), none), a);
            c2[i] = mixed(upper_half(c3[i]), splat_word(of.second_c3), none);
        }
        ARGDRAW_UNROLL
        for (int i = 0; i < n; ++i) {
            c1[i] = product(c2[i], b);
            c0[i] = mixed(upper_half(c1[i]), splat_word(of.third_c1), none);
            c2[i] = mixed(c3[i], splat_word(of.third_c2), none);
            c3[i] = splat_word(of.fourth_c3);
        }
        ARGDRAW_UNROLL
        for (std::size_t round = 0; round < 6; ++round) {
            ARGDRAW_UNROLL
            for (int i = 0; i < n; ++i) {
                const w64 made_a = product(c0[i], a), made_b = product(c2[i], b);
                c0[i] = mixed(upper_half(made_b), c1[i], splat_word(of.key_a[round]));
                c2[i] = mixed(upper_half(made_a), c3[i], splat_word(of.key_b[round]));
                c1[i] = made_b;
                c3[i] = made_a;
            }
        }
        // Of the last round c0 is the upper half of a word, and c1 the lower: what a product is, with c1 of before and the key above it.
        ARGDRAW_UNROLL
        for (int i = 0; i < n; ++i) {
            const w64 word = mixed(product(c2[i], b), raised(c1[i]), raised(splat_word(of.key_a[6])));
            for (unsigned left = upper_at_least(word, least); left != 0; left &= left - 1) out[found++] = 8 * (from + i) + lowest_bit(left);
        }
    }
    return found;
}

template <class V>
inline constexpr word_kernels of_words{words_reaching<token_words>};
