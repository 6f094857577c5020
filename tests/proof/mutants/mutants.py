"""The mutants: mistakes that samplers have shipped with, each put into one place of these headers, and the test that must turn red.

One entry is one text, which stands exactly once in its file, and what replaces it. `case` is the one test case that is asked. Where this
library does the thing in another form, `instead` says which place was taken for it, and why.

MISTAKES are those of other samplers. FAULTS are this library's own, put back: each file faults_<room>.py beside this one has a list FAULTS.
"""
import importlib
import pathlib

from mutant import Mutant


MISTAKES = [
    Mutant(
        "1", "> becomes >= in the draw",
        "candidates/inverse_cdf.hpp",
        "std::upper_bound(ends, ends + n, numeric::product(t, running))",
        "std::lower_bound(ends, ends + n, numeric::product(t, running))",
        "unit/draws/categorical.cpp", "categorical formula: four equals divide the words in four"),
    Mutant(
        "2", "the last sum is taken to be 1.0",
        "candidates/inverse_cdf.hpp",
        "numeric::product(t, running)",
        "numeric::product(t, 1.0)",
        "unit/draws/categorical.cpp", "categorical formula: every step of the distribution, on its word",
        "weights are never normalised: what u is multiplied by is their own last running sum"),
    Mutant(
        "3", "u is the word over 2^64 - 1, so that it may be 1",
        "random/words.hpp",
        "static_cast<double>(word >> 11) * 0x1p-53",
        "static_cast<double>(word) / 18446744073709551615.0",
        "unit/random/words.cpp", "words: unit is in [0, 1), from the word's upper 53 bits"),
    Mutant(
        "4", "u has 24 bits",
        "random/words.hpp",
        "static_cast<double>(word >> 11) * 0x1p-53",
        "static_cast<double>(word >> 40) * 0x1p-24",
        "unit/random/words.cpp", "words: unit is in [0, 1), from the word's upper 53 bits"),
    Mutant(
        "5", "the cumulative sum is a float",
        "candidates/inverse_cdf.hpp",
        "double running = 0;",
        "float running = 0;",
        "unit/draws/categorical.cpp", "categorical edges: a token of 2^-30 has its own words, at either end"),
    Mutant(
        "6", "the scaled logit is rounded to float",
        "simd/kernels/weights.inl",
        "const f32 r = fma(x, c_lo, fma(x, c_hi, minus_n));",
        "const f32 r = add(mul(x, c_hi), minus_n);",
        "unit/simd/weight_scale.cpp", "weight_scale: error, inversions <= 1 ulp and one hash for all sets, on a sample of all floats"),
    Mutant(
        "7", "no reference exponent",
        "simd/kernels/weights.inl",
        "splat(static_cast<std::int32_t>(static_cast<std::uint32_t>(top >> 3) << 23))",
        "splat(std::int32_t{0})",
        "unit/simd/weight_scale.cpp", "weight_scale: error, inversions <= 1 ulp and one hash for all sets, on a sample of all floats",
        "nothing is subtracted from a logit: weights are 2^(x c), relative to a power of two near the greatest of their block"),
    Mutant(
        "8", "the maximum begins at -FLT_MAX",
        "simd/kernels/rows.inl",
        "m[j] = splat(-std::numeric_limits<value_of<T>>::infinity());",
        "m[j] = splat(std::numeric_limits<value_of<T>>::lowest());",
        "unit/draws/greedy.cpp", "greedy edges: NaN wherever it stands, and rows without a living token"),
    Mutant(
        "9", "NaN is not looked for",
        "candidates/maxima.hpp",
        "if (greatest_in_row_ != greatest_in_row_) return status::nan_logit;",
        "",
        "unit/draws/greedy.cpp", "greedy edges: NaN wherever it stands, and rows without a living token"),
    Mutant(
        "10", "!(s > 0) becomes s <= 0, which a NaN passes",
        "candidates/cuts.hpp",
        "if (!(distance > 0)) distance = 0;",
        "if (distance <= 0) distance = 0;",
        "unit/candidates/cuts.cpp", "candidates: cuts that are no number, or lie above the maximum, leave a living token",
        "no sum that is compared with 0 can be NaN here, since rows with a NaN end before; a distance that a stage computed can"),
    Mutant(
        "11", "T < 1e-5 is greedy",
        "stages/temperature.hpp",
        "if (t == 0) return c.keep_top(1);",
        "if (t < 1e-5f) return c.keep_top(1);",
        "unit/stages/temperature.cpp", "temperature range: any positive T, subnormal included"),
    Mutant(
        "12", "top-p by 1 - p in float",
        "stages/top_p.hpp",
        "c.keep_mass(p,",
        "c.keep_mass(1 - static_cast<double>(1 - p),",
        "unit/stages/top_p.cpp", "top_p formula: exactly a cumulative sum, and the next float above it"),
    Mutant(
        "13", "the token that crosses p is dropped",
        "candidates/prefix.hpp",
        "last = edge[i].token;",
        "if (i == 0 || !enough(over)) last = edge[i].token;",
        "unit/stages/top_p.cpp", "top_p formula: the shortest prefix that reaches p, its last token included"),
    Mutant(
        "14", ">= becomes > in top-p",
        "candidates/prefix.hpp",
        "w.mass >= target_ &&",
        "w.mass > target_ &&",
        "unit/stages/top_p.cpp", "top_p formula: exactly a cumulative sum, and the next float above it"),
    Mutant(
        "15", "all that equal the k-th stay",
        "candidates/list.hpp",
        "return equals_at_edge == ties::all || (equals > 0 && equals-- > 0);",
        "return true;",
        "unit/stages/top_k.cpp", "top_k ties: a row of equals keeps its first k"),
    Mutant(
        "16", "k = 0 keeps one",
        "stages/top_k.hpp",
        "return k == 0;",
        "return false;",
        "unit/stages/top_k.cpp", "top_k neutral: k = 0 is the default and keeps everything"),
    Mutant(
        "17", "min_keep is ignored",
        "candidates/prefix.hpp",
        "&& w.count >= min_keep_;",
        ";",
        "unit/stages/top_p.cpp", "top_p min_keep: the longer of the two prefixes"),
    Mutant(
        "18", ">= becomes > in min-p",
        "stages/min_p.hpp",
        "c.keep_within(-numeric::log(static_cast<double>(p)),",
        "c.keep_within(-numeric::next_above(numeric::log(static_cast<double>(p))),",
        "unit/stages/min_p.cpp", "min_p formula: a token exactly at the cut stays"),
    Mutant(
        "19", "0 log 0 is not guarded",
        "simd/kernels/weights.inl",
        "powers.above_floor(s.key, mul(s.w, sub(s.r, add(s.minus_n, splat(static_cast<float>(top >> 3))))))",
        "mul(s.w, sub(s.r, add(s.minus_n, splat(static_cast<float>(top >> 3)))))",
        "unit/stages/typical.cpp", "typical formula: the most likely token may be the one to go"),
    Mutant(
        "20", "a negative logit is divided",
        "numeric/saturated.hpp",
        "l > 0 ? l / r : product(l, r)",
        "l / r",
        "unit/stages/repetition_penalty.cpp", "repetition_penalty formula: positive logits are divided, the others multiplied"),
    Mutant(
        "21", "repetition acts for every occurrence",
        "stages/repetition_penalty.hpp",
        "[by = static_cast<double>(penalty)](double l, const counted_token&) { return numeric::weakened(l, by); }",
        "[by = static_cast<double>(penalty)](double l, const counted_token& t) {\n"
        "                   for (int i = 1; i < t.count; ++i) l = numeric::weakened(l, by);\n"
        "                   return numeric::weakened(l, by);\n"
        "               }",
        "unit/stages/repetition_penalty.cpp", "repetition_penalty formula: once for each distinct token, however often it stands there"),
    Mutant(
        "22", "the window is the first tokens, not the last",
        "history/window_counts.hpp",
        "sequence.last(covered(sequence.size()))",
        "sequence.first(covered(sequence.size()))",
        "unit/stages/repetition_penalty.cpp", "repetition_penalty formula: the window is the last tokens of the scope"),
    Mutant(
        "23", "a fork begins with no counts",
        "history/history.hpp",
        "history(const history&) = default;",
        "history(const history& other) : tokens_(other.tokens_), prompt_(other.prompt_) {\n"
        "        counts_ = other.counts_.rebuilt([](const auto& view) { return detail::window_counts(view.window(), view.of()); });\n"
        "    }",
        "unit/stages/penalties.cpp", "penalties in a sequence: a fork has counted what its original has"),
    Mutant(
        "24", "frequency and presence are swapped",
        "stages/penalties.hpp",
        "[f = static_cast<double>(frequency), p = static_cast<double>(presence)]",
        "[f = static_cast<double>(presence), p = static_cast<double>(frequency)]",
        "unit/stages/penalties.cpp", "penalties formula: the same as the three stages one after the other"),
    Mutant(
        "25", "DRY asks for a match one longer than allowed",
        "stages/dry.hpp",
        "(std::max)(allowed_length, 1)",
        "(std::max)(allowed_length, 1) + 1",
        "unit/stages/dry.cpp", "dry formula: multiplier base^(L - allowed_length) for what would continue a repetition"),
    Mutant(
        "26", "DRY's exponent is not clamped",
        "stages/dry.hpp",
        "return (std::min)(numeric::product(static_cast<double>(multiplier), numeric::pow(static_cast<double>(base), beyond)), "
        "static_cast<double>(largest));",
        "return numeric::product(static_cast<double>(multiplier), numeric::pow(static_cast<double>(base), beyond));",
        "unit/stages/dry.cpp", "dry edges: the penalty ends at the greatest float, so that a token lives"),
    Mutant(
        "27", "XTC removes the boundary token too",
        "stages/xtc.hpp",
        "for (const place& each : first.first(first.size() - 1))\n"
        "            if (dropped(each.id, each.value)) {",
        "for (const place& each : first)\n"
        "            if (each.id == last.id || dropped(each.id, each.value)) {",
        "unit/stages/xtc.cpp", "xtc formula: of the tokens at or above the threshold all but the last in the order go"),
    Mutant(
        "28", "mirostat's mu is shared between sequences",
        "sampler/sequence.hpp",
        "states states_{}, pending_states_{};",
        "static inline states states_{};\n    states pending_states_{};",
        "unit/draws/mirostat.cpp", "mirostat state: learned with accept of the token drawn, forgotten with rollback",
        "a pipeline has no state to share: the states in the sequence become those of all sequences of its type"),
    Mutant(
        "29", "the position moves on with an error",
        "sampler/sampler.hpp",
        "if (!token) return status::ok;",
        "if (!token) return given.succeeded(token), status::ok;",
        "unit/sampler/sampler.cpp", "sampler: philox moves by one position with every token, and by none without"),
    Mutant(
        "30", "a row's place in the batch is its sequence",
        "sampler/sequence.hpp",
        "random_ = {options.seed, options.sequence, options.position +",
        "static std::uint64_t place = 0;\n        random_ = {options.seed, place++, options.position +",
        "unit/sampler/sequence.cpp", "sequence: a prompt moves no position, options do",
        "a batch is a loop over sequences: the place is the number of those started before"),
    Mutant(
        "31", "the seed has 32 bits",
        "random/philox.hpp",
        "static_cast<std::uint32_t>(seed >> 32)",
        "0u",
        "unit/random/philox.cpp", "philox: all 64 bits of seed and sequence, and all 32 of position, matter"),
    Mutant(
        "32", "bits past the mask are read",
        "candidates/living_row.hpp",
        "covered = (std::min)(tokens / 32, words);",
        "covered = words;",
        "unit/stages/allow.cpp", "allow formula: words behind the mask are not read"),
]

FAULTS = [mutant for file in sorted(pathlib.Path(__file__).parent.glob("faults_*.py")) for mutant in importlib.import_module(file.stem).FAULTS]
MUTANTS = MISTAKES + FAULTS
