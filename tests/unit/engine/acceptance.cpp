// The rules by exact enumeration: every draft, every coin and every choice with its probability, so that the law of the text behind a
// verification is known to the last digits, and compared with that of plain decoding.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include <argdraw/engine/acceptance.hpp>

#include "catch.hpp"

using namespace argdraw;

namespace {

using text = std::vector<token_id>;
using law = std::vector<double>;

// Walks through all outcomes: each run takes the decisions noted, and first ones beyond them.
class every_outcome {
public:
    void begin() {
        at_ = 0;
        weight_ = 1;
    }
    std::size_t decide(const law& probabilities) {
        if (at_ == path_.size()) path_.push_back({first_above(probabilities, 0), 0});
        const std::size_t chosen = path_[at_].chosen;
        path_[at_].next = first_above(probabilities, chosen + 1);
        ++at_;
        weight_ *= probabilities[chosen];
        return chosen;
    }
    double weight() const { return weight_; }
    bool next() {
        path_.resize(at_);
        while (!path_.empty() && path_.back().next == none) path_.pop_back();
        if (path_.empty()) return false;
        path_.back().chosen = path_.back().next;
        return true;
    }

private:
    static constexpr std::size_t none = ~std::size_t{0};
    struct decision {
        std::size_t chosen, next;
    };
    static std::size_t first_above(const law& probabilities, std::size_t from) {
        for (; from < probabilities.size(); ++from)
            if (probabilities[from] > 0) return from;
        return none;
    }
    std::vector<decision> path_;
    std::size_t at_ = 0;
    double weight_ = 1;
};

// A model: a law for every text, made up at first sight.
class model {
public:
    model(std::size_t width, std::uint64_t seed, bool zeros) : width_{width}, seed_{seed}, zeros_{zeros} {}
    const law& behind(const text& seen) {
        auto& p = laws_[seen];
        if (!p.empty()) return p;
        std::seed_seq mixed{static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(laws_.size())};
        std::mt19937_64 random(mixed);
        double sum = 0;
        while (!(sum > 0)) {
            p.assign(width_, 0.0);
            for (double& w : p)
                if (!zeros_ || random() % 3 != 0) w = -std::log((static_cast<double>(random() >> 11) + 0.5) * 0x1p-53);
            sum = 0;
            for (const double w : p) sum += w;
        }
        for (double& w : p) w /= sum;
        return p;
    }

private:
    std::size_t width_;
    std::uint64_t seed_;
    bool zeros_;
    std::map<text, law> laws_;
};

struct enumerated_world {
    model& target;
    every_outcome& outcome;
    const detail::draft_tree& tree;
    text at = {};
    int laws = 0;

    bool law(std::int32_t, detail::working_law& out) {
        ++laws;
        out.clear();
        const auto& p = target.behind(at);
        for (std::size_t i = 0; i < p.size(); ++i) {
            out.ids.push_back(static_cast<token_id>(i));
            out.weights.push_back(p[i]);
        }
        return true;
    }
    bool enter(std::int32_t node) {
        at.push_back(tree.token(node));
        return true;
    }
    void leave() { at.pop_back(); }
    bool accept(std::int32_t, double part, double whole) {
        const double yes = std::min(1.0, part / whole);
        return outcome.decide({1 - yes, yes}) == 1;
    }
    token_id choose(std::int32_t, const detail::working_law& p) {
        double sum = 0;
        for (const double w : p.weights) sum += w;
        ::law shares;
        for (const double w : p.weights) shares.push_back(w / sum);
        return p.ids[outcome.decide(shares)];
    }
};

// How a draft is made: a tree of so many levels and children, of the draft model's draws or of its greatest.
struct drafting {
    std::size_t depth, children;
    enum { independent, without_replacement, certain } kind = independent;
};

struct drafted {
    std::vector<token_id> tokens, ids;
    std::vector<std::int32_t> parents;
    std::vector<draft_law> laws;

