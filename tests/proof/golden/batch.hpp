// A batch: the rows of a matrix, each with a text of its own, in any order and on any thread.
#pragma once

#include <algorithm>
#include <argdraw/argdraw.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "columns.hpp"
#include "pipelines.hpp"

#if !defined(__wasm__)
#include <thread>
#endif

namespace golden {

/// Rows side by side.
struct matrix {
    std::size_t width;
    std::vector<float> numbers;

    std::span<const float> row(std::size_t i) const { return std::span(numbers).subspan(i * width, width); }
    /// The rows from one on to the end, or to another, in memory of their own.
    matrix rows(std::size_t from, std::size_t to) const {
        const auto at = [this](std::size_t i) { return numbers.begin() + static_cast<std::ptrdiff_t>(i * width); };
        return {width, {at(from), at(to)}};
    }
};
#if defined(__wasm__)
// WebAssembly has one thread: what would run on another runs before anything else does.
struct thread {
    explicit thread(auto run) { run(); }
    void join() {}
};
#else
using std::thread;
#endif

struct batch_size {
    std::size_t texts, width, tokens;
};

/// Gives each shape of a batch its columns: give(name, columns). They should all be equal.
///
/// start(i) makes the randomness of text i, and draw(row, randomness) a token from it.
template <class Start, class Draw>
void each_shape(const batch_size& size, Start start, Draw draw, const std::function<void(std::string_view, const columns&)>& give) {
    const std::size_t half = size.texts / 2;
    matrix rows{size.width, {}};
    for (std::size_t i = 0; i < size.texts; ++i) {
        const auto row = row_of<float>(static_cast<row_kind>(i % 4), size.width, mixed(size.width) + i);
        rows.numbers.insert(rows.numbers.end(), row.begin(), row.end());
    }
    const matrix top = rows.rows(0, half), bottom = rows.rows(half, size.texts);
    using source = decltype(start(std::size_t{}));

    struct text {
        source from;
        columns said;
    };
    const auto shape = [&](std::string_view name, auto run) {
        std::vector<text> all;
        for (std::size_t i = 0; i < size.texts; ++i) all.push_back({start(i), {}});
        run(all);
        columns whole;
        for (const text& each : all) whole.add(each.said);
        give(name, whole);
    };
    const auto next = [&](text& t, const auto& row) { t.said.add(draw(row, t.from)); };
    const auto row = [&](std::size_t i) { return rows.row(i); };
    const auto whole_text = [&](std::vector<text>& all, std::size_t i) {
        for (std::size_t step = 0; step < size.tokens; ++step) next(all[i], row(i));
    };
    const auto on_threads = [&](std::vector<text>& all, std::size_t threads) {
        std::vector<thread> running;
        for (std::size_t first = 0; first < threads; ++first)
            running.emplace_back([&all, &whole_text, first, threads] {
                for (std::size_t i = first; i < all.size(); i += threads) whole_text(all, i);
            });
        for (thread& each : running) each.join();
    };

    shape("text by text", [&](auto& all) {
        for (std::size_t i = 0; i < all.size(); ++i) whole_text(all, i);
    });
    shape("step by step", [&](auto& all) {
        for (std::size_t step = 0; step < size.tokens; ++step)
            for (std::size_t i = 0; i < all.size(); ++i) next(all[i], row(i));
    });
    shape("step by step, last row first", [&](auto& all) {
        for (std::size_t step = 0; step < size.tokens; ++step)
            for (std::size_t i = all.size(); i-- > 0;) next(all[i], row(i));
    });
    shape("split into two matrices", [&](auto& all) {
        for (std::size_t step = 0; step < size.tokens; ++step)
            for (std::size_t i = 0; i < all.size(); ++i) next(all[i], i < half ? top.row(i) : bottom.row(i - half));
    });
    shape("one thread", [&](auto& all) { on_threads(all, 1); });
    shape("four threads", [&](auto& all) { on_threads(all, 4); });
}

}  // namespace golden
