// Random operations on texts under way: draws, accepts, rollbacks, forks, bytes and back, other seeds, refusals. After each of the last
// six the text must have the future of one that was rebuilt from scratch: started anew, every token accepted as it was then.
#include "pipelines.hpp"

#include <bit>
#include <limits>
#include <utility>

using namespace metamorphic;

namespace {

constexpr int push_operations = 100'000, deep_operations = 1'000'000;
constexpr std::size_t width = 24;

struct entry {
    std::uint32_t draws;  // at its position, before it was accepted
    token_id id;
    philox with;  // what they were drawn with, whatever its position
};

// A draw and a stage that learn something of every token, for any that a user may write.
struct learning_draw {
    struct state {
        std::int64_t accepted;
        double sum;

        template <class F>
        void each_number(F visit) {
            visit(accepted);
            visit(sum);
        }
    };
    state start() const noexcept { return {0, 7}; }

    template <logit_scalar T, class Context>
    drawn operator()(candidates<T>& c, Context& context) const noexcept {
        auto& s = context.state();
        c.scale(1 / (1 + static_cast<double>(s.accepted % 3)));
        const drawn token = c.draw(context.word(purpose::token));
        s = {s.accepted + 1, s.sum + token.id};
        return token;
    }
};

struct wandering_stage {
    struct state {
        std::uint32_t favourite;

        template <class F>
        void each_number(F visit) {
            visit(favourite);
        }
    };
    state start() const noexcept { return {3}; }

    template <logit_scalar T, class Context>
    void operator()(candidates<T>& c, Context& context) const noexcept {
        auto& s = context.state();
        c.add(static_cast<token_id>(s.favourite % c.width()), 1.5);
        s.favourite = s.favourite * 5 + static_cast<std::uint32_t>(context.word(purpose::user) >> 62);
    }
};

std::vector<std::vector<float>> some_rows() {
    dice random(99);
    std::vector<std::vector<float>> rows;
    for (int i = 0; i < 16; ++i) rows.push_back(random_row(random, width));
    return rows;
}

template <class Sampler>
class trial {
    using text = decltype(std::declval<const Sampler&>().start());

public:
    trial(const Sampler& pick, bool has_states, std::uint64_t seed) : pick_(pick), has_states_(has_states), random_(seed) {}

    int run(int operations) {
        for (int done = 0; done < operations;) {
            begin();
            for (int i = 0; i < 200 && done < operations; ++i, ++done) operate();
        }
        return wrong_;
    }
    int checked() const { return checked_; }

private:
    void begin() {
        options_ = {.seed = random_.word(), .sequence = random_.word(), .position = static_cast<std::uint32_t>(random_.below(3))};
        if (random_.one_in(2)) options_.vocabulary = width;
        prompt_.resize(random_.below(8));
        for (token_id& id : prompt_) id = any_id();
        longest_ = random_.one_in(16) ? 150 : 20;
        log_.clear();
        draws_ = 0;
        now_ = pick_.start(options_, prompt_);
    }

    void operate() {
        if (log_.size() >= longest_) return undo(1 + random_.below(log_.size()));
        switch (random_.below(11)) {
            case 0: (void)draw_now(); break;
            case 1:
            case 2:
            case 3: {
                const drawn token = draw_now();
                take(token ? token.id : any_id());
                break;
            }
            case 4: take(any_id()); break;
            case 5:
            case 6: undo(random_.below(std::min<std::size_t>(log_.size(), 6) + 1)); break;
            case 7: {
                text fork = now_;
                text& other = random_.one_in(2) ? fork : now_;
                for (std::size_t n = random_.below(4); n > 0; --n)
                    if (const drawn token = draw_from(other); token) wrong_ += other.accept(token.id) != status::ok;
                if (&other == &now_) std::swap(now_, fork);
                check();
                break;
            }
            case 8: {
                text other = pick_.resume(now_.bytes());
                wrong_ += other.bytes() != now_.bytes();
                now_ = std::move(other);
                check();
                break;
            }
            case 9: {
                if (draws_ > 0) break;
                text fork = now_;
                fork.reseed(random_.word(), random_.word());
                if (random_.one_in(2)) (void)draw_from(now_);
                now_ = std::move(fork);
                check();
                break;
            }
            default:
                // What is refused leaves no trace.
                wrong_ += pick_(std::vector<float>(width, support::not_a_number), now_).why != status::nan_logit;
                wrong_ += pick_(std::vector<float>(width, -infinity), now_).why != status::empty;
                wrong_ += now_.accept(-1) != status::bad_parameter;
                wrong_ += now_.accept(std::numeric_limits<token_id>::max()) != status::bad_parameter;
                wrong_ += now_.rollback(log_.size() + 1) != status::bad_parameter;
                check();
        }
    }

    drawn draw_now() {
        const drawn token = draw_from(now_);
        ++draws_;
        if (token) pending_ = token.id;
        return token;
    }

    void take(token_id id) {
        wrong_ += now_.accept(id) != status::ok;
        log_.push_back({std::exchange(draws_, 0), id, now_.random()});
    }

    void undo(std::size_t n) {
        wrong_ += now_.rollback(n) != status::ok;
        log_.resize(log_.size() - n);
        draws_ = 0;
        check();
    }

    void check() {
        if (longest_ > 20 && !random_.one_in(8)) return;
        ++checked_;
        text anew = pick_.start(options_, prompt_);
        for (const entry& each : log_) {
            anew.reseed(each.with.seed, each.with.sequence);
            if (has_states_)
                for (std::uint32_t i = 0; i < each.draws; ++i) (void)draw_from(anew);
            wrong_ += anew.accept(each.id) != status::ok;
        }
        anew.reseed(now_.random().seed, now_.random().sequence);
        for (std::uint32_t i = 0; i < draws_; ++i) (void)draw_from(anew);
        wrong_ += now_.position() != anew.position() || now_.attempt() != anew.attempt();
        const bool accept_pending = now_.attempt() > 0 && random_.one_in(2);
        wrong_ += future(now_, accept_pending) != future(std::move(anew), accept_pending);
    }

