/* argdraw for C: a pipeline as text, rows of logits, tokens. C99, and C++ of any standard.
 *
 *     argdraw_pipeline* pipeline;
 *     argdraw_sequence* text;
 *     const char* const asked = "top_k(40) | temperature(0.8) | categorical";
 *     if (argdraw_parse(asked, strlen(asked), &pipeline, &column, sentence, sizeof sentence) != ARGDRAW_OK) ...
 *     argdraw_start(pipeline, NULL, &text);
 *     argdraw_row row = {sizeof row, logits, ARGDRAW_FLOAT, width, 0};
 *     while (argdraw_draw(text, &row, &token) == ARGDRAW_OK && argdraw_accept(text, token.id) == ARGDRAW_OK) ...
 *     argdraw_free_sequence(text);
 *     argdraw_free_pipeline(pipeline);
 *
 * The same tokens and log-probabilities as from C++, and the bytes of argdraw::pipeline, a pipeline that was parsed. What is said here of a call is what there
 * is to know of it beside the C++ headers, which say what stages, draws and sequences do; the names of stages and of their parameters are those of
 * include/argdraw/stages/README.md.
 *
 * Every call that can fail returns a status, and argdraw_message has a sentence for each. ARGDRAW_BAD_PARAMETER is also a null pointer where there may be none, a
 * handle of another kind, and a struct whose size field is none of this version's; nothing is changed then. No exception leaves a call. What is written through
 * a pointer is written where the status is ARGDRAW_OK, and else as it is said there. A handle that was freed must not be used, and is not recognised.
 *
 * Threads: a pipeline may be used in many at once; a sequence in one at a time, also where it is only asked. Scratch memory is the thread's; a draw allocates
 * at its first row of a width and not later, and argdraw_accept where the text outgrows its room: argdraw_reserve.
 *
 * Stays as it is within a major version: calls and structs may be added, and a struct that has a size field may grow; a caller that was compiled
 * with an older header goes on being understood. Structs without one stand in arrays, and do not grow.
 */
#ifndef ARGDRAW_C_ARGDRAW_H
#define ARGDRAW_C_ARGDRAW_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) && defined(ARGDRAW_C_EXPORTS)
#define ARGDRAW_C_CALL __declspec(dllexport)
#elif defined(__GNUC__)
#define ARGDRAW_C_CALL __attribute__((visibility("default")))
#else
#define ARGDRAW_C_CALL
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A pipeline, and the lists of its stages. */
typedef struct argdraw_pipeline argdraw_pipeline;
/* What one text carries: its pipeline, its tokens, its place in the randomness, what its stages feed back. It keeps its pipeline alive by itself. */
typedef struct argdraw_sequence argdraw_sequence;

/* The values of argdraw::status, and two that this door has alone. */
typedef int32_t argdraw_status;
enum {
    ARGDRAW_OK = 0,
    ARGDRAW_EMPTY = 1,         /* no token lives */
    ARGDRAW_NAN_LOGIT = 2,     /* a living token's logit is NaN */
    ARGDRAW_BAD_PARAMETER = 3, /* a parameter or an argument is outside its range */
    ARGDRAW_OUT_OF_MEMORY = 4,
    ARGDRAW_OUTSIDE_ROW = 5,  /* a stage, or an id that a row or a question lists, is outside of the row; argdraw_check has the stage */
    ARGDRAW_TOO_WIDE = 6,     /* more than 2^24 tokens */
    ARGDRAW_NO_SEQUENCE = 7,  /* does not occur here, where every draw has one */
    ARGDRAW_OUT_OF_WORDS = 8, /* 2^32 - 1 draws at one position */
    ARGDRAW_NO_FORMAT = 128,  /* the library was built without rows of this format */
    ARGDRAW_NO_RECIPES = 129  /* the library was built without argdraw_recipe */
};

