// expect: argdraw: the draw does not say its law; give it narrow(c), which leaves the tokens that it draws from
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

distribution_of_row law(const std::vector<float>& logits) {
    return sampler{top_k{5}, [](auto& c) { return c.draw_first(); }}.distribution(logits);
}
