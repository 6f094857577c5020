// A model that reads a text, tokens forward and back, with the row of logits behind each.
#pragma once

#include "../generate/transformer.hpp"

#include <argdraw/argdraw.hpp>

#include <cstddef>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace speculative {

using argdraw::token_id;

class reader {
public:
    // Rows by the tokens behind the prompt, for who reads the same texts again and again.
    using known_rows = std::map<std::vector<token_id>, Eigen::VectorXf>;

    reader(generate::transformer model, std::span<const token_id> prompt, known_rows* known = nullptr)
        : model_(std::move(model)), known_(known) {
        Eigen::VectorXf row(model_.shape().vocabulary);
        for (const token_id id : prompt) model_.step(id, row);
        prompt_ = model_.position();
        rows_.push_back(std::move(row));
    }

    // Behind the prompt: how many tokens were read, and whether there is room for another.
    std::size_t size() const { return said_.size(); }
    bool has_room() const { return prompt_ + static_cast<Eigen::Index>(size()) < model_.shape().context; }
    // rows()[n] is the one behind n tokens.
    std::span<const Eigen::VectorXf> rows() const { return rows_; }
    const Eigen::VectorXf& row() const { return rows_.back(); }

    void read(token_id id) {
        said_.push_back(id);
        if (known_) {
            auto [at, is_new] = known_->try_emplace(said_, model_.shape().vocabulary);
            if (is_new) {
                model_.rewind(prompt_);
                for (const token_id each : said_) model_.step(each, at->second);
            }
            rows_.push_back(at->second);
        } else {
            model_.step(id, rows_.emplace_back(model_.shape().vocabulary));
        }
    }
    void back_to(std::size_t tokens) {
        if (!known_) model_.rewind(prompt_ + static_cast<Eigen::Index>(tokens));
        said_.resize(tokens);
        rows_.resize(tokens + 1);
    }

private:
    generate::transformer model_;
    known_rows* known_;
    Eigen::Index prompt_ = 0;
    std::vector<token_id> said_;
    std::vector<Eigen::VectorXf> rows_;
};

}  // namespace speculative
