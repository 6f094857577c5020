// What <argdraw/c/argdraw.h> declares, for one C++20 file of a program: argdraw::c is made of such a file. The file may leave the kernels
// to be linked, as any other: <argdraw/kernels.hpp>.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <argdraw/c/argdraw.h>

#include <argdraw/core/config.hpp>
#include <argdraw/core/formats.hpp>
#include <argdraw/core/logit.hpp>
#include <argdraw/core/row_of_records.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/workspace.hpp>
#include <argdraw/engine/logprobs.hpp>
#include <argdraw/sampler/sampler.hpp>
#include <argdraw/sampler/sequence.hpp>
#include <argdraw/simd/dispatch.hpp>
#include <argdraw/text/pipeline.hpp>

// The first member of a handle says of which kind it is.
struct argdraw_pipeline {
    static constexpr std::uint64_t kind = 0x656e696c65706970;  // "pipeline"
    std::uint64_t magic = kind;
    std::shared_ptr<const argdraw::parsed> held;
};

struct argdraw_sequence {
    static constexpr std::uint64_t kind = 0x65636e6575716573;  // "sequence"
    using type = decltype(std::declval<const argdraw::pipeline&>().start());

    std::uint64_t magic = kind;
    std::shared_ptr<const argdraw::parsed> from;
    type text;
    argdraw::workspace gathered = {};  // a row whose logits were no neighbours
    int gathers = 0;                   // draws from records that gather them at once: what was drawn in place asked for all of its row
};

namespace argdraw::inline ARGDRAW_ABI::c {

static_assert(static_cast<int>(status::ok) == ARGDRAW_OK && static_cast<int>(status::empty) == ARGDRAW_EMPTY &&
              static_cast<int>(status::nan_logit) == ARGDRAW_NAN_LOGIT &&
              static_cast<int>(status::bad_parameter) == ARGDRAW_BAD_PARAMETER &&
              static_cast<int>(status::out_of_memory) == ARGDRAW_OUT_OF_MEMORY &&
              static_cast<int>(status::outside_row) == ARGDRAW_OUTSIDE_ROW && static_cast<int>(status::too_wide) == ARGDRAW_TOO_WIDE &&
              static_cast<int>(status::no_sequence) == ARGDRAW_NO_SEQUENCE &&
              static_cast<int>(status::out_of_words) == ARGDRAW_OUT_OF_WORDS);
static_assert(static_cast<int>(logprobs_of::raw) == ARGDRAW_RAW && static_cast<int>(logprobs_of::scaled) == ARGDRAW_SCALED &&
              static_cast<int>(logprobs_of::processed) == ARGDRAW_PROCESSED);

// What the C++ library has not.
inline constexpr auto no_format = static_cast<status>(ARGDRAW_NO_FORMAT);

inline argdraw_status number(status why) noexcept { return static_cast<argdraw_status>(why); }

template <class T, class... Of>
constexpr bool among = (std::same_as<T, Of> || ...);

template <class Handle>
bool is(const Handle* handle) noexcept {
    return handle && handle->magic == Handle::kind;
}
template <class Struct>
bool fits(const Struct* given) noexcept {
    return given && given->size == sizeof(Struct);
}
// Whether there are that many of T.
template <class T>
bool there(const T* items, std::size_t count) noexcept {
    return count == 0 || (items && count <= PTRDIFF_MAX / sizeof(T));
}

// As much as fits, with a zero behind it.
inline void copy_text(std::string_view from, char* to, std::size_t room) noexcept {
    if (room == 0) return;
    const std::size_t n = (std::min)(from.size(), room - 1);
    if (n > 0) std::memcpy(to, from.data(), n);
    to[n] = '\0';
}
// As many as fit.
template <class T>
void copy_items(const T* from, std::size_t count, void* to, std::size_t room) noexcept {
    if (const std::size_t n = (std::min)(count, room); n > 0) std::memcpy(to, from, n * sizeof(T));
}

// What f returns; where there is no memory, and f throws, that.
template <class F>
argdraw_status guarded(F f) noexcept {
    ARGDRAW_TRY { return number(f()); }
    ARGDRAW_CATCH(std::exception) { return ARGDRAW_OUT_OF_MEMORY; }
}

// Gives a sequence away, or says why there is none.
inline status give(const std::shared_ptr<const parsed>& from, argdraw_sequence::type&& text, argdraw_sequence** out) noexcept {
    if (!text) return text.why();
    *out = new (std::nothrow) argdraw_sequence{.from = from, .text = std::move(text)};
    return *out ? status::ok : status::out_of_memory;
}

}  // namespace argdraw::c