    draft view(const drafting& how) const {
        return {tokens, parents, how.kind == drafting::certain ? std::span<const draft_law>{} : std::span<const draft_law>{laws},
                how.kind == drafting::without_replacement};
    }
};

// The children of a node are drawn, then theirs.
void grow(drafted& out, model& drafter, every_outcome& outcome, const drafting& how, const text& seen, std::int32_t parent,
          std::size_t left) {
    if (left == 0) return;
    const law& q = drafter.behind(seen);
    law now = q;
    std::vector<std::pair<text, std::int32_t>> grown;
    for (std::size_t c = 0; c < how.children; ++c) {
        std::size_t id = 0;
        if (how.kind == drafting::certain) {
            id = static_cast<std::size_t>(std::max_element(now.begin(), now.end()) - now.begin());
            now[id] = -1;
        } else {
            double sum = 0;
            for (const double w : now) sum += w;
            if (!(sum > 0)) break;
            law shares = now;
            for (double& w : shares) w /= sum;
            id = outcome.decide(shares);
            if (how.kind == drafting::without_replacement) now[id] = 0;
        }
        out.tokens.push_back(static_cast<token_id>(id));
        out.parents.push_back(parent);
        out.laws.push_back({out.ids, q});
        grown.push_back({seen, static_cast<std::int32_t>(out.tokens.size()) - 1});
        grown.back().first.push_back(static_cast<token_id>(id));
    }
    for (const auto& [child, node] : grown) grow(out, drafter, outcome, how, child, node, left - 1);
}

struct findings {
    double error = 0;     // the greatest difference of the law of the first tokens from that of plain decoding
    double accepted = 0;  // in the mean
};

// Over all drafts and all that a rule may decide. A text that is shorter than `length` goes on by plain decoding.
template <class Rule>
findings enumerate(model& target, model& drafter, std::size_t width, const drafting& how, Rule rule, std::size_t length = 3) {
    std::map<text, double> found;
    findings result;
    every_outcome outcome;
    do {
        outcome.begin();
        drafted made;
        for (std::size_t i = 0; i < width; ++i) made.ids.push_back(static_cast<token_id>(i));
        made.tokens.reserve(64);
        grow(made, drafter, outcome, how, {}, -1, how.depth);
        const draft given = made.view(how);
        detail::draft_tree tree;
        REQUIRE(tree.read(given));
        enumerated_world world{target, outcome, tree};
        const detail::accepted end = rule(world, given, tree);
        REQUIRE(end.token >= 0);
        text path;
        for (std::int32_t node = end.node; node != -1; node = tree.parent(node)) path.insert(path.begin(), tree.token(node));
        REQUIRE(path == world.at);
        const std::size_t accepted = path.size();
        path.push_back(end.token);
        while (path.size() < length) path.push_back(static_cast<token_id>(outcome.decide(target.behind(path))));
        path.resize(length);
        found[path] += outcome.weight();
        result.accepted += outcome.weight() * static_cast<double>(accepted);
    } while (outcome.next());

    text seen(length, 0);
    for (bool more = true; more;) {
        double plain = 1;
        for (std::size_t i = 0; i < length; ++i)
            plain *= target.behind({seen.begin(), seen.begin() + static_cast<std::ptrdiff_t>(i)})[static_cast<std::size_t>(seen[i])];
        result.error = std::max(result.error, std::abs(found[seen] - plain));
        more = false;
        for (std::size_t i = length; i-- > 0 && !more;) {
            more = ++seen[i] < static_cast<token_id>(width);
            if (!more) seen[i] = 0;
        }
    }
    return result;
}

constexpr auto ratio = [](auto& world, const draft& given, const detail::draft_tree& tree) {
    detail::working_law p;
    return detail::by_ratio(world, given, tree, p);
};
constexpr auto traversal = [](auto& world, const draft& given, const detail::draft_tree& tree) {
    std::vector<detail::working_law> laws;
    std::vector<detail::tree_visit> path;
    return detail::by_traversal(world, given, tree, laws, path);
};

// The greatest error over pairs of models that differ with every text, dense and with zeros.
template <class Rule>
double worst(std::size_t width, const drafting& how, Rule rule, int pairs = 40) {
    double error = 0;
    for (int pair = 0; pair < pairs; ++pair) {
        model target(width, static_cast<std::uint64_t>(2 * pair), pair % 2 == 1),
            drafter(width, static_cast<std::uint64_t>(2 * pair + 1), pair % 4 >= 2);
        error = std::max(error, enumerate(target, drafter, width, how, rule).error);
    }
    return error;
}

// ---- rules that lie near, and are wrong ------------------------------------------------------------------------------------

struct remainder {
    std::vector<double> left;
    double sum = 0;
};

// (scale p - q)+ of a child that was drawn from q.
remainder left_of(const detail::working_law& p, double scale, const draft& given, std::int32_t node) {
    remainder out;
    const auto& q = given.laws[static_cast<std::size_t>(node)].probabilities;
    for (std::size_t i = 0; i < p.weights.size(); ++i) {
        out.left.push_back(std::max(0.0, scale * p.weights[i] - q[i]));
        out.sum += out.left.back();
    }
    return out;
}

// Traversal whose share after a rejection is min(sum of what is left / sum of q without the child, 1).
template <class World>
detail::accepted wrong_share(World& world, const draft& given, const detail::draft_tree& tree, std::int32_t node, double share,
                             bool& done) {
    detail::working_law p;
    world.law(node, p);
    for (std::int32_t child = tree.first_child(node); child != -1; child = tree.next_sibling(child)) {
        const auto& q = given.laws[static_cast<std::size_t>(child)].probabilities;
        const auto token = static_cast<std::size_t>(tree.token(child));
        world.enter(child);
        const detail::accepted end = wrong_share(world, given, tree, child, std::min(1.0, share * p.weights[token] / q[token]), done);
        if (done) return end;
        world.leave();
        const remainder r = left_of(p, share, given, child);
        if (r.sum > 0) {
            for (std::size_t i = 0; i < p.weights.size(); ++i) p.weights[i] = r.left[i] / r.sum;
            share = node == -1 ? 1 : std::min(1.0, r.sum / std::max(1 - q[token], 1e-300));
        }
    }
    done = node == -1 || world.accept(node, share, 1);
    return done ? detail::accepted{node, world.choose(node, p)} : detail::accepted{};
}

// Block verification on a chain, forwards: pi_i = min(1, pi_(i-1) p / q). The longest prefix whose coin says so stays. `greedy` takes pi
// itself for the probability of the coin; `plain_rest` takes the residual (p - q)+ without pi.
template <class World>
detail::accepted wrong_block(World& world, const draft& given, const detail::draft_tree& tree, bool greedy, bool plain_rest) {
    const std::size_t n = tree.size();
    std::vector<detail::working_law> laws(n + 1);
    std::vector<double> pi{1};
    for (std::size_t i = 0; i < n; ++i) {
        world.law(static_cast<std::int32_t>(i) - 1, laws[i]);
        const auto token = static_cast<std::size_t>(given.tokens[i]);
        pi.push_back(std::min(1.0, pi[i] * laws[i].weights[token] / given.laws[i].probabilities[token]));
        world.enter(static_cast<std::int32_t>(i));
    }
    world.law(static_cast<std::int32_t>(n) - 1, laws[n]);
    for (std::size_t i = n + 1; i-- > 0;) {
        const auto node = static_cast<std::int32_t>(i) - 1;
        const remainder rest = i < n ? left_of(laws[i], pi[i], given, static_cast<std::int32_t>(i)) : remainder{};
        const double h = i == n || greedy ? pi[i] : rest.sum / std::max(rest.sum + 1 - pi[i], 1e-300);
        if (i == 0 || world.accept(node, h, 1)) {
            const remainder chosen = plain_rest && i < n ? left_of(laws[i], 1, given, static_cast<std::int32_t>(i)) : rest;
            if (i < n && chosen.sum > 0) laws[i].weights = chosen.left;
            return {node, world.choose(node, laws[i])};
        }
        world.leave();
    }
    return {};
}

}  // namespace

