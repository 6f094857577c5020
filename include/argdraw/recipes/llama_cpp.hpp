// llama_cpp — llama.cpp's sampling parameters, by its own names, with its defaults and edges.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <argdraw/core/bias.hpp>
#include <argdraw/core/config.hpp>
#include <argdraw/core/phrases.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/draws.hpp>
#include <argdraw/recipes/fields.hpp>
#include <argdraw/recipes/made.hpp>
#include <argdraw/stages.hpp>

namespace argdraw::inline ARGDRAW_ABI {

namespace recipes {

/// The samplers that llama.cpp's list puts in an order. Its `infill` asks for the texts of tokens, and is not one of them.
enum class llama_cpp_sampler : std::uint8_t { penalties, dry, top_n_sigma, top_k, typ_p, top_p, min_p, xtc, temperature, adaptive_p };

}  // namespace recipes

namespace text {

template <>
struct words_for<recipes::llama_cpp_sampler> {
    using sampler = recipes::llama_cpp_sampler;
    using word = std::pair<std::string_view, sampler>;
    static constexpr std::array all{
        word("penalties", sampler::penalties),  word("dry", sampler::dry),     word("top_n_sigma", sampler::top_n_sigma),
        word("top_k", sampler::top_k),          word("typ_p", sampler::typ_p), word("top_p", sampler::top_p),
        word("min_p", sampler::min_p),          word("xtc", sampler::xtc),     word("temperature", sampler::temperature),
        word("adaptive_p", sampler::adaptive_p)};
    static constexpr std::string_view letters = "edskypmxta";  ///< of --sampling-seq, in the same order
};

}  // namespace text

namespace recipes {

/// llama.cpp's `common_params_sampling`: its names, defaults, order and edges.
///
///     recipes::llama_cpp settings;
///     settings.top_k = -1;  // off, as in llama.cpp
///     const recipes::made made = settings.make();
///     if (!made) return report(made.wrong.sentence);
///     auto seq = made.pick.start({.seed = settings.fixed_seed().value_or(random)});
///
/// - order:  logit_bias; then the samplers of the list, one after the other, with a draw at the end; or, with mirostat, the temperature
///           and mirostat alone
/// - edges:  what llama.cpp takes for off is off here, and what it clamps is clamped; out of range is what it refuses, asserts on or has no
///           meaning for
/// - lists:  belong to the recipe; what make() returns has its own
/// - owed:   its random words are its own and not llama.cpp's, and sums are those of double arithmetic: laws are equal, tokens are not. Of
///           breakers that stand in one another the one that ends last counts, where llama.cpp takes the one that begins last
struct llama_cpp {
    using sampler = llama_cpp_sampler;
    static constexpr std::array usual_order{sampler::penalties, sampler::dry,   sampler::top_n_sigma, sampler::top_k,      sampler::typ_p,
                                            sampler::top_p,     sampler::min_p, sampler::xtc,         sampler::temperature};

    std::uint32_t seed = 0xFFFFFFFF;
    int n_probs = 0;
    int min_keep = 0;
    int top_k = 40;
    float top_p = 0.95f;
    float min_p = 0.05f;
    float xtc_probability = 0.0f;
    float xtc_threshold = 0.1f;
    float typ_p = 1.0f;
    float temp = 0.8f;
    float dynatemp_range = 0.0f;
    float dynatemp_exponent = 1.0f;
    int penalty_last_n = 64;
    float penalty_repeat = 1.0f;
    float penalty_freq = 0.0f;
    float penalty_present = 0.0f;
    float dry_multiplier = 0.0f;
    float dry_base = 1.75f;
    int dry_allowed_length = 2;
    int dry_penalty_last_n = 64;
    float adaptive_target = -1.0f;
    float adaptive_decay = 0.9f;
    int mirostat = 0;
    float top_n_sigma = -1.0f;
    float mirostat_tau = 5.0f;
    float mirostat_eta = 0.1f;
    bool ignore_eos = false;
    std::vector<std::vector<token_id>> dry_sequence_breakers = {};
    std::vector<sampler> samplers{usual_order.begin(), usual_order.end()};
    std::vector<token_bias> logit_bias = {};
    std::vector<token_bias> logit_bias_eog = {};

