// texts — what engines give as texts, as ids: sequence breakers and bad words.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>

namespace argdraw::inline ARGDRAW_ABI::recipes {

/// How a model writes texts in ids, for parameters that are texts.
struct texts {
    /// The ids of a text, without those of its begin or end. Where it is empty, parameters that are texts are a fault.
    std::function<std::vector<token_id>(std::string_view)> ids = {};
    /// The text of each id; a view. Only breakers_of() reads it.
    std::span<const std::string> tokens = {};
};

/// llama.cpp's rule for DRY's sequence breakers: the sequences of ids in which a text may stand. A token with the text in it is one alone; one
/// that ends with the begin of the text is one with the ids of the rest behind it, 20 at most. Of the text the first 40 bytes count.
inline std::vector<std::vector<token_id>> breakers_of(std::string_view text, const texts& in) {
    std::vector<std::vector<token_id>> all;
    text = text.substr(0, 40);
    if (text.empty()) return all;
    for (std::size_t id = 0; id < in.tokens.size(); ++id) {
        const std::string_view word = in.tokens[id];
        const std::size_t first_of_token = all.size();
        const auto add = [&](std::vector<token_id> sequence) {
            sequence.insert(sequence.begin(), static_cast<token_id>(id));
            if (std::find(all.begin() + static_cast<std::ptrdiff_t>(first_of_token), all.end(), sequence) == all.end())
                all.push_back(std::move(sequence));
        };
        if (word.find(text) != std::string_view::npos) {
            add({});
            continue;
        }
        for (std::size_t at = word.find(text[0]); at != std::string_view::npos; at = word.find(text[0], at + 1)) {
            const std::string_view end = word.substr(at);
            if (!text.starts_with(end)) continue;
            std::vector<token_id> rest = in.ids(text.substr(end.size()));
            rest.resize((std::min<std::size_t>)(rest.size(), 20));
            add(std::move(rest));
        }
    }
    return all;
}

/// vLLM's rule for bad words: the ids of the word as it begins a text, and as it stands behind a space where those are as many, and begin
/// with another.
inline std::vector<std::vector<token_id>> bad_words_of(std::string_view word, const texts& in) {
    word.remove_prefix((std::min)(word.find_first_not_of(" \t\n\r\f\v"), word.size()));
    std::vector<std::vector<token_id>> all{in.ids(word)};
    std::vector<token_id> behind_space = in.ids(" " + std::string(word));
    if (all[0].empty()) all.clear();
    else if (!behind_space.empty() && behind_space[0] != all[0][0] && behind_space.size() == all[0].size())
        all.push_back(std::move(behind_space));
    return all;
}

}  // namespace argdraw::recipes
