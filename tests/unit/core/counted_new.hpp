// The global operator new of this executable: counted, and refusing on demand.
#pragma once

#include <atomic>
#include <cstddef>

namespace counted_new {

inline std::atomic<std::size_t> calls{0};
/// Requests of more bytes than this find no memory.
inline std::atomic<std::size_t> limit{static_cast<std::size_t>(-1)};

/// Refuses everything above `bytes` for as long as it lives.
class scarce {
public:
    explicit scarce(std::size_t bytes) { limit = bytes; }
    ~scarce() { limit = static_cast<std::size_t>(-1); }
    scarce(const scarce&) = delete;
    scarce& operator=(const scarce&) = delete;
};

}  // namespace counted_new
