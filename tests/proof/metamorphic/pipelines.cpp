#include "pipelines.hpp"

#include <bit>

namespace metamorphic {

namespace {

outcome bits(const drawn& token) { return {token.id, token ? std::bit_cast<std::uint32_t>(token.logprob) : 0, token.why}; }

}  // namespace

outcome token_of(row_of_floats row, const chain& stages, philox random) { return bits(sampler{stages, categorical{}}(row, random)); }
outcome token_of(row_of_floats row, const chain& stages, philox random, workspace& space) {
    return bits(sampler{stages, categorical{}}(row, random, space));
}
outcome race(row_of_floats row, const chain& stages, philox random) { return bits(sampler{stages, gumbel{}}(row, random)); }
distribution_of_row law(row_of_floats row, const chain& stages, philox random) {
    return sampler{stages, categorical{}}.distribution(row, random);
}

}  // namespace metamorphic