    // clang-format off
    /// Calls visit(field, member) for each parameter.
    template <class R, class V>
    static void fields(R& r, V&& visit) {
        visit(field{"seed", any_number(), "Where the random words begin; 4294967295 (or -1) takes a random one."}, r.seed);
        visit(field{"n_probs", at_least(0), "How many of the likeliest tokens are reported; 0 reports none."}, r.n_probs);
        visit(field{"min_keep", at_least(0), "Tokens that typ_p, top_p, min_p and xtc leave at least; 0 is off."}, r.min_keep);
        visit(field{"top_k", any_number(), "The likeliest tokens that stay; 0 and below are off."}, r.top_k);
        visit(field{"top_p", any_number(), "Probability that the kept have together; 1 and above are off, 0 and below keep one."}, r.top_p);
        visit(field{"min_p", any_number(), "Least probability, as a share of the greatest; 0 and below are off, above 1 one stays."}, r.min_p);
        visit(field{"xtc_probability", any_number(), "How often the likeliest go; 0 and below are off."}, r.xtc_probability);
        visit(field{"xtc_threshold", any_number(), "Probability from which a token is likely; above 0.5 is off."}, r.xtc_threshold);
        visit(field{"typ_p", any_number(), "Probability that the typical have together; 1 and above are off.", "typical_p"}, r.typ_p);
        visit(field{"temp", any_number(), "What logits are divided by; 1 is neutral, 0 and below are greedy.", "temperature"}, r.temp);
        visit(field{"dynatemp_range", finite_number(), "How far the temperature follows the entropy; 0 and below are off."}, r.dynatemp_range);
        visit(field{"dynatemp_exponent", at_least(0), "How the entropy bends it; 1 is a straight line."}, r.dynatemp_exponent);
        visit(field{"penalty_last_n", at_least(-1), "Tokens of prompt and output that penalties see; 0 is off, -1 sees all.", "repeat_last_n"}, r.penalty_last_n);
        visit(field{"penalty_repeat", above(0), "Divides logits above 0 of tokens seen, multiplies others; 1 is off.", "repeat_penalty"}, r.penalty_repeat);
        visit(field{"penalty_freq", finite_number(), "Logit off for each time a token was seen; 0 is off.", "frequency_penalty"}, r.penalty_freq);
        visit(field{"penalty_present", finite_number(), "Logit off for a token that was seen; 0 is off.", "presence_penalty"}, r.penalty_present);
        visit(field{"dry_multiplier", at_least(0), "Logit off for continuing a repetition of the allowed length; 0 is off."}, r.dry_multiplier);
        visit(field{"dry_base", finite_number(), "What each token more multiplies that by; below 1 is off."}, r.dry_base);
        visit(field{"dry_allowed_length", at_least(1), "Length of repetition from which on that is.", {}, r.dry_multiplier != 0}, r.dry_allowed_length);
        visit(field{"dry_penalty_last_n", at_least(-1), "Tokens that are searched for repetitions; 0 is off, -1 all."}, r.dry_penalty_last_n);
        visit(field{"adaptive_target", at_most(1), "Probability that tokens have on average, with adaptive_p in the list; below 0 is off."}, r.adaptive_target);
        visit(field{"adaptive_decay", any_number(), "How slowly that average forgets; below 0 is 0, above 0.99 is 0.99."}, r.adaptive_decay);
        visit(field{"mirostat", between(0, 2), "Mirostat of this version in place of all samplers but the temperature; 0 is off."}, r.mirostat);
        visit(field{"top_n_sigma", any_number(), "Standard deviations below the greatest logit; 0 and below are off."}, r.top_n_sigma);
        visit(field{"mirostat_tau", at_least(0), "Surprise that mirostat aims at, in bits.", {}, r.mirostat != 0}, r.mirostat_tau);
        visit(field{"mirostat_eta", at_least(0), "How fast mirostat learns.", {}, r.mirostat != 0}, r.mirostat_eta);
        visit(field{"ignore_eos", any_number(), "Whether logit_bias_eog is added to logit_bias."}, r.ignore_eos);
        visit(field{"dry_sequence_breakers", at_least(0), "Sequences of ids that end a repetition."}, r.dry_sequence_breakers);
        visit(field{"samplers", any_number(), "The samplers in their order; what is not listed does not act."}, r.samplers);
        visit(field{"logit_bias", any_number(), "Added to the logits of ids, before all else; ids below 0 are passed over."}, r.logit_bias);
        visit(field{"logit_bias_eog", any_number(), "The biases of the ids that end a text, -inf as a rule."}, r.logit_bias_eog);
    }
    // clang-format on

    /// The pipeline, or what is wrong. Throws std::bad_alloc, and nothing else.
    made make() const {
        if (fault wrong = check_fields(*this)) return made(std::move(wrong));
        detail::assembly out;
        out.add(argdraw::logit_bias(out.keep(biases())));
        if (mirostat != 0) {  // takes the place of the list, and so of dynatemp, too
            out.add(temperature{(std::max)(temp, 0.0f)});
            if (mirostat == 1) return std::move(out).end(mirostat_v1{mirostat_tau, mirostat_eta, 100});
            return std::move(out).end(argdraw::mirostat{mirostat_tau, mirostat_eta});
        }
        for (const sampler each : samplers) add(out, each);
        // adaptive_p draws, so it is the last wherever it is listed; where it is off, it draws as categorical does
        const bool adaptive = std::find(samplers.begin(), samplers.end(), sampler::adaptive_p) != samplers.end() && adaptive_target >= 0;
        if (!adaptive) return std::move(out).end(categorical{});
        return std::move(out).end(argdraw::adaptive_p{adaptive_target, std::clamp(adaptive_decay, 0.0f, 0.99f)});
    }

