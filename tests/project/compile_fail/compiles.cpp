// What the other files of this folder do wrong, done right: shows that they fail for the reason they give and not for their flags.
#include <array>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include <Eigen/Core>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

struct ban_listed {
    const std::vector<token_id>* ids;

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.ban(*ids);
    }
};

drawn best(const std::vector<float>& logits) { return sampler{temperature{0.8f}, top_k{40}, greedy{}}(logits); }
drawn token(const std::vector<float>& logits, std::mt19937& random) { return sampler{top_k{40}, categorical{}}(logits, random); }
drawn token(const std::vector<float>& logits, const std::vector<token_id>& banned, philox& random) {
    return sampler{ban_listed{&banned}, [](auto& c) { c.keep_top(3); }, categorical{}}(logits, random);
}
drawn of_a_row(const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>& batch) {
    return sampler{greedy{}}(batch.row(0));
}
drawn of_doubles(const std::vector<double>& logits) {
    return sampler{[](candidates<double>& c) { c.keep_top(3); }, greedy{}}(logits);
}
auto of_lists(const std::vector<token_id>& ids, const std::vector<std::uint32_t>& mask, const std::vector<float>& row) {
    return sampler{ban{ids},
                   ban{{1, 2}},
                   ban{std::array{1, 2}},
                   ban{std::span(ids).first(1)},
                   logit_bias{{{1, 2.0f}}},
                   min_tokens{3, ids},
                   min_tokens{3, {1, 2}},
                   dry{.multiplier = 0.8f, .breakers = ids},
                   xtc{.probability = 0.5f, .protect = std::span(ids)},
                   allow{mask, past_end::ban},
                   guidance{row, 1.5f},
                   contrastive{std::span(row), 0.1f, 0.5f},
                   bad_words{{ids, std::span(ids).first(1)}},
                   sequence_bias{{{ids, 0.5f}}},
                   categorical{}};
}
