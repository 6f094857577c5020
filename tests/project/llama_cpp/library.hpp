// library — llama.cpp's shared library, opened at run time, and the little of its interface that is used here, declared in our own words.
//
// Its samplers work on a bare array of candidates and need no model. Where it is: the environment's ARGDRAW_LLAMA_LIBRARY, or what CMake
// found. Nothing here is needed to build, and where there is no library a test says so and is skipped.
#pragma once

#include <dlfcn.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

namespace llama {

// A token of the vocabulary, its logit, and its probability where a sampler has worked it out.
struct candidate {
    std::int32_t id;
    float logit;
    float p;
};

// What a sampler changes: it shortens, reorders and rewrites the candidates, and the last of a chain selects one by its place.
struct candidates {
    candidate* data;
    std::size_t size;
    std::int64_t selected;
    bool sorted;
};

struct bias {
    std::int32_t id;
    float added;
};

struct chain_options {
    bool untimed;
};

struct sampler;  // opaque

struct library {
    std::string file, version;

    sampler* (*init)(void* interface, void* context);
    void (*apply)(sampler*, candidates*);
    void (*accept)(sampler*, std::int32_t);
    void (*reset)(sampler*);
    sampler* (*clone)(const sampler*);
    void (*free)(sampler*);
    sampler* (*chain)(chain_options);
    void (*add)(sampler* chain, sampler*);

    sampler* (*greedy)();
    sampler* (*dist)(std::uint32_t seed);
    sampler* (*top_k)(std::int32_t k);
    sampler* (*top_p)(float p, std::size_t min_keep);
    sampler* (*min_p)(float p, std::size_t min_keep);
    sampler* (*typical)(float p, std::size_t min_keep);
    sampler* (*temp)(float t);
    sampler* (*temp_ext)(float t, float range, float exponent);
    sampler* (*xtc)(float probability, float threshold, std::size_t min_keep, std::uint32_t seed);
    sampler* (*top_n_sigma)(float n);
    sampler* (*mirostat)(std::int32_t vocabulary, std::uint32_t seed, float tau, float eta, std::int32_t m);
    sampler* (*mirostat_v2)(std::uint32_t seed, float tau, float eta);
    sampler* (*penalties)(std::int32_t vocabulary, std::int32_t window, float repetition, float frequency, float presence);
    sampler* (*adaptive_p)(float target, float decay, std::uint32_t seed);
    sampler* (*logit_bias)(std::int32_t vocabulary, std::int32_t count, const bias*);
    // With breakers as tokens; the one that C programs call wants a vocabulary.
    sampler* (*dry)(float multiplier, float base, std::int32_t allowed, std::int32_t window, const std::vector<std::vector<std::int32_t>>&);
};

namespace detail {

inline void no_log(int, const char*, void*) {}

template <class F>
bool bind(void* handle, F*& f, const char* name) {
    f = reinterpret_cast<F*>(::dlsym(handle, name));
    return f != nullptr;
}

inline bool bind_all(void* at, library& l) {
    return bind(at, l.init, "llama_sampler_init") && bind(at, l.apply, "llama_sampler_apply") &&
           bind(at, l.accept, "llama_sampler_accept") && bind(at, l.reset, "llama_sampler_reset") &&
           bind(at, l.clone, "llama_sampler_clone") && bind(at, l.free, "llama_sampler_free") &&
           bind(at, l.chain, "llama_sampler_chain_init") && bind(at, l.add, "llama_sampler_chain_add") &&
           bind(at, l.greedy, "llama_sampler_init_greedy") && bind(at, l.dist, "llama_sampler_init_dist") &&
           bind(at, l.top_k, "llama_sampler_init_top_k") && bind(at, l.top_p, "llama_sampler_init_top_p") &&
           bind(at, l.min_p, "llama_sampler_init_min_p") && bind(at, l.typical, "llama_sampler_init_typical") &&
           bind(at, l.temp, "llama_sampler_init_temp") && bind(at, l.temp_ext, "llama_sampler_init_temp_ext") &&
           bind(at, l.xtc, "llama_sampler_init_xtc") && bind(at, l.top_n_sigma, "llama_sampler_init_top_n_sigma") &&
           bind(at, l.mirostat, "llama_sampler_init_mirostat") && bind(at, l.mirostat_v2, "llama_sampler_init_mirostat_v2") &&
           bind(at, l.penalties, "llama_sampler_init_penalties") && bind(at, l.adaptive_p, "llama_sampler_init_adaptive_p") &&
           bind(at, l.logit_bias, "llama_sampler_init_logit_bias") &&
           bind(at, l.dry, "_Z30llama_sampler_init_dry_testingffiiRKSt6vectorIS_IiSaIiEESaIS1_EE");
}

}  // namespace detail

// The library, opened once; nullptr, with a sentence, where it is not there or is not as it is known here.
inline const library* opened(std::FILE* says = stdout) {
    static library l{};
    const char* file = std::getenv("ARGDRAW_LLAMA_LIBRARY");
#ifdef ARGDRAW_LLAMA_LIBRARY
    if (!file) file = ARGDRAW_LLAMA_LIBRARY;
#endif
    if (!file || !*file) {
        std::puts(
            "skipped, no library of llama.cpp: ARGDRAW_LLAMA_LIBRARY names none, and npm's @node-llama-cpp/linux-x64 is not installed");
        return nullptr;
    }
    void* const handle = ::dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        std::fprintf(says, "skipped, llama.cpp's library does not open: %s\n", ::dlerror());
        return nullptr;
    }
    if (!detail::bind_all(handle, l)) {
        std::fputs("skipped, llama.cpp's library has other calls than the one that is known here\n", says);
        return nullptr;
    }
    if (auto* const log = reinterpret_cast<void (*)(void (*)(int, const char*, void*), void*)>(::dlsym(handle, "llama_log_set")))
        log(detail::no_log, nullptr);
    l.file = std::string(file).substr(std::string(file).find_last_of('/') + 1);
    const auto text = [&](const char* name) {
        const auto said = reinterpret_cast<const char* (*)()>(::dlsym(handle, name));
        return std::string(said ? said() : "unknown");
    };
    l.version = l.file + ", ggml " + text("ggml_version") + ", commit " + text("ggml_commit");
    return &l;
}