/* The formats of a logit. A library may be built for some of them alone. */
enum { ARGDRAW_FLOAT = 0, ARGDRAW_DOUBLE = 1, ARGDRAW_HALF = 2, ARGDRAW_BFLOAT16 = 3 };

/* A row of logits where it lies. It is read in a call, never written, and not kept.
 *
 * `stride` is the number of bytes between the beginnings of two logits; 0 is the size of one. A row whose logits are neighbours is read in place, as in C++.
 * Floats 12 bytes apart, in records {id, logit, p}, are drawn from in place too where a draw looks at few of them, as behind top_k. Of one with another stride,
 * or one that is not aligned to its format, each call first gathers a row in memory of the sequence, width times the size of a logit. Less than the size of
 * one: ARGDRAW_BAD_PARAMETER. */
typedef struct argdraw_row {
    size_t size; /* sizeof(argdraw_row) */
    const void* logits;
    int32_t format;
    size_t width;
    size_t stride;
} argdraw_row;

/* Tokens in any order, such as what other samplers have left of a row: of the i-th, i `stride` bytes on, the id and the logit; the stride is at least the size of
 * either. Read in a call, never written, and
 * not kept. A token that is not there does not live. Of one that is there twice the last counts, where argdraw::sparse_row is
 * ARGDRAW_BAD_PARAMETER. */
typedef struct argdraw_records {
    size_t size; /* sizeof(argdraw_records) */
    const int32_t* ids;
    const void* logits;
    int32_t format;
    size_t count;
    size_t stride;
} argdraw_records;

/* Where a sequence starts: all zero, but for the size, is a text of its own under seed 0. See argdraw::start_options. */
typedef struct argdraw_start_options {
    size_t size; /* sizeof(argdraw_start_options) */
    uint64_t seed;
    uint64_t sequence;     /* another number for every text under one seed */
    uint32_t position;     /* of the first token of output */
    size_t vocabulary;     /* ids from here on do not live; 0: every token of a row does */
    const int32_t* prompt; /* read by argdraw_start, and not kept */
    size_t prompt_count;
    const int32_t* output; /* tokens of before, as if they had been accepted */
    size_t output_count;
} argdraw_start_options;

/* `logprob` is ln of the token's probability in the final set; NaN, and -1 as the id, where `why` is not ARGDRAW_OK. */
typedef struct argdraw_drawn {
    int32_t id;
    float logprob;
    argdraw_status why;
} argdraw_drawn;

/* By which log-probabilities the first `top` tokens are chosen: of the row as it is, behind every stage but those that truncate, of the final set. */
enum { ARGDRAW_RAW = 0, ARGDRAW_SCALED = 1, ARGDRAW_PROCESSED = 2 };

/* Which tokens are asked of: `chosen` unless it is -1, then `ids`, then the first `top` in the order without the chosen one. */
typedef struct argdraw_logprobs_request {
    size_t size; /* sizeof(argdraw_logprobs_request) */
    int32_t chosen;
    int32_t order; /* ARGDRAW_RAW, ARGDRAW_SCALED, ARGDRAW_PROCESSED */
    const int32_t* ids;
    size_t ids_count;
    size_t top;
} argdraw_logprobs_request;

/* Natural logarithms, 0 or less; -inf where the token does not live. */
typedef struct argdraw_token_logprobs {
    int32_t id;
    double raw;
    double scaled;
    double processed;
    size_t rank;           /* 1 + the number of tokens with a greater logit in the row */
    size_t rank_with_ties; /* the number of tokens with as great a logit or a greater one */
} argdraw_token_logprobs;

typedef struct argdraw_logprobs_result {
    size_t size;          /* sizeof(argdraw_logprobs_result) */
    size_t count;         /* tokens that were found */
    double log_kept;      /* ln of the mass that truncation kept, among what was scaled */
    double raw_entropy;   /* of the row, in nats */
    double final_entropy; /* of the final set */
    size_t kept;          /* tokens in the final set */
} argdraw_logprobs_result;

