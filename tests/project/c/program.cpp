// What C++11, 14, 17 and 20 make of handles.hpp.
#include <argdraw/c/handles.hpp>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <utility>

#define EXPECT(what)                                           \
    do {                                                       \
        if (!(what)) {                                         \
            std::fprintf(stderr, "%d: %s\n", __LINE__, #what); \
            return 1;                                          \
        }                                                      \
    } while (false)

int main() {
    const char* const asked = "temperature(0.5) | top_k(3) | top_p(0.9) | categorical";
    const float logits[] = {0.0f, 4.0f, 1.0f, 3.5f};
    char sentence[200] = {};
    std::size_t column = 0;
    argdraw_c::pipeline pick;
    EXPECT(pick.parse("top_q(40)", 9, &column, sentence, sizeof sentence) == ARGDRAW_BAD_PARAMETER && !pick);
    EXPECT(column == 1 && std::strstr(sentence, "top_k") != nullptr);
    EXPECT(pick.parse(asked, std::strlen(asked), nullptr, nullptr, 0) == ARGDRAW_OK);

    auto options = argdraw_c::sized<argdraw_start_options>();
    options.seed = 42;
    argdraw_c::sequence texts[3];
    for (auto& text : texts) EXPECT(text.start(pick, &options) == ARGDRAW_OK);
    pick = argdraw_c::pipeline();  // sequences go on

    const argdraw_row row = {sizeof row, logits, ARGDRAW_FLOAT, 4, 0};
    argdraw_drawn token = argdraw_drawn();
    for (int i = 0; i < 20; ++i) {
        std::int32_t ids[3] = {};
        int n = 0;
        for (auto& text : texts) {
            EXPECT(text.draw(row, token) == ARGDRAW_OK && text.accept(token.id) == ARGDRAW_OK);
            ids[n++] = token.id;
        }
        EXPECT(ids[0] == ids[1] && ids[1] == ids[2] && (ids[0] == 1 || ids[0] == 3));
    }

    argdraw_c::sequence fork;
    EXPECT(fork.clone(texts[0]) == ARGDRAW_OK && fork.reseed(42, 1) == ARGDRAW_OK && fork.rollback(20) == ARGDRAW_OK);
    argdraw_c::sequence moved = std::move(fork);
    EXPECT(!fork && fork.accept(1) == ARGDRAW_BAD_PARAMETER);
    EXPECT(std::strlen(argdraw_c::message(ARGDRAW_BAD_PARAMETER)) > 0);

    // Two drafted tokens: what stays is accepted, and what comes behind it is drawn.
    const std::int32_t drafted[2] = {1, 1};
    const argdraw_row rows[3] = {row, row, row};
    auto draft = argdraw_c::sized<argdraw_draft>();
    draft.tokens = drafted;
    draft.count = 2;
    auto result = argdraw_c::sized<argdraw_verified>();
    std::int32_t path[2] = {};
    EXPECT(moved.verify(ARGDRAW_TRAVERSAL, draft, rows, path, 2, result) == ARGDRAW_OK);
    EXPECT(result.token.why == ARGDRAW_OK && moved.accept(result.token.id) == ARGDRAW_OK);
    std::size_t count = 0;
    EXPECT(moved.output(nullptr, 0, count) == ARGDRAW_OK && count == result.stay + 1);
    return 0;
}
