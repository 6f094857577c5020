// What inference engines do today, written plainly: our own implementation of the common design, taken from no engine.
//
// A record {id, logit, p} per token of the vocabulary, built anew from each row; std::partial_sort where the number of
// survivors is known, std::sort where it is not; a softmax in float with the maximum subtracted; a running sum of the
// probabilities for the nucleus and for the draw. The records are kept between calls, as an engine would.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <vector>

namespace bench {

class baseline {
public:
    explicit baseline(std::uint32_t seed) : random_{seed} {}

    template <class T>
    std::int32_t greedy(std::span<const T> row) {
        build(row);
        return std::max_element(tokens_.begin(), tokens_.end(), [](const token& a, const token& b) { return a.logit < b.logit; })->id;
    }

    template <class T>
    std::int32_t temperature(std::span<const T> row, float t) {
        build(row);
        scale(t);
        softmax(maximum());
        return draw();
    }

    template <class T>
    std::int32_t top_k(std::span<const T> row, std::size_t k, float t) {
        build(row);
        keep_top(k);
        scale(t);
        softmax(tokens_.front().logit);
        return draw();
    }

    template <class T>
    std::int32_t top_p(std::span<const T> row, float t, float p) {
        build(row);
        scale(t);
        softmax(maximum());
        std::sort(tokens_.begin(), tokens_.end(), before);
        keep_mass(p);
        return draw();
    }

    // The refinement some engines have: a nucleus is mostly short, so its likeliest tokens are sorted first and the rest
    // only when their mass falls short.
    template <class T>
    std::int32_t top_p_partial(std::span<const T> row, float t, float p) {
        build(row);
        scale(t);
        softmax(maximum());
        const auto middle = tokens_.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(256, tokens_.size()));
        std::partial_sort(tokens_.begin(), middle, tokens_.end(), before);
        float sum = 0;
        for (auto it = tokens_.begin(); it != middle && sum < p; ++it) sum += it->p;
        if (sum < p) std::sort(middle, tokens_.end(), before);
        keep_mass(p);
        return draw();
    }

    // A probability of at least p times the largest is a logit within ln p of the largest: no softmax of the vocabulary.
    template <class T>
    std::int32_t min_p(std::span<const T> row, float t, float p) {
        build(row);
        scale(t);
        const float largest = maximum();
        const float cut = largest + std::log(p);
        keep_at_least(cut);
        softmax(largest);
        return draw();
    }

    // top-k, top-p, min-p, then the temperature, after which the softmax of the survivors is taken again.
    template <class T>
    std::int32_t chain(std::span<const T> row, std::size_t k, float top_p, float min_p, float t) {
        build(row);
        keep_top(k);
        softmax(tokens_.front().logit);
        keep_mass(top_p);
        const float cut = tokens_.front().logit + std::log(min_p);
        keep_at_least(cut);
        scale(t);
        softmax(tokens_.front().logit);
        return draw();
    }

private:
    struct token {
        std::int32_t id;
        float logit;
        float p;
    };

    static bool before(const token& a, const token& b) { return a.logit > b.logit; }

    template <class T>
    void build(std::span<const T> row) {
        if (records_.size() < row.size()) records_.resize(row.size());
        tokens_ = std::span{records_}.first(row.size());
        for (std::size_t i = 0; i < row.size(); ++i) tokens_[i] = {static_cast<std::int32_t>(i), static_cast<float>(row[i]), 0.0f};
    }

    void scale(float t) {
        for (token& x : tokens_) x.logit /= t;
    }

    float maximum() const {
        float largest = -std::numeric_limits<float>::infinity();
        for (const token& x : tokens_) largest = std::max(largest, x.logit);
        return largest;
    }

    void softmax(float largest) {
        float sum = 0;
        for (token& x : tokens_) {
            x.p = std::exp(x.logit - largest);
            sum += x.p;
        }
        for (token& x : tokens_) x.p /= sum;
    }

    void keep_top(std::size_t k) {
        k = std::min(k, tokens_.size());
        std::partial_sort(tokens_.begin(), tokens_.begin() + static_cast<std::ptrdiff_t>(k), tokens_.end(), before);
        tokens_ = tokens_.first(k);
    }

    void keep_at_least(float cut) {
        const auto last = std::remove_if(tokens_.begin(), tokens_.end(), [cut](const token& x) { return x.logit < cut; });
        tokens_ = tokens_.first(static_cast<std::size_t>(last - tokens_.begin()));
    }

    // Of tokens in order: the shortest prefix with a mass of at least p.
    void keep_mass(float p) {
        float sum = 0;
        std::size_t count = 0;
        while (count < tokens_.size() && sum < p) sum += tokens_[count++].p;
        tokens_ = tokens_.first(count);
    }

    std::int32_t draw() {
        float mass = 0;
        for (const token& x : tokens_) mass += x.p;
        float left = std::uniform_real_distribution<float>{0.0f, mass}(random_);
        for (const token& x : tokens_)
            if ((left -= x.p) < 0) return x.id;
        return tokens_.back().id;
    }

    std::vector<token> records_;
    std::span<token> tokens_;  // those of the records that are still candidates
    std::mt19937 random_;
};

}  // namespace bench
