"""What a token may cost at most, in passes of the same run: r reads the row, e is the weight kernel alone over a row of floats, p reads the
row in plain C++.

A bar is of a pipeline, a kind of rows and a scalar, at 32000 and at 128256 tokens, and at those of a language model. Beside these there are:
what a row of eight times as many tokens may cost, what a step of many rows may cost beside reading them, and another library's chain.
"""
from typing import NamedTuple

VOCABULARIES = ("32000", "128256")
OF_TRIGRAMS = "72547"
SYNTHETIC = "peaked hot zipf flat masked ties"

# pipelines, how many of which pass, scalars
TABLE = [
    ("dynamic_temperature quadratic softcap guidance guidance_alone xtc_mean p_less_norm adaptive_p_alone gumbel_alone", 3, "e", "float"),
    ("contrastive contrastive_alone top_n_sigma min_p min_k top_p eta_cutoff p_less top_a", 2, "e", "float"),
    ("typical", 3, "e", "float"),
    ("tail_free top_h top_h_sum", 8, "e", "float"),
    ("skew", 15, "e", "float"),
    ("temperature mirostat softmax epsilon_cutoff xtc", 1.15, "e", "float"),
    ("greedy top_k", 1.35, "r", "float"),
    ("default", 1.6, "r", "float"),
    ("penalties allow_half", 1.8, "r", "float"),
    ("default", 2.2, "r", "half bfloat16"),
    ("default", 1.3, "r", "double"),
    ("temperature", 3, "e", "double"),
]
# The same where the kernels are plain C++, which has no bar but these: pipelines, rows.
PLAIN = [
    ("default", SYNTHETIC + " trigram", 1.5, "p"),
    ("top_p", "flat", 1.5, "e"),
]

GROWTH = 10  # from 32000 tokens to 262144
STEP = "engine/step_of_256/{}two_threads/peaked/float/151936/real_time"
SHARE_OF_READ = 0.75
OURS, THEIRS = "peer/argdraw_in_llama_cpp/", "peer/llama_cpp/"


class Bar(NamedTuple):
    factor: float
    unit: str
    against: tuple  # the names of one pass; the fastest counts


def one_pass(unit, scalar, vocab):
    return {"e": (f"floor/exp/float/{vocab}",),
            "p": (f"floor/read-plain/float/{vocab}",),
            "r": (f"floor/read/{scalar}/{vocab}", f"floor/or/{scalar}/{vocab}")}[unit]


def of_pipelines(plain):
    rows = [(names, rows, factor, unit, "float") for names, rows, factor, unit in PLAIN] if plain else \
        [(names, SYNTHETIC + " trigram", factor, unit, scalars) for names, factor, unit, scalars in TABLE]
    for names, kinds, factor, unit, scalars in rows:
        for row in kinds.split():
            for vocab in (OF_TRIGRAMS,) if row == "trigram" else VOCABULARIES:
                for name in names.split():
                    for scalar in scalars.split():
                        yield f"pipeline/{name}/{row}/{scalar}/{vocab}", Bar(factor, unit, one_pass(unit, scalar, vocab))


def bars(measured, kernels):
    """The bars of what was measured, by name."""
    every = dict(of_pipelines(kernels == "generic"))
    for name in measured:
        if name.startswith("pipeline/") and name.endswith("/262144"):
            every[name] = Bar(GROWTH, "of 32000", (name.removesuffix("262144") + "32000",))
        if name.startswith(OURS):
            every[name] = Bar(1, "of theirs", (THEIRS + name.removeprefix(OURS),))
    every[STEP.format("")] = Bar(round(1 / SHARE_OF_READ, 2), "of the read", (STEP.format("read/"),))
    return {name: bar for name, bar in every.items() if name in measured and any(each in measured for each in bar.against)}
