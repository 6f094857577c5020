// differences — random rows through llama.cpp's samplers and ours, step by step: every difference has a class, and none is left over.
//
//   differences [rows [seed]]
//
// Each step is judged on the list that llama.cpp's samplers before it have left, so that a difference is counted where it arises; then the
// whole chain, as one pipeline of ours, on the row itself. README.md beside this file has the table of a long run.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <argdraw/argdraw.hpp>
#include <argdraw/text/pipeline.hpp>

#include "judges.hpp"
#include "library.hpp"
#include "recipe.hpp"
#include "rows.hpp"
#include "steps.hpp"

namespace {

using namespace peer;

struct tally {
    std::array<std::size_t, outcomes> counts{};
    std::array<double, outcomes> tokens{}, mass{};  // the greatest met

    void add(const judgement& j) {
        const auto at = static_cast<std::size_t>(j.what);
        ++counts[at];
        tokens[at] = (std::max)(tokens[at], std::fabs(j.tokens));
        mass[at] = (std::max)(mass[at], std::fabs(j.mass));
    }
};
std::map<std::string, tally> found;
std::size_t shown = 0;

list list_of(const llama::field& f) { return {{f.left().begin(), f.left().end()}, f.sorted()}; }

argdraw::distribution_of_row law(const std::string& text, const std::vector<float>& row, const std::vector<std::int32_t>& history) {
    const argdraw::parsed made = argdraw::parse(text);
    if (!made) {
        std::printf("%s: %s\n", text.c_str(), made.error.sentence.c_str());
        std::exit(2);
    }
    return made.pick.distribution(row, made.pick.start({.seed = 1, .prompt = history}));
}

// A row in which the listed tokens have the logits of the list, and no other lives.
std::vector<float> row_of(const list& l, std::size_t width) {
    std::vector<float> row(width, masked);
    for (const auto& c : l.all) row[static_cast<std::size_t>(c.id)] = c.logit;
    return row;
}

void note(const std::string& name, const judgement& j, const std::string& what, const row& r) {
    found[name].add(j);
    if (j.what != outcome::unexplained || ++shown > 20) return;
    std::printf("unexplained: %s, on %zu logits (%s); theirs keeps %+g\n", what.c_str(), r.logits.size(), r.kind.c_str(), j.tokens);
}

std::vector<std::int32_t> any_history(words& w, std::size_t width) {
    std::vector<std::int32_t> ids(w.below(300));
    const std::size_t few = 1 + w.below((std::min<std::size_t>)(width, w.chance(0.5) ? 4 : 100));
    for (auto& id : ids) id = static_cast<std::int32_t>(w.below(few));
    return ids;
}

// The greatest of the logits by size, at least 64.
double magnitude(const list& l) {
    double most = 64;
    for (const auto& c : l.all)
        if (c.logit != masked) most = (std::max)(most, std::fabs(static_cast<double>(c.logit)));
    return most;
}

// The probabilities that `dist` writes, and what it selects.
judgement judge_dist(const llama::field& f, const list& before) {
    if (stale(before)) return {outcome::stale_order};
    const exact_law exact(before.all);
    if (before.all.size() == 1 && exact.p.size() == 1) return {f.token() == before.all[0].id ? outcome::same : outcome::unexplained};
    const auto chosen = f.token();
    for (const auto& c : f.left()) {
        if (c.id == chosen && !(c.p > 0)) return {outcome::unexplained};
        const long double log_p = c.logit - exact.log_sum;
        if (log_p < -80) continue;
        const double slack = 0x1p-20 * (1 + std::fabs(static_cast<double>(log_p)));
        if (std::fabs(std::log(static_cast<long double>(c.p)) - log_p) > slack) return {outcome::unexplained};
    }
    return {chosen >= 0 ? outcome::same : outcome::unexplained};
}

// The whole of a chain as one pipeline: the same set and law, unless a step of it was one of the classes.
judgement judge_whole(const list& end, const argdraw::distribution_of_row& ours, bool differed, double slack) {
    judgement j;
    j.tokens = static_cast<double>(end.living()) - static_cast<double>(ours.ids.size());
    if (!differed) j.what = compare(end, ours).within(slack);
    return j;
}

void one_chain(const llama::library& lib, words& w, bool wide, chain (*make)(setting&)) {
    const row r = make_row(w, wide);
    const auto history = any_history(w, r.logits.size());
    setting s{w, lib, r.logits.size(), history};
    const chain made = make(s);
    llama::field f(r.logits);
    bool differed = false;
    double size = magnitude(list_of(f));
    for (const step& each : made.steps) {
        const list before = list_of(f);
        if (before.living() == 0) return;  // a bias of -inf on the last that lived
        for (const auto id : history) lib.accept(each.theirs.get(), id);
        lib.apply(each.theirs.get(), f.array());
        const list after = list_of(f);
        const auto ours = law(each.ours, row_of(before, r.logits.size()), history);
        if (after.living() == 0 && ours.ids.empty()) return;
        const judgement j = infinite(after) ? judgement{outcome::nan_law} : each.by({before, after, ours});
        note(each.name, j, each.ours + " of " + made.ours, r);
        if (infinite(after) || after.living() == 0) return;
        size = (std::max)(size, magnitude(after));
        differed = differed || j.what != outcome::same;
    }
    const list end = list_of(f);
    const llama::owned dist(lib, lib.dist(static_cast<std::uint32_t>(w.next() >> 33)));
    lib.apply(dist.get(), f.array());
    note("dist", judge_dist(f, end), "dist of " + made.ours, r);
    if (made.steps.size() == 1) return;
    const double slack = static_cast<double>(made.steps.size() + 1) * 64 * 0x1p-24 * size;
    note(made.name, judge_whole(end, law(made.ours, r.logits, history), differed, slack), made.ours, r);
}

// ---- samplers that learn from what they have drawn ---------------------------------------------------------------------------

struct learner {
    std::string name;
    llama::owned theirs;
    judge by;
};

learner any_learner(const llama::library& lib, words& w, std::size_t width, const llama_cpp& s, const double& mu) {
    const auto seed = static_cast<std::uint32_t>(w.next() >> 33);
    const auto vocabulary = static_cast<std::int32_t>(width);
    if (s.mirostat == 1)
        return {"mirostat", {lib, lib.mirostat(vocabulary, seed, s.mirostat_tau, s.mirostat_eta, 100)}, judge_mirostat(mu, width, 100)};
    if (s.mirostat == 2) return {"mirostat_v2", {lib, lib.mirostat_v2(seed, s.mirostat_tau, s.mirostat_eta)}, judge_mirostat_v2(mu)};
    return {"adaptive_p", {lib, lib.adaptive_p(s.adaptive_target, s.adaptive_decay, seed)}, judge_adaptive_p};
}

llama_cpp any_learning(words& w) {
    llama_cpp s;
    s.temp = 1;
    s.samplers = {llama_cpp::sampler::adaptive_p};
    s.mirostat = static_cast<int>(w.below(3));
    s.mirostat_tau = w.real(0.5, 8);
    s.mirostat_eta = w.real(0, 0.5);
    s.adaptive_target = w.chance(0.1) ? -1 : w.real(0.05, 1);
    s.adaptive_decay = w.real(-0.1, 1.1);
    return s;
}

// Ours draws until it has the token of theirs, so that both learn from the same; false where that takes too long.
template <class Sampler, class Sequence>
bool follow(const Sampler& pick, const std::vector<float>& logits, Sequence& seq, std::int64_t token) {
    for (int tries = 0; tries < 300; ++tries)
        if (pick(logits, seq).id == token) return seq.accept(static_cast<std::int32_t>(token)) == argdraw::status::ok;
    return false;
}

void one_text(const llama::library& lib, words& w) {
    const llama_cpp s = any_learning(w);
    double mu = 2 * static_cast<double>(s.mirostat_tau);
    const std::size_t width = make_row(w, false).logits.size();
    const learner l = any_learner(lib, w, width, s, mu);
    const argdraw::recipes::made made = s.make();
    auto seq = made.pick.start({.seed = w.next()});
    const llama::owned temp(lib, lib.temp(w.chance(0.5) ? 1 : w.real(0.4, 1.8)));
    for (int position = 0; position < 8; ++position) {
        row r = make_row(w, false);
        r.logits.resize(width, 0);
        llama::field f(r.logits);
        lib.apply(temp.get(), f.array());
        const list before = list_of(f);
        lib.apply(l.theirs.get(), f.array());
        const auto logits = row_of(before, width);
        const auto ours = made.pick.distribution(logits, seq);
        const judgement j = l.by({before, list_of(f), ours});
        note(l.name, j, made.text() + " at position " + std::to_string(position), r);
        const std::int64_t token = f.token();
        if (j.what != outcome::same || !follow(made.pick, logits, seq, token)) return;
        lib.accept(l.theirs.get(), static_cast<std::int32_t>(token));
        for (std::size_t i = 0; i < ours.ids.size(); ++i)
            if (ours.ids[i] == token)
                mu -= static_cast<double>(s.mirostat_eta) * (-std::log2(ours.probabilities[i]) - static_cast<double>(s.mirostat_tau));
    }
}

// xtc's coin is of another generator with each of us: how often it acts in 4000 draws has to be right for both, to five deviations.
void toss(const llama::library& lib, words& w) {
    constexpr int draws = 4000;
    const std::vector<float> logits{2, 1.9f, 1.8f, 0};
    const float probability = w.real(0.1, 0.9);
    const llama::owned theirs(lib, lib.xtc(probability, 0.1f, 0, static_cast<std::uint32_t>(w.next() >> 33)));
    const argdraw::sampler ours{argdraw::xtc{probability, 0.1f}, argdraw::categorical{}};
    argdraw::philox random{.seed = w.next()};
    int acted[2] = {};
    for (int i = 0; i < draws; ++i) {
        llama::field f(logits);
        lib.apply(theirs.get(), f.array());
        acted[0] += f.left().size() < logits.size();
        acted[1] += ours.distribution(logits, random).ids.size() < logits.size();
        (void)ours(logits, random);
    }
    const double p = static_cast<double>(probability), deviation = std::sqrt(draws * p * (1 - p));
    for (const int each : acted)
        note("xtc's coin", {std::fabs(each - draws * p) < 5 * deviation ? outcome::same : outcome::unexplained},
             "xtc(" + text(probability) + ")", {"xtc", logits});
}

// ---- what is printed ---------------------------------------------------------------------------------------------------------

void print_table(const std::string& version, std::size_t rows, std::uint64_t seed) {
    std::printf("%zu rows, seed %llu, %s.\n\n| sampler | steps |", rows, static_cast<unsigned long long>(seed), version.c_str());
    for (std::size_t i = 1; i < outcomes; ++i) std::printf(" %s |", std::string(differences[i].name).c_str());
    std::printf(" most tokens off | mass off |\n|---|---:|");
    for (std::size_t i = 1; i < outcomes + 2; ++i) std::printf("---:|");
    for (const auto& [name, t] : found) {
        std::size_t all = 0;
        double tokens = 0, mass = 0;
        for (std::size_t i = 0; i < outcomes; ++i) {
            all += t.counts[i];
            tokens = (std::max)(tokens, t.tokens[i]);
            mass = (std::max)(mass, t.mass[i]);
        }
        std::printf("\n| `%s` | %zu |", name.c_str(), all);
        for (std::size_t i = 1; i < outcomes; ++i) t.counts[i] > 0 ? std::printf(" %zu |", t.counts[i]) : std::printf(" |");
        tokens > 0 ? std::printf(" %.0f |", tokens) : std::printf(" |");
        mass > 0 ? std::printf(" %.1e |", mass) : std::printf(" |");
    }
    std::printf("\n\n| class | whose | how it is recognised |\n|---|---|---|\n");
    for (const auto& each : differences)
        if (!each.whose.empty())
            std::printf("| %s | %s | %s |\n", std::string(each.name).c_str(), std::string(each.whose).c_str(),
                        std::string(each.recognised).c_str());
}

}  // namespace

int main(int argc, char** argv) {
    const llama::library* const lib = llama::opened();
    if (!lib) return 0;
    const std::size_t rows = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 4000;
    const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    words w(seed);
    for (std::size_t i = 0; i < rows; ++i) {
        if (i % 1000 == 0) toss(*lib, w);
        if (i % 10 == 9) one_text(*lib, w);
        else one_chain(*lib, w, i % 500 == 250, i % 2 == 0 ? any_recipe : any_chain);
    }
    print_table(lib->version, rows, seed);
    std::size_t left_over = 0;
    for (const auto& [name, t] : found) left_over += t.counts[outcomes - 1];
    std::printf("\n%zu unexplained\n", left_over);
    return left_over == 0 ? 0 : 1;
}
