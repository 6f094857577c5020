// The table `numbers`: plain arrays of numbers.

template <class V>
std::size_t count_at_least(const V* a, std::size_t n, V cut) noexcept {
    const auto level = splat(cut);
    std::size_t count = 0;
    for (std::size_t i = 0; i < n; i += 16) count += count_lanes(at_least(load(a + i), level));
    return count;
}

template <class V>
std::size_t select_at_least(const V* a, std::size_t n, V cut, std::int32_t* out) noexcept {
    const auto level = splat(cut);
    std::size_t count = 0;
    for (std::size_t i = 0; i < n; i += 16) {
        const mask m = at_least(load(a + i), level);
        if (lanes_of(m) == 0) continue;
        compress_store(m, add(iota(), splat(static_cast<std::int32_t>(i))), out + count);
        count += count_lanes(m);
    }
    return count;
}

template <class V>
inline constexpr number_kernels<V> of_numbers{count_at_least<V>, select_at_least<V>};
