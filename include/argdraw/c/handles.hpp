// handles — argdraw.h for C++11 and later: handles that free themselves. The calls are those of argdraw.h, as members of what they are for,
// with their names, arguments and statuses; that header says what they do. Nothing throws.
//
//     argdraw_c::pipeline pick;
//     argdraw_c::sequence text;
//     if (pick.parse(asked, std::strlen(asked), nullptr, sentence, sizeof sentence) != ARGDRAW_OK) ...
//     if (text.start(pick, nullptr) != ARGDRAW_OK) ...
//     const argdraw_row row = {sizeof row, logits, ARGDRAW_FLOAT, width, 0};
//     while (text.draw(row, token) == ARGDRAW_OK && text.accept(token.id) == ARGDRAW_OK) ...
#pragma once

#include <cstddef>
#include <cstdint>

#include <argdraw/c/argdraw.h>

namespace argdraw_c {

inline std::int32_t version() noexcept { return argdraw_version(); }
inline const char* message(argdraw_status why) noexcept { return argdraw_message(why); }

/// A struct of argdraw.h with its size, and zero for all else.
template <class Struct>
Struct sized() noexcept {
    Struct out = Struct();
    out.size = sizeof(Struct);
    return out;
}

namespace detail {

inline void free(argdraw_pipeline* handle) noexcept { argdraw_free_pipeline(handle); }
inline void free(argdraw_sequence* handle) noexcept { argdraw_free_sequence(handle); }

}  // namespace detail

/// A handle of C's and its owner: moved, never copied. What was moved from, or has not been made yet, holds none, and every call for it is
/// ARGDRAW_BAD_PARAMETER.
template <class Handle>
class owned {
public:
    owned() noexcept = default;
    explicit owned(Handle* handle) noexcept : handle_(handle) {}
    owned(owned&& other) noexcept : handle_(other.release()) {}
    owned& operator=(owned&& other) noexcept {
        Handle* const next = other.release();
        detail::free(handle_);
        handle_ = next;
        return *this;
    }
    ~owned() { detail::free(handle_); }

    explicit operator bool() const noexcept { return handle_ != nullptr; }
    Handle* get() const noexcept { return handle_; }
    /// Gives the handle away, and holds none.
    Handle* release() noexcept {
        Handle* const given = handle_;
        handle_ = nullptr;
        return given;
    }

protected:
    // Holds what a call has made, or what it held before.
    argdraw_status made(argdraw_status why, Handle* handle) noexcept {
        if (why == ARGDRAW_OK) *this = owned(handle);
        return why;
    }

private:
    Handle* handle_ = nullptr;
};

/// Each call that makes a pipeline puts it into this one; where it fails this one is as it was.
class pipeline : public owned<argdraw_pipeline> {
public:
    using owned::owned;

    argdraw_status parse(const char* text, std::size_t length, std::size_t* column, char* sentence, std::size_t room) noexcept {
        argdraw_pipeline* next = nullptr;
        const argdraw_status why = argdraw_parse(text, length, &next, column, sentence, room);
        return made(why, next);
    }
    argdraw_status recipe(std::int32_t engine, const char* json, std::size_t length, argdraw_recipe_read* found, char* sentence,
                          std::size_t room) noexcept {
        argdraw_pipeline* next = nullptr;
        const argdraw_status why = argdraw_recipe(engine, json, length, &next, found, sentence, room);
        return made(why, next);
    }
    argdraw_status to_text(char* text, std::size_t room, std::size_t& length) const noexcept {
        return argdraw_to_text(get(), text, room, &length);
    }
    argdraw_status check(std::size_t width, std::int32_t* stage, char* sentence, std::size_t room) const noexcept {
        return argdraw_check(get(), width, stage, sentence, room);
    }
};

/// Each call that makes a sequence puts it into this one; where it fails this one is as it was.
class sequence : public owned<argdraw_sequence> {
public:
    using owned::owned;

    argdraw_status start(const pipeline& pick, const argdraw_start_options* options) noexcept {
        argdraw_sequence* next = nullptr;
        const argdraw_status why = argdraw_start(pick.get(), options, &next);
        return made(why, next);
    }
    argdraw_status clone(const sequence& from) noexcept {
        argdraw_sequence* next = nullptr;
        const argdraw_status why = argdraw_clone(from.get(), &next);
        return made(why, next);
    }
    argdraw_status resume(const pipeline& pick, const void* bytes, std::size_t count) noexcept {
        argdraw_sequence* next = nullptr;
        const argdraw_status why = argdraw_resume(pick.get(), bytes, count, &next);
        return made(why, next);
    }
    argdraw_status bytes(void* to, std::size_t room, std::size_t& count) const noexcept { return argdraw_bytes(get(), to, room, &count); }

    argdraw_status draw(const argdraw_row& row, argdraw_drawn& token) noexcept { return argdraw_draw(get(), &row, &token); }
    argdraw_status draw_records(const argdraw_records& records, argdraw_drawn& token, std::size_t& place) noexcept {
        return argdraw_draw_records(get(), &records, &token, &place);
    }
    static argdraw_status draw_many(argdraw_sequence* const* sequences, const argdraw_row* rows, argdraw_drawn* tokens,
                                    std::size_t count) noexcept {
        return argdraw_draw_many(sequences, rows, tokens, count);
    }
    argdraw_status accept(std::int32_t id) noexcept { return argdraw_accept(get(), id); }
    argdraw_status rollback(std::size_t accepts) noexcept { return argdraw_rollback(get(), accepts); }
    argdraw_status reseed(std::uint64_t seed, std::uint64_t number) noexcept { return argdraw_reseed(get(), seed, number); }
    argdraw_status reserve(std::size_t accepts) noexcept { return argdraw_reserve(get(), accepts); }
    argdraw_status output(std::int32_t* ids, std::size_t room, std::size_t& count) const noexcept {
        return argdraw_output(get(), ids, room, &count);
    }

    argdraw_status distribution(const argdraw_row& row, std::int32_t* ids, double* probabilities, std::size_t room,
                                std::size_t& count) noexcept {
        return argdraw_distribution(get(), &row, ids, probabilities, room, &count);
    }
    argdraw_status log_probabilities(const argdraw_row& row, const argdraw_logprobs_request& request, argdraw_token_logprobs* found,
                                     std::size_t room, argdraw_logprobs_result& result) noexcept {
        return argdraw_log_probabilities(get(), &row, &request, found, room, &result);
    }
    argdraw_status verify(std::int32_t rule, const argdraw_draft& draft, const argdraw_row* rows, std::int32_t* path, std::size_t room,
                          argdraw_verified& result) noexcept {
        return argdraw_verify(get(), rule, &draft, rows, path, room, &result);
    }
    argdraw_status verify_typical(double epsilon, double delta, const argdraw_draft& draft, const argdraw_row* rows, std::int32_t* path,
                                  std::size_t room, argdraw_verified& result) noexcept {
        return argdraw_verify_typical(get(), epsilon, delta, &draft, rows, path, room, &result);
    }
};

}  // namespace argdraw_c
