// phrases — sequences of tokens that a stage is given, each of one token or several.
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/view_of.hpp>

namespace argdraw::inline ARGDRAW_ABI {

namespace detail {

inline std::atomic<std::uint64_t> last_stamp{0};

}  // namespace detail

/// Sequences of tokens:
///
///     phrases ends{{198}, {1789, 25}};
///     for (const auto& stop : configuration) ends.add(tokenize(stop));
///
/// What they are is known by a number, which every change makes another and copies have in common: so nothing that is done for each draw
/// grows with how many there are.
class phrases {
public:
    phrases() = default;
    /// Throws std::bad_alloc, as add() does.
    phrases(std::initializer_list<std::initializer_list<token_id>> all) {
        for (const auto& one : all) add({one.begin(), one.size()});
    }
    phrases(const phrases&) = default;
    phrases(phrases&& other) noexcept { swap(other); }
    phrases& operator=(phrases other) noexcept {  // by value: an assignment that runs out of memory must not stop half-way
        swap(other);
        return *this;
    }
    ~phrases() = default;

    void add(std::span<const token_id> phrase) {
        if (ends_.size() == ends_.capacity()) ends_.reserve(2 * ends_.size() + 4);
        ids_.insert(ids_.end(), phrase.begin(), phrase.end());
        ends_.push_back(ids_.size());
        stamp_ = detail::last_stamp.fetch_add(1, std::memory_order_relaxed) + 1;
    }

    std::size_t size() const noexcept { return ends_.size(); }
    bool empty() const noexcept { return ends_.empty(); }

    void swap(phrases& other) noexcept {
        ids_.swap(other.ids_);
        ends_.swap(other.ends_);
        std::swap(stamp_, other.stamp_);
    }

private:
    friend class phrases_view;

    std::vector<token_id> ids_;
    std::vector<std::size_t> ends_;
    std::uint64_t stamp_ = 0;
};

/// A view of phrases, or of ids that are one each, as they read when they are looked at; what it views must outlive its use, and a temporary
/// does not compile.
class phrases_view {
public:
    constexpr phrases_view() = default;

    template <class R>
        requires(!std::same_as<std::remove_cvref_t<R>, phrases_view> && !std::same_as<std::remove_cvref_t<R>, phrases> &&
                 std::convertible_to<std::remove_reference_t<R>&, std::span<const token_id>>)
    constexpr phrases_view(R&& ids) noexcept : ids_(view_of<token_id>(static_cast<R&&>(ids))) {}
    template <class P>
        requires std::same_as<std::remove_cvref_t<P>, phrases>
    constexpr phrases_view(P&& all) noexcept : all_(&all) {
        static_assert(
            std::is_lvalue_reference_v<P>,
            "argdraw: the phrases are a temporary, and would be gone when the stage looks at them; give them a name that outlives "
            "the stage");
    }

    constexpr std::size_t size() const noexcept { return all_ ? all_->size() : ids_.size(); }
    constexpr bool empty() const noexcept { return size() == 0; }
    constexpr std::span<const token_id> operator[](std::size_t i) const noexcept {
        if (!all_) return ids_.subspan(i, 1);
        const std::size_t begin = i == 0 ? 0 : all_->ends_[i - 1];
        return ids().subspan(begin, all_->ends_[i] - begin);
    }

    /// The ids of all, one phrase behind the other.
    constexpr std::span<const token_id> ids() const noexcept { return all_ ? std::span<const token_id>(all_->ids_) : ids_; }
    /// Another number for other phrases; 0 where there are none, and for ids that are one each.
    constexpr std::uint64_t stamp() const noexcept { return all_ ? all_->stamp_ : 0; }

    /// Equal phrases in equal order, wherever they lie.
    friend constexpr bool operator==(const phrases_view& a, const phrases_view& b) noexcept {
        if (a.size() != b.size() || !std::equal(a.ids().begin(), a.ids().end(), b.ids().begin(), b.ids().end())) return false;
        for (std::size_t i = 0; i < a.size(); ++i)
            if (a[i].size() != b[i].size()) return false;
        return true;
    }

private:
    std::span<const token_id> ids_;
    const phrases* all_ = nullptr;
};

}  // namespace argdraw
