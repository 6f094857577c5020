// phrases — sequences of tokens that a stage is given, each of one token or several.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/view_of.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// Sequences of tokens, kept one behind the other: what is compared at every draw lies in two pieces of memory, however many they are.
///
///     phrases ends{{198}, {1789, 25}};
///     for (const auto& stop : configuration) ends.add(tokenize(stop));
class phrases {
public:
    phrases() = default;
    /// Throws std::bad_alloc, as add() does.
    phrases(std::initializer_list<std::initializer_list<token_id>> all) {
        for (const auto& one : all) add({one.begin(), one.size()});
    }

    void add(std::span<const token_id> phrase) {
        if (ends_.size() == ends_.capacity()) ends_.reserve(2 * ends_.size() + 4);
        ids_.insert(ids_.end(), phrase.begin(), phrase.end());
        ends_.push_back(ids_.size());
    }

    std::size_t size() const noexcept { return ends_.size(); }
    bool empty() const noexcept { return ends_.empty(); }

private:
    friend class phrases_view;

    std::vector<token_id> ids_;
    std::vector<std::size_t> ends_;
};

/// A view of phrases, or of ids that are one each; it must outlive its use, and a temporary does not compile.
class phrases_view {
public:
    constexpr phrases_view() = default;

    template <class R>
        requires(!std::same_as<std::remove_cvref_t<R>, phrases_view> && !std::same_as<std::remove_cvref_t<R>, phrases> &&
                 std::convertible_to<std::remove_reference_t<R>&, std::span<const token_id>>)
    constexpr phrases_view(R&& ids) noexcept {
        const view_of<token_id> all(static_cast<R&&>(ids));
        ids_ = all.data();
        size_ = all.size();
    }
    template <class P>
        requires std::same_as<std::remove_cvref_t<P>, phrases>
    constexpr phrases_view(P&& all) noexcept : ids_(all.ids_.data()), ends_(all.ends_.data()), size_(all.ends_.size()) {
        static_assert(
            std::is_lvalue_reference_v<P>,
            "argdraw: the phrases are a temporary, and would be gone when the stage looks at them; give them a name that outlives "
            "the stage");
    }

    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr std::span<const token_id> operator[](std::size_t i) const noexcept {
        const std::size_t begin = !ends_ ? i : i == 0 ? 0 : ends_[i - 1];
        return {ids_ + begin, (ends_ ? ends_[i] : i + 1) - begin};
    }

    /// The ids of all, one phrase behind the other.
    constexpr std::span<const token_id> ids() const noexcept { return {ids_, !ends_ ? size_ : size_ == 0 ? 0 : ends_[size_ - 1]}; }
    /// Where in ids() each ends; nothing where each id is a phrase of its own.
    constexpr std::span<const std::size_t> ends() const noexcept { return {ends_, ends_ ? size_ : 0}; }

    /// Equal phrases in equal order, wherever they lie.
    friend constexpr bool operator==(const phrases_view& a, const phrases_view& b) noexcept {
        if (a.size() != b.size() || !std::equal(a.ids().begin(), a.ids().end(), b.ids().begin(), b.ids().end())) return false;
        for (std::size_t i = 0; i < a.size(); ++i)
            if (a[i].size() != b[i].size()) return false;
        return true;
    }

private:
    const token_id* ids_ = nullptr;
    const std::size_t* ends_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace argdraw
