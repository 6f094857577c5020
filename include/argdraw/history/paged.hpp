// paged — an array in pages, which copies have in common until one of them writes there.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/sizes.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// A copy costs a step for each page, and whoever writes to a page that another holds, too, a copy of that page. make_room() finds the
/// memory for both ahead, so that writing cannot fail. One of these is not for several threads at once, but each of those that have pages in
/// common may be used by a thread of its own.
template <class T>
class paged {
    static_assert(std::is_trivially_destructible_v<T> && std::is_nothrow_copy_constructible_v<T>);

public:
    static constexpr std::size_t page_size = std::bit_floor((std::max<std::size_t>)(1, sizes::history_page / sizeof(T)));

    paged() = default;
    /// Throws.
    paged(const paged& other) : size_(other.size_), used_(pages_for(other.size_)), shared_(used_) {
        pages_.reserve(used_ + 1);
        for (std::size_t p = 0; p < used_; ++p) {
            pages_.push_back(other.pages_[p]);
            pages_[p].owners().fetch_add(1, std::memory_order_relaxed);
        }
        // Whoever holds the other finds that its pages are no longer its own, once it is not the only one to hold it.
        other.shared_.store(other.used_, std::memory_order_relaxed);
    }
    paged(paged&& other) noexcept { swap(other); }
    paged& operator=(paged other) noexcept {
        swap(other);
        return *this;
    }
    ~paged() {
        for (const page& each : pages_) each.let_go();
    }

    void swap(paged& other) noexcept {
        pages_.swap(other.pages_);
        std::swap(size_, other.size_);
        std::swap(used_, other.used_);
        other.shared_.store(shared_.exchange(other.shared_pages(), std::memory_order_relaxed), std::memory_order_relaxed);
    }

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    const T& operator[](std::size_t i) const noexcept { return pages_[i / page_size].items[i % page_size]; }
    const T& back() const noexcept { return (*this)[size_ - 1]; }

    /// Room for `extra` elements more, and so many writes besides. Throws, and then nothing that can be seen has changed.
    void make_room(std::size_t extra, std::size_t writes) {
        const std::size_t whole = pages_for(size_ + extra), more = whole > used_ ? whole - used_ : 0;
        const std::size_t grown = extra > 0 ? whole - size_ / page_size : 0;
        const std::size_t copies = writes < shared_pages() ? (std::min)(writes + grown, shared_pages()) : shared_pages();
        const std::size_t spares = pages_.size() - used_;
        if (more + copies <= spares) return;
        // Several at once, so that there are few allocations: where the array grows, as many again, or of many half of them.
        const std::size_t at_once = more > 0 ? (std::max)((std::min)(used_, many), used_ / 2) : (std::min)(shared_pages(), few);
        add((std::max)(more + copies - spares, at_once));
    }

    /// The element, to be written. There must be room.
    T& at(std::size_t i) noexcept { return own(i / page_size).items[i % page_size]; }
    /// There must be room.
    T& push_back(const T& value) noexcept {
        const std::size_t p = size_ / page_size;
        if (p == used_) ++used_;
        T* const there = own(p).items + size_ % page_size;
        ++size_;
        return *new (there) T(value);
    }
    void pop_back() noexcept { --size_; }
    /// Leaves the first n.
    void cut(std::size_t n) noexcept { size_ = n; }
    /// This many, all of them this one. Throws, and then nothing has changed.
    void assign(std::size_t n, const T& value) {
        const std::size_t pages = pages_for(n), before = pages_.size();
        add(pages);
        for (std::size_t p = 0; p < before; ++p) pages_[p].let_go();
        pages_.erase(pages_.begin(), pages_.begin() + static_cast<std::ptrdiff_t>(before));
        used_ = pages;
        size_ = n;
        shared_.store(0, std::memory_order_relaxed);
        for (std::size_t p = 0; p < pages; ++p) std::uninitialized_fill_n(pages_[p].items, (std::min)(page_size, n - p * page_size), value);
    }

private:
    static constexpr std::size_t many = 32, few = 4;

    struct slab;

    struct page {
        T* items;
        slab* of;

        std::atomic<std::uint32_t>& owners() const noexcept {
            return of->owners()[static_cast<std::size_t>(items - of->items()) / page_size];
        }
        void let_go() const noexcept {
            if (owners().fetch_sub(1, std::memory_order_acq_rel) == 1) of->let_go();
        }
    };

    // Several pages in one piece of memory: how many of them someone holds, by how many each is held, their elements.
    struct slab {
        std::atomic<std::size_t> held;
        std::size_t pages;

        static constexpr std::size_t aligned = (std::max)(alignof(T), alignof(std::size_t));
        static constexpr bool ordinary = aligned <= __STDCPP_DEFAULT_NEW_ALIGNMENT__;
        static constexpr std::size_t up(std::size_t bytes) noexcept { return (bytes + aligned - 1) / aligned * aligned; }
        static constexpr std::size_t counts = up(sizeof(std::atomic<std::size_t>) + sizeof(std::size_t));

        std::byte* begin() noexcept { return reinterpret_cast<std::byte*>(this); }
        std::atomic<std::uint32_t>* owners() noexcept { return reinterpret_cast<std::atomic<std::uint32_t>*>(begin() + counts); }
        T* items() noexcept { return reinterpret_cast<T*>(begin() + counts + up(pages * sizeof(std::atomic<std::uint32_t>))); }

        // One of so many pages, each held by one. Throws.
        static slab* of(std::size_t n) {
            const std::size_t bytes = counts + up(n * sizeof(std::atomic<std::uint32_t>)) + n * page_size * sizeof(T);
            void* const memory = ordinary ? ::operator new(bytes) : ::operator new(bytes, std::align_val_t{aligned});
            slab* const made = new (memory) slab{{n}, n};
            std::uninitialized_fill_n(made->owners(), n, 1u);
            return made;
        }
        void let_go() noexcept {
            if (held.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
            if constexpr (ordinary) ::operator delete(static_cast<void*>(this));
            else ::operator delete(static_cast<void*>(this), std::align_val_t{aligned});
        }
    };

    static std::size_t pages_for(std::size_t elements) noexcept { return (elements + page_size - 1) / page_size; }
    std::size_t shared_pages() const noexcept { return shared_.load(std::memory_order_relaxed); }

    // So many spare pages more. Throws, and then there are none.
    void add(std::size_t n) {
        if (pages_.capacity() - pages_.size() < n) pages_.reserve((std::max)({pages_.size() + n, 2 * pages_.capacity(), std::size_t{8}}));
        slab* const all = n > 0 ? slab::of(n) : nullptr;
        for (std::size_t i = 0; i < n; ++i) pages_.push_back({all->items() + i * page_size, all});
    }

    // The page, held by no other.
    page& own(std::size_t p) noexcept {
        page& here = pages_[p];
        if (shared_pages() == 0 || here.owners().load(std::memory_order_acquire) == 1) return here;
        const page copy = pages_.back();
        pages_.pop_back();
        const std::size_t begin = p * page_size;
        if (begin < size_) std::uninitialized_copy_n(here.items, (std::min)(page_size, size_ - begin), copy.items);
        here.let_go();
        here = copy;
        shared_.store(shared_pages() - 1, std::memory_order_relaxed);
        return here;
    }

    std::vector<page> pages_;  // those used, then spare ones
    std::size_t size_ = 0;
    std::size_t used_ = 0;
    mutable std::atomic<std::size_t> shared_{0};  // at most so many pages are held by others, too
};

}  // namespace argdraw::detail
