// acceptance — the rules by which drafted tokens are accepted, over whatever gives laws and decides by chance.
//
// A world, as the rules see it, has
//   law(node, law)                 fills in the target's law behind that node; false where there is none, and the rule ends
//   enter(node), leave()           the history gains the token of a child of the node it is at, and loses it; false: the rule ends
//   accept(node, part, whole)      a coin of the node's own that falls so with probability min(1, part / whole)
//   choose(node, law)              one of the ids, by the weights
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/engine/draft.hpp>
#include <argdraw/numeric/exact.hpp>
#include <argdraw/numeric/exp2.hpp>
#include <argdraw/numeric/log.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// A law that is being worked on: ids ascending, weights >= 0 that add up to about 1. Where rejected tokens were taken out of it, `before`
/// is what it was.
struct working_law {
    std::vector<token_id> ids;
    std::vector<double> weights, before;
    std::vector<double> ends;  // running sums, for who chooses by the weights

    void clear() noexcept {
        ids.clear();
        weights.clear();
        before.clear();
    }
    double of(token_id id) const noexcept {
        const auto at = std::lower_bound(ids.begin(), ids.end(), id);
        return at != ids.end() && *at == id ? weights[static_cast<std::size_t>(at - ids.begin())] : 0.0;
    }
};

/// What a draft says of one of its tokens: the law that it was drawn from, without the tokens that siblings before it took out of it.
class proposal {
public:
    proposal(const draft& given, const draft_tree& tree, std::int32_t node) noexcept : token_{tree.token(node)} {
        if (given.laws.empty()) return;
        law_ = given.laws[static_cast<std::size_t>(node)];
        if (!given.without_replacement || law_.ids.empty()) return;
        given_ = &given;
        tree_ = &tree;
        node_ = node;
        double rest = 0;
        for (std::size_t i = 0; i < law_.ids.size(); ++i)
            if (!taken(law_.ids[i])) rest += law_.probabilities[i];
        rest_ = rest;
    }

    /// The probability of the token itself; 0 where the draft contradicts itself.
    double own() const noexcept {
        if (law_.ids.empty()) return 1;
        const auto at = std::lower_bound(law_.ids.begin(), law_.ids.end(), token_);
        return at != law_.ids.end() && *at == token_ ? probability(static_cast<std::size_t>(at - law_.ids.begin())) : 0.0;
    }

    /// Turns p into the positive part of scale p - q, normalised, and returns what its sum was. Where nothing would be left p stays as it
    /// is. Throws where there is no memory.
    double subtract_from(working_law& p, double scale) const {
        if (p.before.empty()) p.before = p.weights;
        double sum = 0;
        each_left(p, scale, [&](std::size_t, double left) { sum += left; });
        if (sum > 0) each_left(p, scale, [&](std::size_t i, double left) { p.weights[i] = left / sum; });
        return sum;
    }

private:
    template <class F>
    void each_left(const working_law& p, double scale, F visit) const noexcept {
        std::size_t at = 0;
        for (std::size_t i = 0; i < p.ids.size(); ++i) {
            double q = 0;
            if (law_.ids.empty()) {
                q = p.ids[i] == token_ ? 1 : 0;
            } else {
                while (at < law_.ids.size() && law_.ids[at] < p.ids[i]) ++at;
                if (at < law_.ids.size() && law_.ids[at] == p.ids[i]) q = probability(at);
            }
            visit(i, (std::max)(0.0, numeric::product(scale, p.weights[i]) - q));
        }
    }
    double probability(std::size_t i) const noexcept {
        if (!given_) return law_.probabilities[i];
        return taken(law_.ids[i]) || !(rest_ > 0) ? 0.0 : law_.probabilities[i] / rest_;
    }
    // By a sibling of the same law that was drawn before.
    bool taken(token_id id) const noexcept {
        for (std::int32_t other = tree_->first_child(tree_->parent(node_)); other != node_; other = tree_->next_sibling(other))
            if (tree_->token(other) == id && given_->laws[static_cast<std::size_t>(other)].ids.data() == law_.ids.data()) return true;
        return false;
    }

    token_id token_;
    draft_law law_;
    const draft* given_ = nullptr;
    const draft_tree* tree_ = nullptr;
    std::int32_t node_ = -1;
    double rest_ = 1;
};

/// What a rule ends with: the last node that stays, -1 if none does, and the token after it. The token is -1 where the world failed, or
/// where the draft contradicts itself. The world has entered the node.
struct accepted {
    std::int32_t node = -1;
    token_id token = -1;
};

