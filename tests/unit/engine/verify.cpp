// Drafts against a sampler, its rows and a sequence: acceptance.cpp has the rules themselves.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/verify.hpp>

#include "catch.hpp"

using namespace argdraw;

namespace {

using ids = std::vector<token_id>;
constexpr float infinity = std::numeric_limits<float>::infinity();

// A language model: a row for every text, of the last tokens and a number.
std::vector<float> model_row(std::span<const token_id> seen, std::size_t width, std::uint32_t model) {
    std::seed_seq mixed{model, seen.empty() ? 77u : static_cast<std::uint32_t>(seen.back()),
                        seen.size() < 2 ? 99u : static_cast<std::uint32_t>(seen[seen.size() - 2]),
                        static_cast<std::uint32_t>(seen.size() % 3)};
    std::mt19937 random(mixed);
    std::vector<float> row(width);
    for (float& l : row) l = static_cast<float>(random() % 1000) / 200.0f;
    return row;
}

struct tree {
    ids tokens;
    std::vector<std::int32_t> parents;
    std::vector<distribution_of_row> made;
    std::vector<draft_law> laws;
    std::vector<std::vector<float>> rows;

    draft view(bool with_laws) const {
        return {tokens, parents, with_laws ? std::span<const draft_law>(laws) : std::span<const draft_law>{}};
    }
};

// A tree of drafts behind a text: `children` independent draws a node, `depth` levels, of another model, and the target's rows.
tree drafted(ids seen, std::size_t depth, std::size_t children, std::size_t width, std::uint32_t target, std::uint32_t drafter,
             philox random) {
    const sampler draw{temperature{1.3f}, top_k{4}, categorical{}};
    tree out;
    out.rows.push_back(model_row(seen, width, target));
    std::vector<std::pair<ids, std::int32_t>> level{{seen, -1}}, next;
    for (std::size_t d = 0; d < depth; ++d, level.swap(next), next.clear())
        for (const auto& [text, node] : level) {
            const auto row = model_row(text, width, drafter);
            for (std::size_t c = 0; c < children; ++c) {
                const drawn token = draw(row, random);
                out.tokens.push_back(token.id);
                out.parents.push_back(node);
                out.made.push_back(draw.distribution(row));
                ids longer = text;
                longer.push_back(token.id);
                out.rows.push_back(model_row(longer, width, target));
                next.push_back({longer, static_cast<std::int32_t>(out.tokens.size()) - 1});
            }
        }
    for (std::size_t i = 0; i < out.made.size(); ++i) {  // siblings have one law
        const std::size_t same = i > 0 && out.parents[i] == out.parents[i - 1] ? i - 1 : i;
        out.laws.push_back(same == i ? draft_law{out.made[i].ids, out.made[i].probabilities} : out.laws[same]);
    }
    return out;
}

template <class Pick>
void check_match(const Pick& pick, std::size_t texts) {
    constexpr std::size_t width = 12, length = 24;
    std::size_t steps = 0, tokens = 0;
    for (std::uint64_t n = 0; n < texts; ++n) {
        auto plain = pick.start({.seed = 5, .sequence = n, .prompt = ids{1, 2}}), seq = plain;
        while (plain.output().size() < length) {
            ids seen(plain.prompt().begin(), plain.prompt().end());
            seen.insert(seen.end(), plain.output().begin(), plain.output().end());
            const drawn token = pick(model_row(seen, width, 1), plain);
            REQUIRE(token);
            REQUIRE(plain.accept(token.id) == status::ok);
        }
        verifier verify;
        while (seq.output().size() < length) {
            ids seen(seq.prompt().begin(), seq.prompt().end());
            seen.insert(seen.end(), seq.output().begin(), seq.output().end());
            // The same model drafts, so that some of it is kept.
            const auto t = drafted(seen, 1 + n % 3, 1 + n % 2, width, 1, 1, philox{.seed = 9, .sequence = n});
            const auto before = seq.output().size();
            const verified step = verify(acceptance::match, pick, t.rows, t.view(false), seq);
            REQUIRE(step);
            CHECK(step.rows == step.path.size() + 1);
            CHECK(seq.output().size() == before + step.path.size());
            REQUIRE(seq.accept(step.token.id) == status::ok);
            ++steps;
            tokens += step.path.size() + 1;
        }
        CHECK(std::equal(plain.output().begin(), plain.output().end(), seq.output().begin()));
        CHECK(pick.distribution(model_row({}, width, 1), plain).ids.size() > 0);
    }
    CHECK(tokens > steps);
}

}  // namespace