    // The next tokens with their probabilities. The one that is pending is accepted first, so that what was learned from it shows; or it is
    // drawn again, at the next attempt.
    std::array<std::uint64_t, 6> future(text from, bool accept_pending) {
        if (accept_pending) wrong_ += from.accept(pending_) != status::ok;
        std::array<std::uint64_t, 6> all;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const drawn token = draw_from(from);
            all[i] =
                (std::uint64_t{static_cast<std::uint32_t>(token.id)} << 32) | (token ? std::bit_cast<std::uint32_t>(token.logprob) : 0);
            if (i % 3 != 0) wrong_ += from.accept(token ? token.id : static_cast<token_id>(i)) != status::ok;
        }
        return all;
    }

    drawn draw_from(text& from) const {
        static const auto rows = some_rows();
        return pick_(rows[from.position() % rows.size()], from);
    }
    token_id any_id() { return static_cast<token_id>(random_.below(width)); }

    const Sampler& pick_;
    bool has_states_;
    dice random_;
    start_options options_;
    ids prompt_;
    std::size_t longest_ = 0;
    std::vector<entry> log_;
    std::uint32_t draws_ = 0;
    token_id pending_ = -1;
    text now_;
    int wrong_ = 0, checked_ = 0;
};

const std::array<token_id, 3> listed{3, 5, 3};
const std::array<token_id, 1> single{7};
const std::array<std::span<const token_id>, 2> words{std::span<const token_id>(listed), std::span<const token_id>(single)};
const phrases pairs{{7, 3}, {5}, {2, 2, 9}, {3, 7, 3}};
const std::array<biased_sequence, 2> biased{{{listed, 2.0f}, {single, -1.0f}}};

struct named {
    const char* name;
    chain stages;
};

std::vector<named> readers_of_history() {
    return {
        {"repetition_penalty", chain{repetition_penalty{1.7f, 6}}},
        {"frequency_penalty", chain{frequency_penalty{0.4f, -1}}},
        {"presence_penalty", chain{presence_penalty{0.9f, 5, scope::both}}},
        {"penalties", chain{penalties{.repetition = 1.3f, .frequency = 0.2f, .presence = 0.4f, .window = 7}}},
        {"penalties but for some", chain{penalties{.repetition = 1.3f, .frequency = 0.2f, .window = 7, .exempt = listed}}},
        {"dry", chain{dry{.multiplier = 0.7f, .base = 1.3f, .allowed_length = 1, .window = 12, .breakers = single}}},
        {"dry and phrases", chain{dry{.multiplier = 0.7f, .base = 1.3f, .allowed_length = 1, .breakers = pairs}}},
        {"no_repeat_ngram", chain{no_repeat_ngram{2}}},
        {"bad_words", chain{bad_words{std::span(words)}}},
        {"sequence_bias", chain{sequence_bias{std::span<const biased_sequence>(biased)}}},
        {"min_tokens", chain{min_tokens{9, std::span<const token_id>(listed)}}},
        {"exponential_length", chain{exponential_length{4, 1.2f, 2}}},
        {"encoder_repetition", chain{encoder_repetition{1.6f}}},
        {"force", chain{force{5, 11}}},
        {"suppress_at_begin", chain{suppress_at_begin{std::span<const token_id>(listed)}}},
        {"xtc", chain{xtc{.probability = 0.5f, .threshold = 0.05f}}},
        {"all of them", chain{penalties{.repetition = 1.2f, .frequency = 0.1f, .window = 9}, dry{.multiplier = 0.5f, .allowed_length = 1},
                              sequence_bias{std::span<const biased_sequence>(biased)}, min_tokens{4, std::span<const token_id>(single)},
                              encoder_repetition{1.1f}, xtc{.probability = 0.5f, .threshold = 0.1f}, top_p{0.95f}}}};
}

template <class Sampler>
void run(const char* name, const Sampler& pick, bool has_states, int operations, std::uint64_t seed) {
    trial one(pick, has_states, seed);
    CAPTURE(name);
    CHECK(one.run(operations) == 0);
    CHECK(one.checked() > operations / 5);
}

void run_all(int operations) {
    std::uint64_t seed = 0;
    for (const named& each : readers_of_history()) run(each.name, sampler{each.stages, categorical{}}, false, operations, ++seed);
    const chain penalised{frequency_penalty{0.3f, 8}};
    run("gumbel", sampler{penalised, gumbel{}}, false, operations, ++seed);
    run("mirostat", sampler{penalised, mirostat{.tau = 2.0f, .eta = 0.3f}}, true, operations, ++seed);
    run("mirostat_v1", sampler{penalised, mirostat_v1{.tau = 2.0f, .eta = 0.3f, .m = 10}}, true, operations, ++seed);
    run("adaptive_p", sampler{penalised, adaptive_p{.target = 0.3f, .decay = 0.8f}}, true, operations, ++seed);
    run("a draw of one's own", sampler{penalised, learning_draw{}}, true, operations, ++seed);
    run("two states", sampler{wandering_stage{}, penalised, adaptive_p{.target = 0.4f, .decay = 0.7f}}, true, operations, ++seed);
}

}  // namespace

TEST_CASE("metamorphic: random operations, and a text rebuilt from scratch, for every stage and draw with a memory") {
    run_all(push_operations);
}

TEST_CASE("metamorphic: a million operations on each", "[.deep]") { run_all(deep_operations); }
