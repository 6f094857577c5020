// What clang-tidy looks through: every header, and templates where they are filled in, for every stage and draw.
#include "all_headers.hpp"

#include <span>

using namespace argdraw;

namespace {

template <class Draw>
bool looked_through(std::span<const float> row, const chain& stages, Draw draw) {
    const sampler pick{stages, draw};
    auto seq = pick.start({.seed = 1});
    return pick(row, seq) && pick.distribution(row, seq) && seq.accept(0) == status::ok && seq.rollback(1) == status::ok &&
           pick.check(row.size(), seq);
}

}  // namespace

bool look_through(std::span<const float> row, const chain& stages, std::span<drawn> several);
bool look_through(std::span<const float> row, const chain& stages, std::span<drawn> several) {
    return looked_through(row, stages, greedy{}) && looked_through(row, stages, categorical{}) && looked_through(row, stages, gumbel{}) &&
           looked_through(row, stages, mirostat{}) && looked_through(row, stages, mirostat_v1{}) &&
           looked_through(row, stages, adaptive_p{}) && looked_through(row, stages, without_replacement{several});
}
