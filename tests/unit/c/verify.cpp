// Drafts verified through C against those verified through C++: engine/verify.cpp and engine/acceptance.cpp have the rules themselves.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include <argdraw/c/argdraw.h>

#include <argdraw/argdraw.hpp>
#include <argdraw/engine/verify.hpp>
#include <argdraw/text/pipeline.hpp>

#include "c/support.hpp"
#include "catch.hpp"
#include "core/counted_new.hpp"

using namespace argdraw;
using namespace door;

namespace {

constexpr std::size_t width = 40;

// Drafted tokens of a cheaper model, up to two children a node, with rows of a target that is like it.
template <class T>
struct drafted {
    std::vector<std::int32_t> tokens, parents;
    std::vector<distribution_of_row> made;
    std::vector<argdraw_law> laws;
    std::vector<draft_law> own_laws;
    std::vector<std::vector<T>> rows;
    std::vector<std::vector<std::byte>> apart;  // the same rows in records

    drafted(std::size_t nodes, bool chain, std::uint64_t seed) {
        const sampler draw{temperature{1.2f}, top_k{6}, categorical{}};
        philox random{.seed = seed, .sequence = 1};
        std::mt19937_64 mixed(seed);
        for (std::size_t i = 0; i <= nodes; ++i) {
            rows.push_back(row_of<T>(width, seed % 8));
            for (T& logit : rows.back()) logit = static_cast<T>(static_cast<float>(logit) / 8 + static_cast<float>(mixed() % 100) / 100);
            apart.push_back(spread(rows.back(), sizeof(T) + 8, 4));
        }
        std::vector<int> children(nodes + 1);
        for (std::size_t i = 0; i < nodes; ++i) {
            std::int32_t parent = static_cast<std::int32_t>(i) - 1;
            while (!chain && children[static_cast<std::size_t>(parent + 1)] == 2) --parent;
            if (!chain && parent > -1 && mixed() % 2 && children[static_cast<std::size_t>(parent)] < 2) --parent;
            const auto at = static_cast<std::size_t>(parent + 1);
            ++children[at];
            parents.push_back(parent);
            made.push_back(draw.distribution(rows[at]));
            tokens.push_back(draw(rows[at], random).id);
        }
        for (std::size_t i = 0; i < nodes; ++i) {  // siblings have one law
            std::size_t same = 0;
            while (parents[same] != parents[i]) ++same;
            own_laws.push_back({made[same].ids, made[same].probabilities});
            laws.push_back({made[same].ids.data(), made[same].probabilities.data(), made[same].ids.size()});
        }
    }

