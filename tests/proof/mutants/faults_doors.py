"""Faults at the doors of the library: what comes in with a call, and what comes back."""
from mutant import Mutant

FAULTS = [
    Mutant(
        "F16", "an id outside of the row is a bad parameter, which check() knows nothing of",
        "candidates/distribution.hpp",
        "            if (!holds_id(id)) fail(status::outside_row);",
        "            if (!holds_id(id)) fail(status::bad_parameter);",
        "unit/stages/ban.cpp", "ban range: ids outside of the row are outside_row"),
    Mutant(
        "F16b", "check(width) does not ask the stages",
        "sampler/elements.hpp",
        "if (result) result = fitted_element(static_cast<int>(Index), element, given, width);",
        "if (!result) result = fitted_element(static_cast<int>(Index), element, given, width);",
        "unit/sampler/sampler.cpp", "sampler: what does not fit the row has a status of its own, and check(width) names the stage"),
    Mutant(
        "F28", "the last word of a mask counts whole",
        "candidates/bitmask.hpp",
        "covered = (std::min)(tokens / 32, words);",
        "covered = (std::min)((tokens + 31) / 32, words);",
        "unit/stages/allow.cpp", "allow formula: a mask may speak of fewer tokens than it has bits, and what stands behind them does not count"),
    Mutant(
        "F28b", "so it does where the row has become a list",
        "candidates/edits.hpp",
        "return is_allowed(mask, past_end, tokens, id);",
        "return is_allowed(mask, past_end, 32 * mask.size(), id);",
        "unit/stages/allow.cpp", "allow formula: a mask may speak of fewer tokens than it has bits, and what stands behind them does not count"),
    Mutant(
        "F8", "uses of a purpose are counted to 256",
        "sampler/context.hpp",
        "if (used_[what] == many) return used_often_[what]++;",
        "",
        "unit/sampler/context.cpp", "context: a purpose has another word at every call, and at every attempt"),
    Mutant(
        "F8b", "attempts reach into the indices of the next use",
        "sampler/context.hpp",
        "if (use < 0x100 && attempt < 0x10000 &&",
        "if (use < 0x100 &&",
        "unit/sampler/context.cpp", "context: a purpose has another word at every call, and at every attempt"),
    Mutant(
        "F8c", "index 2^24 is index 0",
        "random/philox.hpp",
        "if (index >> 24 != 0) return word_beyond(what, index, ~std::uint32_t{0});",
        "index &= 0xffffffu;",
        "unit/random/philox.cpp", "philox: words beyond the indices are addressed in two steps, and none of them is met twice"),
    Mutant(
        "F8d", "attempts begin again",
        "sampler/sampler.hpp",
        "if (seq.attempt_ == most_attempts) return {.why = status::out_of_words};",
        "",
        "unit/sampler/sequence.cpp", "sequence: where all the words of a position are used up, the draw says so and a token accepted goes on"),
    Mutant(
        "F8e", "a later bias of +inf undoes a ban",
        "candidates/strays.hpp",
        "sum == sum || !(before < lowest || number < lowest) ? sum :",
        "number - number == 0 ? sum : number == number ? number :",
        "unit/stages/sequence_bias.cpp", "sequence_bias edges: however many sequences are completed, the biases of a token add up and a ban beats +inf"),
    Mutant(
        "F11", "a thread's workspaces are used when they are gone",
        "core/workspace.hpp",
        "ended() = true; while (first)",
        "while (first)",
        "unit/core/workspace.cpp", "workspace: where the thread's are gone, each lease has one of its own"),
    Mutant(
        "F17", "the row's tail behind the vocabulary lives",
        "sampler/sequence.hpp",
        "row.first(vocabulary_ != 0 ? (std::min)(vocabulary_, row.size()) : row.size())",
        "row",
        "unit/sampler/sequence.cpp", "sequence: what lies behind the vocabulary in a wider row does not live, for no draw, law or stage"),
    Mutant(
        "F17b", "another row is not cut with the row, in a chain",
        "sampler/chain.hpp",
        "if (each.type) each.type->narrow(cut.held_ + each.at, from, to);",
        "(void)each, (void)from, (void)to;",
        "unit/sampler/sequence.cpp", "sequence: what lies behind the vocabulary in a wider row does not live, for no draw, law or stage"),
    Mutant(
        "F19", "bytes of a sequence that is none make one",
        "sampler/sequence.hpp",
        "if (why_ != status::ok) return out;",
        "",
        "unit/sampler/sequence.cpp", "sequence: what was moved from refuses everything until it is given something"),
    Mutant(
        "F18", "output given at the start does not move the position",
        "sampler/sequence.hpp",
        "options.position + static_cast<std::uint32_t>(options.output.size())}",
        "options.position}",
        "unit/sampler/sequence.cpp", "sequence: one that was started with output goes on as if it had accepted it"),
    Mutant(
        "E1", "a token that is listed twice counts once",
        "candidates/living_row.hpp",
        "if ((alive_[id >> 4] & bit) != 0) return status::bad_parameter;",
        "",
        "unit/core/sparse_row.cpp", "sparse_row: what is none has a status, whatever else it may hold"),
    Mutant(
        "E2", "the final set that is handed out has the coins of the next draw",
        "sampler/sampler.hpp",
        "put(from, before);",
        "(void)before;",
        "unit/sampler/kept_set.cpp", "kept_set: ids and probabilities are the law's, the token and the sequence those of the plain draw"),
    Mutant(
        "E6", "logits beyond the doubles are one number to what asks for their differences",
        "candidates/distribution.hpp",
        "set_origin(maximum(), 0);",
        "return;",
        "unit/stages/scalars.cpp", "scalars: behind a scale beyond the doubles a law of differences is that of the differences"),
    Mutant(
        "E5", "log-probabilities are differences of logits that have no digits left",
        "engine/logprobs.hpp",
        "each.processed = processed.log_share(each.id, of_final)",
        "each.processed = std::min(0.0, processed.logit(each.id) - (processed.max)() - of_final.above)",
        "unit/engine/logprobs.cpp", "logprobs: of logits far from 0 as of others"),
    Mutant(
        "E4", "a text is scored behind the last of its rows",
        "engine/scoring.hpp",
        "if (!detail::has_row(rows, score.tokens)) {",
        "if (rows.size() == 0) {",
        "unit/engine/scoring.cpp", "scoring: a token without a row ends the score, and those before it count"),
    Mutant(
        "E3", "the last of the first tokens has no equals behind them",
        "engine/logprobs.hpp",
        "(all || at->value > first.back().value)",
        "true",
        "unit/engine/logprobs.cpp", "logprobs: ranks among equals, as many as they are"),
    Mutant(
        "T2", "a chain's stages lie on one another",
        "sampler/chain.hpp",
        "used_ += (size + alignof(void*) - 1)",
        "used_ += (size - size + alignof(void*) - 1)",
        "unit/sampler/chain.cpp", "chain: what stages store is stored in it, lists in braces and what a lambda captures"),
    Mutant(
        "T3", "what is wrong with one parameter leaves those before it set",
        "text/by_name.hpp",
        "if (!in.good()) return false; if (!lists->empty()) lists_.push_back(lists); element_ = next;",
        "element_ = next; if (!in.good()) return false; if (!lists->empty()) lists_.push_back(lists);",
        "unit/text/by_name.cpp", "by_name: what is set stays, and what is wrong changes nothing"),
    Mutant(
        "T4", "a text of several tokens stands for its first where one is wanted",
        "text/values.hpp",
        "return ids.size() == 1 ||",
        "return !ids.empty() ||",
        "unit/text/names.cpp", "names: tokens as texts in quotes"),
]
