// The tokens themselves: thousands of draws as one line a configuration, a hash of the tokens and one of the log-probabilities.
//
//   stream                     prints the lines
//   stream --compare <file>    says where they differ from the file, byte for byte
//   stream --update <file>     writes the file
//   stream --list <line>       prints every draw of one line, by its name: id, log-probability as bits and as a number, status
//
// ARGDRAW_ISA says on which instruction set. The program ends with 77 where the machine has not got it (skipped), and
// fails where it has and another is in force.

#include <algorithm>
#include <argdraw/argdraw.hpp>
#include <argdraw/text/descriptions.hpp>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "batch.hpp"
#include "columns.hpp"
#include "pipelines.hpp"
#include "rows.hpp"
#include "text.hpp"

namespace {

using namespace golden;

// See expected.txt for the rule.
constexpr int stream_version = 4;

constexpr std::string_view heading =
    "# The same tokens and log-probabilities from every compiler, flag and instruction set: a hash of each over all draws of a line.\n"
    "#\n"
    "# A line changes, in either column and by its last digit, only where the meaning of a pipeline or the precision of what it computes\n"
    "# was changed on purpose: then raise stream_version in stream.cpp, write this file with the target argdraw_golden_update, and name\n"
    "# the pipelines and the reason here and in the release notes, for whoever has stored a seed. A line that changes for any other\n"
    "# reason is a defect. New lines leave the version as it is. released.txt is this file as it was when the version before was the\n"
    "# newest, and the test golden.rule compares the two.\n"
    "#\n"
    "# Version 4: no token differs. Log-probabilities of dynamic_temperature 0.5 to 1.5 differ in last digits on wide rows: its entropy "
    "is\n"
    "# a sum of doubles over the row, which is not listed for it any more, so that the draw's masses are those of a row.\n"
    "# Version 3: the hashes are other ones, of tokens and log-probabilities apart, over all widths, and there are more pipelines. No\n"
    "# token and no log-probability of a draw in version 2 differs.\n";

class stream {
public:
    explicit stream(std::string_view only) : only_(only) {}

    bool wanted(const std::string& name) const { return only_.empty() || name == only_; }
    /// Columns that write every draw if one line was asked for.
    columns empty() const {
        columns c;
        if (!only_.empty()) c.log = &std::cout;
        return c;
    }
    void add(const columns& c, const std::string& name) {
        if (!wanted(name)) return;
        lines_ += hexadecimal(c.tokens.state) + ' ' + hexadecimal(c.logprobs.state) + "  " + name + '\n';
        total_.add(c);
    }
    void gap() { lines_ += '\n'; }
    void fault(const std::string& what) {
        std::cerr << what << '\n';
        good_ = false;
    }

