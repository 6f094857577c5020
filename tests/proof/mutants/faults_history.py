"""Faults of sequences and histories, put back."""
from mutant import Mutant


FAULTS = [
    Mutant(
        "F6", "a sequence is assigned member by member",
        "sampler/sequence.hpp",
        """    sequence& operator=(sequence other) noexcept {  // by value: an assignment that runs out of memory must not stop half-way
        swap(other);
        return *this;
    }
""",
        """    sequence& operator=(const sequence&) = default;
    sequence& operator=(sequence&&) = default;
""",
        "unit/sampler/memory.cpp", "memory: an assignment that finds none changes nothing, whichever part had none"),
    Mutant(
        "F6b", "what was moved from goes on as if it were a text",
        "sampler/sequence.hpp",
        "        other.why_ = status::bad_parameter;\n",
        "",
        "unit/sampler/sequence.cpp", "sequence: what was moved from refuses everything until it is given something"),
    Mutant(
        "F6c", "tokens are undone before there is room to undo their states",
        "sampler/sequence.hpp",
        """            if (const status why = past_room(0, 0); why != status::ok) return why;
            if (const status why = history_.forget(n); why != status::ok) return why;
""",
        """            if (const status why = history_.forget(n); why != status::ok) return why;
            if (const status why = past_room(0, 0); why != status::ok) return why;
""",
        "unit/sampler/memory.cpp", "memory: where the states before find no room, no token is undone"),
    Mutant(
        "bytes", "what one draw keeps is read as what another keeps",
        "sampler/sampler.hpp",
        "        seq.kind_ = this->kind_of_states();\n",
        "",
        "unit/sampler/bytes.cpp", "bytes: what another draw keeps is refused, of whatever size it is"),
    Mutant(
        "F9", "a view that was asked for once is kept for ever",
        "history/views.hpp",
        "waited(e) > steps && surplus-- > 0",
        "waited(e) > steps && surplus-- > all_.size()",
        "unit/history/views.cpp", "views: another one in every step, and few are left"),
    Mutant(
        "F9b", "as many views as one step asks for",
        "history/views.hpp",
        "if (all_.size() >= most)\n",
        "if (all_.size() >= 100 * most)\n",
        "unit/history/views.cpp", "views: thousands of windows at one place"),
    Mutant(
        "F9c", "tokens without questions let views go",
        "history/views.hpp",
        "if (!std::exchange(answered_, false)) return;",
        "answered_ = false;",
        "unit/history/views.cpp", "views: changes without questions are no steps"),
    Mutant(
        "F25", "a list of breakers is known by its length",
        "history/breaker_index.hpp",
        "return known.size() == given.size() && (known.empty() || std::memcmp(known.data(), given.data(), given.size_bytes()) == 0);",
        "return known.size() == given.size();",
        "unit/stages/dry.cpp", "dry breakers: the list is read at each draw, also where it was written over",
        "what a look-up for each breaker costs shows in no answer; this is what a list kept between draws can get wrong"),
    Mutant(
        "F25b", "a phrase that was not to be is forgotten with all of its beginning",
        "history/breaker_index.hpp",
        "if (one.depth > 1) one.fall = next(nodes_[index(one.parent)].fall, one.id);",
        "one.fall = start;",
        "unit/history/breaker_index.cpp", "breaker_index: how many tokens follow the latest one, as tokens come and go"),
    Mutant(
        "F25c", "what a phrase had begun with is not undone",
        "history/breaker_index.hpp",
        "if (list_->automaton.longest() > 1) state_ = unknown;",
        "",
        "unit/history/breaker_index.cpp", "breaker_index: how many tokens follow the latest one, as tokens come and go"),
    Mutant(
        "F25d", "a breaker ends a match that begins before the window",
        "history/breaker_index.hpp",
        "if (places_[i - 1].first >= begin) return end - 1 - places_[i - 1].last;",
        "return end - 1 - places_[i - 1].last;",
        "unit/history/history.cpp", "history: a breaker of several tokens ends a match where it stands, and its tokens are visited"),
    Mutant(
        "F25e", "of the longer phrase that ends at a token, and the shorter one, the longer counts",
        "history/breaker_index.hpp",
        "one.ends = shorter.ends > 0 ? shorter.ends : one.is_phrase ? one.depth : 0;",
        "one.ends = one.is_phrase ? one.depth : shorter.ends;",
        "unit/history/breaker_index.cpp", "breaker_index: how many tokens follow the latest one, as tokens come and go"),
    Mutant(
        "F27", "of several exempt ids one is left alone",
        "core/ids.hpp",
        "listed[place / 64] |= std::uint64_t{1} << place % 64;",
        "listed[place / 64] = std::uint64_t{1} << place % 64;",
        "unit/stages/penalties.cpp", "penalties formula: exempt ids are left alone, and the others not"),
    Mutant(
        "F5h", "all places of a continuation are walked for its length",
        "history/match_index.hpp",
        "n_(n), latest_(n, n + 1)",
        "n_(n - 1), latest_(n - 1, n)",
        "unit/history/ngram_index.cpp", "ngram_index: after a frequent token an answer takes a step or two a continuation, however often each came"),
    Mutant(
        "F26", "a fork copies the text",
        "history/shared.hpp",
        """    shared(const shared& other) noexcept : held_(other.held_) {
        if (held_) held_->owners.fetch_add(1, std::memory_order_relaxed);
    }
""",
        "    shared(const shared& other) : held_(other.held_ ? new holder{other.held_->value} : nullptr) {}\n",
        "unit/sampler/memory.cpp", "memory: a fork takes as little for a long text as for a short one, and drawing from it none"),
    Mutant(
        "F26b", "what is shared is written",
        "history/shared.hpp",
        "        if (held_->owners.load(std::memory_order_acquire) != 1) *this = shared(T(held_->value));\n",
        "",
        "unit/history/shared.cpp", "shared: copies are one value until one of them changes"),
    Mutant(
        "F26c", "a page is written that another holds",
        "history/paged.hpp",
        "if (shared_pages() == 0 || here.owners().load(std::memory_order_acquire) == 1) return here;",
        "return here;",
        "unit/history/paged.cpp", "paged: random changes of copies, against vectors"),
    Mutant(
        "F26d", "an original takes its pages for its own after it was copied",
        "history/paged.hpp",
        "other.shared_.store(other.used_, std::memory_order_relaxed);",
        "",
        "unit/history/paged.cpp", "paged: random changes of copies, against vectors"),
    Mutant(
        "F26e", "of a page that is copied, what lies behind the element written is left out",
        "history/paged.hpp",
        "(std::min)(page_size, size_ - begin), copy.items",
        "(std::min)(page_size / 2, size_ - begin), copy.items",
        "unit/history/paged.cpp", "paged: random changes of copies, against vectors"),
    Mutant(
        "F26f", "no room for the page that the end stands in, where another holds it",
        "history/paged.hpp",
        "std::min)(writes + grown, shared_pages())",
        "std::min)(writes, shared_pages())",
        "unit/history/paged.cpp", "paged: random changes of copies, against vectors",
        "a debug library says so at once; the others write where nothing lies"),
]
