// stages — a chain of any stages and any draw, with parameters in their ranges or not, and what is known of them without asking the
// library.
#pragma once

#include "input.hpp"

#include <deque>
#include <limits>
#include <span>
#include <vector>

#include <argdraw/argdraw.hpp>

namespace fuzz {

using argdraw::token_id;

// For rows of float. What its stages do is compiled once for all targets, in stages.cpp, where next() is.
using float_chain = argdraw::chain_for<float>;
using float_draw = argdraw::any_draw_for<float>;

/// categorical, with a word of the input's choice.
struct at_word {
    std::uint64_t word;

    static constexpr bool draws_from_all = true;

    template <argdraw::logit_scalar T>
    argdraw::drawn operator()(argdraw::candidates<T>& c) const noexcept {
        return c.draw(word);
    }
};

/// The stages of one execution, and the memory of their lists.
class stages {
public:
    float_chain chain;
    bool legal = true;         ///< every parameter is in its range
    bool in_row = true;        ///< every id and every other row that is looked at belongs to the row
    std::vector<bool> banned;  ///< by the stages that only remove ids

    /// For rows of this width, after so many tokens of output.
    stages(input& in, std::size_t most, std::size_t width, std::size_t outputs) : banned(width), in_(in), width_(width), outputs_(outputs) {
        for (std::size_t n = in.below(most + 1); n > 0; --n) {
            const float_chain::stage_type stage = next();
            chain.add(stage);
            if (!last_legal_) legal = false;
            if (!last_in_row_ && !stage.neutral()) in_row = false;
        }
    }
    stages(const stages&) = delete;
    stages& operator=(const stages&) = delete;

private:
    using ids = std::vector<token_id>;
    static constexpr float largest = std::numeric_limits<float>::max();
    static bool finite(float x) { return -largest <= x && x <= largest; }

    void range(bool kept) { last_legal_ = last_legal_ && kept; }
    void row(bool kept) { last_in_row_ = last_in_row_ && kept; }
    float p() { return in_.parameter(); }
    int keep() {
        const int least = in_.flag() ? 1 : in_.whole(width_);
        range(least >= 0);
        return least;
    }
    int window() {
        const int w = in_.flag() ? -1 : in_.whole(8);
        range(w >= -1);
        return w;
    }
    argdraw::scope scope() { return static_cast<argdraw::scope>(in_.below(3)); }
    bool has(token_id id) const { return id >= 0 && static_cast<std::size_t>(id) < width_; }
    token_id id() {
        const std::size_t how = in_.below(256);
        const auto any = how == 0   ? in_.number<token_id>()
                         : how == 1 ? static_cast<token_id>(width_)
                         : how == 2 ? -1
                         : how < 64 ? static_cast<token_id>(in_.below(width_))
                                    : static_cast<token_id>(how % std::min<std::size_t>(width_, 8));
        row(has(any));
        return any;
    }
    std::span<const token_id> list(std::size_t most) {
        ids& made = lists_.emplace_back(in_.below(most + 1));
        for (token_id& each : made) each = id();
        return made;
    }
    std::span<const float> other_row() {
        const std::size_t how = in_.below(16);
        auto& made = rows_.emplace_back(how == 0 ? width_ + 1 : how == 1 ? width_ - 1 : width_);
        row(how > 1);
        const float first = p(), step = p();
        for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<float>(i % 7) * step + first;
        for (std::size_t n = made.empty() ? 0 : in_.below(4); n > 0; --n) made[in_.below(made.size())] = in_.number<float>();
        return made;
    }
    void ban(token_id gone) {
        if (has(gone)) banned[static_cast<std::size_t>(gone)] = true;
    }
    template <class F>
    void ban_if(F gone) {
        for (std::size_t i = 0; i < width_; ++i)
            if (gone(static_cast<token_id>(i))) banned[i] = true;
    }
    static bool holds(std::span<const token_id> some, token_id one) { return std::find(some.begin(), some.end(), one) != some.end(); }

    float_chain::stage_type next();

    input& in_;
    std::size_t width_;
    std::size_t outputs_;
    bool last_legal_ = true;
    bool last_in_row_ = true;
    std::deque<ids> lists_;
    std::deque<std::vector<float>> rows_;
    std::deque<std::vector<std::uint32_t>> masks_;
    std::deque<std::vector<std::span<const token_id>>> words_;
    std::deque<std::vector<argdraw::token_bias>> biases_;
    std::deque<std::vector<argdraw::biased_sequence>> sequences_;
};

}  // namespace fuzz