TEST_CASE("verify match: the text is that of plain decoding, feedback included") {
    check_match(sampler{temperature{0.8f}, top_p{0.9f}, categorical{}}, 40);
    check_match(sampler{penalties{.repetition = 1.3f, .window = 8}, min_p{0.05f}, gumbel{}}, 40);
    check_match(sampler{dry{.multiplier = 0.8f}, no_repeat_ngram{3}, xtc{0.5f, 0.1f}, categorical{}}, 40);
    check_match(sampler{temperature{1.2f}, mirostat{2.0f, 0.3f}}, 40);
    check_match(sampler{adaptive_p{0.3f, 0.8f}}, 40);
    check_match(sampler{greedy{}}, 10);
}

TEST_CASE("verify match: 10^4 texts by pipelines of all kinds, as written and as chosen at run time", "[.deep]") {
    constexpr std::size_t texts = 850;
    const auto both = [](const auto& last, const auto&... stages) {
        check_match(sampler{stages..., last}, texts);
        check_match(sampler{chain{stages...}, any_draw{last}}, texts);
    };
    both(categorical{}, temperature{0.8f}, top_k{5}, top_p{0.9f});
    both(gumbel{}, penalties{.repetition = 1.3f, .frequency = 0.2f, .window = 8}, min_p{0.05f});
    both(categorical{}, dry{.multiplier = 0.8f}, no_repeat_ngram{3}, xtc{0.5f, 0.1f}, typical{0.9f});
    both(mirostat{2.0f, 0.3f}, temperature{1.2f});
    both(mirostat_v1{2.0f, 0.3f, 8}, penalties{.presence = 0.4f});
    both(adaptive_p{0.3f, 0.8f}, min_p{0.01f});
}

TEST_CASE("verify ratio, traversal: the law of plain decoding through sampler and sequence") {
    constexpr std::size_t width = 5;
    const sampler pick{penalties{.repetition = 1.4f, .presence = 0.3f}, top_k{4}, min_p{0.02f}, temperature{0.9f}, categorical{}};
    const ids prompt{3, 0};
    // The law of the first two tokens.
    std::map<ids, double> plain;
    {
        auto seq = pick.start({.prompt = prompt});
        const auto first = pick.distribution(model_row(prompt, width, 1), seq);
        for (std::size_t i = 0; i < first.ids.size(); ++i) {
            auto next = seq;
            REQUIRE(next.accept(first.ids[i]) == status::ok);
            ids seen = prompt;
            seen.push_back(first.ids[i]);
            const auto second = pick.distribution(model_row(seen, width, 1), next);
            for (std::size_t j = 0; j < second.ids.size(); ++j)
                plain[{first.ids[i], second.ids[j]}] += first.probabilities[i] * second.probabilities[j];
        }
    }
    struct kind {
        acceptance rule;
        std::size_t depth, children;
    };
    for (const kind each :
         {kind{acceptance::ratio, 2, 1}, {acceptance::traversal, 2, 1}, {acceptance::traversal, 1, 3}, {acceptance::traversal, 2, 2}}) {
        constexpr int trials = 20000;
        std::map<ids, int> found;
        verifier verify;
        std::size_t kept = 0;
        for (int n = 0; n < trials; ++n) {
            auto seq = pick.start({.seed = 11, .sequence = static_cast<std::uint64_t>(n), .prompt = prompt});
            const auto t =
                drafted(prompt, each.depth, each.children, width, 1, 2, philox{.seed = 12, .sequence = static_cast<std::uint64_t>(n)});
            const verified step = verify(each.rule, pick, t.rows, t.view(true), seq);
            REQUIRE(step);
            kept += step.path.size();
            REQUIRE(seq.accept(step.token.id) == status::ok);
            if (seq.output().size() < 2) {
                ids seen = prompt;
                seen.push_back(seq.output()[0]);
                const drawn next = pick(model_row(seen, width, 1), seq);
                REQUIRE(seq.accept(next.id) == status::ok);
            }
            ++found[{seq.output()[0], seq.output()[1]}];
        }
        double chi = 0;
        int seen = 0;
        for (const auto& [text, p] : plain) {
            const double expected = p * trials;
            chi += (found[text] - expected) * (found[text] - expected) / expected;
            seen += found[text];
        }
        CHECK(seen == trials);
        CHECK(chi < static_cast<double>(plain.size()) + 6 * std::sqrt(2.0 * static_cast<double>(plain.size())));
        CHECK(kept > 0);
    }
}

