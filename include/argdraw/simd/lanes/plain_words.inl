// Eight words of 64 bits in plain C++. Included by the lanes of a set that has no form of its own for them.

struct w64 {
    std::uint64_t v[8];
};
template <class F>
ARGDRAW_INLINE w64 each_word(F f) {
    w64 out;
    for (int l = 0; l < 8; ++l) out.v[l] = f(l);
    return out;
}
ARGDRAW_INLINE w64 splat_word(std::uint32_t x) {
    return each_word([&](int) { return std::uint64_t{x}; });
}
ARGDRAW_INLINE w64 words_from(std::uint32_t first) {
    return each_word([&](int l) { return std::uint64_t{first} + static_cast<std::uint64_t>(l); });
}
ARGDRAW_INLINE w64 product(const w64& a, const w64& b) {
    return each_word([&](int l) { return (a.v[l] & 0xffffffffu) * (b.v[l] & 0xffffffffu); });
}
ARGDRAW_INLINE w64 upper_half(const w64& a) {
    return each_word([&](int l) { return a.v[l] >> 32; });
}
ARGDRAW_INLINE w64 mixed(const w64& a, const w64& b, const w64& c) {
    return each_word([&](int l) { return a.v[l] ^ b.v[l] ^ c.v[l]; });
}
ARGDRAW_INLINE w64 raised(const w64& a) {
    return each_word([&](int l) { return a.v[l] << 32; });
}
ARGDRAW_INLINE unsigned upper_at_least(const w64& a, std::uint32_t least) {
    unsigned lanes = 0;
    for (int l = 0; l < 8; ++l) lanes |= static_cast<unsigned>((a.v[l] >> 32) >= least) << l;
    return lanes;
}
