"""Any call with anything: a result or an exception of Python's with a sentence, and the next call is as it was: fuzz.py LIBRARY [CALLS]."""

import copy
import itertools
import os
import pickle
import random
import sys
import threading
import warnings
from array import array

os.environ["ARGDRAW_LIBRARY"] = sys.argv[1]
import argdraw  # noqa: E402

warnings.simplefilter("ignore")
CALLS = int(sys.argv[2]) if len(sys.argv) > 2 else 4_000
TEXTS = """greedy
top_k(40) | top_p(0.9) | categorical
penalties(1.1, window=4) | mirostat(3)
logit_bias([3: 2.5, 5: -inf]) | gumbel
dry(0.8) | min_p(0.1) | adaptive_p
ban([1, 2, 3]) | xtc(0.5, 0.1) | categorical
min_tokens(3, [8]) | no_repeat_ngram(2) | typical(0.9) | categorical""".splitlines()
ODD = [None, True, -1, 0, 1, 7, 2**31 - 1, 2**31, 2**32, 2**63, 2**64, -(2**70), 0.5, float("nan"), float("inf")]
ODD += ["", "top_k", "a\0b", "\ud800", b"", b"text", [], [1, 2], [2**40], ["x"], {}, {1: 2}, object(), print, int]


class Dlpack:
    """What says that it is a tensor, and is none."""

    def __init__(self, device, capsule):
        self.device, self.capsule = device, capsule

    def __dlpack_device__(self):
        return self.device

    def __dlpack__(self):
        return self.capsule


def rows(random):
    values = [0.0, 1.0, -2.5, 1e38, -1e38, float("inf"), float("-inf"), float("nan"), random.gauss(0, 3)]
    floats = random.choices(values, k=random.choice([0, 1, 2, 9, 70, 300]))
    plain = array("f", floats)
    yield from (plain, array("d", floats), memoryview(plain), memoryview(plain)[::2], memoryview(plain)[::-1], bytearray(plain), plain.tobytes())
    yield from (array(kind, [1, 2, 3]) for kind in "bBhHiIlLqQ")
    yield from (memoryview(bytes(24)).cast("B", (2, 12)), memoryview(bytes(24)).cast("d"))
    yield from (Dlpack((1, 0), None), Dlpack((2, 0), None), Dlpack(None, 1), Dlpack((1, 0), plain))
    if numpy := sys.modules.get("numpy"):
        row = numpy.array(floats, dtype=numpy.float32)
        with numpy.errstate(over="ignore"):
            half = row.astype(numpy.float16)
        yield from (row, half, row[::3], row[:, None], row.astype(object), row.astype("U9"))
        yield from (numpy.zeros(3, "datetime64[s]"), numpy.zeros(4, "f4,i4"), numpy.zeros(4, "f4,i4")["f0"])
    if torch := sys.modules.get("torch"):
        row = torch.tensor(floats)
        yield from (row, row.bfloat16(), row[::2], row[None], row.to(torch.int8), row.to(torch.complex64), torch.empty(3, device="meta"), row.to_sparse())


def good(random):
    return array("f", [random.gauss(0, 3) for _ in range(50)])


def anything(random):
    kind = random.randrange(6)
    if kind < 3:
        return random.choice(ODD)
    return random.choice(list(rows(random))) if kind < 5 else random.randrange(60)


def asked(random, pick, text):
    """A call with arguments of which some are what it wants."""
    row = random.choice([good, good, good, anything, lambda random: random.choice(list(rows(random)))])(random)
    odd = lambda usual: anything(random) if random.random() < 0.2 else usual
    format = random.choice([None] * 6 + ["bfloat16", "half", 3])
    few = lambda: odd([random.randrange(60) for _ in range(random.randrange(5))])
    usual = {"seed": 1, "sequence": 2, "position": 3, "vocabulary": 40, "prompt": few(), "output": few()}
    start = {name: odd(usual[name]) for name in random.sample(list(usual), random.randrange(6))}
    top, order = random.choice([0, 1, 1, 1, 5, 1000, odd(2)]), random.choice(["raw", "scaled", "processed", odd("raw")])
    return random.choice(
        [
            lambda: argdraw.Pipeline(odd(random.choice(TEXTS))),
            lambda: argdraw.Pipeline("".join(random.choice([*random.choice(TEXTS), "(", ")", "é", "9"]) for _ in range(20))),
            lambda: pick.check(odd(50)),
            lambda: pick.start(**start),
            lambda: pick.resume(odd(text.bytes())),
            lambda: pick.resume(bytes(random.choice([each, random.randrange(256)]) if random.random() < 0.02 else each for each in text.bytes())),
            lambda: text.draw(row, format),
            lambda: text.draw(row),
            lambda: text.accept(odd(random.randrange(60))),
            lambda: text.rollback(odd(random.randrange(3))),
            lambda: text.reseed(odd(1), odd(2)),
            lambda: (text.output, text.bytes()),
            lambda: text.distribution(row, format),
            lambda: text.log_probabilities(row, odd(3), few(), top, order),
            lambda: random.choice([copy.copy, copy.deepcopy, pickle.dumps, str, repr, hash])(random.choice([text, pick])),
            lambda: argdraw.LogitsProcessor(odd(pick), seed=odd(1))(odd([[1, 2]]), odd([good(random)])),
            lambda: argdraw.Sequence.__new__(argdraw.Sequence).draw(row),
            lambda: argdraw.Pipeline.__new__(argdraw.Pipeline).start(),
            lambda: argdraw.Sequence(lambda handle: 0).draw(row),
            lambda: text.nothing(),
        ]
    )


def fuzz(random, calls, pick, text):
    """How many calls gave a result."""
    given = 0
    for i in range(calls):
        if i % 50 == 0 and not isinstance(text, list):
            pick = argdraw.Pipeline(random.choice(TEXTS))
            text = pick.start(seed=random.getrandbits(64), prompt=[1, 2, 3])
        call = asked(random, pick, text[0] if isinstance(text, list) else text)
        try:
            found = call()
            given += 1
            if isinstance(found, argdraw.Sequence) and not isinstance(text, list) and random.random() < 0.3:
                text = found
        except Exception as error:
            assert str(error) or isinstance(error, MemoryError), repr(error)
            assert not isinstance(error, (SystemError, AssertionError)), repr(error)
    return given


for name in ("numpy", "torch"):
    try:
        __import__(name)
    except ImportError:
        print(f"without {name}")

given = fuzz(random.Random(1), CALLS, None, None)
assert CALLS / 5 < given < CALLS, given

# Four threads at one sequence, which none may leave broken.
pick = argdraw.Pipeline("penalties(1.1, window=64) | top_k(40) | categorical")
shared, counts = [pick.start(seed=1)], itertools.count()
threads = [threading.Thread(target=lambda seed=seed: next(counts) + fuzz(random.Random(seed), CALLS // 8, pick, shared) and next(counts)) for seed in range(4)]
for each in threads:
    each.start()
for each in threads:
    each.join()
assert next(counts) == 8, "a thread ended with an exception"
fork = copy.copy(shared[0])
assert fork.draw(good(random.Random(9))) == shared[0].draw(good(random.Random(9)))
assert argdraw.Pipeline("greedy").start().draw(array("f", [1, 3, 2])) == (1, 0.0)
print(f"{CALLS + CALLS // 2} calls, {given} of the first {CALLS} gave a result")
