// draft — tokens that a cheaper model proposes, as a tree, and the laws that they were drawn from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/random/philox.hpp>

namespace argdraw::inline ARGDRAW_ABI {

/// A law as ids, ascending, and their probabilities, as sampler::distribution() gives it. Empty: the token beside it was certain.
struct draft_law {
    std::span<const token_id> ids = {};
    std::span<const double> probabilities = {};
};

/// Drafted tokens. Node i has a token, a parent that is an earlier node or the root, and the law that the token was drawn from: that of the
/// draft after the tokens of the nodes above it. A node's children are looked at in the order of their numbers. A view: what it shows must
/// outlive the call.
struct draft {
    std::span<const token_id> tokens = {};
    std::span<const std::int32_t> parents = {};  ///< -1 is the root. Empty: a chain, each node the child of the one before
    /// One for each node, of which children of one parent that were drawn from one law have the same. Empty: every token was certain, as
    /// those of an n-gram draft, or of the draft's most likely ones, are.
    std::span<const draft_law> laws = {};
    bool without_replacement = false;  ///< children of one law were drawn from what the ones before them had left of it
    /// What the draft was drawn with, where it is known. With the target's own seed and sequence a draft knows the words that judge it: the
    /// rules that need independent ones refuse it.
    const philox* random = nullptr;
};

namespace detail {

/// A draft's nodes as lists of children. node -1 is the root.
class draft_tree {
public:
    static constexpr std::int32_t none = -1;
    static constexpr std::size_t most_nodes = std::size_t{1} << 24;  // each has a random word of its own

    /// Whether the draft is one: parents are earlier nodes, laws as many as tokens. Throws where there is no memory.
    bool read(const draft& given) {
        const std::size_t n = given.tokens.size();
        if (n > most_nodes || (!given.parents.empty() && given.parents.size() != n) || (!given.laws.empty() && given.laws.size() != n))
            return false;
        tokens_ = given.tokens;
        parents_.resize(n);
        next_.assign(n, none);
        first_.assign(n + 1, none);
        for (std::size_t i = 0; i < n; ++i) {
            parents_[i] = given.parents.empty() ? static_cast<std::int32_t>(i) - 1 : given.parents[i];
            if (parents_[i] < -1 || parents_[i] >= static_cast<std::int32_t>(i)) return false;
        }
        for (std::size_t i = n; i-- > 0;) {
            std::int32_t& first = first_[static_cast<std::size_t>(parents_[i] + 1)];
            next_[i] = first;
            first = static_cast<std::int32_t>(i);
        }
        return true;
    }

    std::size_t size() const noexcept { return tokens_.size(); }
    token_id token(std::int32_t node) const noexcept { return tokens_[static_cast<std::size_t>(node)]; }
    std::int32_t parent(std::int32_t node) const noexcept { return parents_[static_cast<std::size_t>(node)]; }
    std::int32_t first_child(std::int32_t node) const noexcept { return first_[static_cast<std::size_t>(node + 1)]; }
    std::int32_t next_sibling(std::int32_t node) const noexcept { return next_[static_cast<std::size_t>(node)]; }
    bool is_chain() const noexcept {
        for (std::size_t i = 0; i < size(); ++i)
            if (parents_[i] != static_cast<std::int32_t>(i) - 1) return false;
        return true;
    }
    /// The child of a node with this token that is looked at first, or none.
    std::int32_t child_with(std::int32_t node, token_id wanted) const noexcept {
        std::int32_t child = first_child(node);
        while (child != none && token(child) != wanted) child = next_sibling(child);
        return child;
    }

private:
    std::span<const token_id> tokens_;
    std::vector<std::int32_t> parents_, next_, first_;
};

}  // namespace detail

}  // namespace argdraw