// A sampler of the library, freed with this; a chain owns what was added to it.
class owned {
public:
    owned(const library& of, sampler* s) : of_(&of), sampler_(s) {}
    owned(owned&& other) noexcept : of_(other.of_), sampler_(other.release()) {}
    owned(const owned&) = delete;
    owned& operator=(const owned&) = delete;
    owned& operator=(owned&&) = delete;
    ~owned() {
        if (sampler_) of_->free(sampler_);
    }
    sampler* get() const { return sampler_; }
    sampler* release() {
        sampler* const s = sampler_;
        sampler_ = nullptr;
        return s;
    }

private:
    const library* of_;
    sampler* sampler_;
};

inline owned chain_of(const library& l, const std::vector<sampler*>& links) {
    owned chain(l, l.chain({true}));
    for (sampler* each : links) l.add(chain.get(), each);
    return chain;
}

// The candidates of a row, and the array that says what is left of them.
class field {
public:
    explicit field(std::span<const float> row) : memory_(row.size()) {
        for (std::size_t i = 0; i < row.size(); ++i) memory_[i] = {static_cast<std::int32_t>(i), row[i], 0};
        array_ = {memory_.data(), memory_.size(), -1, false};
    }
    field(const field&) = delete;
    field& operator=(const field&) = delete;

    candidates* array() { return &array_; }
    std::span<const candidate> left() const { return {array_.data, array_.size}; }
    bool sorted() const { return array_.sorted; }
    // The token that was selected, or -1.
    std::int64_t token() const {
        return array_.selected < 0 || static_cast<std::size_t>(array_.selected) >= array_.size ? -1 : array_.data[array_.selected].id;
    }

private:
    std::vector<candidate> memory_;
    candidates array_;
};

}  // namespace llama
