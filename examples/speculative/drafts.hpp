// Two cheap ways to guess what a text goes on with: by what it said before, and by the first layer of the model alone.
#pragma once

#include "reader.hpp"

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/draft.hpp>
#include <argdraw/text/pipeline.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace speculative {

using argdraw::draft;
using argdraw::draft_law;

class drafter {
public:
    virtual ~drafter() = default;
    // Tokens that may come next, `most` of them or fewer, and the laws that they were drawn from; a view until the next call.
    virtual draft propose(std::size_t most) = 0;
    // What came, in the place of what was proposed.
    virtual void came(std::span<const token_id> tokens) = 0;
};

// The longest end of the text, of up to three tokens, that stood in it before: what came then. No law: these tokens are certain.
class repetition : public drafter {
public:
    explicit repetition(std::span<const token_id> prompt) : text_(prompt.begin(), prompt.end()) {}

    draft propose(std::size_t most) override {
        proposed_.clear();
        for (std::size_t n = std::min<std::size_t>(3, text_.size() - 1); n > 0 && proposed_.empty(); --n) {
            const auto end = text_.end() - static_cast<std::ptrdiff_t>(n);
            const auto found = std::find_end(text_.begin(), text_.end() - 1, end, text_.end());
            if (found == text_.end() - 1) continue;
            for (auto at = found + static_cast<std::ptrdiff_t>(n); at != text_.end() && proposed_.size() < most; ++at)
                proposed_.push_back(*at);
        }
        return {.tokens = proposed_};
    }
    void came(std::span<const token_id> tokens) override { text_.insert(text_.end(), tokens.begin(), tokens.end()); }

private:
    std::vector<token_id> text_, proposed_;
};

// A smaller model with a pipeline of its own. Under greedy its tokens are certain; else it says the law that each was drawn from.
class small_model : public drafter {
public:
    // `random` must not be that of the text which is verified, but for match.
    small_model(reader model, const argdraw::pipeline& pick, const argdraw::start_options& random, std::span<const token_id> prompt)
        : model_(std::move(model)),
          pick_(pick),
          certain_(pick.get<1>().get_if<argdraw::greedy>() != nullptr),
          seq_(pick.start(random, prompt)) {}

    draft propose(std::size_t most) override {
        before_ = model_.size();
        proposed_.clear();
        found_.clear();
        while (proposed_.size() < most && model_.has_room()) {
            if (!certain_) found_.push_back(pick_.distribution(model_.row(), seq_));
            const argdraw::drawn token = pick_(model_.row(), seq_);
            if (!token || seq_.accept(token.id) != argdraw::status::ok) break;
            proposed_.push_back(token.id);
            model_.read(token.id);
        }
        laws_.clear();
        if (!certain_)
            for (std::size_t i = 0; i < proposed_.size(); ++i) laws_.push_back({found_[i].ids, found_[i].probabilities});
        return {.tokens = proposed_, .laws = laws_};
    }
    void came(std::span<const token_id> tokens) override {
        seq_.rollback(proposed_.size());
        model_.back_to(before_);
        for (const token_id id : tokens) {
            if (seq_.accept(id) != argdraw::status::ok || !model_.has_room()) return;
            model_.read(id);
        }
    }

private:
    reader model_;
    argdraw::pipeline pick_;
    bool certain_;
    argdraw::sequence<argdraw::chain, argdraw::any_draw> seq_;
    std::size_t before_ = 0;
    std::vector<token_id> proposed_;
    std::vector<argdraw::distribution_of_row> found_;
    std::vector<draft_law> laws_;
};

}  // namespace speculative
