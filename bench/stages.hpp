// One pipeline for every stage and draw: pipeline/<stage>/<row>/float/<vocab>.
#pragma once

#include <cstddef>

namespace bench {

void add_stages(std::size_t vocab);

}  // namespace bench
