// Masks of a set that has no registers for them: a bit a lane. Included by the lanes of such a set.

struct mask {
    unsigned lanes;
};
ARGDRAW_INLINE unsigned lanes_of(mask m) { return m.lanes; }
ARGDRAW_INLINE mask without(mask a, mask b) { return {a.lanes & ~b.lanes}; }

// A bit for each of sixteen numbers that are 0 or -1. Bytes of 0 or 1 become bits side by side in a product: byte i, times 2^(56 - 7 i), is
// bit i of the last byte, and no two terms of it meet.
template <class Word>
ARGDRAW_INLINE mask mask_of(const Word (&truth)[16]) {
    std::uint8_t one[16];
    for (int l = 0; l < 16; ++l) one[l] = static_cast<std::uint8_t>(truth[l] & 1);
    unsigned lanes = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::uint64_t lower, upper;
        std::memcpy(&lower, one, 8);
        std::memcpy(&upper, one + 8, 8);
        constexpr std::uint64_t together = 0x0102040810204080;
        lanes = static_cast<unsigned>((lower * together) >> 56 | ((upper * together) >> 56) << 8);
    } else {
        for (int l = 0; l < 16; ++l) lanes |= static_cast<unsigned>(one[l]) << l;
    }
    return {lanes};
}
