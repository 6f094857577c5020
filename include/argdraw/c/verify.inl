// The verification of drafts by the C door. Included by argdraw.inl, behind what it needs.
#include <argdraw/engine/draft.hpp>
#include <argdraw/engine/verify.hpp>

namespace argdraw::inline ARGDRAW_ABI::c {

static_assert(static_cast<int>(acceptance::match) == ARGDRAW_MATCH && static_cast<int>(acceptance::ratio) == ARGDRAW_RATIO &&
              static_cast<int>(acceptance::traversal) == ARGDRAW_TRAVERSAL);

// What the verifier asks: a row for the root and for each node. One that is not read in place is gathered when it is asked for.
template <class T>
class node_rows {
public:
    node_rows(const argdraw_row* rows, std::size_t count, T* room) noexcept : rows_(rows), count_(count), room_(room) {}

    std::size_t size() const noexcept { return count_; }
    std::span<const T> operator[](std::size_t i) const noexcept {
        if (in_place<T>(rows_[i])) return read(rows_[i], room_);
        if (last_ != i) read(rows_[i], room_);
        last_ = i;
        return {room_, rows_[i].width};
    }

private:
    const argdraw_row* rows_;
    std::size_t count_;
    T* room_;
    mutable std::size_t last_ = ~std::size_t{0};  // what was gathered
};

inline bool is_law(const argdraw_law& law) noexcept {
    if (!there(law.ids, law.count) || !there(law.probabilities, law.count)) return false;
    for (std::size_t i = 0; i < law.count; ++i)
        if (law.ids[i] < 0 || (i > 0 && law.ids[i - 1] >= law.ids[i]) || !(law.probabilities[i] >= 0 && law.probabilities[i] <= 1))
            return false;
    return true;
}

// A thread's memory for verifications.
struct verification {
    verifier verify;
    std::vector<draft_law> laws;

    // The draft as C++ has it. Throws where there is no memory.
    bool read(const argdraw_draft& from, const philox& drawn_with, draft& to) {
        if (!there(from.tokens, from.count) || (from.parents && !there(from.parents, from.count)) ||
            (from.laws && !there(from.laws, from.count)) || from.without_replacement < 0 || from.without_replacement > 1 ||
            from.count > argdraw::detail::draft_tree::most_nodes)
            return false;
        to.tokens = {from.tokens, from.count};
        if (from.parents) to.parents = {from.parents, from.count};
        if (from.laws) {
            laws.clear();
            laws.reserve(from.count);
            for (std::size_t i = 0; i < from.count; ++i) {
                const argdraw_law& law = from.laws[i];
                const bool as_before = i > 0 && std::memcmp(&law, &law - 1, sizeof law) == 0;  // was looked at
                if (!as_before && !is_law(law)) return false;
                laws.push_back(law.count > 0 ? draft_law{{law.ids, law.count}, {law.probabilities, law.count}} : draft_law{});
            }
            to.laws = laws;
        }
        to.without_replacement = from.without_replacement != 0;
        if (from.drawn_with) to.random = &drawn_with;
        return true;
    }
};

// nullptr where the thread has none any more, as with its workspaces.
inline verification* thread_verification() noexcept {
    struct owner {
        verification own;
        bool& ended;
        ~owner() { ended = true; }
    };
    ARGDRAW_THREAD_LOCAL constinit bool ended = false;
    if (ended) return nullptr;
    ARGDRAW_THREAD_LOCAL owner of_thread{{}, ended};
    return &of_thread.own;
}

// One of the rules, or typicality with its bounds.
struct judging {
    acceptance rule = acceptance::match;
    bool by_typicality = false;
    double epsilon = 0, delta = 0;
};

inline argdraw_status verify(argdraw_sequence* sequence, const judging& by, const argdraw_draft* given, const argdraw_row* rows,
                             std::int32_t* path, std::size_t room, argdraw_verified* result) noexcept {
    if (!fits(result)) return ARGDRAW_BAD_PARAMETER;
    verified found;
    const argdraw_status why = guarded([&] {
        if (!is(sequence) || !fits(given) || !there(path, room) || !rows) return status::bad_parameter;
        verification own;
        verification* const kept = thread_verification();
        verification& memory = kept ? *kept : own;
        philox drawn_with;
        if (given->drawn_with) drawn_with = {given->drawn_with[0], given->drawn_with[1], 0};
        draft nodes;
        if (!memory.read(*given, drawn_with, nodes)) return status::bad_parameter;
        const std::size_t count = given->count + 1;
        for (std::size_t i = 0; i < count; ++i)
            if (!fits(rows + i) || rows[i].format != rows[0].format) return status::bad_parameter;
        return with_format(rows[0].format, [&]<class T>(std::type_identity<T>) {
            T* gathered = nullptr;
            if (const status none = find_room(*sequence, rows, count, gathered); none != status::ok) return none;
            const node_rows<T> each(rows, count, gathered);
            const pipeline& pick = sequence->from->pick;
            found = by.by_typicality ? memory.verify.typical(by.epsilon, by.delta, pick, each, nodes, sequence->text)
                                     : memory.verify(by.rule, pick, each, nodes, sequence->text);
            copy_items(found.path.data(), found.path.size(), path, room);
            return found.token.why;
        });
    });
    *result = {sizeof *result, {found.token.id, found.token.logprob, why}, found.path.size(), found.rows};
    return why;
}

}  // namespace argdraw::c

extern "C" {

argdraw_status argdraw_verify(argdraw_sequence* sequence, int32_t rule, const argdraw_draft* draft, const argdraw_row* rows, int32_t* path,
                              size_t room, argdraw_verified* result) {
    using namespace argdraw;
    const bool known = rule >= ARGDRAW_MATCH && rule <= ARGDRAW_TRAVERSAL;
    return c::verify(known ? sequence : nullptr, {.rule = static_cast<acceptance>(rule)}, draft, rows, path, room, result);
}

argdraw_status argdraw_verify_typical(argdraw_sequence* sequence, double epsilon, double delta, const argdraw_draft* draft,
                                      const argdraw_row* rows, int32_t* path, size_t room, argdraw_verified* result) {
    return argdraw::c::verify(sequence, {.by_typicality = true, .epsilon = epsilon, .delta = delta}, draft, rows, path, room, result);
}

}  // extern "C"
