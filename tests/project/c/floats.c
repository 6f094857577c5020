/* What a library of floats does with a row of floats, and with others. */
#include <argdraw/c/argdraw.h>

#include <stdio.h>
#include <string.h>

static int failed = 0;

static void expect(int is, const char* what) {
    if (is) return;
    fprintf(stderr, "not so: %s\n", what);
    failed = 1;
}

int main(void) {
    const char* const text = "top_k(2) | temperature(0.8) | categorical";
    const float logits[3] = {1, 2, 3};
    const double wider[3] = {1, 2, 3};
    argdraw_pipeline* pipeline = NULL;
    argdraw_sequence* sequence = NULL;
    argdraw_row row = {sizeof(argdraw_row), NULL, ARGDRAW_FLOAT, 3, 0};
    argdraw_drawn token;
    argdraw_records records = {sizeof(argdraw_records), NULL, NULL, ARGDRAW_DOUBLE, 2, 16};
    const struct {
        double logit;
        int32_t id;
    } list[2] = {{1, 0}, {2, 1}};
    const int32_t drafted[1] = {2};
    argdraw_row rows[2];
    argdraw_draft draft = {0};
    argdraw_verified verified = {0};
    argdraw_pipeline* none = NULL;
    size_t count = 0, place = 0;
    int32_t format;

    expect(argdraw_parse(text, strlen(text), &pipeline, NULL, NULL, 0) == ARGDRAW_OK, "a text is read");
    expect(argdraw_start(pipeline, NULL, &sequence) == ARGDRAW_OK, "a sequence starts");
    row.logits = logits;
    expect(argdraw_draw(sequence, &row, &token) == ARGDRAW_OK && token.id >= 1 && token.id <= 2, "floats are drawn from");
    row.logits = wider;
    for (format = ARGDRAW_DOUBLE; format <= ARGDRAW_BFLOAT16; ++format) {
        row.format = format;
        expect(argdraw_draw(sequence, &row, &token) == ARGDRAW_NO_FORMAT, "other formats have their status");
        expect(token.id == -1 && token.why == ARGDRAW_NO_FORMAT, "and so has the token");
        expect(argdraw_distribution(sequence, &row, NULL, NULL, 0, &count) == ARGDRAW_NO_FORMAT, "also where a law is asked for");
    }
    draft.size = sizeof draft;
    draft.tokens = drafted;
    draft.count = 1;
    verified.size = sizeof verified;
    rows[0] = rows[1] = row;
    expect(argdraw_verify(sequence, ARGDRAW_MATCH, &draft, rows, NULL, 0, &verified) == ARGDRAW_NO_FORMAT, "drafts are not verified against them");
    rows[0].logits = rows[1].logits = logits;
    rows[0].format = rows[1].format = ARGDRAW_FLOAT;
    expect(argdraw_verify(sequence, ARGDRAW_MATCH, &draft, rows, NULL, 0, &verified) == ARGDRAW_OK, "but against floats");
    expect(argdraw_recipe(ARGDRAW_OPENAI, "{}", 2, &none, NULL, NULL, 0) == ARGDRAW_NO_RECIPES && !none, "recipes are left out");
    records.ids = &list[0].id;
    records.logits = &list[0].logit;
    expect(argdraw_draw_records(sequence, &records, &token, &place) == ARGDRAW_NO_FORMAT, "records are rows");
    expect(strstr(argdraw_message(ARGDRAW_NO_FORMAT), "format") != NULL, "and a sentence");
    row.format = 7;
    expect(argdraw_draw(sequence, &row, &token) == ARGDRAW_BAD_PARAMETER, "what is no format is a bad parameter");
    argdraw_free_sequence(sequence);
    argdraw_free_pipeline(pipeline);
    return failed;
}
