// The rows are what rows.hpp says they are, and their bits are the same with every compiler.
#include "rows.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string_view>
#include <vector>

namespace {

int failures = 0;

void expect(bool holds, const char* what, bench::row_kind kind, std::size_t vocab, double value) {
    if (holds) return;
    ++failures;
    std::fprintf(stderr, "%.*s, %zu tokens: %s, but is %g\n", static_cast<int>(name(kind).size()), name(kind).data(), vocab, what, value);
}

struct shape {
    double top;           // probability of the likeliest token at T = 0.8
    std::size_t nucleus;  // tokens in the nucleus of .95 at T = 0.8
    std::size_t living;
};

template <class T>
shape shape_of(bench::row_kind kind, std::size_t vocab, std::size_t index) {
    std::vector<double> weights;
    for (double x : bench::make_row(kind, vocab, index)) weights.push_back(std::exp(static_cast<double>(bench::rounded_to<T>(x)) / 0.8));
    std::sort(weights.begin(), weights.end(), std::greater<>{});
    double mass = 0;
    for (double w : weights) mass += w;
    double sum = 0;
    std::size_t nucleus = 0;
    while (sum < 0.95 * mass) sum += weights[nucleus++];
    const auto living = std::count_if(weights.begin(), weights.end(), [](double w) { return w > 0; });
    return {weights[0] / mass, nucleus, static_cast<std::size_t>(living)};
}

template <class T>
void check_shapes(std::size_t vocab, std::size_t rows) {
    using enum bench::row_kind;
    for (std::size_t index = 0; index < rows; ++index) {
        for (bench::row_kind kind : {peaked, masked}) {
            const shape s = shape_of<T>(kind, vocab, index);
            expect(0.35 < s.top && s.top < 0.45, "the top probability is near .4", kind, vocab, s.top);
            expect(30 <= s.nucleus && s.nucleus <= 100, "the nucleus has 30 to 100 tokens", kind, vocab, static_cast<double>(s.nucleus));
            const std::size_t living = kind == masked ? vocab / 100 : vocab;
            expect(s.living == living, "one token in a hundred lives in a masked row, all of them in others", kind, vocab,
                   static_cast<double>(s.living));
        }
        const shape long_tail = shape_of<T>(zipf, vocab, index);
        expect(1000 < long_tail.nucleus && long_tail.nucleus < vocab / 2, "the nucleus is thousands of tokens", zipf, vocab,
               static_cast<double>(long_tail.nucleus));
        const shape none = shape_of<T>(flat, vocab, index);
        expect(none.nucleus > vocab / 2, "the nucleus is more than half of the vocabulary", flat, vocab, static_cast<double>(none.nucleus));
        const shape equal = shape_of<T>(ties, vocab, index);
        expect(equal.top < 1.01 / static_cast<double>(vocab), "all tokens are equal", ties, vocab, equal.top);
    }
}

void check_moments(bench::row_kind kind, double variance) {
    constexpr std::size_t vocab = 128256;
    const std::vector<double> row = bench::make_row(kind, vocab, 0);
    double sum = 0, squares = 0;
    for (double x : row) sum += x;
    for (double x : row) squares += (x - sum / vocab) * (x - sum / vocab);
    expect(std::abs(sum / vocab) < 0.02, "the mean is zero", kind, vocab, sum / vocab);
    expect(std::abs(squares / vocab / variance - 1) < 0.03, "the variance is as written", kind, vocab, squares / vocab);
}

// A distribution each, sharp or flat as the context is, and the words that an English reader expects.
void check_trigrams() {
    using bench::trigram_contexts;
    constexpr std::array<std::string_view, trigram_contexts.size()> likeliest{"time", "not", "</s>", "be", "york", "of", "</s>", "the"};
    if (!bench::trigrams()) {
        std::puts("trigram: no model at " ARGDRAW_BENCH_TRIGRAM ", left out");
        return;
    }
    for (std::size_t index = 0; index < trigram_contexts.size(); ++index) {
        const std::vector<double> row = bench::make_row(bench::row_kind::trigram, bench::trigram_words, index);
        double mass = 0;
        for (double x : row) mass += std::exp(x);
        const auto say = [&](bool holds, const char* what, double value) {
            expect(holds, what, bench::row_kind::trigram, row.size(), value);
        };
        say(row.size() == bench::trigram_words, "a row has all words", static_cast<double>(row.size()));
        say(std::abs(mass - 1) < 1e-3, "the probabilities sum to one", mass);
        const auto top = std::max_element(row.begin(), row.end());
        const std::string_view word = bench::trigrams()->word(static_cast<std::size_t>(top - row.begin()));
        if (word != likeliest[index]) std::fprintf(stderr, "row %zu: %.*s\n", index, static_cast<int>(word.size()), word.data());
        say(word == likeliest[index], "the likeliest word is the one that counts say", std::exp(*top));
        say(*top < 0, "a row has logarithms of probabilities", *top);
    }
}

// FNV-1a over the bits of the first two rows of each kind. A change of a constant here is a change of every figure
// taken before it.
void check_bits(bench::row_kind kind, std::uint64_t expected) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (std::size_t index : {0u, 1u})
        for (double x : bench::make_row(kind, 32000, index)) hash = (hash ^ std::bit_cast<std::uint64_t>(x)) * 0x100000001b3u;
    if (hash == expected) return;
    ++failures;
    std::fprintf(stderr, "%.*s: bits hash to 0x%016llx\n", static_cast<int>(name(kind).size()), name(kind).data(),
                 static_cast<unsigned long long>(hash));
}

}  // namespace

int main() {
    check_shapes<float>(32000, bench::rows_in_rotation);
    for (std::size_t vocab : {128256u, 151936u, 262144u}) check_shapes<float>(vocab, 1);
    check_shapes<double>(32000, 1);
    check_shapes<argdraw::half>(128256, 1);
    check_shapes<argdraw::bfloat16>(128256, 1);
    check_moments(bench::row_kind::flat, 1);
    check_moments(bench::row_kind::peaked, 4);
    check_trigrams();
    check_bits(bench::row_kind::peaked, 0x6710db32b5303a55);
    check_bits(bench::row_kind::zipf, 0x03cb36e8560ba5c3);
    check_bits(bench::row_kind::flat, 0xb4aea4d0184bcf7b);
    check_bits(bench::row_kind::masked, 0xdfdf7777deddf554);
    check_bits(bench::row_kind::ties, 0xbaf4fcc6528cab25);
    if (failures == 0) std::puts("rows: as described");
    return failures != 0;
}