TEST_CASE("verify logprob: that of the law at its place, whatever was taken out of it before") {
    const sampler pick{categorical{}};
    const std::vector<std::vector<float>> rows{{0, 1, 2}, {1, 1, 1}};
    for (std::uint64_t n = 0; n < 200; ++n) {
        auto seq = pick.start({.seed = n});
        const ids token{0};
        verifier verify;
        const verified step = verify(acceptance::traversal, pick, rows, draft{.tokens = token}, seq);
        REQUIRE(step);
        const auto law = pick.distribution(rows[step.path.size()]);
        CHECK(step.token.logprob == Approx(std::log(law.probabilities[static_cast<std::size_t>(step.token.id)])).margin(1e-6));
    }
}

TEST_CASE("verify failure: a row that fails leaves the sequence as it was, but for match") {
    const sampler pick{penalties{.repetition = 1.2f}, categorical{}};
    const std::vector<std::vector<float>> rows{{5, 0, 0, -infinity}, {NAN, 1, 2, 3}, {1, 2, 3, 4}};
    const ids tokens{0, 1};
    const auto fresh = pick.start({.seed = 3, .prompt = ids{1}});
    verifier verify;
    for (const acceptance rule : {acceptance::ratio, acceptance::traversal}) {
        auto seq = fresh;
        const drawn before = pick(rows[0], seq);
        const auto bytes = seq.bytes();
        const verified step = verify(rule, pick, rows, draft{.tokens = tokens}, seq);
        // ratio may end before it comes to the row that fails.
        if (step) continue;
        CHECK(step.token.why == status::nan_logit);
        CHECK(step.path.empty());
        CHECK(seq.bytes() == bytes);
        CHECK(before);
    }
    auto seq = fresh;
    const verified step = verify(acceptance::match, pick, rows, draft{.tokens = tokens}, seq);
    CHECK((step.path.size() == 1) == (step.token.why == status::nan_logit));
    CHECK(seq.output().size() == step.path.size());
}

TEST_CASE("verify bad drafts: a status, and nothing moves") {
    const sampler pick{categorical{}};
    const std::vector<std::vector<float>> rows(4, {0, 1, 2});
    auto seq = pick.start({.seed = 3});
    const auto bytes = seq.bytes();
    verifier verify;
    const ids tokens{0, 1, 2}, outside{0, 7};
    const std::vector<std::int32_t> later{1, -1, -1}, below{-2, -1, -1}, few{-1}, star{-1, -1, -1};
    const std::vector<token_id> law_ids{1, 2};
    const std::vector<double> halves{0.5, 0.5};
    const std::vector<draft_law> contradicts(3, {law_ids, halves}), too_few(2);
    const philox own{.seed = 3}, other{.seed = 4};
    const auto refused = [&](acceptance rule, const draft& d, const auto& some_rows) {
        const verified step = verify(rule, pick, some_rows, d, seq);
        CHECK(step.token.why == status::bad_parameter);
        CHECK(step.path.empty());
        CHECK(seq.bytes() == bytes);
    };
    for (const acceptance rule : {acceptance::match, acceptance::ratio, acceptance::traversal}) {
        refused(rule, {.tokens = tokens, .parents = later}, rows);
        refused(rule, {.tokens = tokens, .parents = below}, rows);
        refused(rule, {.tokens = tokens, .parents = few}, rows);
        refused(rule, {.tokens = tokens, .laws = too_few}, rows);
        refused(rule, {.tokens = tokens}, std::vector<std::vector<float>>(3, {0, 1, 2}));
    }
    refused(acceptance::ratio, {.tokens = tokens, .parents = star}, rows);
    refused(acceptance::ratio, {.tokens = tokens, .laws = contradicts}, rows);
    refused(acceptance::traversal, {.tokens = tokens, .laws = contradicts}, rows);
    refused(acceptance::traversal, {.tokens = tokens, .random = &own}, rows);
    CHECK(verify(acceptance::match, pick, rows, {.tokens = ids{0}, .random = &own}, seq));
    CHECK(verify(acceptance::traversal, pick, rows, {.tokens = ids{0}, .random = &other}, seq));

    // A pipeline that learns from its own tokens has no law that a position's row would give.
    const sampler learns{mirostat{}};
    auto of_it = learns.start();
    CHECK(learns.learns());
    CHECK_FALSE(pick.learns());
    CHECK(verify(acceptance::traversal, learns, rows, {.tokens = tokens}, of_it).token.why == status::bad_parameter);
    CHECK(verify.typical(0.1, 0.1, learns, rows, {.tokens = tokens}, of_it).token.why == status::bad_parameter);

    // A drafted token outside of the row is none of its tokens: it is not drawn, and never accepted.
    auto fresh = pick.start({.seed = 8, .vocabulary = 3});
    const verified step = verify(acceptance::ratio, pick, rows, {.tokens = outside}, fresh);
    CHECK(step.path.size() < 2);
    CHECK(verify(acceptance::match, pick, rows, {}, fresh));  // no draft at all: an ordinary draw
}

