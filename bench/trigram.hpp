// What a real model writes: the distribution of the next word under the English trigram model of Debian's pocketsphinx-en-us, of 72 547 words.
//
// The file is a trie in which each word leads to those that stood before it. All logarithms are to the base 1.0001, all numbers little-endian:
//
//   "Trie Language Model"; a byte, the longest n; for n = 1, 2, 3 how many n-grams there are; 1, which says that codes have 16 bits
//   tables of 65536 floats: the probabilities of pairs, the back-off weights of pairs, the probabilities of triples
//   words: log probability, log back-off weight, number of the first pair; and one more, for the end of the last
//   pairs, in bits: the word before, code of the weight, code of the probability, number of the first triple; and one more
//   triples, in bits: the word before those, code of the probability; and one more
//   how many bytes the words have, and the words, each with a zero behind it
//
// A number of a word or of a triple has as many bits as the count of words or of triples. Behind pairs and behind triples stand eight bytes more.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Where the model lies; CMake sets it.
#if !defined(ARGDRAW_BENCH_TRIGRAM)
#define ARGDRAW_BENCH_TRIGRAM "/usr/share/pocketsphinx/model/en-us/en-us.lm.bin"
#endif

namespace bench {

inline constexpr std::size_t trigram_words = 72547;

// The two words before, of the eight rows.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 8> trigram_contexts{
    {{"of", "the"}, {"i", "am"}, {"united", "states"}, {"going", "to"}, {"in", "new"}, {"a", "lot"}, {"it", "is"}, {"said", "that"}}};

class trigram_model {
public:
    // None where there is no such file, or none of this form and of this many words.
    static std::optional<trigram_model> read(const char* path) {
        std::ifstream file(path, std::ios::binary);
        trigram_model model;
        model.bytes_.assign(std::istreambuf_iterator<char>(file), {});
        if (!model.lay_out()) return std::nullopt;
        return model;
    }

    std::string_view word(std::size_t number) const { return words_[number]; }
    std::optional<std::size_t> number_of(std::string_view word) const {
        const auto at = std::find(words_.begin(), words_.end(), word);
        return at == words_.end() ? std::nullopt : std::optional<std::size_t>(at - words_.begin());
    }

    // ln p(word | earlier, last) for every word. A triple that was never counted has the probability of its pair times the weight of the two
    // words before, and a pair that of its word times the weight of the last one.
    std::vector<double> row(std::size_t earlier, std::size_t last) const {
        constexpr double ln_of_base = 9.9995000333308335e-05;
        const std::size_t before = pair_of(earlier, last);
        const double weight_of_two = before == none ? 0 : coded(1, pairs_, before * pair_bits_ + word_bits_);
        const double weight_of_one = number(words_at_ + 12 * last + 4);
        std::vector<double> all(words_.size());
        for (std::size_t word = 0; word < all.size(); ++word) {
            const std::size_t pair = pair_of(last, word);
            const std::size_t triple =
                pair == none ? none : find(triples_, triple_bits_, earlier, first_triple(pair), first_triple(pair + 1));
            double log = 0;
            if (triple != none) log = coded(2, triples_, triple * triple_bits_ + word_bits_);
            else if (pair != none) log = weight_of_two + coded(0, pairs_, pair * pair_bits_ + word_bits_ + 16);
            else log = weight_of_two + weight_of_one + number(words_at_ + 12 * word);
            all[word] = log * ln_of_base;
        }
        return all;
    }

private:
    static constexpr std::size_t none = ~std::size_t{0};

