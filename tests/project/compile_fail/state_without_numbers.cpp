// expect: argdraw: a state does not say what numbers it consists of, so that it could be written as bytes; give it template <class F> constexpr void each_number(F visit) { visit(first); visit(second); }
#include <argdraw/argdraw.hpp>

using namespace argdraw;

struct counting {
    struct state {
        int draws;
    };
    state start() const noexcept { return {0}; }

    template <logit_scalar T, class Context>
    drawn operator()(candidates<T>& c, Context& context) const noexcept {
        ++context.state().draws;
        return c.draw(context.word(purpose::token));
    }
};

auto written(const sampler<counting>& pick) { return pick.start().bytes(); }