TEST_CASE("verify typical: the longest path of typical tokens, then an ordinary draw") {
    const sampler pick{categorical{}};
    const std::vector<std::vector<float>> rows{{3, 0, 0}, {0, 3, 0}, {0, 0, 3}, {3, 3, 0}, {0, 0, 0}};
    //            root: 0 (node 0), 1 (node 1);  0: 1 (node 2), 2 (node 3)
    const ids tokens{0, 1, 1, 2};
    const std::vector<std::int32_t> parents{-1, -1, 0, 0};
    verifier verify;
    auto seq = pick.start({.seed = 1});
    auto step = verify.typical(0.3, 0.5, pick, rows, {.tokens = tokens, .parents = parents}, seq);
    REQUIRE(step);
    CHECK(std::vector(step.path.begin(), step.path.end()) == std::vector<std::int32_t>{0, 2});
    CHECK(std::vector(seq.output().begin(), seq.output().end()) == ids{0, 1});
    CHECK(seq.attempt() == 1);  // an ordinary draw is pending
    auto none = pick.start({.seed = 1});
    step = verify.typical(1, 1e9, pick, rows, {.tokens = tokens, .parents = parents}, none);
    CHECK(step.path.empty());
    CHECK(verify.typical(-1, 1, pick, rows, {.tokens = tokens, .parents = parents}, none).token.why == status::bad_parameter);
    CHECK(verify.typical(NAN, 1, pick, rows, {.tokens = tokens, .parents = parents}, none).token.why == status::bad_parameter);
}

TEST_CASE("verify: a drafted token that cannot be drawn is rejected without its row, also outside of the vocabulary") {
    const sampler pick{ban{{1}}, categorical{}};
    const std::vector<std::vector<float>> rows{{0, 1, 2, 3, 9, 9, 9, 9, 9, 9}, std::vector<float>(10, NAN), std::vector<float>(10, NAN)};
    for (const ids& tokens : {ids{1, 2}, ids{9, 1}})
        for (const acceptance rule : {acceptance::match, acceptance::ratio, acceptance::traversal}) {
            auto seq = pick.start({.seed = 2, .vocabulary = 5});
            verifier verify;
            const verified step = verify(rule, pick, rows, {.tokens = tokens}, seq);
            CHECK(step);
            CHECK(step.path.empty());
            CHECK(step.rows == 1);
        }
}

TEST_CASE("verify: another verification at a position takes other words, and leaves what a draw leaves") {
    const sampler pick{categorical{}};
    const std::vector<std::vector<float>> rows(2, {0, 0, 0, 0});
    const ids tokens{2};
    for (const acceptance rule : {acceptance::match, acceptance::ratio, acceptance::traversal}) {
        int same = 0;
        for (std::uint64_t n = 0; n < 400; ++n) {
            auto seq = pick.start({.seed = 7, .sequence = n});
            verifier verify;
            const verified first = verify(rule, pick, rows, {.tokens = tokens}, seq);
            const std::size_t kept = first.path.size();
            const token_id token = first.token.id;
            CHECK(seq.attempt() == 1);
            CHECK(seq.accept(100'000) == status::bad_parameter);  // the last row had it not
            if (kept > 0) continue;
            const verified second = verify(rule, pick, rows, {.tokens = tokens}, seq);
            same += second.path.size() == kept && second.token.id == token;
        }
        CHECK(same < 160);
    }
}