    /// The seed, or nothing where llama.cpp takes a random one.
    std::optional<std::uint64_t> fixed_seed() const noexcept {
        return seed == 0xFFFFFFFF ? std::nullopt : std::optional<std::uint64_t>(seed);
    }

    /// The samplers as --samplers names them: "top_k;top_p;temperature". Names with '-' and those of long ago are known. Unlike llama.cpp,
    /// which passes over names that it does not know, an order with one is a fault, and changes nothing.
    fault order(std::string_view names) {
        std::vector<sampler> read;
        for (std::size_t at = 0; !names.empty() && at <= names.size();) {
            const std::size_t end = (std::min)(names.find(';', at), names.size());
            const std::string_view name = names.substr(at, end - at);
            const std::optional<sampler> known = sampler_of(name);
            if (!known) return unknown_sampler(name);
            read.push_back(*known);
            at = end + 1;
        }
        samplers = std::move(read);
        return {};
    }
    /// The samplers as --sampling-seq has them: a letter for each, "edskypmxt" by default.
    fault order_of_letters(std::string_view letters) {
        std::vector<sampler> read;
        for (const char& letter : letters) {
            const std::size_t at = words::letters.find(letter);
            if (at == std::string_view::npos) return unknown_sampler({&letter, 1});
            read.push_back(words::all[at].second);
        }
        samplers = std::move(read);
        return {};
    }

private:
    using words = text::words_for<sampler>;

    static std::optional<sampler> sampler_of(std::string_view name) {
        std::string wanted(name);
        std::replace(wanted.begin(), wanted.end(), '-', '_');
        if (wanted == "nucleus") wanted = "top_p";
        if (wanted == "typical_p" || wanted == "typical" || wanted == "typ") wanted = "typ_p";
        if (wanted == "temp") wanted = "temperature";
        for (const auto& [known, value] : words::all)
            if (known == wanted) return value;
        return std::nullopt;
    }
    static fault unknown_sampler(std::string_view name) {
        std::string all;
        for (const auto& [known, value] : words::all) all += (all.empty() ? "" : ", ") + std::string(known);
        return bad_parameter("samplers = '" + std::string(name.substr(0, 64)) + "' is none of " + all + " (letters " +
                             std::string(words::letters) + ")");
    }

    int at_least_kept() const noexcept { return (std::max)(min_keep, 1); }

    std::vector<token_bias> biases() const {
        std::vector<token_bias> all;
        const auto take = [&](const std::vector<token_bias>& from) {
            std::copy_if(from.begin(), from.end(), std::back_inserter(all), [](const token_bias& each) { return each.id >= 0; });
        };
        take(logit_bias);
        if (ignore_eos) take(logit_bias_eog);
        return all;
    }

    void add(detail::assembly& out, sampler which) const {
        switch (which) {
            case sampler::penalties:
                out.add(argdraw::penalties{penalty_repeat, penalty_freq, penalty_present, penalty_last_n, scope::both, scope::both});
                break;
            case sampler::dry: add_dry(out); break;
            case sampler::top_n_sigma: out.add(argdraw::top_n_sigma{(std::max)(top_n_sigma, 0.0f)}); break;
            case sampler::top_k: out.add(argdraw::top_k{(std::max)(top_k, 0)}); break;  // exactly k, and without min_keep
            case sampler::typ_p:  // the sum of the kept, a float there, has to be above typ_p, not to reach it
                out.add(typical{std::nextafter((std::max)(typ_p, 0.0f), 2.0f), at_least_kept()});
                break;
            case sampler::top_p: out.add(argdraw::top_p{(std::max)(top_p, 0.0f), at_least_kept()}); break;
            case sampler::min_p:
                if (min_p > 1) out.add(argdraw::top_k{at_least_kept()});
                else out.add(argdraw::min_p{(std::max)(min_p, 0.0f), at_least_kept()});
                break;
            case sampler::xtc:
                out.add(argdraw::xtc{std::clamp(xtc_probability, 0.0f, 1.0f), (std::max)(xtc_threshold, 0.0f), {}, at_least_kept()});
                break;
            case sampler::temperature: add_temperature(out); break;
            case sampler::adaptive_p: break;
        }
    }

    void add_temperature(detail::assembly& out) const {
        if (!(dynatemp_range > 0)) return out.add(temperature{(std::max)(temp, 0.0f)});
        const float low = (std::max)(temp - dynatemp_range, 0.0f), high = (std::max)(temp + dynatemp_range, 0.0f);
        if (dynatemp_exponent > 0) return out.add(dynamic_temperature{low, high, dynatemp_exponent});
        out.add(dynamic_temperature{high, high});  // a power of 0 is 1, whatever the entropy
    }

    void add_dry(detail::assembly& out) const {
        if (dry_base < 1) return;
        phrases breakers;
        for (const auto& each : dry_sequence_breakers)
            if (!each.empty()) breakers.add(each);
        out.add(argdraw::dry{dry_multiplier, dry_base, dry_allowed_length, dry_penalty_last_n, out.keep(std::move(breakers))});
    }
};

}  // namespace recipes

}  // namespace argdraw
