// tables — what the kernels promise. A kernel is a function in a table of its kind; dispatch.hpp gives the tables of the set in force.
#pragma once

#include <cstddef>
#include <cstdint>

#include <argdraw/core/config.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/numeric/exp2_series.hpp>
#include <argdraw/numeric/sums.hpp>
#include <argdraw/simd/token_words.hpp>
#include <argdraw/simd/weight_scale.hpp>

namespace argdraw::inline ARGDRAW_ABI::simd {

/// Logits per block: one line of the summary, and one part of a sum, so that a block's sum has the same shape everywhere.
inline constexpr std::size_t block_size = numeric::sum_block;
/// Arrays given to kernels are read and written in sixteens: this many entries of slack behind the last.
inline constexpr std::size_t lanes = 16;

using numeric::exp2_lowest;
using numeric::exp2_magic;
using numeric::exp2_series;

/// A row cut into blocks. The last, incomplete block is a copy padded with removed().
template <logit_scalar T>
struct blocked_row {
    const T* data;
    const T* tail;
    std::size_t complete;  ///< blocks that lie in the row as a whole
    std::size_t blocks;    ///< complete, and one more where the width is no multiple of block_size
    /// One bit a token, token 16 w + i in bit i of word w, up to the end of the last block: where it is 0, the token is removed and its
    /// logit, NaN included, is not looked at. nullptr: all of them live.
    const std::uint16_t* alive = nullptr;
};

/// Where the moments of each block go: the number of its living logits, and the sums of d and of d d, d = logit - reference. Blocks side by
/// side may be summed up as one, in the place of the first: the count of the others is 0, and the rest of theirs means nothing.
struct row_moments {
    double* reference;
    double* sum;
    double* squares;
    std::int32_t* count;
};

// Every function below gives the same bits on every instruction set, but for the sign of a maximum of 0. Cuts are above -inf: padding is
// -inf. They come in several tables since naming one of a table compiles all of it, for every instruction set.

/// Where a row's great logits are.
template <logit_scalar T>
struct row_kernels {
    using value = value_of<T>;
    /// The maximum of each block; NaN for a block that holds one. One read of the row.
    void (*maxima)(const blocked_row<T>&, value* out) noexcept;
    /// The number of logits >= cut.
    std::size_t (*count)(const blocked_row<T>&, value cut) noexcept;
    /// From the listed blocks, in id order: every logit above cut, and those equal to it until about `equals_wanted` of
    /// them are found (never fewer, if there are so many). `next` is the number after cut. With `maxima`, blocks that can add
    /// nothing are not opened.
    std::size_t (*gather)(const blocked_row<T>&, const std::int32_t* blocks, std::size_t n, value cut, value next,
                          std::size_t equals_wanted, const value* maxima, std::int32_t* ids, double* values) noexcept;
    /// Greatest of an array padded to lanes; NaN if there is one.
    value (*greatest)(const value*, std::size_t n) noexcept;
    /// The logits of one block as doubles, -inf for those that are removed or below the cut; where that is -inf, a NaN stays.
    void (*values)(const blocked_row<T>&, std::size_t block, value cut, double* out) noexcept;
};

/// For each block how many of its living logits reach one level and not another, how many reach the other, and whether any reaches neither,
/// as 1 or 0.
struct level_counts {
    std::int32_t* between;
    std::int32_t* above;
    std::int32_t* some_below;
};

/// How a row's logits are spread.
template <logit_scalar T>
struct spread_kernels {
    using value = value_of<T>;
    /// The maxima, with the moments of each block; those of a block whose maximum is NaN or +inf mean nothing. One read. Not `exact`: d is
    /// rounded to the row's precision, and so are sums of eight.
    void (*maxima_and_moments)(const blocked_row<T>&, bool exact, value* maximum, const row_moments&) noexcept;
    /// The least logit above -inf; +inf where there is none. For rows without NaN. One read.
    value (*least)(const blocked_row<T>&) noexcept;
    /// Counts of logits about low <= high; a NaN reaches nothing and is not below. One read.
    void (*levels)(const blocked_row<T>&, value low, value high, const level_counts&) noexcept;
    /// The living logits with low <= logit < high, in id order; returns their number. One read.
    std::size_t (*list)(const blocked_row<T>&, value low, value high, std::int32_t* ids, double* values) noexcept;
};

/// Where a row is cut in parts; a part whose ends are not in order is empty.
struct row_cuts {
    float lowest = 0, lower = 0, low = 0, high = 0;
};

/// The weight kernel: rows of 32 and 16 bits. See weight_scale for what a weight is.
template <logit_scalar T>
struct weight_kernels {
    /// Mass of each block relative to 2^floor(top / 8), and the key `top` of its greatest weight, or nothing, or
    /// beyond. Returns the greatest of the keys. One read.
    std::int32_t (*masses)(const blocked_row<T>&, const weight_scale&, double* mass, std::int32_t* top) noexcept;
    /// The same of the logits that reach a cut; keys are those of the greatest of the whole block.
    std::int32_t (*masses_in_band)(const blocked_row<T>&, const weight_scale&, float cut, double* mass, std::int32_t* top) noexcept;
    /// Cuts the row: for each block the mass of the logits >= high and that of the logits with lowest <= logit < lower, relative to the
    /// greatest of the whole block as in masses, and in id order the tokens with low <= logit < high. One read.
    std::size_t (*split)(const blocked_row<T>&, const weight_scale&, const row_cuts&, double* above, double* below, std::int32_t* top,
                         std::int32_t* ids, double* values) noexcept;
    /// The weights of one block, relative to its own 2^floor(top / 8); 0 beyond the row's end. Returns top.
    std::int32_t (*weights)(const blocked_row<T>&, std::size_t block, const weight_scale&, float* out) noexcept;
};

/// Masses, as above, and beside them the sum for each block of
template <logit_scalar T>
struct weight_sum_kernels {
    /// w e, e the exponent of w = 2^e: what an entropy is made of.
    std::int32_t (*exponents)(const blocked_row<T>&, const weight_scale&, double* mass, std::int32_t* top, double* sum) noexcept;
    /// w w.
    std::int32_t (*squares)(const blocked_row<T>&, const weight_scale&, double* mass, std::int32_t* top, double* sum) noexcept;
};

/// What is summed in doubles, and where a row is cut: for logits x, weights 2^((x - reference) scale), 0 below 2^exp2_lowest, of those with
/// x >= lowest. All cuts are above -inf.
struct double_cuts {
    double reference = 0, scale = 0, lowest = 0, lower = 0, high = 0;
    std::int32_t* reaching = nullptr;  ///< where that is wanted, the number of each block's x >= lowest goes there
};

/// Masses in doubles, of rows without NaN and +inf: for every block the sum of its weights, and beside it a second one. One read each.
template <logit_scalar T>
struct double_kernels {
    void (*masses)(const blocked_row<T>&, const double_cuts&, double* mass, double* unused) noexcept;
    /// The sum of w e, e the exponent of w = 2^e.
    void (*exponents)(const blocked_row<T>&, const double_cuts&, double* mass, double* sum) noexcept;
    /// The sum of w w.
    void (*squares)(const blocked_row<T>&, const double_cuts&, double* mass, double* sum) noexcept;
    /// The weights with x >= high, and those with x < lower.
    void (*split)(const blocked_row<T>&, const double_cuts&, double* above, double* below) noexcept;
    /// About the masses and the sums of w e of the logits x >= high, none of them above the reference, for a scale of 2^-100 to 2^100: each
    /// weight is within 2^-36 of itself, and none below 2^-900. The last digits are the set's own, as those of rough_kernels. In id order the
    /// tokens with lower <= x < high; returns their number. One read.
    std::size_t (*rough_exponents)(const blocked_row<T>&, const double_cuts&, double* mass, double* sum, std::int32_t* ids,
                                   double* values) noexcept;
};

/// Plain arrays of numbers, padded to lanes: summaries, keys, lists.
template <class V>
struct number_kernels {
    std::size_t (*count_at_least)(const V*, std::size_t n, V cut) noexcept;
    /// The indices of the entries >= cut, ascending.
    std::size_t (*select)(const V*, std::size_t n, V cut, std::int32_t* out) noexcept;
};

/// What reaches a cut.
struct weight_above {
    double mass;
    std::size_t count;
};

/// A power near a point, as a series of x / middle - 1; see candidates/cumulative.hpp.
struct power_series {
    double center, inverse;  ///< a sum s lies (s - center) inverse from the middle, as a share of that
    double factor;
    const double* terms;  ///< of (1 + x)^g, from x^0 to x^highest
    static constexpr int highest = 8;
};

/// Lists of doubles, padded to lanes.
struct list_kernels {
    /// out[i] = 2^((values[i] - reference) * scale), 0 where the exponent is below exp2_lowest. What stands behind the n values is not
    /// read; what stands behind n in out, up to the next multiple of sixteen, is written.
    void (*weights)(const double* values, std::size_t n, double reference, double scale, double* out) noexcept;
    /// Mass and number of the entries whose value is >= cut; n up to the next multiple of sixteen must be padded with values below
    /// every cut. The mass is summed in the shape of numeric::sum.
    weight_above (*mass_at_least)(const double* values, const double* weights, std::size_t n, double cut) noexcept;
    /// The indices of the entries with low <= value < high, ascending; returns their number. n as above; fifteen behind them are written.
    std::size_t (*select)(const double* values, std::size_t n, double low, double high, std::int32_t* out) noexcept;
    /// The sum of n numbers, in the shape of numeric::sum.
    double (*sum)(const double*, std::size_t n) noexcept;
    /// The greatest of n numbers; NaN if there is one, -inf of none.
    double (*greatest)(const double*, std::size_t n) noexcept;
    /// The least of n >= 1 numbers without NaN.
    double (*least)(const double*, std::size_t n) noexcept;
    /// out[i] = (greatest - values[i]) per_value + 2^52: an integer there, in the last bits of a double. May be in place; what stands behind
    /// n in out, up to the next multiple of sixteen, is written.
    void (*ranks)(const double* values, std::size_t n, double greatest, double per_value, double* out) noexcept;
    /// out[i] = weights[i] factor times the slope of the series from the sum before[i] to that and weights[i]. All up to the next multiple
    /// of sixteen is read and written.
    void (*power_steps)(const double* before, const double* weights, std::size_t n, const power_series&, double* out) noexcept;
};

/// Functions of logits, a block at a time. What is -inf stays so; the others are finite. In place.
struct map_kernels {
    /// (x - anchor) scale + shift, the last double of its sign where that is infinite.
    void (*moved)(double* x, double anchor, double scale, double shift) noexcept;
    /// peak - factor d^2 (square - cube d) with d = x - peak, multiplied from the left, and nowhere below the lowest double.
    void (*bent)(double* x, double peak, double factor, double square, double cube) noexcept;
    /// bound tanh(x / bound).
    void (*capped)(double* x, double bound) noexcept;
    /// 5 - 10 d^2 / (1 + d), d = |e^(x - greatest) / mass - aim| / 0.3: what adaptive_p makes of a logit.
    void (*preferred)(double* x, double greatest, double mass, double aim) noexcept;
    /// y + factor (x - y), y from another row. False where one of these is infinite or NaN: the numbers then mean nothing.
    bool (*away)(double* x, const double* other, double factor) noexcept;
    /// a x + b y, y from another row, b not 0. False as above.
    bool (*mixed)(double* x, const double* other, double a, double b) noexcept;
    /// The greatest of what away() and mixed() make of the numbers x >= cut, of a block of floats; -inf where there is none. All of x is finite
    /// or -inf, cut is finite, and the factors are as small as sums of floats are; NaN where a number of the other row is not finite.
    double (*greatest_away)(const float* x, float cut, const float* other, double factor) noexcept;
    double (*greatest_mixed)(const float* x, float cut, const float* other, double a, double b) noexcept;
    /// The least number of another row above -inf, NaN passed over, beside an x above -inf; +inf where there is none.
    double (*least_beside)(const double* x, const double* other) noexcept;
};

/// About the sum of the weights 2^((v - reference) scale) of block_size values v that are made of logits as in map_kernels: each within 2^-36
/// of itself, beside what v may be off, and none below 2^-900. NaN where one is NaN, or above 2^900. Where x is not const, its numbers mean
/// nothing afterwards. Unlike all others, sets differ in the last digits: they are for questions whose answer is shown not to depend on them.
struct rough_kernels {
    /// No x is above the greatest.
    double (*values)(const double* x, double greatest, double reference, double scale) noexcept;
    /// Off by no more than 2^-51 peak. No x is above the peak, but by a rounding.
    double (*bent)(double* x, double peak, double factor, double square, double cube, double reference, double scale) noexcept;
    /// Off by no more than 1.06 2^-38 bound.
    double (*capped)(double* x, double bound, double reference, double scale) noexcept;
    /// Off by no more than 1.06 2^-32; no x is above the greatest.
    double (*preferred)(double* x, double greatest, double mass, double aim, double reference, double scale) noexcept;
    double (*away)(double* x, const double* other, double factor, double reference, double scale) noexcept;
    double (*mixed)(double* x, const double* other, double a, double b, double reference, double scale) noexcept;
    /// The same of a block of floats, of which those below the cut are removed; cut is finite.
    double (*floats_away)(const float* x, float cut, const float* other, double factor, double reference, double scale) noexcept;
    double (*floats_mixed)(const float* x, float cut, const float* other, double a, double b, double reference, double scale) noexcept;
};

/// Random words of tokens, block_size of them from `first` on.
struct word_kernels {
    /// The indices, ascending, of those whose word has `least` or more in its upper half; returns their number.
    std::size_t (*reaching)(const token_words&, std::uint32_t first, std::uint32_t least, std::int32_t* out) noexcept;
};

/// Records of three words of four bytes, such as {id, logit, probability}; from any address.
inline constexpr std::size_t record_size = 12;
/// Parts of a block of records that have a maximum of their own.
inline constexpr std::size_t parts_of_block = 4;
struct record_maxima {
    const float* of_part;
    const float* of_block;
};
struct record_kernels {
    /// out[i] = the word at `words` + i records. Nothing behind the last of the n is read.
    void (*words)(const std::byte* words, std::size_t n, float* out) noexcept;
    /// out[i] = the second word of record i; whether the first ones are 0, 1, 2, ... n whole records are read.
    bool (*numbered)(const std::byte* records, std::size_t n, float* out) noexcept;
    /// The maxima of blocks of records, whose words are the first at `words` + i records, and those of the parts of each block: NaN for a block
    /// that holds one, and infinite ones for its parts. The two words behind the last are read. One read.
    bool (*maxima)(const std::byte* words, std::size_t blocks, float* of_part, float* of_block) noexcept;
    /// The same of second words; whether the first ones are 0, 1, 2, ... Whole records are read.
    bool (*numbered_maxima)(const std::byte* records, std::size_t blocks, float* of_part, float* of_block) noexcept;
    /// As gather of rows, of a row whose blocks lie at `words` but for the last of all, which lies where the row says. The maxima may be those
    /// of removed tokens. Parts that do not reach the cut are not opened.
    std::size_t (*gather)(const std::byte* words, const blocked_row<float>& row, const std::int32_t* blocks, std::size_t n, float cut,
                          float next, std::size_t equals_wanted, const record_maxima&, std::int32_t* ids, double* values) noexcept;
};

}  // namespace argdraw::simd