/* How drafted tokens are verified: argdraw::acceptance. */
enum { ARGDRAW_MATCH = 0, ARGDRAW_RATIO = 1, ARGDRAW_TRAVERSAL = 2 };

/* The law that a drafted token was drawn from, as argdraw_distribution gives it: ids, ascending, and their probabilities, which are taken for
 * a law as they are: that they add up to 1 is the caller's. Count 0: it was certain. */
typedef struct argdraw_law {
    const int32_t* ids;
    const double* probabilities;
    size_t count;
} argdraw_law;

/* Drafted tokens. Node i has a token, a parent, which is an earlier node or -1 for the root, and the law that its token was drawn from. See argdraw::draft. */
typedef struct argdraw_draft {
    size_t size; /* sizeof(argdraw_draft) */
    const int32_t* tokens;
    const int32_t* parents;      /* null: a chain, each node the child of the one before */
    const argdraw_law* laws;     /* null: every token was certain. Children that were drawn from one law have the same ids pointer */
    size_t count;                /* of the nodes, and of what each of these three points to */
    int32_t without_replacement; /* 1: children of one law were drawn from what the ones before them had left of it; else 0 */
    const uint64_t* drawn_with;  /* the seed and the sequence that the draft was drawn with, where they are known, or null */
} argdraw_draft;

typedef struct argdraw_verified {
    size_t size;         /* sizeof(argdraw_verified) */
    argdraw_drawn token; /* what comes after the nodes that stay: drawn, and not accepted yet */
    size_t stay;         /* how many nodes stay */
    size_t rows;         /* how many rows were looked at */
} argdraw_verified;

/* The engines whose parameters argdraw_recipe reads. */
enum { ARGDRAW_LLAMA_CPP = 0, ARGDRAW_TRANSFORMERS = 1, ARGDRAW_VLLM = 2, ARGDRAW_OPENAI = 3 };

typedef struct argdraw_recipe_read {
    size_t size;      /* sizeof(argdraw_recipe_read) */
    uint64_t seed;    /* for argdraw_start_options, where has_seed is 1 */
    int32_t has_seed; /* 0: the engine would take a random one */
    size_t unknown;   /* how many keys the recipe has not */
} argdraw_recipe_read;

/* 10000 major + 100 minor + patch, of the library that is linked. */
ARGDRAW_C_CALL int32_t argdraw_version(void);
/* A sentence for a status, of every number: never null, and never freed. */
ARGDRAW_C_CALL const char* argdraw_message(argdraw_status why);

/* A pipeline from `length` bytes of text. Where they are none: ARGDRAW_BAD_PARAMETER, *out is null, *column is the place that is wrong, from 1, and `sentence`
 * has what was read there and what would be right, as much of it as fits in `room` bytes with the zero behind it. `column` may be null, and `sentence` where
 * room is 0. *column is 0 where it was not the text that failed. */
ARGDRAW_C_CALL argdraw_status argdraw_parse(const char* text, size_t length, argdraw_pipeline** out, size_t* column, char* sentence,
                                            size_t room);
/* A pipeline from an engine's sampling parameters, in its own names and with its defaults for what is not there: a JSON object in `length` bytes, such as the
 * body of a request or generation_config.json. `sentence` has what is wrong; where nothing is, the keys that the recipe has not, which do nothing, one a line.
 * A parameter that is a text, such as a sequence breaker or a bad word, needs a tokenizer, and is wrong here; as ids it is right. `found` may be null, and
 * `sentence` where room is 0. Where it fails *out is null. See argdraw::recipes. */
ARGDRAW_C_CALL argdraw_status argdraw_recipe(int32_t engine, const char* json, size_t length, argdraw_pipeline** out,
                                             argdraw_recipe_read* found, char* sentence, size_t room);
