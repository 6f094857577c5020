"""The kit finds what is planted in a right sampler, by the check that is meant for it, and holds right ones to be right: conformance.py LIBRARY [deep]."""

import os
import pathlib
import subprocess
import sys
import tempfile

os.environ["ARGDRAW_LIBRARY"] = sys.argv[1]
import argdraw  # noqa: E402
from argdraw import conformance  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent.parent
DEEP = sys.argv[2:] == ["deep"]
RIGHT = (HERE / "my_sampler.py").read_text()
NO_KEPT = ("def kept(", "def not_asked(")
BY_SEED = ("word\n):", "seed\n):\n    word = random.Random(seed).getrandbits(64)"), ("import math", "import math, random"), NO_KEPT
BY_ITSELF = (
    ("word\n):", "\n):\n    word = generator.getrandbits(64)"),
    ("import math", "import math, random\ngenerator = random.Random(1)"),
    ("min_p=0.0, \n", "min_p=0.0\n"),
    NO_KEPT,
)
BY_UNIFORM = ("word\n):", "u\n):"), ("top_p, min_p), word)", "top_p, min_p), u)"), ("(word >> 11) * 2.0**-53", "word")
GUMBEL = (
    "return draw(*left(logits, temperature, top_k, top_p, min_p), word)",
    """return race(random.Random(word), *left(logits, temperature, top_k, top_p, min_p))


def race(random, ids, weights):
    scores = [(math.log(w) - math.log(-math.log(1 - random.random())), id) for id, w in zip(ids, weights) if w > 0]
    return max(scores, default=(0, None))[1]
""",
)
FLOAT = ("import math", "import math\nfrom array import array\n\nf32 = lambda x: array('f', [x])[0]\n")

RIGHT_ONES = {
    "words, no kept()": (NO_KEPT,),
    "uniforms": (*BY_UNIFORM, NO_KEPT),
    "seeds": BY_SEED,
    "a generator of its own": BY_ITSELF,
    "noise by seeds": (*BY_SEED, GUMBEL),
}

