// conformance — the conformance kit on llama.cpp's chain: top_k, top_p, min_p, temperature, and its draw with its own generator.
//
//   conformance [page]      prints the page; with the name of a file, fails where that is of this version of the library and differs
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <argdraw/conformance.hpp>

#include "library.hpp"

namespace {

namespace conformance = argdraw::conformance;
using conformance::parameters;
using conformance::row;

// A chain for each call, and a draw that goes on. No NaN is given to it: a sort with one is undefined.
class peer {
public:
    explicit peer(const llama::library& lib) : lib_(lib), dist_(lib, lib.dist(42)) {}

    std::vector<argdraw::token_id> kept(row logits, const parameters& p) const {
        if (logits.empty()) return {};
        llama::field f(logits);
        filter(f, p);
        std::vector<argdraw::token_id> ids;
        for (const auto& c : f.left()) ids.push_back(c.id);
        return ids;
    }
    std::int64_t sample(row logits, const parameters& p) const {
        if (logits.empty()) return -1;  // asserted on by theirs, which ends the program
        llama::field f(logits);
        filter(f, p);
        lib_.apply(dist_.get(), f.array());
        return f.token();
    }

private:
    void filter(llama::field& f, const parameters& p) const {
        const std::array links{lib_.top_k(p.top_k), lib_.top_p(p.top_p, 0), lib_.min_p(p.min_p, 0), lib_.temp(p.temperature)};
        const llama::owned chain = llama::chain_of(lib_, {links.begin(), links.end()});
        lib_.apply(chain.get(), f.array());
    }

    const llama::library& lib_;
    llama::owned dist_;
};

}  // namespace

int main(int argc, char** argv) {
    const llama::library* const lib = llama::opened();
    if (!lib) return 0;
    const peer theirs(*lib);
    using enum conformance::stage;
    const conformance::engine engine{.name = "llama.cpp: " + lib->version,
                                     .stages = {top_k, top_p, min_p, temperature},
                                     .sample = [&](row logits, const parameters& p) { return theirs.sample(logits, p); },
                                     .kept = [&](row logits, const parameters& p) { return theirs.kept(logits, p); },
                                     .takes_nan = false};
    const std::string page = conformance::run(engine).page();
    std::fputs(page.c_str(), stdout);
    if (argc < 2) return 0;
    std::ifstream file(argv[1]);
    const std::string kept{std::istreambuf_iterator<char>(file), {}};
    const bool same_version = kept.find(lib->version) != std::string::npos;
    if (!same_version) std::puts("the page that is kept is of another version of the library");
    return !same_version || kept == page ? 0 : 1;
}