/* The canonical text of a pipeline, as much of it as fits in `room` bytes with a zero behind it. *length is that of all of it, without the zero. */
ARGDRAW_C_CALL argdraw_status argdraw_to_text(const argdraw_pipeline* pipeline, char* text, size_t room, size_t* length);
/* Whether every stage finds its tokens in rows of a width: what a draw fails with before it has looked at a value. *stage is the one at fault, from 0, or -1;
 * what it wants is in `sentence`. Both may be null, as in argdraw_parse, and both are written where the status is another. */
ARGDRAW_C_CALL argdraw_status argdraw_check(const argdraw_pipeline* pipeline, size_t width, int32_t* stage, char* sentence, size_t room);
/* Null is nothing. Sequences of the pipeline go on. */
ARGDRAW_C_CALL argdraw_status argdraw_free_pipeline(argdraw_pipeline* pipeline);

/* A sequence for a pipeline; `options` may be null. Where it fails *out is null. */
ARGDRAW_C_CALL argdraw_status argdraw_start(const argdraw_pipeline* pipeline, const argdraw_start_options* options, argdraw_sequence** out);
/* Another that goes on alike: a fork, a checkpoint. Where it fails *out is null. */
ARGDRAW_C_CALL argdraw_status argdraw_clone(const argdraw_sequence* from, argdraw_sequence** out);
/* The sequence that argdraw_bytes wrote, for a pipeline like its own, which the bytes do not have: keep its text beside them. Bytes that no sequence of this
 * version wrote, or one whose draw keeps something else between draws (mirostat, adaptive_p): ARGDRAW_BAD_PARAMETER. Where it fails *out is null. */
ARGDRAW_C_CALL argdraw_status argdraw_resume(const argdraw_pipeline* pipeline, const void* bytes, size_t count, argdraw_sequence** out);
/* Everything of a sequence but its pipeline, as bytes: as many of them as there is room for. *count is that of all. Allocates. */
ARGDRAW_C_CALL argdraw_status argdraw_bytes(const argdraw_sequence* from, void* bytes, size_t room, size_t* count);
/* Null is nothing. */
ARGDRAW_C_CALL argdraw_status argdraw_free_sequence(argdraw_sequence* sequence);

/* Draws a token; accepts nothing. A second draw at one place in the text has further random words; argdraw_rollback(sequence, 0) goes back to those of the
 * first. token->why is the status, also where it is another than ARGDRAW_OK. */
ARGDRAW_C_CALL argdraw_status argdraw_draw(argdraw_sequence* sequence, const argdraw_row* row, argdraw_drawn* token);
/* Draws from records: the token that argdraw_draw would draw from a row as wide as the sequence's vocabulary, or else as far as the greatest id. *place is
 * where it stands among the records. An id below 0: ARGDRAW_OUTSIDE_ROW; ids from the vocabulary on do not live. Records {id, logit, anything} of 12 bytes in
 * the order of their ids, 0, 1, 2, and so on, are read once; others twice and more. */
ARGDRAW_C_CALL argdraw_status argdraw_draw_records(argdraw_sequence* sequence, const argdraw_records* records, argdraw_drawn* token,
                                                   size_t* place);
/* Draws tokens[i] for sequences[i] from rows[i], one after another. One that fails has its status, and the others go on; the status that is returned
 * is that of the first. A sequence that stands there twice is drawn for twice. */
ARGDRAW_C_CALL argdraw_status argdraw_draw_many(argdraw_sequence* const* sequences, const argdraw_row* rows, argdraw_drawn* tokens,
                                                size_t count);
/* Appends a token, drawn or chosen elsewhere. An id outside of the vocabulary, or where there is none of the last row that gave a token, which for records is
 * as wide as their greatest id: ARGDRAW_BAD_PARAMETER. */
