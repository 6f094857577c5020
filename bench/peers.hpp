// The same chains by other libraries, where these are found, and by ours inside of them: peer/<library>/<name>/<row>/float/<vocab>.
#pragma once

#include <cstddef>
#include <span>

namespace bench {

// Says on the standard error what is not found.
void add_peers(std::span<const std::size_t> vocabularies);

}  // namespace bench