# Each: the check that is meant for it, and what is written in the place of what.
PLANTED = {
    "the crossing token is dropped": ("top_p crossing token", ("return i + 1", "return max(1, i)")),
    "a nucleus of at most 64": (
        "wide rows",
        ("target, running = p * math.fsum(weights), 0.0\n    for", "weights = weights[:64]\n    target, running = p * math.fsum(weights), 0.0\n    for"),
    ),
    "float sums, nucleus": ("wide rows", FLOAT, ("        running += weight\n", "        running = f32(running + f32(weight))\n")),
    "float sums, draw": ("shares in wide rows", FLOAT, ("running, last = running + weight, id", "running, last = f32(running + f32(weight)), id")),
    "a nucleus from the tail": (
        "top_p next to 0 and 1",
        FLOAT,
        (
            "return i + 1\n    return len(weights)",
            """break
    n, tail, bound = len(weights), 0.0, f32(1 - f32(p)) * math.fsum(weights)
    while n > 0 and (tail := tail + weights[n - 1]) <= bound:
        n -= 1
    return n""",
        ),
    ),
    "24 random bits": ("tails", ("(word >> 11) * 2.0**-53", "(word >> 40) * 2.0**-24")),
    "a uniform that can be 1, the last one then": (
        "endpoint words",
        ("(word >> 11) * 2.0**-53", "word / (2**64 - 1)"),
        ("        if weight > 0:\n", "        if True:\n"),
        ("ids[:n], weights[:n]", "(list(range(len(logits))), [dict(zip(ids[:n], weights)).get(i, 0.0) for i in range(len(logits))]) if ids else ([], [])"),
    ),
    "small temperatures are 0": ("temperature range", ("if temperature == 0:", "if temperature < 1e-5:")),
    "temperature 0 is a small one": ("greedy", ("if temperature == 0:", "temperature = max(temperature, 1e-5)\n    if False:")),
    "the last maximum": ("greedy", ("    ids.sort(", "    ids.reverse()\n    ids.sort(")),
    "ties at k stay": ("ties", ("n = min(n, top_k)", "n = max(i for i in range(n) if logits[ids[i]] >= logits[ids[min(n, top_k) - 1]]) + 1 if n else 0")),
    "k above the row raises": ("top_k beyond the row", ("n = min(n, top_k)", "n = ids.index(ids[top_k - 1]) + 1")),
    "min_p of probabilities, not of the greatest": ("min_p", ("weights[n - 1] < min_p", "weights[n - 1] / math.fsum(weights) < min_p")),
    "min_p without those that just reach it": ("min_p", ("weights[n - 1] < min_p", "weights[n - 1] <= min_p")),
    "temperature last": (
        "stages together",
        ("math.exp((logits[id] - top) / temperature)", "math.exp(logits[id] - top)"),
        ("ids[:n], weights[:n]", "ids[:n], [w ** (1 / temperature) if temperature else w for w in weights[:n]]"),
    ),
    "top_p of what top_k has not cut": ("stages together", ("n = nucleus(weights[:n], top_p)", "n = min(n, nucleus(weights, top_p))")),
    "no maximum is subtracted": (
        "extreme logits",
        ("1.0 if logits[id] == top else math.exp((logits[id] - top) / temperature)", "math.exp(logits[id] / (temperature or 1))"),
    ),
    "+inf is no maximum": ("infinite logits", ("1.0 if logits[id] == top else", "")),
    "NaN is passed over": ("refusals", ("        return [], []", "        logits = [-math.inf if math.isnan(logit) else logit for logit in logits]")),
    "a token of a row without any": (
        "refusals",
        ("running, last = (word >> 11) * 2.0**-53 * math.fsum(weights), 0.0, None", "running, last = (word >> 11) * 2.0**-53 * math.fsum(weights), 0.0, 0"),
    ),
    "padding is drawn": (
        "odd widths",
        ("    top = max(logits, default=-math.inf)\n", "    logits = list(logits) + [0.0] * (-len(logits) % 32)\n    top = max(logits, default=-math.inf)\n"),
    ),
    "penalties once for each time": ("penalties", ("Counter(output).items()", "((id, 1) for id in output)")),
    "penalties divide what is negative": ("penalties", ("logits[id] / repetition if logits[id] > 0 else logits[id] * repetition", "logits[id] / repetition")),
    "frequency once": ("penalties", ("frequency * times", "frequency")),
    "presence for each time": ("penalties", ("frequency * times + presence", "(frequency + presence) * times")),
    "penalties are written to the row": ("the row is left as it was", ("    logits = list(logits)\n", "")),
    "a draw remembers": (
        "same number, same token",
        ("\ndef draw(ids, weights, word):", "\nseen = {}\n\n\ndef draw(ids, weights, word):\n    word = seen[len(seen)] = (word + (len(seen) << 59)) % 2**64"),
    ),
    "weights of a wrong base": ("laws of rows", ("math.exp((logits[id] - top) / temperature)", "2.718 ** ((logits[id] - top) / temperature)")),
    "filters whose weights are not those of the draw": ("laws behind filters", ("ids[:n], weights[:n]", "ids[:n], [1.0] * n if n < len(ids) else weights[:n]")),
    "seeds of six bits": ("laws of rows", *BY_SEED, ("random.Random(seed)", "random.Random(seed % 64)")),
    "exponential noise": ("laws of rows", *BY_SEED, GUMBEL, ("- math.log(-math.log(1 - random.random()))", "- math.log(1 - random.random())")),
    "every second seed is its neighbour": ("independence", *BY_SEED, ("random.Random(seed)", "random.Random(seed // 2)")),
    "a generator that starts anew": (
        "independence",
        *BY_ITSELF, ("    word = generator.getrandbits(64)", "    word = generator.getrandbits(64)\n    generator.seed(word % 1000)"),
    ),
}


def sampler(replaced, row=None):
    """What my_sampler.py is with other words in it; each stands there once, or in both signatures."""
    text = RIGHT
    for old, new in replaced:
        assert old in text, f"my_sampler.py has no {old!r}"
        text = text.replace(old, new)
    there = {}
    exec(text, there)
    return conformance.Sampler(there["sample"], there.get("kept"), row)


def faults(found):
    return [(each.name, each.smallest) for each in found if each.failures]


