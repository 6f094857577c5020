// Draws where a thread's workspaces are gone: in destructors of static objects, and of objects of a thread.
#include <cstdio>
#include <cstdlib>
#include <span>
#include <thread>
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

namespace {

int draws = 0;

struct draws_at_its_end {
    const char* where;
    int expected;  // draws by then

    ~draws_at_its_end() {
        std::vector<float> row(20000, 0.0f);
        row[12345] = 20;
        // One draw within another: each has a workspace.
        const auto nested = [&row](auto& c) {
            if (sampler{top_k{1}, greedy{}}(row).id == 12345) ++draws;
            c.keep_top(1);
        };
        philox random{.seed = 1};
        for (int i = 0; i < 2; ++i)
            if (sampler{temperature{0.5f}, nested, categorical{}}(row, random).id == 12345) ++draws;
        release_workspace();
        if (draws == expected) return;
        std::printf("%s: %d draws, not %d\n", where, draws, expected);
        std::_Exit(1);
    }
};

const draws_at_its_end last{"after the thread's workspaces, without one since main", 12};
const draws_at_its_end at_the_end{"after the thread's workspaces", 8};

}  // namespace

int main() {
    std::thread([] {
        // Begun before the thread's workspaces, and so ended after them.
        thread_local const draws_at_its_end in_a_thread{"at the end of a thread", 4};
        (void)in_a_thread.where;
        const std::vector<float> row{1.0f, 2.0f};
        if (sampler{greedy{}}(row).id != 1) std::_Exit(1);
    }).join();
    const std::vector<float> row{1.0f, 2.0f};
    return sampler{greedy{}}(row).id == 1 ? 0 : 1;
}
