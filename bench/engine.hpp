// What is asked beside a draw, steps over many texts, and drafts: engine/*.
#pragma once

#include <cstddef>

namespace bench {

void add_engine(std::size_t vocab);

}  // namespace bench