for name, replaced in RIGHT_ONES.items() if DEEP else ():  # the command below is given a right one in any case
    found = conformance.run(sampler(replaced), draws=2_000)
    assert not faults(found) and sum(each.cases for each in found) > 3000, (name, faults(found))
for name, (meant, *replaced) in PLANTED.items():
    found = conformance.run(sampler(replaced), only=[meant])
    assert [each for each, _ in faults(found)] == [meant], f"{meant} does not find: {name}"
    print(f"{meant}: {faults(found)[0][1]}")
assert {meant for meant, *_ in PLANTED.values()} == {name for _, name, *_ in conformance.CHECKS}, "a check has no bug that is meant for it"


# What draws through the library conforms too.
def text_of(how):
    named = ", ".join(f"{name.removesuffix('_penalty')}={how[name]!r}" for name in conformance.PENALTIES)
    return f"penalties({named}) | temperature({how['temperature']!r}) | top_k({how['top_k']}) | top_p({how['top_p']!r}) | min_p({how['min_p']!r}) | categorical"


pipelines = {}


def start(how, **more):
    text = text_of(how)
    pipelines[text] = pipelines.get(text) or argdraw.Pipeline(text)
    return pipelines[text].start(output=how["output"], **more)


def sample(logits, *, seed, repetition_penalty, frequency_penalty, presence_penalty, output, temperature, top_k, top_p, min_p):
    how = locals()
    return start(how, seed=how.pop("seed")).draw(how.pop("logits")).id


def kept(logits, *, repetition_penalty, frequency_penalty, presence_penalty, output, temperature, top_k, top_p, min_p):
    how = locals()
    return start(how).distribution(how.pop("logits"))[0]


found = conformance.run(conformance.Sampler(sample, kept), draws=2_000)
assert not faults(found), faults(found)

# A sampler of numpy's, which makes rows of its own and has floats for its random numbers.
try:
    import numpy as np

    def left(logits, temperature, top_k, top_p, min_p):
        x = logits.astype(np.float64)
        if not x.size or np.isnan(x).any() or x.max() == -np.inf:
            return [], []
        x = x if x.max() < np.inf else np.where(x == np.inf, 0, -np.inf)
        ids = np.argsort(-x, kind="stable")[: 1 if temperature == 0 else np.isfinite(x).sum()]
        with np.errstate(over="ignore"):
            weights = np.exp((x[ids] - x.max()) / (temperature or 1))
        n = min(top_k or len(ids), len(ids))
        n = n if top_p == 1 else np.searchsorted(np.cumsum(weights[:n]), top_p * weights[:n].sum()) + 1
        n = min(n, (weights >= min_p).sum())
        return ids[:n], weights[:n]

    def by_numpy(logits, *, temperature, top_k, top_p, min_p, u):
        ids, weights = left(logits, temperature, top_k, top_p, min_p)
        return ids[np.searchsorted(np.cumsum(weights), u * np.cumsum(weights)[-1], side="right")]

    np_sampler = conformance.Sampler(by_numpy, lambda logits, **how: left(logits, **how)[0], lambda logits: np.array(logits, dtype=np.float32))
    found = conformance.run(np_sampler)
    assert not faults(found), faults(found)
except ImportError:
    print("without numpy: a sampler of its arrays is not looked at")

# The command: its page and its exit codes.
with tempfile.TemporaryDirectory() as folder:

    def command(text):
        path = pathlib.Path(folder) / "my_sampler.py"
        path.write_text(text)
        done = subprocess.run([sys.executable, "-B", "-m", "argdraw.conformance", str(path), "1000"], cwd=HERE, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    code, said = command(RIGHT)
    assert code == 0 and "held    P6" in said and "what was asked is held" in said, said
    code, said = command(RIGHT.replace("return i + 1", "return max(1, i)").replace(*NO_KEPT))
    assert code == 1 and "broken  P6" in said and "top_p=0.65): keeps {0}, the definition {0, 1}" in said, said
    for wrong, why in (
        ("sample = 1", "not a callable"),
        ("", "no function sample"),
        ("def sample(logits, *, mood): return 0", "mood"),
        ("def sample(logits): return logits / 2", "row"),
        ("1 +", "invalid syntax"),
    ):
        code, said = command(wrong)
        assert code == 2 and why in said, (wrong, said)
