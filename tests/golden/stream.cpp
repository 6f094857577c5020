// The tokens themselves: a few hundred draws for each pipeline, scalar and width, as one hash a line.
//
//   stream                     prints the hashes
//   stream --compare <file>    says where they differ from the file, byte for byte
//   stream --update <file>     writes the file
//
// ARGDRAW_ISA says on which instruction set. The program ends with 77 where the machine has not got it (skipped), and
// fails where it has and another is in force.
//
// The rows are made of integers and powers of two alone, so that no compiler can make them differ.

#include <argdraw/argdraw.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace argdraw;

// See expected.txt for the rule.
constexpr int stream_version = 2;

std::uint64_t mixed(std::uint64_t z)
{
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

// Every significant bit that the scalar has, so that each is a number of its own and no conversion rounds.
template <class T>
constexpr int digits = 24;
template <>
constexpr int digits<double> = 53;
template <>
constexpr int digits<Eigen::half> = 11;
template <>
constexpr int digits<Eigen::bfloat16> = 8;

/// integer * 2^exponent, exactly; the integer has no more digits than T.
template <class T>
T scaled(std::int64_t integer, int exponent)
{
    const double power = std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
    const double x = static_cast<double>(integer) * power;
    if constexpr (sizeof(T) == 2) return static_cast<T>(static_cast<float>(x));
    else return static_cast<T>(x);
}

/// A signed integer of the scalar's digits, bell-shaped: the sum of four uniform ones.
template <class T>
std::int64_t bell(std::uint64_t seed, std::uint64_t index)
{
    constexpr int bits = digits<T> - 2;
    std::int64_t sum = 0;
    for (std::uint64_t part = 0; part < 4; ++part)
        sum += static_cast<std::int64_t>(mixed(mixed(seed + part) ^ index) >> (64 - bits)) - (std::int64_t{1} << (bits - 1));
    return sum;
}

enum row_kind { peaked, flat, tied, masked, row_kinds };

template <class T>
std::vector<T> row_of(row_kind kind, std::size_t width, std::uint64_t seed)
{
    std::vector<T> row(width);
    const std::uint64_t favourite = mixed(seed) % width;
    for (std::size_t i = 0; i < width; ++i) {
        switch (kind) {
            case peaked:  // (-16, 16), and a few favourites well above the rest
                row[i] = scaled<T>(bell<T>(seed, i), 5 - digits<T>);
                if ((i ^ favourite) < 4) row[i] = scaled<T>(std::int64_t{40} - static_cast<std::int64_t>(i ^ favourite), -1);
                break;
            case flat: row[i] = scaled<T>(bell<T>(seed, i), -2 - digits<T>); break;
            case tied: row[i] = scaled<T>(static_cast<std::int64_t>(mixed(seed ^ i) % 5) - 2, -1); break;
            default: row[i] = mixed(seed ^ (i << 8)) % 4 && i != favourite ? removed<T>() : scaled<T>(bell<T>(seed, i), 4 - digits<T>);
        }
    }
    return row;
}

// Stages that are off are not called, so one type makes every pipeline, and is compiled once for each scalar.
using plain = sampler<temperature, top_k, top_p, min_p, categorical>;
using as_log_probabilities = sampler<softmax, temperature, categorical>;
using most_likely = sampler<temperature, greedy>;

struct pipeline {
    std::string_view name;
    plain pick;
};

constexpr float infinity = std::numeric_limits<float>::infinity();
const pipeline pipelines[] = {
    {"categorical", plain{temperature{}, top_k{}, top_p{}, min_p{}, categorical{}}},
    {"temperature 0.7", plain{temperature{0.7f}, top_k{}, top_p{}, min_p{}, categorical{}}},
    {"temperature 0", plain{temperature{0.0f}, top_k{}, top_p{}, min_p{}, categorical{}}},
    {"temperature 1e-3", plain{temperature{1e-3f}, top_k{}, top_p{}, min_p{}, categorical{}}},
    {"temperature 1e4", plain{temperature{1e4f}, top_k{}, top_p{}, min_p{}, categorical{}}},
    {"temperature 1e-40", plain{temperature{1e-40f}, top_k{}, top_p{}, min_p{}, categorical{}}},
    {"temperature inf", plain{temperature{infinity}, top_k{}, top_p{}, min_p{}, categorical{}}},
    {"top_k 40", plain{temperature{}, top_k{40}, top_p{}, min_p{}, categorical{}}},
    {"top_k 1000", plain{temperature{}, top_k{1000}, top_p{}, min_p{}, categorical{}}},
    {"top_p 0.9", plain{temperature{}, top_k{}, top_p{0.9f}, min_p{}, categorical{}}},
    {"top_p 0.3", plain{temperature{1.3f}, top_k{}, top_p{0.3f}, min_p{}, categorical{}}},
    {"min_p 0.05", plain{temperature{}, top_k{}, top_p{}, min_p{0.05f}, categorical{}}},
    {"usual", plain{temperature{0.8f}, top_k{40}, top_p{0.95f}, min_p{0.05f}, categorical{}}},
};
constexpr as_log_probabilities with_softmax{softmax{}, temperature{0.9f}, categorical{}};
constexpr most_likely best{temperature{1.0f}, greedy{}};

struct hash {
    std::uint64_t state = 0;
    void add(std::uint64_t word) { state = mixed(state ^ word); }
    void add(const drawn& d)
    {
        add(static_cast<std::uint32_t>(d.id));
        add(std::bit_cast<std::uint32_t>(d.logprob));
        add(static_cast<std::uint64_t>(d.why));
    }
};

constexpr std::size_t widths[] = {1, 5, 255, 256, 257, 32000};
std::string_view kind_name(row_kind kind)
{
    static constexpr std::string_view names[] = {"peaked", "flat", "tied", "masked"};
    return names[kind];
}

std::string hexadecimal(std::uint64_t x)
{
    static constexpr char digit[] = "0123456789abcdef";
    std::string text(16, '0');
    for (std::size_t i = 16; i-- > 0; x >>= 4) text[i] = digit[x & 15];
    return text;
}

// One line for each pipeline and kind of row: a hash for each width.
template <class T>
void stream_of(std::string_view scalar, std::string& out, hash& total)
{
    constexpr std::size_t lines = std::size(pipelines) + 2;
    workspace space;
    for (int k = 0; k < row_kinds; ++k) {
        const auto kind = static_cast<row_kind>(k);
        std::array<std::array<hash, std::size(widths)>, lines> table{};
        for (std::size_t w = 0; w < std::size(widths); ++w) {
            // Wide rows cost more, most of all without optimisation.
            const std::uint32_t rows_of_a_kind = widths[w] > 1000 ? 1 : 4, draws_of_a_row = widths[w] > 1000 ? 4 : 16;
            for (std::uint32_t r = 0; r < rows_of_a_kind; ++r) {
                const auto row = row_of<T>(kind, widths[w], mixed(widths[w]) + 64 * r + static_cast<std::uint64_t>(k));
                for (std::uint32_t d = 0; d < draws_of_a_row; ++d) {
                    const philox random{.seed = 0x243f6a8885a308d3u, .sequence = r, .position = d};
                    std::size_t line = 0;
                    for (const pipeline& p : pipelines) table[line++][w].add(p.pick(row, philox(random), space));
                    table[line++][w].add(with_softmax(row, philox(random), space));
                    if (d == 0) table[line][w].add(best(row, space));
                }
            }
        }
        for (std::size_t line = 0; line < lines; ++line) {
            for (const hash& h : table[line]) {
                out += hexadecimal(h.state) + ' ';
                total.add(h.state);
            }
            const std::string_view name = line < std::size(pipelines) ? pipelines[line].name : line == std::size(pipelines) ? "softmax" : "greedy";
            for (const std::string_view word : {std::string_view(" "), scalar, std::string_view(", "), kind_name(kind), std::string_view(", "), name})
                out += word;
            out += '\n';
        }
        out += '\n';
    }
}

std::string whole_stream()
{
    std::string out =
        "# Hashes of tokens and log-probabilities: the same for every compiler, flag and instruction set.\n"
        "#\n"
        "# A line changes only where the meaning of a pipeline was changed on purpose: then raise stream_version in stream.cpp, write\n"
        "# this file with the target argdraw_golden_update, and name the pipelines whose tokens differ in the release notes, for\n"
        "# whoever has stored a seed. A line that changes for any other reason is a defect.\n";
    out += "stream version " + std::to_string(stream_version) + "\n\n# width";
    for (const std::size_t width : widths) {
        const std::string text = std::to_string(width);
        out += std::string(width == widths[0] ? 9 - text.size() : 17 - text.size(), ' ') + text;
    }
    out += "\n\n";
    hash total;
    stream_of<float>("float", out, total);
    stream_of<Eigen::half>("half", out, total);
    stream_of<Eigen::bfloat16>("bfloat16", out, total);
    stream_of<double>("double", out, total);
    out += hexadecimal(total.state) + "  total\n";
    return out;
}

int compare(const std::string& got, const std::string& path)
{
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

int main(int count, char** arguments)
{
    const isa set = active_isa();
    std::cerr << "instruction set in force: " << name(set) << '\n';
    if (const char* const wish = std::getenv("ARGDRAW_ISA"); wish && name(set) != wish) {
        for (const isa known : {isa::generic, isa::neon, isa::avx2, isa::avx512})
            if (name(known) == wish && !supported(known)) {
                std::cerr << "this machine has no " << wish << '\n';
                return 77;
            }
        std::cerr << "wanted " << wish << '\n';
        return 1;
    }
    const std::string stream = whole_stream();
    const std::string_view command = count > 1 ? arguments[1] : "";
    if (command == "--compare" && count == 3) return compare(stream, arguments[2]);
    if (command == "--update" && count == 3) {
        std::ofstream file(arguments[2], std::ios::binary);
        file << stream;
        return file.flush() ? 0 : 1;
    }
    if (count != 1) {
        std::cerr << "usage: stream [--compare <file> | --update <file>]\n";
        return 1;
    }
    std::cout << stream;
}
