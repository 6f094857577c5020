// workspace — scratch memory of a draw: one buffer, sized by the width of the row and never by its contents.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Scratch memory that a caller may own and pass to draws; without it, each thread has its own, and where that is gone, in the destructor
/// of a static object, each draw.
///
/// A draw asks for one buffer whose size depends on the row's width and scalar alone (about 53 bytes a token, most of it
/// never touched), so the first draw of a width allocates and later ones do not. One workspace serves one draw at a time.
class workspace {
public:
    workspace() = default;
    workspace(workspace&& other) noexcept : bytes_(std::exchange(other.bytes_, nullptr)), capacity_(std::exchange(other.capacity_, 0)) {}
    workspace& operator=(workspace&& other) noexcept {
        std::swap(bytes_, other.bytes_);
        std::swap(capacity_, other.capacity_);
        return *this;
    }
    ~workspace() { release(); }

    /// At least `bytes` bytes aligned to 64, or nullptr where there is no memory. What was in the buffer is lost.
    std::byte* reserve(std::size_t bytes) noexcept {
        if (bytes > capacity_) {
            release();
            bytes_ = static_cast<std::byte*>(::operator new(bytes, std::align_val_t{64}, std::nothrow));
            capacity_ = bytes_ ? bytes : 0;
        }
        return bytes_;
    }

    std::size_t capacity() const noexcept { return capacity_; }

    /// Gives the memory back; the next draw allocates again.
    void release() noexcept {
        ::operator delete(bytes_, std::align_val_t{64});
        bytes_ = nullptr;
        capacity_ = 0;
    }

private:
    std::byte* bytes_ = nullptr;
    std::size_t capacity_ = 0;
};

namespace detail {

// The workspaces of a thread, one for each depth of nesting that has occurred: a stage may draw with another sampler while its own draw
// holds a workspace. Destroyed at the end of the thread, before objects of static storage.
struct workspace_chain {
    struct link {
        workspace space;
        link* next = nullptr;
        bool leased = false;
    };
    workspace_chain() = default;
    workspace_chain(const workspace_chain&) = delete;
    workspace_chain& operator=(const workspace_chain&) = delete;
    ~workspace_chain() {
        ended() = true;
        while (first) delete std::exchange(first, first->next);
    }

    /// Whether the thread's chain has been destroyed. The flag itself never is.
    static bool& ended() noexcept {
        ARGDRAW_THREAD_LOCAL constinit bool was_destroyed = false;
        return was_destroyed;
    }

    link* first = nullptr;
};

/// nullptr where the thread has none any more: in the destructor of a static object, or of another object of the thread.
inline workspace_chain* thread_workspaces() noexcept {
    if (workspace_chain::ended()) return nullptr;
    ARGDRAW_THREAD_LOCAL workspace_chain chain;
    return &chain;
}

class workspace_lease {
public:
    workspace_lease() noexcept {
        workspace_chain* const chain = thread_workspaces();
        workspace_chain::link** at = chain ? &chain->first : &own_;
        while (*at && (*at)->leased) at = &(*at)->next;
        if (!*at) *at = new (std::nothrow) workspace_chain::link;
        link_ = *at;
        if (link_) link_->leased = true;
    }
    workspace_lease(const workspace_lease&) = delete;
    workspace_lease& operator=(const workspace_lease&) = delete;
    ~workspace_lease() {
        if (link_) link_->leased = false;
        delete own_;
    }

    /// nullptr where not even the handle could be allocated.
    workspace* get() const noexcept { return link_ ? &link_->space : nullptr; }

private:
    workspace_chain::link* own_ = nullptr;  // used once the thread's chain is destroyed
    workspace_chain::link* link_ = nullptr;
};

}  // namespace detail

/// Gives back the calling thread's scratch memory. Draws under way on this thread keep theirs.
inline void release_workspace() noexcept {
    const detail::workspace_chain* const chain = detail::thread_workspaces();
    for (auto* at = chain ? chain->first : nullptr; at; at = at->next)
        if (!at->leased) at->space.release();
}

}  // namespace argdraw
