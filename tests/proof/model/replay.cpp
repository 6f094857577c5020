// Rows of the example model replayed: pipelines that people use, against the tokens they gave when the rows were stored.
#include "catch.hpp"

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

namespace {

constexpr std::size_t vocabulary = 512;

std::vector<float> stored_rows() {
    std::ifstream file(ARGDRAW_MODEL_ROWS, std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::vector<float> rows(bytes.size() / sizeof(float));
    std::memcpy(rows.data(), bytes.data(), rows.size() * sizeof(float));
    return rows;
}

template <class Sampler>
std::vector<token_id> replay(const Sampler& pick) {
    const std::vector<float> rows = stored_rows();
    std::vector<token_id> tokens;
    philox random{.seed = 42, .sequence = 3};
    for (std::size_t at = 0; at + vocabulary <= rows.size(); at += vocabulary) {
        const drawn token = pick(std::span<const float>(rows).subspan(at, vocabulary), random);
        REQUIRE(token);
        REQUIRE(token.logprob <= 0);
        tokens.push_back(token.id);
    }
    REQUIRE(tokens.size() == 32);
    return tokens;
}

}  // namespace

TEST_CASE("stored rows of the model replay to the same tokens") {
    CHECK(replay(sampler{temperature{0.0f}, categorical{}}) == std::vector<token_id>{484, 364, 261, 366, 283, 291, 391, 484, 364, 351, 261,
                                                                                     396, 350, 461, 407, 473, 356, 324, 311, 319, 282, 446,
                                                                                     261, 308, 272, 481, 293, 441, 269, 462, 277, 354});
    CHECK(replay(sampler{temperature{1.0f}, categorical{}}) == std::vector<token_id>{484, 364, 261, 366, 277, 291, 391, 484, 364, 351, 261,
                                                                                     396, 350, 426, 385, 473, 376, 324, 311, 319, 282, 446,
                                                                                     353, 413, 429, 481, 293, 317, 269, 462, 277, 354});
    CHECK(replay(sampler{temperature{0.7f}, top_k{40}, top_p{0.95f}, min_p{0.05f}, categorical{}}) ==
          std::vector<token_id>{484, 364, 261, 366, 277, 291, 391, 484, 364, 351, 261, 396, 350, 430, 385, 473,
                                376, 324, 311, 319, 282, 446, 261, 413, 429, 481, 293, 325, 269, 462, 277, 354});
    CHECK(replay(sampler{temperature{1.5f}, top_p{0.9f}, categorical{}}) ==
          std::vector<token_id>{484, 364, 261, 366, 277, 291, 391, 484, 364, 351, 261, 382, 350, 426, 385, 473,
                                419, 294, 311, 334, 282, 446, 353, 413, 429, 481, 293, 317, 269, 462, 277, 354});
}

TEST_CASE("without randomness greedy and temperature 0 agree on every stored row") {
    const std::vector<float> rows = stored_rows();
    philox random;
    for (std::size_t at = 0; at + vocabulary <= rows.size(); at += vocabulary) {
        const auto row = std::span<const float>(rows).subspan(at, vocabulary);
        CHECK(sampler{greedy{}}(row).id == sampler{temperature{0.0f}, categorical{}}(row, random).id);
    }
}