ARGDRAW_C_CALL argdraw_status argdraw_accept(argdraw_sequence* sequence, int32_t id);
/* Undoes the last accepts. More than there were: ARGDRAW_BAD_PARAMETER. */
ARGDRAW_C_CALL argdraw_status argdraw_rollback(argdraw_sequence* sequence, size_t accepts);
/* Goes on with the words of another seed, or of another number of a text under the same: for a clone that is not to draw what its original draws. */
ARGDRAW_C_CALL argdraw_status argdraw_reseed(argdraw_sequence* sequence, uint64_t seed, uint64_t number);
/* Room for that many further accepts, which allocate nothing until the sequence is cloned. */
ARGDRAW_C_CALL argdraw_status argdraw_reserve(argdraw_sequence* sequence, size_t accepts);
/* The tokens that were accepted, the first `room` of them. *count is that of all. */
ARGDRAW_C_CALL argdraw_status argdraw_output(const argdraw_sequence* sequence, int32_t* ids, size_t room, size_t* count);

/* What a draw chooses from: the ids of the final set in their order, and their probabilities, the first `room` of them; draws nothing. *count is that of
 * all. Either array may be null: the kept set alone is `ids`, and room 0 counts. A token below 2^-1000 of the greatest has probability 0. Stages that toss
 * coins, such as xtc, toss those of the next draw: ask before a draw, or ask a clone of the sequence after argdraw_rollback(clone, 0). */
ARGDRAW_C_CALL argdraw_status argdraw_distribution(argdraw_sequence* sequence, const argdraw_row* row, int32_t* ids, double* probabilities,
                                                   size_t room, size_t* count);
/* The log-probabilities of a row's tokens, of as many as there is room for; the draw's token is the same before and after. See argdraw::log_probabilities, and
 * argdraw_distribution for when to ask behind a stage that tosses coins. An id that is outside of the row: ARGDRAW_OUTSIDE_ROW; a NaN in the row, also one that a
 * mask hides from a draw: ARGDRAW_NAN_LOGIT. What was in `found` is lost, whatever the status. */
ARGDRAW_C_CALL argdraw_status argdraw_log_probabilities(argdraw_sequence* sequence, const argdraw_row* row,
                                                        const argdraw_logprobs_request* request, argdraw_token_logprobs* found, size_t room,
                                                        argdraw_logprobs_result* result);

/* Verifies drafted tokens, by ARGDRAW_MATCH, _RATIO or _TRAVERSAL, against draft->count + 1 rows of one format: the first is the one behind the text, the next
 * ones those behind the nodes. The sequence accepts the tokens of the nodes that stay; they are in `path`, from the root on, the first `room` of them. Then
 * result->token is drawn, for the caller to accept. Costs a draw for each row that is looked at; its memory is the thread's, as that of a draw.
 *
 * ARGDRAW_MATCH draws as argdraw_draw would, and a token stays while it is the one that is drawn: the text is that of plain decoding. The others keep its law
 * alone. ARGDRAW_BAD_PARAMETER: a draft that is none or contradicts itself, a law that is none, rows of several formats; and for the others a pipeline that
 * learns from its own tokens, such as mirostat, a tree for _RATIO, and a draft that was drawn with the sequence's own seed and number. *result is written
 * whatever the status: where a row fails, _MATCH keeps the nodes before it, and the others leave the sequence as it was. See argdraw::verifier. */
ARGDRAW_C_CALL argdraw_status argdraw_verify(argdraw_sequence* sequence, int32_t rule, const argdraw_draft* draft, const argdraw_row* rows,
                                             int32_t* path, size_t room, argdraw_verified* result);
/* The same by typicality, which is another law than that of plain decoding: the longest path of tokens with p > min(epsilon, delta e^-entropy) stays. */
ARGDRAW_C_CALL argdraw_status argdraw_verify_typical(argdraw_sequence* sequence, double epsilon, double delta, const argdraw_draft* draft,
                                                     const argdraw_row* rows, int32_t* path, size_t room, argdraw_verified* result);

#ifdef __cplusplus
}
#endif

#endif
