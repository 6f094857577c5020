// sizes — from where on wide rows are treated otherwise than narrow ones, and in pieces of what size.
#pragma once

#include <cstddef>

#include <argdraw/core/config.hpp>

/// Every shortcut of the library begins at one of these sizes, and none of them may change a set of tokens. They stand in one place so that
/// a test can be compiled with the least of them (ARGDRAW_SMALL_BLOCKS): there rows of a few hundred tokens take every path that otherwise
/// only rows of many thousands take. Such a program draws other tokens, since the block is the shape of every sum; it has an ABI of its
/// own.
namespace argdraw::inline ARGDRAW_ABI::sizes {

#if !defined(ARGDRAW_SMALL_BLOCKS)

/// Tokens in a block: one line of a summary, one part of a sum. A multiple of 64.
inline constexpr std::size_t block = 256;
/// Blocks that are read to learn about a row, at even distances.
inline constexpr std::size_t sampled_blocks = 16;
/// A row is told by a sample where it has this many times as many blocks.
inline constexpr std::size_t blocks_a_sampled_one = 4;
/// A sample tells the mass of a row where the square of its own mass is this many times the sum of its squared weights.
inline constexpr std::size_t sample_tells = 64;
/// It is taken where a few of its tokens do so with this number.
inline constexpr std::size_t few_tell = 16;
/// A row is cut at the edge of a mass where the tokens above it are more than this share of a sample.
inline constexpr double least_cut = 1.0 / 64;
/// Blocks that are opened first for a prefix by mass.
inline constexpr std::size_t heavy_blocks = 64;
/// A prefix by mass is looked for in a list of all that reach a cut where that is no more than one token in this many.
inline constexpr std::size_t listed_one_in = 8;
/// Times that a row is split to find the edge of a mass, before all of it is listed.
inline constexpr std::size_t band_tries = 3;
/// A cut leaves a band, and no list, in a row of at least this many blocks, ...
inline constexpr std::size_t band_blocks = 64;
/// ... of which it leaves more than this number of tokens a block.
inline constexpr std::size_t band_tokens_a_block = 24;
/// What lives is listed one by one where it is less than one in this many tokens, ...
inline constexpr std::size_t sparse_one_in = 32;
/// ... and given up where it turns out to be more than one in this many.
inline constexpr std::size_t not_sparse_one_in = 16;
/// A function of all logits is kept beside a row of at least this many blocks, and its values written down otherwise.
inline constexpr std::size_t mapped_blocks = 4;
/// Entries from which on a list is put in order by a radix sort.
inline constexpr std::size_t radix_entries = 512;
/// Tokens that leave a list one by one where it has this many too many.
inline constexpr std::size_t few_too_many = 4;
/// A list is cut by a level before it is put in order where it has this many entries more than four times those wanted.
inline constexpr std::size_t long_list = 64;
/// Entries of a list that tell a level.
inline constexpr std::size_t level_sample = 1024;
/// Entries of a prefix search that are put in order, ...
inline constexpr std::size_t prefix_sorted = 8;
/// ... from which on masses tell where to look, ...
inline constexpr std::size_t prefix_guessed = 64;
/// ... and from which on a sample of as many does.
inline constexpr std::size_t prefix_sampled = 4096;
/// Tokens at the head of the order that are asked for first where nobody knows how many it takes; three or more.
inline constexpr std::size_t leaders_first = 64;
/// Bytes in a page of what a history keeps of its tokens: what a fork copies at once.
inline constexpr std::size_t history_page = 4096;

#else

inline constexpr std::size_t block = 64;
inline constexpr std::size_t sampled_blocks = 2;
inline constexpr std::size_t blocks_a_sampled_one = 1;
inline constexpr std::size_t sample_tells = 3;
inline constexpr std::size_t few_tell = 2;
inline constexpr double least_cut = 0;
inline constexpr std::size_t heavy_blocks = 1;
inline constexpr std::size_t listed_one_in = 2;
inline constexpr std::size_t band_tries = 3;
inline constexpr std::size_t band_blocks = 1;
inline constexpr std::size_t band_tokens_a_block = 2;
inline constexpr std::size_t sparse_one_in = 4;
inline constexpr std::size_t not_sparse_one_in = 3;
inline constexpr std::size_t mapped_blocks = 1;
inline constexpr std::size_t radix_entries = 4;
inline constexpr std::size_t few_too_many = 1;
inline constexpr std::size_t long_list = 1;
inline constexpr std::size_t level_sample = 16;
inline constexpr std::size_t prefix_sorted = 2;
inline constexpr std::size_t prefix_guessed = 2;
inline constexpr std::size_t prefix_sampled = 32;
inline constexpr std::size_t leaders_first = 3;
inline constexpr std::size_t history_page = 256;

#endif

static_assert(block % 64 == 0, "kernels take a block in words of 64 bits");

}  // namespace argdraw::sizes
