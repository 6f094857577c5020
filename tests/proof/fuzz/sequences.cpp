// Operations on sequences: whatever was copied, undone, written and read, a sequence goes on like one that was made anew.
#include "input.hpp"
#include "outcome.hpp"
#include "rows.hpp"
#include "stages.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;
using fuzz::input;
using fuzz::require;
using fuzz::same;
using fuzz::well_formed;

namespace {

using rows_of_text = std::vector<std::vector<float>>;

class texts {
public:
    texts(const fuzz::float_chain& stages, const fuzz::float_draw& draw, const rows_of_text& rows, const start_options& options,
          const std::vector<token_id>& prompt)
        : pick_(stages, draw), rows_(rows), options_(options), prompt_(prompt), all_{{pick_.start(options, prompt), {}, {}, -1}} {
        require(static_cast<bool>(all_[0].seq), "a sequence starts");
    }

    void operate(input& in) {
        text& at = all_[in.below(all_.size())];
        switch (in.below(12)) {
            case 0:
            case 1: draw(at, in.below(rows_.size())); break;
            case 2:
                if (at.seq.accept(at.last) == status::ok) at.move_on(at.last);
                break;
            case 3:
                draw(at, in.below(rows_.size()));
                if (at.seq.accept(at.last) == status::ok) at.move_on(at.last);
                break;
            case 4: accept(at, static_cast<token_id>(in.below(4))); break;
            case 5: accept(at, in.flag() ? in.number<token_id>() : static_cast<token_id>(in.below(width() + 2)) - 1); break;
            case 6: undo(at, in.below(16) == 0 ? in.number<std::size_t>() : in.below(6)); break;
            case 7:
                if (all_.size() < 4) {
                    const text copy = at;
                    require(copy.seq.bytes() == at.seq.bytes(), "a copy has the same bytes");
                    all_.push_back(copy);
                } else {
                    at = all_[in.below(all_.size())];
                }
                break;
            case 8: {
                const auto bytes = at.seq.bytes();
                auto other = pick_.resume(bytes);
                require(other && other.bytes() == bytes, "bytes, sequence, bytes");
                require(same_future(other, at.seq), "a sequence read goes on like the one written");
                at.seq = other;
                break;
            }
            case 9: damage(at, in); break;
            case 10: {
                const auto bytes = at.seq.bytes();
                (void)pick_.distribution(rows_[in.below(rows_.size())], at.seq);
                require(at.seq.reserve(in.below(8)) == status::ok, "there is room");
                require(at.seq.bytes() == bytes, "questions and room change nothing");
                break;
            }
            default: require(same_future(at.seq, anew(at)), "a sequence goes on like one made anew"); break;
        }
    }

    void finish() const {
        for (const text& each : all_) require(same_future(each.seq, anew(each)), "a sequence goes on like one made anew");
    }

private:
    using pipeline = sampler<fuzz::float_chain, fuzz::float_draw>;
    using sequence_type = decltype(std::declval<const pipeline&>().start());

    // A position that has passed: the rows it was drawn from, in turn, and what was accepted.
    struct place {
        std::vector<std::size_t> draws;
        token_id accepted;
    };
    struct text {
        sequence_type seq;
        std::vector<place> past;
        std::vector<std::size_t> draws;  // at the present position
        token_id last;

        void move_on(token_id id) {
            past.push_back({draws, id});
            draws.clear();
        }
    };

    std::size_t width() const { return rows_[0].size(); }
    std::size_t limit(const text& at) const {
        return options_.vocabulary != 0 ? options_.vocabulary : at.last >= 0 ? width() : candidates<float>::max_width;
    }

    void draw(text& at, std::size_t which) {
        const auto before = at.seq;
        const drawn token = pick_(rows_[which], at.seq);
        well_formed(token);
        if (!token) {
            require(at.seq.bytes() == before.bytes(), "a failed row leaves its sequence unchanged");
            return;
        }
        const auto id = static_cast<std::size_t>(token.id);
        require(id < width() && rows_[which][id] > -std::numeric_limits<float>::infinity(), "the token lives");
        at.draws.push_back(which);
        at.last = token.id;
    }

    void accept(text& at, token_id id) {
        const auto bytes = at.seq.bytes();
        const bool allowed = id >= 0 && static_cast<std::size_t>(id) < limit(at);
        const status why = at.seq.accept(id);
        require(why == (allowed ? status::ok : status::bad_parameter), "exactly the ids of the vocabulary are accepted");
        if (allowed) at.move_on(id);
        else require(at.seq.bytes() == bytes, "what is refused changes nothing");
    }

