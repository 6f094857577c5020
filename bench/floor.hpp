// What a row costs before anything is done with it.
//
// A sampler has to look at every logit once, so the time of a pass that does nothing but read is the unit in which the
// report states every other figure. Two passes are measured beside each other, the maximum and a bare bitwise or; they
// should agree within a few percent, and the smaller of the two is the honest floor.
#pragma once

#include <argdraw/core/formats.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bench {

// The instruction set the floors run on: the best this processor has.
std::string_view floor_instruction_set() noexcept;

// The processor's own name, or its architecture where it cannot be asked.
std::string_view processor_name() noexcept;

// The maximum of the row. A 16-bit row is read as 32-bit integers: its bytes, without a conversion.
float read_maximum(std::span<const float> row) noexcept;
double read_maximum(std::span<const double> row) noexcept;
std::int32_t read_maximum(std::span<const argdraw::half> row) noexcept;
std::int32_t read_maximum(std::span<const argdraw::bfloat16> row) noexcept;

// The maximum in plain C++, with eight accumulators too: what a read costs where there are no vectors to choose.
float read_maximum_plainly(std::span<const float> row) noexcept;

// The bitwise or of all bytes, folded to 64 bits.
std::uint64_t read_or(std::span<const std::byte> bytes) noexcept;

}  // namespace bench