    // Where each part of the file stands; false where it is not the file that is meant.
    bool lay_out() {
        constexpr std::string_view name = "Trie Language Model";
        constexpr std::size_t counts = name.size() + 1, tables = counts + 16;
        if (bytes_.size() < tables || !std::equal(name.begin(), name.end(), bytes_.begin()) || bytes_[name.size()] != 3) return false;
        if (whole(counts) != trigram_words || whole(counts + 12) != 1) return false;
        pairs_count_ = whole(counts + 4);
        triples_count_ = whole(counts + 8);
        word_bits_ = static_cast<std::size_t>(std::bit_width(trigram_words));
        triple_number_bits_ = static_cast<std::size_t>(std::bit_width(triples_count_));
        pair_bits_ = word_bits_ + 32 + triple_number_bits_;
        triple_bits_ = word_bits_ + 16;
        tables_ = tables;
        words_at_ = tables_ + 3 * 65536 * sizeof(float);
        pairs_ = words_at_ + 12 * (trigram_words + 1);
        triples_ = pairs_ + ((pairs_count_ + 1) * pair_bits_ + 7) / 8 + 8;
        const std::size_t text = triples_ + ((triples_count_ + 1) * triple_bits_ + 7) / 8 + 8;
        if (bytes_.size() < text + 4 || bytes_.size() != text + 4 + whole(text)) return false;
        for (auto from = bytes_.begin() + static_cast<std::ptrdiff_t>(text) + 4; from != bytes_.end();) {
            const auto end = std::find(from, bytes_.end(), 0);
            if (end == bytes_.end()) return false;
            words_.emplace_back(from, end);
            from = end + 1;
        }
        return words_.size() == trigram_words;
    }

    std::uint64_t some_bytes(std::size_t at, std::size_t n) const {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < n; ++i) value |= std::uint64_t{static_cast<unsigned char>(bytes_[at + i])} << (8 * i);
        return value;
    }
    std::uint32_t whole(std::size_t at) const { return static_cast<std::uint32_t>(some_bytes(at, 4)); }
    double number(std::size_t at) const { return std::bit_cast<float>(whole(at)); }
    std::size_t bits(std::size_t part, std::size_t first, std::size_t width) const {
        return static_cast<std::size_t>(some_bytes(part + first / 8, 8) >> (first % 8)) & ((std::size_t{1} << width) - 1);
    }
    double coded(std::size_t table, std::size_t part, std::size_t first) const {
        return number(tables_ + (65536 * table + bits(part, first, 16)) * sizeof(float));
    }

    std::size_t first_pair(std::size_t word) const { return (std::min)(std::size_t{whole(words_at_ + 12 * word + 8)}, pairs_count_); }
    std::size_t first_triple(std::size_t pair) const {
        return (std::min)(bits(pairs_, pair * pair_bits_ + word_bits_ + 32, triple_number_bits_), triples_count_);
    }
    // The record of a word among those from first to end, which are in ascending order.
    std::size_t find(std::size_t part, std::size_t width, std::size_t word, std::size_t first, std::size_t end) const {
        while (first < end) {
            const std::size_t middle = first + (end - first) / 2, found = bits(part, middle * width, word_bits_);
            if (found == word) return middle;
            if (found < word) first = middle + 1;
            else end = middle;
        }
        return none;
    }
    std::size_t pair_of(std::size_t before, std::size_t word) const {
        return find(pairs_, pair_bits_, before, first_pair(word), first_pair(word + 1));
    }

    std::vector<char> bytes_;
    std::vector<std::string> words_;
    std::size_t pairs_count_ = 0, triples_count_ = 0, word_bits_ = 0, triple_number_bits_ = 0, pair_bits_ = 0, triple_bits_ = 0;
    std::size_t tables_ = 0, words_at_ = 0, pairs_ = 0, triples_ = 0;
};

// Read at the first use and kept.
inline const std::optional<trigram_model>& trigrams() {
    static const std::optional<trigram_model> model = trigram_model::read(ARGDRAW_BENCH_TRIGRAM);
    return model;
}

// Of a model that is there: the row behind the index-th context.
inline std::vector<double> trigram_row(std::size_t index) {
    const auto& [earlier, last] = trigram_contexts[index % trigram_contexts.size()];
    return trigrams()->row(trigrams()->number_of(earlier).value(), trigrams()->number_of(last).value());
}

}  // namespace bench