#include <argdraw/c/rows.inl>

namespace argdraw::inline ARGDRAW_ABI::c {

inline argdraw_drawn draw(argdraw_sequence* sequence, const argdraw_row* row) noexcept {
    drawn token;
    const status why = with_row_to_draw_from(sequence, row, [&](auto logits) {
        token = sequence->from->pick(logits, sequence->text);
        return token.why;
    });
    if (why != status::ok) token = {.why = why};
    return {token.id, token.logprob, number(token.why)};
}

}  // namespace argdraw::c

extern "C" {

int32_t argdraw_version(void) { return ARGDRAW_VERSION; }

const char* argdraw_message(argdraw_status why) {
    if (why == ARGDRAW_NO_FORMAT) return "the library was built without rows of this format";
    if (why == ARGDRAW_NO_RECIPES) return "the library was built without recipes";
    // The sentences are literals, with a zero behind them.
    return argdraw::message(why >= 0 && why <= 255 ? static_cast<argdraw::status>(why) : static_cast<argdraw::status>(255)).data();
}

argdraw_status argdraw_parse(const char* text, size_t length, argdraw_pipeline** out, size_t* column, char* sentence, size_t room) {
    using namespace argdraw;
    if (column) *column = 0;
    if (out) *out = nullptr;
    if (!c::there(sentence, room)) return ARGDRAW_BAD_PARAMETER;
    if (!out || !c::there(text, length)) {
        c::copy_text("a pointer is null, or a length is none", sentence, room);
        return ARGDRAW_BAD_PARAMETER;
    }
    return c::guarded([&] {
        const auto held = std::make_shared<parsed>(parse(length > 0 ? std::string_view(text, length) : std::string_view()));
        c::copy_text(held->error.sentence, sentence, room);
        if (!*held) {
            if (column) *column = held->error.column;
            return status::bad_parameter;
        }
        *out = new (std::nothrow) argdraw_pipeline{.held = held};
        return *out ? status::ok : status::out_of_memory;
    });
}

argdraw_status argdraw_to_text(const argdraw_pipeline* pipeline, char* text, size_t room, size_t* length) {
    using namespace argdraw;
    if (!c::is(pipeline) || !c::there(text, room) || !length) return ARGDRAW_BAD_PARAMETER;
    return c::guarded([&] {
        const std::string all = to_text(pipeline->held->pick);
        c::copy_text(all, text, room);
        *length = all.size();
        return status::ok;
    });
}

argdraw_status argdraw_check(const argdraw_pipeline* pipeline, size_t width, int32_t* stage, char* sentence, size_t room) {
    using namespace argdraw;
    if (!c::there(sentence, room)) return ARGDRAW_BAD_PARAMETER;
    if (!c::is(pipeline)) {
        if (stage) *stage = -1;
        c::copy_text("this is no pipeline", sentence, room);
        return ARGDRAW_BAD_PARAMETER;
    }
    // A chain is one element of its pipeline; which of its stages is at fault is what the caller wrote.
    const checked found = pipeline->held->pick.check(width);
    if (stage) {
        *stage = -1;
        const chain& stages = pipeline->held->pick.get<0>();
        if (found.stage == 0)
            for (std::size_t i = 0; i < stages.size() && *stage < 0; ++i)
                if (!stages[i].valid() || (!stages[i].neutral() && !stages[i].fits(width))) *stage = static_cast<int32_t>(i);
        if (found.stage == 1) *stage = static_cast<int32_t>(stages.size());
    }
    c::copy_text(found.sentence, sentence, room);
    return c::number(found.why);
}

argdraw_status argdraw_free_pipeline(argdraw_pipeline* pipeline) {
    if (!pipeline) return ARGDRAW_OK;
    if (!argdraw::c::is(pipeline)) return ARGDRAW_BAD_PARAMETER;
    delete pipeline;
    return ARGDRAW_OK;
}

argdraw_status argdraw_start(const argdraw_pipeline* pipeline, const argdraw_start_options* options, argdraw_sequence** out) {
    using namespace argdraw;
    if (out) *out = nullptr;
    if (!c::is(pipeline) || !out || (options && !c::fits(options))) return ARGDRAW_BAD_PARAMETER;
    start_options from;
    if (options) {
        if (!c::there(options->prompt, options->prompt_count) || !c::there(options->output, options->output_count))
            return ARGDRAW_BAD_PARAMETER;
        from = {options->seed,
                options->sequence,
                options->position,
                options->vocabulary,
                {options->prompt, options->prompt_count},
                {options->output, options->output_count}};
    }
    return c::number(c::give(pipeline->held, pipeline->held->pick.start(from), out));
}

argdraw_status argdraw_clone(const argdraw_sequence* from, argdraw_sequence** out) {
    using namespace argdraw;
    if (out) *out = nullptr;
    if (!c::is(from) || !out) return ARGDRAW_BAD_PARAMETER;
    return c::guarded([&] { return c::give(from->from, argdraw_sequence::type(from->text), out); });
}

argdraw_status argdraw_resume(const argdraw_pipeline* pipeline, const void* bytes, size_t count, argdraw_sequence** out) {
    using namespace argdraw;
    if (out) *out = nullptr;
    const auto* const first = static_cast<const std::byte*>(bytes);
    if (!c::is(pipeline) || !c::there(first, count) || !out) return ARGDRAW_BAD_PARAMETER;
    return c::number(c::give(pipeline->held, pipeline->held->pick.resume({first, count}), out));
}

argdraw_status argdraw_bytes(const argdraw_sequence* from, void* bytes, size_t room, size_t* count) {
    using namespace argdraw;
    if (!c::is(from) || !c::there(static_cast<std::byte*>(bytes), room) || !count) return ARGDRAW_BAD_PARAMETER;
    return c::guarded([&] {
        const std::vector<std::byte> all = from->text.bytes();
        c::copy_items(all.data(), all.size(), bytes, room);
        *count = all.size();
        return status::ok;
    });
}

argdraw_status argdraw_free_sequence(argdraw_sequence* sequence) {
    if (!sequence) return ARGDRAW_OK;
    if (!argdraw::c::is(sequence)) return ARGDRAW_BAD_PARAMETER;
    delete sequence;
    return ARGDRAW_OK;
}

argdraw_status argdraw_draw(argdraw_sequence* sequence, const argdraw_row* row, argdraw_drawn* token) {
    if (!token) return ARGDRAW_BAD_PARAMETER;
    *token = argdraw::c::draw(sequence, row);
    return token->why;
}

argdraw_status argdraw_draw_records(argdraw_sequence* sequence, const argdraw_records* records, argdraw_drawn* token, size_t* place) {
    using namespace argdraw;
    if (!token || !place) return ARGDRAW_BAD_PARAMETER;
    drawn found;
    const status why = c::with_records(sequence, records, [&](auto logits, bool in_order) {
        found = sequence->from->pick(logits, sequence->text);
        if (found) *place = in_order ? static_cast<std::size_t>(found.id) : c::place_of(found.id, *records);
        return found.why;
    });
    if (why != status::ok) found = {.why = why};
    *token = {found.id, found.logprob, c::number(found.why)};
    return token->why;
}

argdraw_status argdraw_draw_many(argdraw_sequence* const* sequences, const argdraw_row* rows, argdraw_drawn* tokens, size_t count) {
    using namespace argdraw;
    if (!c::there(sequences, count) || !c::there(rows, count) || !c::there(tokens, count)) return ARGDRAW_BAD_PARAMETER;
    argdraw_status first = ARGDRAW_OK;
    for (std::size_t i = 0; i < count; ++i) {
        tokens[i] = c::draw(sequences[i], rows + i);
        if (first == ARGDRAW_OK) first = tokens[i].why;
    }
    return first;
}

argdraw_status argdraw_accept(argdraw_sequence* sequence, int32_t id) {
    return argdraw::c::is(sequence) ? argdraw::c::number(sequence->text.accept(id)) : ARGDRAW_BAD_PARAMETER;
}

argdraw_status argdraw_rollback(argdraw_sequence* sequence, size_t accepts) {
    return argdraw::c::is(sequence) ? argdraw::c::number(sequence->text.rollback(accepts)) : ARGDRAW_BAD_PARAMETER;
}

argdraw_status argdraw_reseed(argdraw_sequence* sequence, uint64_t seed, uint64_t number) {
    if (!argdraw::c::is(sequence)) return ARGDRAW_BAD_PARAMETER;
    sequence->text.reseed(seed, number);
    return ARGDRAW_OK;
}

argdraw_status argdraw_reserve(argdraw_sequence* sequence, size_t accepts) {
    return argdraw::c::is(sequence) ? argdraw::c::number(sequence->text.reserve(accepts)) : ARGDRAW_BAD_PARAMETER;
}

argdraw_status argdraw_output(const argdraw_sequence* sequence, int32_t* ids, size_t room, size_t* count) {
    using namespace argdraw;
    if (!c::is(sequence) || !c::there(ids, room) || !count) return ARGDRAW_BAD_PARAMETER;
    const auto all = sequence->text.output();
    c::copy_items(all.data(), all.size(), ids, room);
    *count = all.size();
    return ARGDRAW_OK;
}

argdraw_status argdraw_distribution(argdraw_sequence* sequence, const argdraw_row* row, int32_t* ids, double* probabilities, size_t room,
                                    size_t* count) {
    using namespace argdraw;
    if (!count) return ARGDRAW_BAD_PARAMETER;
    std::size_t n = 0;
    const status why = c::with_row(sequence, row, [&](auto logits) {
        return sequence->from->pick.final_set(
            logits,
            [&](auto& final) {
                final.probabilities([&](token_id id, double p) {
                    if (n < room) {
                        if (ids) ids[n] = id;
                        if (probabilities) probabilities[n] = p;
                    }
                    ++n;
                });
            },
            sequence->text);
    });
    if (why == status::ok) *count = n;
    return c::number(why);
}

argdraw_status argdraw_log_probabilities(argdraw_sequence* sequence, const argdraw_row* row, const argdraw_logprobs_request* request,
                                         argdraw_token_logprobs* found, size_t room, argdraw_logprobs_result* result) {
    using namespace argdraw;
    static_assert(sizeof(argdraw_token_logprobs) == sizeof(token_logprobs) && alignof(argdraw_token_logprobs) == alignof(token_logprobs));
    if (!c::fits(request) || !c::there(request->ids, request->ids_count) || request->order < ARGDRAW_RAW ||
        request->order > ARGDRAW_PROCESSED || !c::there(found, room) || !c::fits(result))
        return ARGDRAW_BAD_PARAMETER;
    // In the caller's memory, whatever the type in which it speaks of it.
    const std::size_t most = (std::min)(room, (std::min<std::size_t>)(request->top, candidates<float>::max_width) + request->ids_count + 1);
    auto* const own = static_cast<token_logprobs*>(static_cast<void*>(found));
    for (std::size_t i = 0; i < most; ++i) new (own + i) token_logprobs;
    logprobs_result all;
    const status why = c::with_row(sequence, row, [&](auto logits) {
        all =
            log_probabilities(sequence->from->pick, logits, sequence->text,
                              {request->chosen, {request->ids, request->ids_count}, request->top, static_cast<logprobs_of>(request->order)},
                              std::span(own, most));
        return all.why;
    });
    for (std::size_t i = 0; i < most; ++i) {
        const token_logprobs each = own[i];
        new (found + i) argdraw_token_logprobs{each.id, each.raw, each.scaled, each.processed, each.rank, each.rank_with_ties};
    }
    if (why == status::ok) *result = {sizeof *result, all.count, all.log_kept, all.raw_entropy, all.final_entropy, all.kept};
    return c::number(why);
}

}  // extern "C"

#include <argdraw/c/recipes.inl>
#include <argdraw/c/verify.inl>
