// gguf — what a model's GGUF file says about its sampling, under the keys general.sampling.*, into a recipe of llama.cpp.
#pragma once

#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <istream>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/recipes/fields.hpp>
#include <argdraw/recipes/llama_cpp.hpp>
#include <argdraw/recipes/loading.hpp>

namespace argdraw::inline ARGDRAW_ABI::recipes {

namespace detail {

// A number that is known to fit.
template <class N = std::size_t>
constexpr N as_size(std::uint64_t n) noexcept {
    if constexpr (std::is_same_v<N, std::uint64_t>) return n;
    else return static_cast<N>(n);
}

/// A file in memory.
class bytes_source {
public:
    explicit bytes_source(std::span<const std::byte> in) : in_(in) {}

    std::uint64_t left() const noexcept { return in_.size(); }
    bool skip(std::uint64_t n) noexcept {
        if (n > in_.size()) return false;
        in_ = in_.subspan(as_size(n));
        return true;
    }
    bool read(void* to, std::size_t n) noexcept {
        if (n > in_.size()) return false;
        if (n > 0) std::memcpy(to, in_.data(), n);
        return skip(n);
    }

private:
    std::span<const std::byte> in_;
};

/// A file that is open; what is passed over is not read.
class stream_source {
public:
    explicit stream_source(std::istream& in) : in_(in) {
        const auto here = in_.tellg();
        in_.seekg(0, std::ios::end);
        const auto end = in_.tellg();
        in_.seekg(here);
        if (in_ && here >= 0 && end > here) left_ = static_cast<std::uint64_t>(end - here);
    }

    std::uint64_t left() const noexcept { return left_; }
    bool skip(std::uint64_t n) {
        if (n > left_ || !in_.seekg(static_cast<std::istream::off_type>(n), std::ios::cur)) return false;
        left_ -= n;
        return true;
    }
    bool read(void* to, std::size_t n) {
        if (n > left_ || !in_.read(static_cast<char*>(to), static_cast<std::streamsize>(n))) return false;
        left_ -= n;
        return true;
    }

private:
    std::istream& in_;
    std::uint64_t left_ = 0;
};

/// Goes through the keys and values of a GGUF file. What is longer than the file is never believed, and never allocated.
template <class Source>
class gguf_reader {
public:
    gguf_reader(Source in, llama_cpp& to, loaded& result) : in_(in), to_(to), result_(result) {}

    void run() {
        char magic[4] = {};
        std::uint32_t version = 0;
        std::uint64_t tensors = 0, pairs = 0;
        if (!in_.read(magic, 4) || std::string_view(magic, 4) != "GGUF") return fail("this is no GGUF file: it does not begin with GGUF");
        if (!number(version)) return ends_in("its version");
        if (version == 0x02000000 || version == 0x03000000) return fail("this GGUF file is of a big-endian machine");
        if (version != 2 && version != 3) return fail("this GGUF file has version " + std::to_string(version) + ", and 2 and 3 are known");
        if (!number(tensors) || !number(pairs)) return ends_in("its numbers of tensors and keys");
        for (std::uint64_t i = 0; i < pairs && !result_.wrong; ++i) pair(i, pairs);
    }

private:
    enum class type : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, text, array, u64, i64, f64 };
    static constexpr std::string_view prefix = "general.sampling.";

    void fail(std::string sentence) {
        if (!result_.wrong) result_.wrong = bad_parameter(std::move(sentence));
    }
    void ends_in(std::string_view what) { fail("the GGUF file ends in " + std::string(what)); }

    // Returns false where the file ends before. The bytes are little-endian.
    template <class N>
    bool number(N& out) {
        unsigned char bytes[sizeof(N)];
        if (!in_.read(bytes, sizeof bytes)) return false;
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < sizeof(N); ++i) bits |= std::uint64_t{bytes[i]} << (8 * i);
        if constexpr (std::is_same_v<N, float>) out = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        else if constexpr (std::is_same_v<N, double>) out = std::bit_cast<double>(bits);
        else out = static_cast<N>(bits);
        return true;
    }
    bool text(std::string& out, std::uint64_t longest) {
        std::uint64_t size = 0;
        if (!number(size) || size > in_.left() || size > longest) return false;
        out.resize(as_size(size));
        return in_.read(out.data(), out.size());
    }

    // Of a value of fixed size; 0 of others.
    static std::size_t size_of(type t) {
        switch (t) {
            case type::u8:
            case type::i8:
            case type::boolean: return 1;
            case type::u16:
            case type::i16: return 2;
            case type::u32:
            case type::i32:
            case type::f32: return 4;
            case type::u64:
            case type::i64:
            case type::f64: return 8;
            default: return 0;
        }
    }