    bool good() const { return good_; }
    std::string text() const {
        return std::string(heading) + "stream version " + std::to_string(stream_version) + "\n\n# tokens         log-probabilities\n" +
               lines_ + hexadecimal(total_.tokens.state) + ' ' + hexadecimal(total_.logprobs.state) + "  total\n";
    }

private:
    std::string_view only_;
    std::string lines_;
    columns total_;
    bool good_ = true;
};

/// How much is drawn: rows of each width, and tokens of each text. Wide rows cost more, most of all without optimisation.
struct extent {
    std::size_t width;
    std::uint64_t rows;
    std::size_t tokens;
};
constexpr extent wide[] = {{1, 2, 8}, {5, 2, 8}, {255, 2, 8}, {256, 2, 8}, {257, 2, 8}, {32000, 1, 2}};
constexpr extent narrow[] = {{1, 1, 8}, {5, 2, 8}, {255, 1, 8}, {256, 1, 8}, {257, 2, 8}, {5000, 1, 2}};

// One line for each pipeline.
void add_texts(const scalar& type, row_kind kind, std::vector<pipeline> (*pipelines)(const material&), std::span<const extent> extents,
               stream& out) {
    workspace space;
    std::vector<columns> table;
    std::vector<std::string> names;
    for (const extent& size : extents) {
        const std::size_t width = size.width;
        const material m(width);
        const auto all = pipelines(m);
        if (table.empty()) {
            table.resize(all.size(), out.empty());
            for (const pipeline& p : all)
                names.push_back(std::string(type.name) + ", " + std::string(name(kind)) + ", " + std::string(p.name));
        }
        for (std::uint64_t r = 0; r < size.rows; ++r) {
            const any_row row = type.row(kind, width, mixed(width) + 64 * r + static_cast<std::uint64_t>(kind));
            for (std::size_t p = 0; p < all.size(); ++p) {
                if (!out.wanted(names[p])) continue;
                const bool good = add_text(row, sampler{all[p].stages, all[p].draw}, r, size.tokens, m, space, table[p]);
                if (!good) out.fault(names[p] + ": other tokens after a rollback, width " + std::to_string(width));
            }
        }
    }
    for (std::size_t p = 0; p < table.size(); ++p) out.add(table[p], names[p]);
    out.gap();
}

// A stage that joins the library has to join the pipelines.
void check_all_are_here(stream& out) {
    const material m(5);
    std::vector<pipeline> all = usual_pipelines(m);
    for (const pipeline& p : all_pipelines(m)) all.push_back(p);
    const auto expect = [&](std::string_view name, auto is) {
        if (std::none_of(all.begin(), all.end(), is)) out.fault("no pipeline has " + std::string(name));
    };
    const auto each_stage = [&]<class... S>(text::types<S...>) {
        const auto in = []<class Stage>(const chain& some) {
            for (std::size_t i = 0; i < some.size(); ++i)
                if (some[i].get_if<Stage>()) return true;
            return false;
        };
        (expect(text::description<S>::name, [&](const pipeline& p) { return in.template operator()<S>(p.stages); }), ...);
    };
    const auto each_draw = [&]<class... D>(text::types<D...>) {
        (expect(text::description<D>::name, [](const pipeline& p) { return p.draw.get_if<D>() != nullptr; }), ...);
    };
    each_stage(text::all_stages{});
    each_draw(text::all_draws{});
    expect("without_replacement", [](const pipeline& p) { return p.draw.get_if<without_replacement>() != nullptr; });
}

// One line for each shape, with equal hashes in all of them.
template <class Start, class Draw>
void add_batch(const std::string& name, const batch_size& size, Start start, Draw draw, stream& out) {
    columns first;
    bool any = false;
    each_shape(size, start, draw, [&](std::string_view shape, const columns& c) {
        const std::string line = name + ", " + std::string(shape);
        out.add(c, line);
        if (any && !(c == first)) out.fault(line + ": other tokens than in the first shape");
        if (!any) first = c;
        any = true;
    });
    out.gap();
}

void add_batches(stream& out) {
    constexpr batch_size sizes[] = {{24, 257, 6}, {8, 5000, 4}};
    for (const batch_size& size : sizes) {
        const material m(size.width);
        const std::string name = "float, batch of " + std::to_string(size.texts) + " by " + std::to_string(size.width);
        constexpr sampler usual{temperature{0.8f}, top_k{40}, top_p{0.95f}, min_p{0.05f}, categorical{}};
        add_batch(
            name + ", usual", size, [](std::size_t i) { return philox{.seed = 7, .sequence = i}; },
            [&](const auto& row, philox& random) { return usual(row, random); }, out);
        const sampler fed{chain{penalties{.repetition = 1.2f}, dry{.multiplier = 0.8f}, xtc{0.5f, 0.02f}, temperature{0.9f}},
                          mirostat{3.0f, 0.2f}};
        add_batch(
            name + ", penalties, dry, xtc, temperature, mirostat", size,
            [&](std::size_t i) { return fed.start({.seed = 7, .sequence = i}, m.prompt); },
            [&](const auto& row, auto& seq) {
                const drawn token = fed(row, seq);
                seq.accept(token.id);
                return token;
            },
            out);
    }
}

int compare(const std::string& got, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string wanted(std::istreambuf_iterator<char>(file), {});
    if (!file.good() && !file.eof()) {
        std::cerr << "cannot read " << path << '\n';
        return 1;
    }
    if (got == wanted) return 0;
    std::istringstream a(got), b(wanted);
    int differing = 0;
    for (std::string mine, theirs; std::getline(a, mine);) {
        std::getline(b, theirs);
        if (mine == theirs) continue;
        if (++differing <= 20) std::cerr << "got     " << mine << "\nwanted  " << theirs << "\n";
    }
    std::cerr << differing << " lines differ from " << path << '\n';
    return 1;
}

}  // namespace

int main(int count, char** arguments) {
    const isa set = active_isa();
    std::cerr << "instruction set in force: " << name(set) << '\n';
    if (const char* const wish = std::getenv("ARGDRAW_ISA"); wish && name(set) != wish) {
        for (const isa known : every_isa)
            if (name(known) == wish && !supported(known)) {
                std::cerr << "this machine has no " << wish << '\n';
                return 77;
            }
        std::cerr << "wanted " << wish << '\n';
        return 1;
    }
    const std::string_view command = count > 1 ? arguments[1] : "";
    if (count != 1 && (count != 3 || (command != "--compare" && command != "--update" && command != "--list"))) {
        std::cerr << "usage: stream [--compare <file> | --update <file> | --list <line>]\n";
        return 1;
    }

    stream out(command == "--list" ? arguments[2] : "");
    for (const scalar& type : scalars)
        for (const row_kind kind : row_kinds) {
            add_texts(type, kind, usual_pipelines, wide, out);
            if (type.name == "float" || kind == row_kind::masked) add_texts(type, kind, all_pipelines, narrow, out);
        }
    add_batches(out);
    check_all_are_here(out);
    if (!out.good()) return 1;
    if (command == "--compare") return compare(out.text(), arguments[2]);
    if (command == "--update") {
        std::ofstream file(arguments[2], std::ios::binary);
        file << out.text();
        return file.flush() ? 0 : 1;
    }
    if (command.empty()) std::cout << out.text();
}
