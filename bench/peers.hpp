// The same chains by other libraries, where these are found, and by ours inside of them: peer/<library>/<name>/<row>/float/<vocab>.
#pragma once

#include <cstddef>

namespace bench {

// Says on the standard error what is not found.
void add_peers(std::size_t vocab);

}  // namespace bench