    void pair(std::uint64_t i, std::uint64_t pairs) {
        std::string key;
        std::uint32_t kind = 0;
        const std::string which = "key " + std::to_string(i + 1) + " of " + std::to_string(pairs);
        if (!text(key, 65535)) return fail("the GGUF file ends in " + which + ", or that is longer than 65535 bytes");
        if (!number(kind)) return ends_in("the type of " + which);
        if (!key.starts_with(prefix)) return pass_over(kind, which);
        const std::string_view name = std::string_view(key).substr(prefix.size());
        if (name == "sequence") return sequence(kind, key);
        bool known = false;
        llama_cpp::fields(to_, [&](const field& of, auto& member) {
            using T = std::remove_cvref_t<decltype(member)>;
            if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
                if (known || of.name != name) return;
                known = true;
                value(kind, key, member);
                if (!result_.wrong) result_.wrong = check_value(key, of.takes, member);
            }
        });
        if (known) return;
        result_.unknown.push_back(key);
        pass_over(kind, which);
    }

    template <class N>
    void value(std::uint32_t kind, const std::string& key, N& to) {
        switch (static_cast<type>(kind)) {
            case type::u8: return put_as<std::uint8_t>(key, to);
            case type::i8: return put_as<std::int8_t>(key, to);
            case type::u16: return put_as<std::uint16_t>(key, to);
            case type::i16: return put_as<std::int16_t>(key, to);
            case type::u32: return put_as<std::uint32_t>(key, to);
            case type::i32: return put_as<std::int32_t>(key, to);
            case type::u64: return put_as<std::uint64_t>(key, to);
            case type::i64: return put_as<std::int64_t>(key, to);
            case type::f32: return put_as<float>(key, to);
            case type::f64: return put_as<double>(key, to);
            default: return fail(key + " is of the type " + std::to_string(kind) + ", which is no number");
        }
    }
    template <class From, class N>
    void put_as(const std::string& key, N& to) {
        From read{};
        if (!number(read)) return ends_in("the value of " + key);
        using wide = std::conditional_t<std::is_floating_point_v<From>, double,
                                        std::conditional_t<std::is_signed_v<From>, std::int64_t, std::uint64_t>>;
        const wide number_read = +read;
        char digits[40];
        const std::string_view shown(digits, static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, read).ptr - digits));
        if (fault wrong = put(key, shown, file_number::of(number_read), to)) result_.wrong = std::move(wrong);
    }

    void sequence(std::uint32_t kind, const std::string& key) {
        std::string names;
        if (static_cast<type>(kind) != type::text) return fail(key + " is of the type " + std::to_string(kind) + ", and not a text");
        if (!text(names, 65535)) return fail("the GGUF file ends in the value of " + key + ", or that is longer than 65535 bytes");
        if (fault wrong = to_.order(names)) fail(key + ": " + wrong.sentence);
    }

    void pass_over(std::uint32_t kind, const std::string& which) {
        if (static_cast<type>(kind) == type::array) {
            std::uint32_t of = 0;
            std::uint64_t count = 0;
            if (!number(of) || !number(count)) return ends_in("the array of " + which);
            if (static_cast<type>(of) == type::text) {
                for (; count > 0; --count)
                    if (!pass_over_text()) return ends_in("the array of " + which);
                return;
            }
            const std::size_t each = size_of(static_cast<type>(of));
            if (each == 0) return fail("the array of " + which + " has values of the unknown type " + std::to_string(of));
            if (count > in_.left() / each || !in_.skip(count * each)) return ends_in("the array of " + which);
        } else if (static_cast<type>(kind) == type::text) {
            if (!pass_over_text()) return ends_in("the text of " + which);
        } else {
            const std::size_t size = size_of(static_cast<type>(kind));
            if (size == 0) return fail("the value of " + which + " has the unknown type " + std::to_string(kind));
            if (!in_.skip(size)) return ends_in("the value of " + which);
        }
    }
    bool pass_over_text() {
        std::uint64_t size = 0;
        return number(size) && in_.skip(size);
    }

    Source in_;
    llama_cpp& to_;
    loaded& result_;
};

template <class Source>
loaded load_gguf(llama_cpp& recipe, Source in) {
    loaded result;
    llama_cpp copy = recipe;
    gguf_reader<Source>(in, copy, result).run();
    if (!result.wrong) recipe = std::move(copy);
    return result;
}

}  // namespace detail

/// A recipe from the keys general.sampling.* of a GGUF file in memory, of which the beginning up to the tensors is enough. A key that is
/// absent leaves what the recipe has, one of sampling that the recipe has not is listed, others are passed over. What is no GGUF file, ends
/// too soon or has a value of another type or out of its range is a fault; then the recipe is as it was. Throws std::bad_alloc alone.
inline loaded load_gguf(llama_cpp& recipe, std::span<const std::byte> file) {
    return detail::load_gguf(recipe, detail::bytes_source(file));
}

/// The same from a file that is open in binary, from where it stands. What is passed over is not read.
inline loaded load_gguf(llama_cpp& recipe, std::istream& file) { return detail::load_gguf(recipe, detail::stream_source(file)); }

}  // namespace argdraw::recipes
