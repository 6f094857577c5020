// What a history answers, said as the definition says it: every question looks at all tokens.
#pragma once

#include <argdraw/history/history.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace reference {

using argdraw::counted_token;
using argdraw::scope;
using argdraw::token_id;
using ids = std::vector<token_id>;
using matches = std::map<token_id, std::size_t>;

inline std::span<const token_id> last(std::span<const token_id> tokens, std::int64_t window) {
    return window < 0 || static_cast<std::uint64_t>(window) >= tokens.size() ? tokens : tokens.last(static_cast<std::size_t>(window));
}

inline std::vector<counted_token> counts(std::span<const token_id> tokens, std::int64_t window) {
    std::map<token_id, std::int32_t> count;
    for (const token_id id : last(tokens, window)) ++count[id];
    std::vector<counted_token> result;
    for (const auto& [id, n] : count) result.push_back({id, n});
    return result;
}

using lists = std::vector<ids>;

/// How many tokens follow the last of these phrases; all of them where there is none.
inline std::size_t since_latest(std::span<const token_id> h, const lists& breakers) {
    for (std::size_t end = h.size(); end > 0; --end)
        for (const ids& one : breakers)
            if (!one.empty() && one.size() <= end &&
                std::equal(one.begin(), one.end(), h.begin() + static_cast<std::ptrdiff_t>(end - one.size())))
                return h.size() - end;
    return h.size();
}

inline matches continuations(std::span<const token_id> tokens, std::size_t n, std::int64_t window, const lists& breakers) {
    const auto h = last(tokens, window);
    const std::size_t room = since_latest(h, breakers);
    const auto breaks = [&](token_id id) { return std::count(breakers.begin(), breakers.end(), ids{id}) > 0; };
    matches result;
    for (std::size_t next = 0; next < h.size(); ++next) {
        std::size_t length = 0;
        while (length < next && length < room && h[next - 1 - length] == h[h.size() - 1 - length]) ++length;
        if (length < n || breaks(h[next])) continue;
        auto& longest = result[h[next]];
        longest = std::max(longest, length);
    }
    return result;
}

inline matches continuations(std::span<const token_id> tokens, std::size_t n, std::int64_t window, const ids& breakers) {
    lists single;
    for (const token_id id : breakers) single.push_back({id});
    return continuations(tokens, n, window, single);
}

/// What the history says; a token visited twice shows as an impossible length.
inline matches answer_with(argdraw::history& h, std::size_t n, std::int64_t window, const argdraw::phrases_view& breakers) {
    matches result;
    const auto why = h.continuations(n, window, breakers, [&](token_id t, std::size_t length) {
        if (!result.emplace(t, length).second) result[t] = static_cast<std::size_t>(-1);
    });
    if (why != argdraw::status::ok) result[-1] = static_cast<std::size_t>(-1);
    return result;
}
inline matches answer(argdraw::history& h, std::size_t n, std::int64_t window, const ids& breakers) {
    return answer_with(h, n, window, breakers);
}
inline argdraw::phrases phrases_of(const lists& all) {
    argdraw::phrases result;
    for (const ids& one : all) result.add(one);
    return result;
}

inline std::vector<counted_token> answer(argdraw::history& h, std::int64_t window, scope of) {
    const auto found = h.counts(window, of);
    if (!found) return {{-1, -1}};
    return {found.tokens.begin(), found.tokens.end()};
}

}  // namespace reference
