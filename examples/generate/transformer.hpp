// A llama-style transformer that reads the checkpoint layout llama2.c made public (its version 0), one token a step.
//
//   layout   seven int32: dim, hidden, layers, heads, kv_heads, vocabulary, context; a negative vocabulary says
//            that the classifier has a matrix of its own. Then float32, row-major: embedding; for all layers rms_att,
//            wq, wk, wv, wo, rms_ffn, w1, w2, w3; rms_final; two rotary tables, which are computed here instead; and the
//            classifier where it is not the embedding.
//   sources  Touvron et al. 2023, arXiv:2302.13971; RMSNorm arXiv:1910.07467; rotary positions arXiv:2104.09864;
//            SwiGLU arXiv:2002.05202; grouped queries arXiv:2305.13245
#pragma once

#include "file_bytes.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace generate {

struct dimensions {
    std::int64_t dim, hidden, layers, heads, kv_heads, vocabulary, context;  // Eigen::Index is 32 bits where pointers are
    bool own_classifier;

    std::int64_t head() const { return dim / heads; }
    std::int64_t kv_dim() const { return head() * kv_heads; }
};

class transformer {
public:
    explicit transformer(const std::string& path) : transformer(file_bytes(path)) {}
    explicit transformer(file_bytes file) : transformer(read_shape(file), file) {}

    // A copy goes on from the same text by itself, over the same weights. Assigning would assign the weights, which are views.
    transformer(const transformer&) = default;
    transformer& operator=(const transformer&) = delete;

    const dimensions& shape() const { return shape_; }
    Eigen::Index position() const { return position_; }

    // Goes back to where so many tokens were read.
    void rewind(Eigen::Index position) { position_ = std::min(position, position_); }
    // The same model without its layers from this one on: worse and quicker, a draft of it.
    void cut_behind(Eigen::Index layers) {
        while (static_cast<Eigen::Index>(layers_.size()) > layers) layers_.pop_back();
    }

    // Reads `id` at the next position and writes the logits of the token after it.
    void step(int id, Eigen::VectorXf& logits) {
        if (id < 0 || id >= shape_.vocabulary) throw std::out_of_range("the token is not of this model's vocabulary.");
        if (position_ >= shape_.context) throw std::out_of_range("the model's context is full.");

        x_ = embedding_.row(id).transpose();
        set_rotation();
        for (layer& l : layers_) {
            attend(l);
            feed_forward(l);
        }
        normalize(rms_final_);
        logits.noalias() = classifier_ * normal_;
        ++position_;
    }

private:
    using row_major = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    using matrix = Eigen::Map<const row_major>;
    using vector = Eigen::Map<const Eigen::VectorXf>;

    struct layer {
        vector rms_att, rms_ffn;
        matrix wq, wk, wv, wo, w1, w2, w3;
        // One row of kv_dim a position. They grow with the text, so that a header cannot ask for memory by its context.
        std::vector<float> keys, values;
    };

    // Hands out the weights in the order of the file.
    struct cursor {
        const float* at;

        const float* take(Eigen::Index count) { return std::exchange(at, at + count); }
    };

    transformer(const dimensions& read, file_bytes& file)
        : shape_(read), weights_(std::make_shared<const std::vector<float>>(read_weights(file, shape_))) {
        const auto [dim, hidden, layers, heads, kv_heads, vocabulary, context, own_classifier] = shape_;
        const Eigen::Index kv_dim = shape_.kv_dim();

        cursor next{weights_->data()};
        new (&embedding_) matrix(next.take(vocabulary * dim), vocabulary, dim);
        cursor rms_att{next.take(layers * dim)};
        cursor wq{next.take(layers * dim * dim)};
        cursor wk{next.take(layers * kv_dim * dim)};
        cursor wv{next.take(layers * kv_dim * dim)};
        cursor wo{next.take(layers * dim * dim)};
        cursor rms_ffn{next.take(layers * dim)};
        cursor w1{next.take(layers * hidden * dim)};
        cursor w2{next.take(layers * dim * hidden)};
        cursor w3{next.take(layers * hidden * dim)};
        new (&rms_final_) vector(next.take(dim), dim);
        next.take(context * shape_.head());
        new (&classifier_) matrix(own_classifier ? next.take(vocabulary * dim) : weights_->data(), vocabulary, dim);

        for (Eigen::Index l = 0; l < layers; ++l) {
            layers_.push_back({.rms_att = vector(rms_att.take(dim), dim),
                               .rms_ffn = vector(rms_ffn.take(dim), dim),
                               .wq = matrix(wq.take(dim * dim), dim, dim),
                               .wk = matrix(wk.take(kv_dim * dim), kv_dim, dim),
                               .wv = matrix(wv.take(kv_dim * dim), kv_dim, dim),
                               .wo = matrix(wo.take(dim * dim), dim, dim),
                               .w1 = matrix(w1.take(hidden * dim), hidden, dim),
                               .w2 = matrix(w2.take(dim * hidden), dim, hidden),
                               .w3 = matrix(w3.take(hidden * dim), hidden, dim),
                               .keys = {},
                               .values = {}});
        }
        frequency_.resize(shape_.head() / 2);
        for (Eigen::Index i = 0; i < frequency_.size(); ++i) {
            frequency_[i] = std::pow(10000.0f, -2.0f * static_cast<float>(i) / static_cast<float>(shape_.head()));
        }
    }

