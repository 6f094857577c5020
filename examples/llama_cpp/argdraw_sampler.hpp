// A llama_sampler that is a pipeline of argdraw's: alone in a chain of llama.cpp's, or last behind some of its samplers.
//
//     llama_sampler* s = argdraw_sampler("penalties(1.1, window=64) | top_k(40) | temperature(0.8) | categorical", n_vocab, seed);
//
// Null: the text is none. Where nothing can be drawn no token is selected. With llama.h included, leave out what is declared of it here.
#include <argdraw/c/argdraw.h>

#include <cstring>

// clang-format off
struct llama_token_data { int32_t id; float logit, p; };
struct llama_token_data_array { llama_token_data* data; size_t size; int64_t selected; bool sorted; };
struct llama_sampler { struct llama_sampler_i* iface; void* ctx; };
struct llama_sampler_i {
    const char* (*name)(const llama_sampler*); void (*accept)(llama_sampler*, int32_t id); void (*apply)(llama_sampler*, llama_token_data_array*);
    void (*reset)(llama_sampler*); llama_sampler* (*clone)(const llama_sampler*); void (*free)(llama_sampler*); void* backend[8];
};
extern "C" llama_sampler* llama_sampler_init(llama_sampler_i*, void* ctx);
// clang-format on

struct argdraw_text {
    argdraw_sequence *now, *start;
    static argdraw_text& of(const llama_sampler* s) { return *static_cast<argdraw_text*>(s->ctx); }

    static const char* name(const llama_sampler*) { return "argdraw"; }
    static void accept(llama_sampler* s, int32_t id) { argdraw_accept(of(s).now, id); }
    static void apply(llama_sampler* s, llama_token_data_array* a) {
        const argdraw_records left = {sizeof left, &a->data->id, &a->data->logit, ARGDRAW_FLOAT, a->size, sizeof *a->data};
        argdraw_drawn token;
        size_t place = 0;
        const bool drawn = argdraw_draw_records(of(s).now, &left, &token, &place) == ARGDRAW_OK;
        a->selected = drawn ? static_cast<int64_t>(place) : -1;
    }
    static void reset(llama_sampler* s) { argdraw_free_sequence(of(s).now), argdraw_clone(of(s).start, &of(s).now); }
    static llama_sampler* clone(const llama_sampler* s) { return make(of(s).now, of(s).start); }
    static void free(llama_sampler* s) { argdraw_free_sequence(of(s).now), argdraw_free_sequence(of(s).start), delete &of(s); }

    static llama_sampler* make(const argdraw_sequence* now, const argdraw_sequence* start) {
        static llama_sampler_i calls = {name, accept, apply, reset, clone, free, {}};
        auto* text = new argdraw_text();
        argdraw_clone(now, &text->now), argdraw_clone(start, &text->start);
        return llama_sampler_init(&calls, text);
    }
};

inline llama_sampler* argdraw_sampler(const char* pipeline, size_t n_vocab, uint64_t seed) {
    argdraw_pipeline* pick = nullptr;
    argdraw_sequence* start = nullptr;
    argdraw_start_options options = {sizeof options, seed, 0, 0, n_vocab, nullptr, 0, nullptr, 0};
    if (argdraw_parse(pipeline, strlen(pipeline), &pick, nullptr, nullptr, 0) == ARGDRAW_OK) argdraw_start(pick, &options, &start);
    llama_sampler* made = start ? argdraw_text::make(start, start) : nullptr;
    argdraw_free_sequence(start), argdraw_free_pipeline(pick);
    return made;
}
