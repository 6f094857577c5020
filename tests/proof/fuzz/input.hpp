// input — the bytes of one execution, read from front to back, the same with every compiler; what is missing reads as zeros.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>
#include <type_traits>

/// One execution of a target. The fuzzer calls it, and so does replay.cpp.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

/// Ends the program, and the fuzzer keeps the input, where a promise is not kept.
inline void require(bool kept, const char* promise) {
    if (kept) return;
    std::fprintf(stderr, "not kept: %s\n", promise);
    std::abort();
}

class input {
public:
    input(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}

    bool at_end() const { return left_ == 0; }

    /// Any bit pattern.
    template <class N>
    N number() {
        static_assert(std::is_trivially_copyable_v<N>);
        N value{};
        const std::size_t n = std::min(sizeof(N), left_);
        if (sizeof(N) > 1 || n > 0)
            std::memcpy(static_cast<void*>(&value), data_, sizeof(N) > 1 ? n : 1);  // gcc 12 forgets the zero under 0 or 1 byte
        data_ += n;
        left_ -= n;
        return value;
    }

    bool flag() { return (number<std::uint8_t>() & 1) != 0; }

    /// 0, ..., n - 1; n > 0.
    std::size_t below(std::size_t n) { return (n <= 256 ? number<std::uint8_t>() : number<std::uint32_t>()) % n; }

    /// What people set, the edges of the ranges, and any bits at all.
    float parameter() {
        using limits = std::numeric_limits<float>;
        static constexpr float edges[] = {0.0f,
                                          -0.0f,
                                          1.0f,
                                          -1.0f,
                                          0.5f,
                                          1 - limits::epsilon() / 2,
                                          1 + limits::epsilon(),
                                          1e-30f,
                                          limits::denorm_min(),
                                          -limits::denorm_min(),
                                          limits::max(),
                                          limits::lowest(),
                                          limits::infinity(),
                                          -limits::infinity(),
                                          limits::quiet_NaN(),
                                          60.0f};
        const std::size_t how = number<std::uint8_t>();
        if (how < std::size(edges)) return edges[how];
        if (how < 32) return number<float>();
        const float share = static_cast<float>(number<std::uint8_t>()) / 256;
        return how < 160 ? share : how < 208 ? 1 - share * share : how < 248 ? 8 * share : -share;
    }

    /// A whole-number parameter, often next to n.
    int whole(std::size_t n) {
        const std::size_t how = number<std::uint8_t>();
        const int near = static_cast<int>(n);
        switch (how) {
            case 0: return std::numeric_limits<int>::max();
            case 1: return std::numeric_limits<int>::min();
            case 2: return -1;
            case 3: return near - 1;
            case 4: return near;
            case 5: return near + 1;
            case 6: return number<int>();
            default: return how < 200 ? static_cast<int>(how % 8) : static_cast<int>(below(n + 1));
        }
    }

private:
    const std::uint8_t* data_;
    std::size_t left_;
};

}  // namespace fuzz