/// Speculative sampling: Leviathan et al. 2022, arXiv:2211.17192; Chen et al. 2023, arXiv:2302.01318. The draft is a chain. d is accepted
/// with probability min(1, p(d) / q(d)); the first that is not is replaced by a token of (p - q)+, and after the last one stands one of its
/// p.
template <class World>
accepted by_ratio(World& world, const draft& given, const draft_tree& tree, working_law& p) {
    std::int32_t at = -1;
    for (;;) {
        if (!world.law(at, p)) return {at};
        const std::int32_t child = tree.first_child(at);
        if (child == draft_tree::none) break;
        const proposal q(given, tree, child);
        const double own = q.own();
        if (!(own > 0)) return {at};
        if (!world.accept(child, p.of(tree.token(child)), own)) {
            q.subtract_from(p, 1);  // where that leaves nothing, p and q are one but for their rounding, and p is as good
            break;
        }
        if (!world.enter(child)) return {at};
        at = child;
    }
    return {at, world.choose(at, p)};
}

/// A node on the way through a tree, the child that is looked at next, and the share of the mass that has arrived there.
struct tree_visit {
    std::int32_t node, child;
    double share;
};
/// A node that waits for its turn, and how deep it lies.
struct tree_stop {
    std::int32_t node, depth;
};

/// Traversal verification: Weng et al. 2025, arXiv:2505.12398; on a chain it is block verification, Sun et al. 2024, arXiv:2403.10444.
/// Subtrees are visited in the order of the nodes, each with the share `a` of the mass that has arrived there; what a rejected child leaves
/// is the parent's law from then on. `laws` and `path` are memory.
template <class World>
accepted by_traversal(World& world, const draft& given, const draft_tree& tree, std::vector<working_law>& laws,
                      std::vector<tree_visit>& path) {
    path.clear();
    path.push_back({-1, tree.first_child(-1), 1});
    if (laws.empty()) laws.emplace_back();
    if (!world.law(-1, laws[0])) return {};
    // Takes a rejected child out of the law of its parent, whose next child comes then.
    const auto reject = [&](std::int32_t child) {
        tree_visit& parent = path.back();
        const double rest = proposal(given, tree, child).subtract_from(laws[path.size() - 1], parent.share);
        if (rest > 0) parent.share = rest / (rest + 1 - parent.share);
        else if (parent.share < 1) parent.share = 0;
        parent.child = tree.next_sibling(child);
    };
    for (;;) {
        tree_visit& here = path.back();
        working_law& p = laws[path.size() - 1];
        if (const std::int32_t child = here.child; child != draft_tree::none) {
            const double own = proposal(given, tree, child).own();
            if (!(own > 0)) return {};
            const double part = numeric::product(here.share, p.of(tree.token(child)));
            if (!(part > 0)) {  // nothing below it can stay: its row is not looked at
                reject(child);
                continue;
            }
            if (!world.enter(child)) return {};
            path.push_back({child, tree.first_child(child), (std::min)(1.0, part / own)});
            if (laws.size() < path.size()) laws.emplace_back();
            working_law& behind = laws[path.size() - 1];
            if (path.back().child != draft_tree::none && !world.law(child, behind)) return {};
            continue;
        }
        if (here.node == -1 || world.accept(here.node, here.share, 1)) {
            const bool is_leaf = here.node != -1 && tree.first_child(here.node) == draft_tree::none;  // its law was not asked for yet
            if (is_leaf && !world.law(here.node, p)) return {};
            return {here.node, world.choose(here.node, p)};
        }

        const std::int32_t rejected = here.node;
        path.pop_back();
        world.leave();
        reject(rejected);
    }
}

/// Typical acceptance: Medusa, Cai et al. 2024, arXiv:2401.10774. A child is accepted if its probability exceeds min(epsilon, delta e^-H),
/// H the entropy of the law there; of the paths that are accepted the longest is taken, of those the first. Not lossless: the law of the
/// text is another one. The token after the path is left to an ordinary draw. The world has left all nodes. `waiting` is memory.
template <class World>
accepted by_typicality(World& world, const draft_tree& tree, working_law& p, double epsilon, double delta,
                       std::vector<tree_stop>& waiting) {
    waiting.clear();
    waiting.push_back({-1, 0});
    tree_stop best{-1, 0}, at{-1, 0};
    while (!waiting.empty()) {
        const tree_stop next = waiting.back();
        waiting.pop_back();
        for (; at.depth > 0 && at.depth >= next.depth; at = {tree.parent(at.node), at.depth - 1}) world.leave();
        if (next.node != -1 && !world.enter(next.node)) return {};
        at = next;
        if (at.depth > best.depth) best = at;
        if (tree.first_child(at.node) == draft_tree::none) continue;
        if (!world.law(at.node, p)) return {};
        double entropy = 0;
        for (const double w : p.weights)
            if (w > 0) entropy -= numeric::product(w, numeric::log(w));
        const double least = (std::min)(epsilon, numeric::product(delta, numeric::exp(-entropy)));
        const auto behind = static_cast<std::ptrdiff_t>(waiting.size());
        for (std::int32_t child = tree.first_child(at.node); child != draft_tree::none; child = tree.next_sibling(child))
            if (p.of(tree.token(child)) > least) waiting.push_back({child, at.depth + 1});
        std::reverse(waiting.begin() + behind, waiting.end());
    }
    for (; at.depth > 0; --at.depth) world.leave();
    return {best.node};
}

}  // namespace argdraw::detail
