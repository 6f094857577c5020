// shared — a value that copies have in common until one of them changes it.
#pragma once

#include <atomic>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <argdraw/core/config.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// Nothing, or a T that is never changed while another of these holds it too. A copy costs the same whatever T holds; the
/// first change after it, one copy of T, for whoever makes it. One of these is not for several threads at once, but each of those that
/// have a T in common may be used by a thread of its own: who finds himself alone has seen that the others were done with it.
template <class T>
class shared {
public:
    shared() = default;
    /// Throws.
    explicit shared(T value) : held_(new holder{std::move(value)}) {}
    shared(const shared& other) noexcept : held_(other.held_) {
        if (held_) held_->owners.fetch_add(1, std::memory_order_relaxed);
    }
    shared(shared&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
    shared& operator=(shared other) noexcept {
        swap(other);
        return *this;
    }
    ~shared() {
        if (held_ && held_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete held_;
    }

    void swap(shared& other) noexcept { std::swap(held_, other.held_); }

    explicit operator bool() const noexcept { return held_ != nullptr; }
    const T& operator*() const noexcept { return held_->value; }
    const T* operator->() const noexcept { return &held_->value; }

    /// The value, held by no other: a copy where others hold it, T() where there was none. Throws, and then nothing has changed.
    T& own() {
        if constexpr (std::is_default_constructible_v<T>)
            if (!held_) *this = shared(T());
        if (held_->owners.load(std::memory_order_acquire) != 1) *this = shared(T(held_->value));
        return held_->value;
    }
    /// The value, after own() and before any copy of this.
    T& owned() noexcept { return held_->value; }

private:
    struct holder {
        T value;
        std::atomic<std::size_t> owners{1};
    };

    holder* held_ = nullptr;
};

}  // namespace argdraw::detail