TEST_CASE("acceptance: a chain by ratio has the law of plain decoding") {
    CHECK(worst(4, {1, 1}, ratio) < 1e-12);
    CHECK(worst(3, {3, 1}, ratio) < 1e-12);
    CHECK(worst(6, {2, 1}, ratio, 12) < 1e-12);
    CHECK(worst(4, {3, 1, drafting::certain}, ratio) < 1e-12);
}

TEST_CASE("acceptance: a chain by traversal has the law of plain decoding") {
    CHECK(worst(4, {1, 1}, traversal) < 1e-12);
    CHECK(worst(3, {3, 1}, traversal) < 1e-12);
    CHECK(worst(6, {2, 1}, traversal, 12) < 1e-12);
    CHECK(worst(4, {3, 1, drafting::certain}, traversal) < 1e-12);
}

TEST_CASE("acceptance: a tree by traversal has the law of plain decoding") {
    CHECK(worst(5, {1, 2}, traversal) < 1e-12);
    CHECK(worst(5, {1, 2, drafting::without_replacement}, traversal) < 1e-12);
    CHECK(worst(3, {2, 2}, traversal, 8) < 1e-12);
    CHECK(worst(3, {2, 2, drafting::without_replacement}, traversal) < 1e-12);
    CHECK(worst(5, {2, 2, drafting::certain}, traversal) < 1e-12);
    CHECK(worst(3, {3, 2, drafting::certain}, traversal) < 1e-12);
}

TEST_CASE("acceptance: rules that lie near are seen to be wrong") {
    const auto shares = [](auto& world, const draft& given, const detail::draft_tree& tree) {
        bool done = false;
        return wrong_share(world, given, tree, -1, 1, done);
    };
    const auto eager = [](auto& world, const draft& given, const detail::draft_tree& tree) {
        return wrong_block(world, given, tree, true, false);
    };
    const auto residual = [](auto& world, const draft& given, const detail::draft_tree& tree) {
        return wrong_block(world, given, tree, false, true);
    };
    const auto right = [](auto& world, const draft& given, const detail::draft_tree& tree) {
        return wrong_block(world, given, tree, false, false);
    };
    CHECK(worst(3, {2, 2}, shares, 4) > 0.01);
    CHECK(worst(3, {2, 1}, eager) > 0.01);
    CHECK(worst(3, {2, 1}, residual) > 0.001);
    CHECK(worst(3, {2, 1}, right) < 1e-12);  // the same lines without their mistake
}

TEST_CASE("acceptance: traversal keeps at least what ratio keeps") {
    double more = 0;
    for (std::uint64_t pair = 0; pair < 20; ++pair) {
        model target(3, 100 + 2 * pair, false), drafter(3, 101 + 2 * pair, false);
        const double a = enumerate(target, drafter, 3, {2, 1}, ratio).accepted,
                     b = enumerate(target, drafter, 3, {2, 1}, traversal).accepted;
        CHECK(b >= a - 1e-12);
        more += b - a;
    }
    CHECK(more > 0.05);
}
