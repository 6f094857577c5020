// rows — a row of any bits, which ends where its memory does.
#pragma once

#include "input.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace fuzz {

template <class T>
class row {
public:
    row(input& in, std::size_t most) {
        const std::size_t offset = in.below(16), how = in.below(8);
        const std::size_t width = 1 + in.below(std::min<std::size_t>(most, how < 4 ? 20 : how < 7 ? 300 : most));
        // Beside the row stand NaNs, which a read before its begin would find; behind it nothing is allocated.
        memory_.assign(offset + width, static_cast<T>(std::numeric_limits<float>::quiet_NaN()));
        row_ = std::span(memory_).subspan(offset);
        if (in.flag()) {
            T some[16];
            const std::size_t n = 1 + in.below(std::size(some));
            for (std::size_t i = 0; i < n; ++i) some[i] = in.number<T>();
            for (std::size_t i = 0; i < width; ++i) row_[i] = some[i % n];
        } else {
            auto state = in.number<std::uint32_t>();
            const double scale = std::ldexp(1.0, static_cast<int>(in.below(32)) - 12);
            const std::uint32_t distinct = in.flag() ? 7 : 1u << 20;
            for (T& each : row_) {
                state = state * 1664525u + 1013904223u;
                each = static_cast<T>(static_cast<float>(scale * (static_cast<double>((state >> 8) % distinct) / distinct - 0.5)));
            }
        }
        for (std::size_t n = in.below(8); n > 0; --n) {
            T& each = row_[in.below(width)];
            switch (in.below(8)) {
                case 0: each = static_cast<T>(std::numeric_limits<float>::infinity()); break;
                case 1: each = static_cast<T>(-std::numeric_limits<float>::infinity()); break;
                case 2: each = row_[in.below(width)]; break;
                case 3: each = static_cast<T>(in.parameter()); break;
                case 4: each = static_cast<T>(-1000.0f * in.parameter()); break;
                default: each = in.number<T>(); break;
            }
        }
    }

    std::span<const T> logits() const { return row_; }

private:
    std::vector<T> memory_;
    std::span<T> row_;
};

}  // namespace fuzz
