// llama_cpp — argdraw_sampler.hpp inside of the real llama.cpp: alone, behind samplers of its own, reset and cloned.
//
// Needs its shared library, opened at run time: tests/project/llama_cpp/library.hpp says where it is looked for. Without it, a sentence.
#include "argdraw_sampler.hpp"

#include <library.hpp>

#include <cmath>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace {

const llama::library* library = nullptr;
int failures = 0;

void expect(bool right, const std::string& what) {
    if (!right) std::printf("not so: %s\n", what.c_str()), ++failures;
}

constexpr std::size_t width = 3000;

std::vector<float> logits_at(std::size_t position) {
    std::vector<float> row(width);
    for (std::size_t i = 0; i < width; ++i) row[i] = static_cast<float>((i * 2654435761u + position * 40503u) % 9973u) / 700.0f;
    return row;
}

llama::sampler* ours(const char* pipeline, std::uint64_t seed) {
    return reinterpret_cast<llama::sampler*>(argdraw_sampler(pipeline, width, seed));
}

// The text that a chain writes.
std::vector<std::int64_t> write(llama::sampler* chain, std::size_t from, std::size_t length) {
    std::vector<std::int64_t> text;
    for (std::size_t position = from; position < from + length; ++position) {
        llama::field f(logits_at(position));
        library->apply(chain, f.array());
        text.push_back(f.token());
        library->accept(chain, static_cast<std::int32_t>(f.token()));
    }
    return text;
}

// The text that the pipeline writes by itself, over the C door; rows as `change` makes them.
template <class Change>
std::vector<std::int64_t> write_alone(const char* pipeline, std::uint64_t seed, std::size_t length, Change change) {
    argdraw_pipeline* pick = nullptr;
    argdraw_sequence* text = nullptr;
    argdraw_parse(pipeline, strlen(pipeline), &pick, nullptr, nullptr, 0);
    const argdraw_start_options options = {sizeof options, seed, 0, 0, width, nullptr, 0, nullptr, 0};
    argdraw_start(pick, &options, &text);
    std::vector<std::int64_t> ids;
    for (std::size_t position = 0; position < length; ++position) {
        std::vector<float> logits = logits_at(position);
        change(logits);
        const argdraw_row row = {sizeof row, logits.data(), ARGDRAW_FLOAT, logits.size(), 0};
        argdraw_drawn token{};
        argdraw_draw(text, &row, &token);
        argdraw_accept(text, token.id);
        ids.push_back(token.id);
    }
    argdraw_free_sequence(text);
    argdraw_free_pipeline(pick);
    return ids;
}
std::vector<std::int64_t> write_alone(const char* pipeline, std::uint64_t seed, std::size_t length) {
    return write_alone(pipeline, seed, length, [](std::vector<float>&) {});
}

constexpr const char* usual = "penalties(1.2, window=64) | top_k(40) | top_p(0.95) | min_p(0.05) | temperature(0.8) | categorical";

void alone() {
    const llama::owned chain = llama::chain_of(*library, {ours(usual, 42)});
    expect(write(chain.get(), 0, 200) == write_alone(usual, 42, 200), "alone in a chain it writes what the pipeline writes");
    const llama::owned other = llama::chain_of(*library, {ours("mirostat(4, 0.2)", 7)});
    expect(write(other.get(), 0, 200) == write_alone("mirostat(4, 0.2)", 7, 200), "and so do draws that learn");
    expect(!ours("top_q(3)", 1), "a text that is none is no sampler");
}

void behind_their_samplers() {
    const llama::bias ban{5, -INFINITY}, raise{17, 6.5f};
    const llama::bias biases[] = {ban, raise};
    const auto biased = [&](std::vector<float>& row) {
        row[5] = -INFINITY;
        row[17] += 6.5f;
    };
    const llama::owned chain = llama::chain_of(*library, {library->logit_bias(width, 2, biases), ours(usual, 3)});
    expect(write(chain.get(), 0, 200) == write_alone(usual, 3, 200, biased), "behind a bias of theirs it reads what that has left");

    // Their top_k leaves 50 in an order of its own, and of equals others: compared by what lives.
    const llama::owned sorted = llama::chain_of(*library, {library->top_k(50), ours("temperature(0.9) | categorical", 3)});
    std::size_t position = 0;
    const auto first_fifty = [&](std::vector<float>& row) {
        llama::field f(logits_at(position++));
        const llama::owned top(*library, library->top_k(50));
        library->apply(top.get(), f.array());
        row.assign(width, -INFINITY);
        for (const auto& each : f.left()) row[static_cast<std::size_t>(each.id)] = each.logit;
    };
    expect(write(sorted.get(), 0, 200) == write_alone("temperature(0.9) | categorical", 3, 200, first_fifty),
           "behind a top_k of theirs it draws by ids, and selects by place");
}

void nothing_lives() {
    const llama::owned chain = llama::chain_of(*library, {ours(usual, 1)});
    llama::field f(std::vector<float>(width, -INFINITY));
    library->apply(chain.get(), f.array());
    expect(f.array()->selected == -1, "where no token lives none is selected");
}

void reset_and_clone() {
    const llama::owned chain = llama::chain_of(*library, {ours(usual, 42)});
    const auto first = write(chain.get(), 0, 60);
    const llama::owned copy(*library, library->clone(chain.get()));
    const auto rest = write(chain.get(), 60, 60);
    expect(write(copy.get(), 60, 60) == rest, "a clone goes on as the original does");
    library->reset(chain.get());
    expect(write(chain.get(), 0, 60) == first, "reset is the beginning again");
    library->reset(copy.get());
    expect(write(copy.get(), 0, 60) == first, "also of a clone");
}

}  // namespace

// What the header takes from llama.h, of the library that was opened.
extern "C" llama_sampler* llama_sampler_init(llama_sampler_i* interface, void* context) {
    return reinterpret_cast<llama_sampler*>(library->init(interface, context));
}

int main() {
    library = llama::opened();
    if (!library) return 0;
    alone();
    behind_their_samplers();
    nothing_lives();
    reset_and_clone();
    if (failures == 0)
        std::printf("inside of %s: alone, behind its samplers, reset and cloned, as the pipeline is by itself\n", library->version.c_str());
    return failures;
}