    draft own(bool chain, bool certain, bool without) const {
        return {tokens, chain ? std::span<const std::int32_t>{} : parents, certain ? std::span<const draft_law>{} : own_laws, without};
    }
    argdraw_draft view(bool chain, bool certain, bool without) const {
        return {sizeof(argdraw_draft), tokens.data(), chain ? nullptr : parents.data(), certain ? nullptr : laws.data(), tokens.size(),
                without ? 1 : 0,       nullptr};
    }
    std::vector<argdraw_row> views(bool in_records) const {
        std::vector<argdraw_row> out;
        for (std::size_t i = 0; i < rows.size(); ++i)
            out.push_back(in_records ? argdraw_row{sizeof(argdraw_row), apart[i].data() + 4, format_number<T>, width, sizeof(T) + 8}
                                     : door::view(rows[i]));
        return out;
    }
};

template <class T>
std::size_t same_as_verifier(const char* text) {
    INFO(text << ", format " << format_number<T>);
    const pipeline_handle pipeline(text);
    const argdraw_start_options options = options_of(42);
    const sequence_handle sequence(pipeline, &options);
    const parsed own = parse(text);
    auto seq = own.pick.start({.seed = 42, .sequence = 7, .prompt = prompt});
    verifier verify;
    std::size_t stayed = 0;
    for (std::uint64_t step = 0; step < 120; ++step) {
        const int rule = static_cast<int>(step % 4);  // the last is typicality
        const bool chain = step % 3 != 0 || rule == ARGDRAW_RATIO, certain = step % 5 == 0, without = step % 7 == 0;
        const drafted<T> given(step % 6, chain, step);
        const argdraw_draft draft = given.view(chain, certain, without);
        const auto rows = given.views(step % 2 == 0);
        const verified wanted = rule < 3
                                    ? verify(static_cast<acceptance>(rule), own.pick, given.rows, given.own(chain, certain, without), seq)
                                    : verify.typical(0.3, 0.5, own.pick, given.rows, given.own(chain, certain, without), seq);
        std::array<std::int32_t, 8> path{};
        argdraw_verified result{};
        result.size = sizeof result;
        const argdraw_status why =
            rule < 3 ? argdraw_verify(sequence.get, rule, &draft, rows.data(), path.data(), path.size(), &result)
                     : argdraw_verify_typical(sequence.get, 0.3, 0.5, &draft, rows.data(), path.data(), path.size(), &result);
        REQUIRE(why == static_cast<int>(wanted.token.why));
        REQUIRE(result.token.why == why);
        REQUIRE(result.token.id == wanted.token.id);
        REQUIRE(bits(result.token.logprob) == bits(wanted.token.logprob));
        REQUIRE(result.rows == wanted.rows);
        REQUIRE(std::vector(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(result.stay)) ==
                std::vector(wanted.path.begin(), wanted.path.end()));
        REQUIRE((bytes_of(sequence.get) == seq.bytes()));
        stayed += result.stay;
        if (!wanted) continue;
        REQUIRE(seq.accept(wanted.token.id) == status::ok);
        REQUIRE(argdraw_accept(sequence.get, result.token.id) == ARGDRAW_OK);
    }
    return stayed;
}

}  // namespace

TEST_CASE("c verify: what stays, the token behind it and the sequence are those of C++, by every rule, in every format and stride") {
    for (const char* const text : {"temperature(0.9) | top_k(8) | categorical", "penalties(1.2, window=8) | top_p(0.95) | gumbel",
                                   "min_p(0.05) | categorical", "categorical"}) {
        CHECK(same_as_verifier<float>(text) > 10);
        CHECK(same_as_verifier<double>(text) > 10);
        CHECK(same_as_verifier<half>(text) > 10);
        CHECK(same_as_verifier<bfloat16>(text) > 10);
    }
    CHECK(same_as_verifier<float>("mirostat(3)") > 0);  // by match alone; the others are refused alike
}

