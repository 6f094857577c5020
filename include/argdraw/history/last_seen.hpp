// last_seen — where each token stood last.
#pragma once

#include <cstddef>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/history/gram_table.hpp>
#include <argdraw/history/room.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// The latest place of every token of a history `h`, which comes with each call.
class last_seen {
public:
    /// The latest place of a token, -1 for none.
    place operator()(const token_id* h, token_id id) const noexcept { return table_.find(h, &id); }

    void make_room(const token_id* h, std::size_t extra) {
        detail::make_room(earlier_, extra);
        table_.make_room(h, static_cast<place>(earlier_.size()), extra);
    }
    /// The history has one more token. There must be room.
    void append(const token_id* h) noexcept { earlier_.push_back(table_.put(h, static_cast<place>(earlier_.size()))); }
    /// The last token is about to go.
    void forget(const token_id* h) noexcept {
        table_.restore(h, static_cast<place>(earlier_.size()) - 1, earlier_.back());
        earlier_.pop_back();
    }

private:
    gram_table table_{0, 1};
    std::vector<place> earlier_;  // of the same token
};

}  // namespace argdraw::detail
