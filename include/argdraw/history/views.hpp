// views — those that a history keeps of one kind: found by what they answer, and given up where nothing asks for them any more.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/history/room.hpp>
#include <argdraw/history/shared.hpp>

namespace argdraw::inline ARGDRAW_ABI::detail {

/// A *step* ends with the first change of the history after a question. Views that no question asked for in the last `steps` steps are
/// given up, but for `kept` views, which may wait as long as they like. So what asks the same questions in every step always finds its
/// views, however many tokens come in between, and what asks other questions in every step leaves few behind. Within one step there are at
/// most `most`: beyond, the one that has waited longest goes.
template <class View>
class views {
public:
    static constexpr std::size_t kept = 16, most = 256;
    static constexpr std::uint32_t steps = 16;

    std::size_t size() const noexcept { return all_.size(); }

    /// The view for which view.is(key...), nullptr for none; it is asked for now.
    template <class... Key>
    const View* find(const Key&... key) noexcept {
        const auto at = std::find_if(all_.begin(), all_.end(), [&](const entry& e) { return e.view->is(key...); });
        if (at == all_.end()) return nullptr;
        at->asked = step_;
        answered_ = true;
        return &*at->view;
    }

    /// A view that find() did not find. Throws, and then nothing has changed.
    const View* add(View view) {
        shared<View> added(std::move(view));
        if (all_.size() < most) make_room(all_, 1);
        // max_element returns the first of equals, which is the one that was built first.
        if (all_.size() >= most)
            all_.erase(std::max_element(all_.begin(), all_.end(), [&](const entry& a, const entry& b) { return waited(a) < waited(b); }));
        all_.push_back({std::move(added), step_});
        answered_ = true;
        return &*all_.back().view;
    }

    /// The history is about to change.
    void end_step() noexcept {
        if (!std::exchange(answered_, false)) return;
        ++step_;
        if (all_.size() <= kept) return;
        std::size_t surplus = all_.size() - kept;
        std::erase_if(all_, [&](const entry& e) { return surplus > 0 && waited(e) > steps && surplus-- > 0; });
    }

    /// Each view as what forks share.
    template <class F>
    void each(F f) {
        for (entry& e : all_) f(e.view);
    }

    /// The same views of another history: each is what build(view) makes of it. Throws.
    template <class F>
    views rebuilt(F build) const {
        views fresh;
        fresh.step_ = step_;
        fresh.answered_ = answered_;
        fresh.all_.reserve(all_.size());
        for (const entry& e : all_) fresh.all_.push_back({shared<View>(build(*e.view)), e.asked});
        return fresh;
    }

    void swap(views& other) noexcept {
        all_.swap(other.all_);
        std::swap(step_, other.step_);
        std::swap(answered_, other.answered_);
    }

private:
    struct entry {
        shared<View> view;
        std::uint32_t asked;  // the step of the last question
    };

    std::uint32_t waited(const entry& e) const noexcept { return step_ - e.asked; }

    std::vector<entry> all_;
    std::uint32_t step_ = 0;
    bool answered_ = false;  // in this step
};

}  // namespace argdraw::detail
