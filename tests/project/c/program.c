/* What C and older C++ make of argdraw.h: compiled as C99, C++11 and C++17. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <argdraw/c/argdraw.h>

struct record {
    int32_t id;
    float logit;
    float p;
};

#define WIDTH 4
#define EXPECT(what)                                   \
    do {                                               \
        if (!(what)) {                                 \
            fprintf(stderr, "%d: %s\n", __LINE__, #what); \
            return 1;                                  \
        }                                              \
    } while (0)

int main(void) {
    const char* const wrong = "top_q(40) | categorical";
    const char* const asked = "temperature(0.5) | top_k(3) | top_p(0.9) | categorical";
    const char* const request = "{\"temperature\": 0.7, \"model\": \"small\"}";
    const float logits[WIDTH] = {0.0f, 4.0f, 1.0f, 3.5f};
    struct record records[WIDTH];
    argdraw_pipeline* pipeline = NULL;
    argdraw_sequence* text = NULL;
    argdraw_sequence* fork = NULL;
    argdraw_row row;
    argdraw_row apart;
    argdraw_drawn token;
    argdraw_drawn same;
    int32_t kept[WIDTH];
    double probabilities[WIDTH];
    const int32_t drafted[2] = {0, 2};
    argdraw_row rows[3];
    argdraw_draft draft;
    argdraw_verified verified;
    int32_t path[2];
    char sentence[200];
    size_t column = 0;
    size_t count = 0;
    int i;

    EXPECT(argdraw_version() >= 100);
    EXPECT(argdraw_parse(wrong, strlen(wrong), &pipeline, &column, sentence, sizeof sentence) == ARGDRAW_BAD_PARAMETER);
    EXPECT(pipeline == NULL && column == 1 && strstr(sentence, "top_k") != NULL);
    EXPECT(argdraw_parse(asked, strlen(asked), &pipeline, NULL, NULL, 0) == ARGDRAW_OK);
    EXPECT(argdraw_start(pipeline, NULL, &text) == ARGDRAW_OK);
    EXPECT(argdraw_clone(text, &fork) == ARGDRAW_OK);
    EXPECT(argdraw_free_pipeline(pipeline) == ARGDRAW_OK);

    for (i = 0; i < WIDTH; ++i) {
        records[i].id = i;
        records[i].logit = logits[i];
        records[i].p = 0.0f;
    }
    memset(&row, 0, sizeof row);
    row.size = sizeof row;
    row.logits = logits;
    row.format = ARGDRAW_FLOAT;
    row.width = WIDTH;
    apart = row;
    apart.logits = &records[0].logit;
    apart.stride = sizeof records[0];
    for (i = 0; i < 100; ++i) {
        EXPECT(argdraw_draw(text, &row, &token) == ARGDRAW_OK);
        EXPECT(argdraw_draw(fork, &apart, &same) == ARGDRAW_OK);
        EXPECT((token.id == 1 || token.id == 3) && token.id == same.id);
        EXPECT(argdraw_accept(text, token.id) == ARGDRAW_OK && argdraw_accept(fork, token.id) == ARGDRAW_OK);
    }
    EXPECT(argdraw_distribution(text, &row, kept, probabilities, WIDTH, &count) == ARGDRAW_OK);
    EXPECT(count == 2 && kept[0] == 1 && kept[1] == 3 && fabs(probabilities[0] + probabilities[1] - 1) < 1e-12);
    EXPECT(argdraw_draw((argdraw_sequence*)(void*)records, &row, &token) == ARGDRAW_BAD_PARAMETER);
    EXPECT(strlen(argdraw_message(token.why)) > 0);
    /* Two drafted tokens, of which the first was certain to come: it stays, and is accepted. */
    EXPECT(argdraw_reseed(fork, 1, 2) == ARGDRAW_OK && argdraw_rollback(fork, 100) == ARGDRAW_OK);
    memset(&draft, 0, sizeof draft);
    draft.size = sizeof draft;
    draft.tokens = drafted;
    draft.count = 2;
    verified.size = sizeof verified;
    rows[0] = rows[1] = rows[2] = apart;
    rows[0].width = 1;
    EXPECT(argdraw_verify(fork, ARGDRAW_MATCH, &draft, rows, path, 2, &verified) == ARGDRAW_OK);
    EXPECT(verified.stay == 1 && path[0] == 0 && verified.rows == 2 && verified.token.id != 2);
    EXPECT(argdraw_output(fork, NULL, 0, &count) == ARGDRAW_OK && count == 1);

    EXPECT(argdraw_free_sequence(text) == ARGDRAW_OK && argdraw_free_sequence(fork) == ARGDRAW_OK);

    /* An engine's own parameters, where the library reads them. */
    i = argdraw_recipe(ARGDRAW_OPENAI, request, strlen(request), &pipeline, NULL, sentence, sizeof sentence);
    EXPECT(i == ARGDRAW_OK || i == ARGDRAW_NO_RECIPES);
    EXPECT(i == ARGDRAW_OK ? strcmp(sentence, "model") == 0 : pipeline == NULL);
    EXPECT(argdraw_free_pipeline(pipeline) == ARGDRAW_OK);
    return 0;
}