    void undo(text& at, std::size_t n) {
        const auto bytes = at.seq.bytes();
        const status why = at.seq.rollback(n);
        require(why == (n <= at.past.size() ? status::ok : status::bad_parameter), "as many accepts as there were can be undone");
        if (why != status::ok) return require(at.seq.bytes() == bytes, "what is refused changes nothing");
        at.past.erase(at.past.end() - static_cast<std::ptrdiff_t>(n), at.past.end());
        at.draws.clear();
    }

    sequence_type anew(const text& at) const {
        sequence_type seq = pick_.start(options_, prompt_);
        for (const place& each : at.past) {
            for (const std::size_t which : each.draws) (void)pick_(rows_[which], seq);
            require(seq.accept(each.accepted) == status::ok, "what was accepted once is accepted again");
        }
        for (const std::size_t which : at.draws) (void)pick_(rows_[which], seq);
        return seq;
    }

    bool same_future(sequence_type a, sequence_type b) const {
        for (std::size_t step = 0; step < 4; ++step) {
            const drawn x = pick_(rows_[step % rows_.size()], a), y = pick_(rows_[step % rows_.size()], b);
            if (!same(x, y)) return false;
            if (x && step != 2 && (a.accept(x.id) != status::ok || b.accept(x.id) != status::ok)) return limit(all_[0]) < width();
        }
        return a.output().size() == b.output().size() && a.position() == b.position();
    }

    // Bytes that no sequence wrote: refused, or a sequence that can be used like any other.
    void damage(const text& at, input& in) const {
        const auto good = at.seq.bytes();
        auto bytes = good;
        const std::size_t at_byte = in.below(bytes.size());
        switch (in.below(4)) {
            case 0: bytes.resize(at_byte); break;
            case 1: bytes.insert(bytes.end(), 1 + at_byte % 16, static_cast<std::byte>(in.number<std::uint8_t>())); break;
            case 2: bytes[at_byte] = static_cast<std::byte>(in.number<std::uint8_t>()); break;
            default:
                for (std::size_t i = at_byte; i < std::min(at_byte + 8, bytes.size()); ++i)
                    bytes[i] = static_cast<std::byte>(in.number<std::uint8_t>());
        }
        auto seq = pick_.resume(bytes);
        require(seq || seq.why() == status::bad_parameter, "bytes are read, or refused as bad_parameter");
        if (bytes.size() != good.size()) require(!seq, "too few bytes, or too many, are refused");
        if (!std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(12, bytes.size())), good.begin()))
            require(!seq, "bytes of another name, version or pipeline are refused");
        if (!seq) {
            require(pick_(rows_[0], seq).why == status::bad_parameter, "what was refused gives no token");
            require(seq.accept(0) == status::bad_parameter && seq.rollback(0) == status::bad_parameter, "what was refused stays refused");
            return;
        }
        require(seq.bytes() == bytes, "bytes, sequence, bytes");
        for (const auto& row : rows_) {
            const drawn token = pick_(row, seq);
            well_formed(token);
            if (token) require(row[static_cast<std::size_t>(token.id)] > -std::numeric_limits<float>::infinity(), "the token lives");
            (void)seq.accept(token.id);
        }
        const std::size_t outputs = seq.output().size();
        require(seq.rollback(outputs) == status::ok && seq.output().empty(), "all outputs can be undone");
    }

    pipeline pick_;
    const rows_of_text& rows_;
    start_options options_;
    const std::vector<token_id>& prompt_;
    std::vector<text> all_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    input in(data, size);
    const fuzz::row<float> given(in, 300);
    rows_of_text rows(3, {given.logits().begin(), given.logits().end()});
    std::rotate(rows[1].begin(), rows[1].begin() + static_cast<std::ptrdiff_t>(rows[1].size() / 3), rows[1].end());
    std::reverse(rows[2].begin(), rows[2].end());
    const start_options options{.seed = in.number<std::uint8_t>(),
                                .sequence = in.number<std::uint8_t>(),
                                .position = in.flag() ? 0 : in.number<std::uint32_t>(),
                                .vocabulary = in.flag() ? 0 : rows[0].size()};
    std::vector<token_id> prompt(in.below(12));
    for (token_id& id : prompt) id = in.flag() ? static_cast<token_id>(in.below(4)) : in.number<token_id>();
    const std::size_t which = in.below(6);
    const float a = in.parameter(), b = in.parameter();
    const int m = in.whole(4);
    const fuzz::stages made(in, 4, rows[0].size(), 0);
    fuzz::float_draw draw{categorical{}};
    switch (which) {
        case 0: draw = mirostat{a, b}; break;
        case 1: draw = mirostat_v1{a, b, m}; break;
        case 2: draw = adaptive_p{a, b}; break;
        case 3: draw = gumbel{}; break;
        default: break;
    }
    if (!sampler{made.chain, draw}.check()) return 0;
    texts some(made.chain, draw, rows, options, prompt);
    for (int n = 0; n < 64 && !in.at_end(); ++n) some.operate(in);
    some.finish();
    return 0;
}