    static dimensions read_shape(file_bytes& file) {
        if (file.size() < 7 * sizeof(std::int32_t)) file.fail("the file is too short for a checkpoint's header.");
        std::int64_t field[7];
        for (std::int64_t& value : field) value = file.read<std::int32_t>();
        const dimensions shape{.dim = field[0],
                               .hidden = field[1],
                               .layers = field[2],
                               .heads = field[3],
                               .kv_heads = field[4],
                               .vocabulary = std::abs(field[5]),
                               .context = field[6],
                               .own_classifier = field[5] < 0};
        // These limits are far above any model of this layout, and keep every product below in 64 bits.
        const auto within = [](std::int64_t value, std::int64_t limit) { return 1 <= value && value <= limit; };
        if (!within(shape.dim, 1 << 16) || !within(shape.hidden, 1 << 20) || !within(shape.layers, 1 << 10) ||
            !within(shape.heads, shape.dim) || !within(shape.kv_heads, shape.heads) || !within(shape.vocabulary, 1 << 22) ||
            !within(shape.context, 1 << 20)) {
            file.fail("the header is not that of a checkpoint (a dimension is out of range).");
        }
        if (shape.dim % shape.heads != 0 || shape.head() % 2 != 0 || shape.heads % shape.kv_heads != 0) {
            file.fail("the header is not that of a checkpoint (the heads do not divide the dimension).");
        }
        return shape;
    }

    static std::vector<float> read_weights(file_bytes& file, const dimensions& s) {
        const std::int64_t per_layer = 2 * s.dim + 2 * s.dim * s.dim + 2 * s.kv_dim() * s.dim + 3 * s.hidden * s.dim;
        const std::int64_t count = (s.own_classifier ? 2 : 1) * s.vocabulary * s.dim + s.layers * per_layer + s.dim + s.context * s.head();
        const std::size_t expected = static_cast<std::size_t>(count) * sizeof(float);
        if (file.remaining() != expected) {
            file.fail("the header asks for " + std::to_string(expected) + " bytes of weights, and the file has " +
                      std::to_string(file.remaining()) + ".");
        }
        std::vector<float> weights(static_cast<std::size_t>(count));
        file.read(weights);
        return weights;
    }

    void normalize(const vector& weight) {
        const float mean_square = x_.squaredNorm() / static_cast<float>(x_.size());
        normal_ = x_.cwiseProduct(weight) / std::sqrt(mean_square + 1e-5f);
    }

    void set_rotation() {
        const Eigen::ArrayXf angle = frequency_ * static_cast<float>(position_);
        cosine_ = angle.cos();
        sine_ = angle.sin();
    }

    // Turns each head's pairs (0, 1), (2, 3), … by the position's angles.
    void rotate(Eigen::Ref<Eigen::VectorXf> heads) const {
        for (Eigen::Index i = 0; i < heads.size(); i += 2) {
            const Eigen::Index pair = i % shape_.head() / 2;
            const float even = heads[i];
            const float odd = heads[i + 1];
            heads[i] = even * cosine_[pair] - odd * sine_[pair];
            heads[i + 1] = even * sine_[pair] + odd * cosine_[pair];
        }
    }

    void attend(layer& l) {
        const Eigen::Index kv_dim = shape_.kv_dim();
        const Eigen::Index head = shape_.head();
        const Eigen::Index length = position_ + 1;

        normalize(l.rms_att);
        query_.noalias() = l.wq * normal_;
        rotate(query_);
        rotate(append(l.keys, l.wk, kv_dim));
        append(l.values, l.wv, kv_dim);

        const matrix keys(l.keys.data(), length, kv_dim);
        const matrix values(l.values.data(), length, kv_dim);
        attended_.resize(shape_.dim);
        for (Eigen::Index h = 0; h < shape_.heads; ++h) {
            const Eigen::Index group = h * shape_.kv_heads / shape_.heads;
            scores_.noalias() = keys.middleCols(group * head, head) * query_.segment(h * head, head);
            scores_ /= std::sqrt(static_cast<float>(head));
            scores_ = (scores_.array() - scores_.maxCoeff()).exp();
            scores_ /= scores_.sum();
            attended_.segment(h * head, head).noalias() = values.middleCols(group * head, head).transpose() * scores_;
        }
        x_.noalias() += l.wo * attended_;
    }

    // The new position's row of a cache: weight * normal.
    Eigen::Map<Eigen::VectorXf> append(std::vector<float>& cache, const matrix& weight, Eigen::Index kv_dim) const {
        cache.resize(static_cast<std::size_t>((position_ + 1) * kv_dim));
        Eigen::Map<Eigen::VectorXf> row(cache.data() + position_ * kv_dim, kv_dim);
        row.noalias() = weight * normal_;
        return row;
    }

    void feed_forward(const layer& l) {
        normalize(l.rms_ffn);
        gate_.noalias() = l.w1 * normal_;
        up_.noalias() = l.w3 * normal_;
        up_.array() *= gate_.array() / (1.0f + (-gate_.array()).exp());
        x_.noalias() += l.w2 * up_;
    }

    dimensions shape_;
    std::shared_ptr<const std::vector<float>> weights_;
    matrix embedding_{nullptr, 0, 0};
    matrix classifier_{nullptr, 0, 0};
    vector rms_final_{nullptr, 0};
    std::vector<layer> layers_;
    Eigen::ArrayXf frequency_, cosine_, sine_;
    Eigen::VectorXf x_, normal_, query_, scores_, attended_, gate_, up_;
    Eigen::Index position_ = 0;
};

}  // namespace generate
