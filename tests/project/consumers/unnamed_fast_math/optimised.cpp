// What every draw begins with. A flag that is refused here is refused in every sampler.
#include <argdraw/core/float_environment.hpp>

int main() {
    argdraw::under_default_rounding([] {});
}
