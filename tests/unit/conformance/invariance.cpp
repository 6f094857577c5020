#include "doubles.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

using namespace doubles;

namespace {

template <class F>
engine with_batch(F change) {
    auto e = right();
    e.batch = [right = e.batch, change](std::span<const row> rows, const parameters& how, std::span<const std::uint64_t> words) {
        auto ids = right(rows, how, words);
        change(ids, rows, how, words);
        return ids;
    };
    return e;
}

}  // namespace

TEST_CASE("same word, same token: a count of calls, the address, the neighbours in memory") {
    must_pass(checks::repeatable(right(), small));
    must_fail(checks::repeatable(
        with_token([calls = 0](std::int64_t id, row, const parameters&, std::uint64_t) mutable { return ++calls % 97 == 0 ? 0 : id; }),
        small));
    must_fail(checks::repeatable(with_token([](std::int64_t id, row logits, const parameters&, std::uint64_t) {
                                     return reinterpret_cast<std::uintptr_t>(logits.data()) % 16 == 0 ? id : 0;
                                 }),
                                 small));
    // The row as the engine first saw it, by its width alone.
    must_fail(checks::repeatable(with_token([token = right().token, last = std::uint64_t{0}](
                                                std::int64_t, row logits, const parameters& how, std::uint64_t word) mutable {
                                     return token(logits, how, std::exchange(last, word));
                                 }),
                                 small));
    CHECK(outcome(checks::repeatable, plain::racer("own words")) == verdict::not_applicable);
}

TEST_CASE("batch: the right sampler passes, with and without a token callback") {
    must_pass(checks::batches(right(), small));
    auto e = right();
    e.token = nullptr;
    must_pass(checks::batches(e, small));
    e.batch = nullptr;
    CHECK(outcome(checks::batches, e) == verdict::not_applicable);
}

TEST_CASE("batch: the place in it, a neighbour's NaN, a neighbour's word, a token too few") {
    must_fail(checks::batches(with_batch([token = right().token](auto& ids, auto rows, const auto& how, auto words) {
                                  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = token(rows[i], how, words[i] ^ i << 60);
                              }),
                              small));
    must_fail(checks::batches(with_batch([](auto& ids, auto rows, const auto&, auto) {
                                  for (const row r : rows)
                                      if (std::isnan(r[0])) std::fill(ids.begin(), ids.end(), -1);
                              }),
                              small));
    must_fail(checks::batches(with_batch([token = right().token](auto& ids, auto rows, const auto& how, auto words) {
                                  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = token(rows[i], how, words[0]);
                              }),
                              small));
    must_fail(checks::batches(with_batch([](auto& ids, auto, const auto&, auto) { ids.pop_back(); }), small));
    must_fail(checks::batches(with_batch([](auto& ids, auto, const auto&, auto) { ids.resize(7); }), small));
    auto throws = right();
    throws.batch = [](auto, const auto&, auto) -> std::vector<std::int64_t> { throw std::runtime_error("no batches today"); };
    must_fail(checks::batches(throws, small));
}