TEST_CASE("c verify: what is none has a status, and leaves the sequence as it was") {
    const pipeline_handle pipeline("categorical"), learning("mirostat(3)");
    const argdraw_start_options options = options_of(42);
    const sequence_handle sequence(pipeline, &options), other(learning, &options);
    drafted<float> given(4, false, 3);
    given.parents = {-1, -1, 0, 1};
    auto rows = given.views(false);
    argdraw_draft draft = given.view(false, false, false);
    std::array<std::int32_t, 4> path{};
    argdraw_verified result{};
    result.size = sizeof result;
    const auto before = bytes_of(sequence.get);
    std::int32_t rule = ARGDRAW_TRAVERSAL;
    const auto refused = [&](argdraw_sequence* by) {
        const argdraw_status why = argdraw_verify(by, rule, &draft, rows.data(), path.data(), path.size(), &result);
        CHECK(result.token.why == why);
        CHECK(result.token.id == -1);
        CHECK(result.stay == 0);
        CHECK((bytes_of(sequence.get) == before));
        return why;
    };
    for (const std::int32_t none : {-1, 3, INT32_MAX}) {
        rule = none;
        CHECK(refused(sequence.get) == ARGDRAW_BAD_PARAMETER);
    }
    rule = ARGDRAW_RATIO;  // of a tree
    CHECK(refused(sequence.get) == ARGDRAW_BAD_PARAMETER);
    rule = ARGDRAW_TRAVERSAL;
    CHECK(refused(other.get) == ARGDRAW_BAD_PARAMETER);
    CHECK(refused(nullptr) == ARGDRAW_BAD_PARAMETER);
    const auto now = [&](auto change) {
        rows = given.views(false);
        draft = given.view(false, false, false);
        change();
        return refused(sequence.get);
    };
    CHECK(now([&] { draft.size = 8; }) == ARGDRAW_BAD_PARAMETER);
    CHECK(now([&] { draft.tokens = nullptr; }) == ARGDRAW_BAD_PARAMETER);
    CHECK(now([&] { draft.count = ~std::size_t{0}; }) == ARGDRAW_BAD_PARAMETER);
    CHECK(now([&] { draft.count = std::size_t{1} << 25; }) == ARGDRAW_BAD_PARAMETER);
    CHECK(now([&] { draft.without_replacement = 2; }) == ARGDRAW_BAD_PARAMETER);
    CHECK(now([&] { rows[1].size = 1; }) == ARGDRAW_BAD_PARAMETER);
    CHECK(now([&] { rows[2].format = ARGDRAW_HALF; }) == ARGDRAW_BAD_PARAMETER);
    CHECK(now([&] { rows[4].stride = 3; }) == ARGDRAW_BAD_PARAMETER);
    CHECK(now([&] { rows[0].logits = nullptr; }) == ARGDRAW_BAD_PARAMETER);
    CHECK(now([&] { rows[0].stride = 8, rows[0].width = (std::size_t{1} << 24) + 1; }) == ARGDRAW_TOO_WIDE);
    const std::uint64_t same[2] = {options.seed, options.sequence};
    CHECK(now([&] { draft.drawn_with = same; }) == ARGDRAW_BAD_PARAMETER);
    std::vector<std::int32_t> parents(given.parents.size(), 4);
    CHECK(now([&] { draft.parents = parents.data(); }) == ARGDRAW_BAD_PARAMETER);
    // Laws that are none.
    const auto law = [&](std::vector<std::int32_t> ids, std::vector<double> probabilities) {
        const argdraw_law one{ids.data(), probabilities.data(), ids.size()};
        return now([&] { std::fill(given.laws.begin(), given.laws.end(), one); });
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(law({5, 4}, {0.5, 0.5}) == ARGDRAW_BAD_PARAMETER);
    CHECK(law({4, 4}, {0.5, 0.5}) == ARGDRAW_BAD_PARAMETER);
    CHECK(law({4, 5}, {0.5, nan}) == ARGDRAW_BAD_PARAMETER);
    CHECK(law({4, 5}, {-0.5, 1.5}) == ARGDRAW_BAD_PARAMETER);
    CHECK(law({width, width + 1}, {0.5, 0.5}) == ARGDRAW_BAD_PARAMETER);  // the drafted tokens have no probability in it
    CHECK(argdraw_verify(sequence.get, rule, nullptr, rows.data(), path.data(), path.size(), &result) == ARGDRAW_BAD_PARAMETER);
    CHECK(argdraw_verify(sequence.get, rule, &draft, nullptr, path.data(), path.size(), &result) == ARGDRAW_BAD_PARAMETER);
    CHECK(argdraw_verify(sequence.get, rule, &draft, rows.data(), nullptr, 4, &result) == ARGDRAW_BAD_PARAMETER);
    CHECK(argdraw_verify(sequence.get, rule, &draft, rows.data(), path.data(), path.size(), nullptr) == ARGDRAW_BAD_PARAMETER);
    CHECK(argdraw_verify_typical(sequence.get, -1, 0.3, &draft, rows.data(), path.data(), path.size(), &result) == ARGDRAW_BAD_PARAMETER);
    CHECK((bytes_of(sequence.get) == before));
}

TEST_CASE("c verify: a row that fails leaves match what it had, and the others nothing") {
    const pipeline_handle pipeline("greedy");
    const std::vector<float> row{0, 1, 3, 2}, none(4, -std::numeric_limits<float>::infinity());
    const std::int32_t tokens[2] = {2, 2};
    const argdraw_draft draft{sizeof draft, tokens, nullptr, nullptr, 2, 0, nullptr};
    const argdraw_row rows[3] = {view(row), view(none), view(row)};
    std::array<std::int32_t, 2> path{-7, -7};
    for (const std::int32_t rule : {ARGDRAW_MATCH, ARGDRAW_RATIO, ARGDRAW_TRAVERSAL}) {
        const sequence_handle sequence(pipeline, nullptr);
        argdraw_verified result{};
        result.size = sizeof result;
        CHECK(argdraw_verify(sequence.get, rule, &draft, rows, path.data(), 0, &result) == ARGDRAW_EMPTY);
        CHECK(result.token.why == ARGDRAW_EMPTY);
        CHECK(result.stay == (rule == ARGDRAW_MATCH ? 1u : 0u));
        CHECK(path[0] == -7);  // there was no room
        std::size_t count = 9;
        REQUIRE(argdraw_output(sequence.get, nullptr, 0, &count) == ARGDRAW_OK);
        CHECK(count == result.stay);
    }
}

TEST_CASE("c verify: nothing is allocated by match behind the first of a size, and memory that ends is a status") {
    const pipeline_handle pipeline("top_k(8) | categorical");
    const sequence_handle sequence(pipeline, nullptr);
    const drafted<float> given(5, false, 8);
    const auto rows = given.views(true);
    const argdraw_draft draft = given.view(false, false, false);
    std::array<std::int32_t, 5> path{};
    argdraw_verified result{};
    result.size = sizeof result;
    REQUIRE(argdraw_reserve(sequence.get, 200) == ARGDRAW_OK);
    const auto step = [&] { return argdraw_verify(sequence.get, ARGDRAW_MATCH, &draft, rows.data(), path.data(), path.size(), &result); };
    for (int i = 0; i < 10; ++i) REQUIRE(step() == ARGDRAW_OK);
    const std::size_t before = counted_new::calls;
    for (int i = 0; i < 10; ++i) step();
    CHECK(counted_new::calls - before == 0);

    const sequence_handle fresh(pipeline, nullptr);
    const drafted<float> longer(100, true, 8);
    const auto more = longer.views(true);
    const argdraw_draft large = longer.view(false, false, false);
    argdraw_status why = ARGDRAW_OK;
    {
        const counted_new::scarce memory(0);
        why = argdraw_verify(fresh.get, ARGDRAW_TRAVERSAL, &large, more.data(), path.data(), path.size(), &result);
    }
    CHECK(why == ARGDRAW_OUT_OF_MEMORY);
    CHECK(result.token.why == ARGDRAW_OUT_OF_MEMORY);
}

TEST_CASE("c verify: each thread has memory of its own") {
    const pipeline_handle pipeline("penalties(1.1) | top_k(8) | categorical");
    std::array<std::vector<std::int32_t>, 4> tokens;
    std::vector<std::thread> threads;
    for (auto& own : tokens)
        threads.emplace_back([&] {
            argdraw_sequence* sequence = nullptr;
            if (argdraw_start(pipeline.get, nullptr, &sequence) != ARGDRAW_OK) return;
            std::array<std::int32_t, 8> path{};
            argdraw_verified result{};
            result.size = sizeof result;
            for (std::uint64_t step = 0; step < 30; ++step) {
                const drafted<float> given(step % 6, false, step);
                const auto rows = given.views(step % 2 == 0);
                const argdraw_draft draft = given.view(false, false, false);
                const argdraw_status why =
                    argdraw_verify(sequence, ARGDRAW_TRAVERSAL, &draft, rows.data(), path.data(), path.size(), &result);
                own.push_back(why);
                own.push_back(result.token.id);
                own.insert(own.end(), path.begin(), path.begin() + static_cast<std::ptrdiff_t>(result.stay));
                if (why == ARGDRAW_OK) own.push_back(argdraw_accept(sequence, result.token.id));
            }
            argdraw_free_sequence(sequence);
        });
    for (auto& thread : threads) thread.join();
    CHECK(tokens[0].size() > 90);
    for (const auto& own : tokens) CHECK(own == tokens[0]);
}
