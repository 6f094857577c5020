"""Holds a sampler written in Python to what sampling means.

    python3 -m argdraw.conformance my_sampler.py          exit code 0: all held; 1: something is broken; 2: could not be asked

my_sampler.py has a function sample(logits, *, temperature, top_k, top_p, min_p, word) that returns a token's id. What it takes is read off its signature:

- of temperature, top_k (0 is off), top_p (1), min_p (0), and repetition_penalty (1), frequency_penalty (0), presence_penalty (0) with `output`, the tokens so
  far, those that it names, by name, in each call. They act in the order in which they are named; penalties first.
- its randomness by one of the names `word`, a whole number of 64 random bits of which the upper ones matter; `u`, a float from 0 to below 1; `seed`, a small
  whole number. Without one of them it draws by a generator of its own. What words lead to is known exactly; otherwise frequencies are judged.
- None, a negative number or an exception says that it refuses: right for a row with a NaN and for one without a living token, wrong for all others.

A row is an array.array of floats, or what a function row(list) of the file makes of it, such as row = torch.tensor. A function kept(logits, ...) of the file,
with the same parameters but no randomness, returns the ids that are left to draw from; with it wide rows are judged too. Batches are not looked at.

The definitions stand here, in double, and need no library: only random words that are written down, and nothing of argdraw's own arithmetic.
"""

import importlib.util
import inspect
import math
import operator
import pathlib
import random
import sys
from array import array
from bisect import bisect_left
from collections import Counter, namedtuple
from itertools import accumulate

INF, NAN = math.inf, math.nan
NEUTRAL = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "repetition_penalty": 1.0, "frequency_penalty": 0.0, "presence_penalty": 0.0}
PENALTIES = [name for name in NEUTRAL if name.endswith("penalty")]
WORDS = 1 << 64
REFUSED = -1
MASS_BAND, CUT_BAND = 1e-7, 1e-6  # boundaries this close may fall either way: |C/S - p|, |p_i/cut - 1|
SHARE_ERROR = 1e-5  # of a share, relative: weights in float and sums in double stay below it
LEAST = 2.0**-40  # of probability: what is less may be missed

PROMISES = {
    "P1": "a token is of the row, is not masked or cut, and has weight, whatever the random number",
    "P2": "every row ends in a token, or in a refusal where it has a NaN or no living token",
    "P4": "temperature 0 and top_k 1 take the first maximum",
    "P5": "every temperature above 0 acts as it was given, from subnormal to huge",
    "P6": "filters keep what their definition keeps, but for boundaries within 1e-7 of the mass or 1e-6 of the cut",
    "P7": "a token has the probability that its logit says",
    "P8": "a token depends on its row, parameters and random number alone, and the row is left as it was",
    "P10": "repetition and presence act once for each token seen, frequency once for each time",
    "P16": "draws are independent of each other",
}

Case = namedtuple("Case", "label logits how")
Found = namedtuple("Found", "promise name cases failures smallest note")


def float32(x):
    return array("f", [x])[0]


def row_case(logits, label="", **how):
    return Case(label, [float32(x) for x in logits], how)


def weights_case(*weights, **how):
    return row_case([math.log(w) if w else -INF for w in weights], **how)


def shortest(x):
    """A float32 in as few digits as give it back."""
    return next((text for text in (f"{x:.{digits}g}" for digits in range(1, 10)) if float32(float(text)) == x), str(x))


def shown(case, **more):
    row = "[" + ", ".join(map(shortest, case.logits)) + "]" if len(case.logits) <= 16 else f"<{case.label}>"
    return f"sample({', '.join([row] + [f'{name}={value!r}' for name, value in {**case.how, **more}.items()])})"


class Definition:
    """What a row means: its living tokens in order, logit descending, then id ascending. Every filter keeps a prefix of it."""

    def __init__(self, logits, how={}):
        logits = list(logits)
        for id, times in Counter(how.get("output", ())).items():
            repetition = how.get("repetition_penalty", 1)
            logits[id] = logits[id] / repetition if logits[id] > 0 else logits[id] * repetition
            logits[id] -= how.get("frequency_penalty", 0) * times + how.get("presence_penalty", 0)
        self.logits, self.width, self._weights = logits, len(logits), {}
        self.top = max(logits, default=-INF)
        whole = not any(map(math.isnan, logits))
        self.order = [id for id, x in enumerate(logits) if x > -INF and (self.top < INF or x == INF)] if whole else []
        self.order.sort(key=lambda id: -logits[id])  # which leaves equals in the order of their ids

    def weights(self, temperature):
        """In the order, that of the greatest 1, and the sums up to each."""
        t = temperature or 1.0
        if t not in self._weights:
            weights = [1.0 if self.logits[id] == self.top else math.exp((self.logits[id] - self.top) / t) for id in self.order]
            self._weights[t] = weights, list(accumulate(weights))
        return self._weights[t]

    def kept(self, how, order):
        """How many stay; the least and the most that may, where boundaries lie within their bands; whether nothing before the last filter was so close."""
        n = fewer = more = len(self.order)
        t, settled = 1.0, True
        for name in order:
            if n == 0 or (value := how.get(name, NEUTRAL[name])) == NEUTRAL[name]:
                continue
            before = settled and fewer == n == more
            if name == "temperature":
                t, n = value, 1 if value == 0 else n
                fewer, more = (1, 1) if value == 0 else (fewer, more)
                continue
            if name == "top_k":
                n = fewer = more = min(n, value)
            elif name == "top_p":
                n, fewer, more = self._nucleus(n, t, value)
            else:
                n, fewer, more = self._above(n, t, value)
            settled = before
        return n, fewer, more, settled

    def _nucleus(self, n, t, p):
        sums = self.weights(t)[1]
        size = min(n, bisect_left(sums, p * sums[n - 1], 0, n) + 1)
        close = lambda length: abs(sums[length - 1] / sums[n - 1] - p) <= MASS_BAND
        return size, size - 1 if size > 1 and close(size - 1) else size, size + 1 if size < n and close(size) else size

    def _above(self, n, t, p):
        weights = self.weights(t)[0]
        reach = lambda least: next((i for i in range(n) if weights[i] < least), n)
        size, fewer, more = reach(p), reach(p * (1 + CUT_BAND)), reach(p * (1 - CUT_BAND))
        return size, max(fewer, reach(1.0)), more  # the maximum never falls, nor what equals it

    def probabilities(self, temperature, n):
        """Of every token of the row where the first n of the order are left."""
        p, (weights, sums) = [0.0] * self.width, self.weights(temperature)
        for id, weight in zip(self.order[:n], weights):
            p[id] = weight / sums[n - 1]
        return p


class Sampler:
    """A sampler under test, and what can be asked of it."""

    def __init__(self, sample, kept=None, row=None):
        names = inspect.signature(sample).parameters
        self.names = [name for name in names if name in NEUTRAL]
        self.order = [name for name in self.names if name not in PENALTIES]
        self.random = next((name for name in ("word", "u", "seed") if name in names), None)
        self.history = "output" in names and any(name in PENALTIES for name in self.names)
        self._sample, self._kept, self.row = sample, kept, row or (lambda logits: array("f", logits))
        of_kept = inspect.signature(kept).parameters if kept else {}
        self._kept_names = [*self.names, "output"] if any(each.kind == each.VAR_KEYWORD for each in of_kept.values()) else list(of_kept)
        self.has_kept, self.error, self._seed = kept is not None, "", 0
        self.random_words = random.Random(1)
        needs = [each.name for each in list(names.values())[1:] if each.default is each.empty and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)]
        if unknown := [name for name in needs if name not in NEUTRAL and name not in (self.random, "output")]:
            raise TypeError(f"sample() needs {', '.join(unknown)}, which nothing is known of")
        if self(array("f", [0, 1]), {}, 0) not in (0, 1):
            hint = "" if row else "; rows are array.array('f'), and `row` in the file makes others"
            raise TypeError(f"sample() does not draw from a row of two tokens: {self.error or 'it refuses'}{hint}")
        self.steps = self._has_steps()

    def supports(self, how):
        return all(name in self.names or name == "output" and self.history for name in how)

    def _with(self, how, names):
        given = {name: how.get(name, NEUTRAL[name]) for name in self.names if name in names}
        return {**given, "output": how.get("output", [])} if self.history and "output" in names else given

    def __call__(self, logits, how, word):
        """A token of the row, or REFUSED."""
        return self.ask(self.row(logits), how, word)

    def ask(self, row, how, word):
        number = {"word": {"word": word}, "u": {"u": (word >> 11) * 2.0**-53}, "seed": {"seed": word & 0x7FFFFFFF}}.get(self.random, {})
        try:
            self.error = ""
            answer = self._sample(row, **self._with(how, [*self.names, "output"]), **number)
            return REFUSED if answer is None else max(operator.index(answer), REFUSED)
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"
            return REFUSED

    def next(self, logits, how):
        """Another draw: by random words, by seeds one after the other, or by its own generator."""
        self._seed += 1
        return self(logits, how, self._seed if self.random == "seed" else self.random_words.getrandbits(64))

    def kept(self, logits, how):
        try:
            self.error = ""
            return sorted(operator.index(id) for id in self._kept(self.row(logits), **self._with(how, self._kept_names)))
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"
            return []

    def said(self, token):
        return (f"refuses ({self.error})" if self.error else "refuses") if token < 0 else f"gives {token}"

    def stretches(self, logits, how, precise=False):
        """[first word, token] of each interval of words; to 2^-40 of all words, or to the word. None where there are far too many."""
        at = lambda word: self(logits, how, word)
        found, before = [[0, at(0)]], 0
        for there in [(i << 58) for i in range(1, 64)] + [WORDS - 1]:
            token = at(there)
            while found[-1][1] != token:
                low, high = before, there
                while high - low > (1 if precise else 1 << 24):
                    middle = (low + high) // 2
                    if at(middle) == found[-1][1]:
                        low = middle
                    else:
                        high = middle
                found.append([high, at(high)])
                if len(found) > 4 * len(logits) + 64:
                    return None
                before = high
            before = there
        return found

    def _has_steps(self):
        """Whether tokens are intervals of the word, which can be enumerated."""
        if self.random not in ("word", "u"):
            return False
        found = self.stretches([1.0, 0.5, -0.25, -1.0, 0.75, -2.0, 0.0, 0.25], {})
        if found is None:
            return False
        tokens = [token for _, token in found if token >= 0]
        tokens = [token for i, token in enumerate(tokens) if i == 0 or token != tokens[i - 1]]
        return len(set(tokens)) == len(tokens)

    def shares(self, logits, how):
        """The part of all words that each token has, and at the end what is no token."""
        if (found := self.stretches(logits, how)) is None:
            return None
        share = [0.0] * (len(logits) + 1)
        for (first, token), end in zip(found, [first for first, _ in found[1:]] + [WORDS]):
            share[token if 0 <= token < len(logits) else -1] += (end - first) / WORDS
        return share


# ---- statistics


def exceeds(x, degrees):
    """The probability that a chi-square exceeds x."""
    half, odd = x / 2, degrees % 2
    tail = math.erfc(math.sqrt(half)) if odd else math.exp(-half)
    term = math.exp(-half) * (math.sqrt(half / (math.pi / 4)) if odd else half)
    for d in range(1 if odd else 2, degrees, 2):
        tail += term
        term *= half / (0.5 * d + 1)
    return tail


def critical(degrees):
    """What it exceeds once in a million."""
    low, high = degrees, 2.0 * degrees + 100
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if exceeds(middle, degrees) > 1e-6 else (low, middle)
    return high


def found_bias(degrees, draws):
    """Every second bin this part too likely and the others too unlikely would be found 99 times in 100."""
    x, above = 1.0, critical(degrees) - degrees
    for _ in range(100):
        x = above + 2.3263 * math.sqrt(2 * (degrees + 2 * x))
    return math.sqrt(x / draws)


def chi_square(p, counts):
    """Pearson's statistic over its critical value, and degrees; bins are merged until each expects ten."""
    draws = sum(counts)
    statistic = expected = seen = 0.0
    left, bins, living = float(draws), 0, [i for i, each in enumerate(p) if each > 0]
    for i in living:
        expected, seen, left = expected + p[i] * draws, seen + counts[i], left - p[i] * draws
        if (expected >= 10 and left >= 10) or i == living[-1]:
            statistic, bins = statistic + (seen - expected) ** 2 / expected, bins + 1
            expected = seen = 0.0
    return (statistic / critical(bins - 1), bins - 1) if bins > 1 else (0.0, 0)


# ---- the rows that are asked about


def falling(width, by):
    return [-by * i for i in range(width)]


def wide(shape, width):
    """By rank, so that no two logits are equal, each at a random place."""
    at = {
        "peaked": lambda r: 6 - 0.1 * r if r < 60 else -14 + 4 * (1 - r / width),  # sixty tokens hold nearly all of the mass
        "heavy-tailed": lambda r: -math.log(r + 1),  # the r-th has probability 1/r
        "flat": lambda r: 4 * (1 - r / width),
    }[shape]
    logits = [at(r) for r in range(width)]
    random.Random(width).shuffle(logits)
    return row_case(logits, f"{shape} row of {width}")


def with_parameters(case, **how):
    return Case(case.label, case.logits, how)


def usual(sampler):
    """No parameters, each alone, and all together, of those the sampler has."""
    some = [how for how in ({}, {"temperature": 0.7}, {"temperature": 1.8}, {"top_k": 2}, {"top_p": 0.9}, {"min_p": 0.1}) if sampler.supports(how)]
    return some + [{name: value for how in some for name, value in how.items()}]


# ---- what is asked: each check is a generator of (case, None where it is right and a sentence where not)

CHECKS = []


def check(promise, name, when=lambda sampler: None):
    """`when` says why a sampler cannot be asked, or nothing."""

    def add(function):
        CHECKS.append((promise, name, when, function))
        return function

    return add


def needs(*names):
    return lambda sampler: None if sampler.supports(dict.fromkeys(names)) else f"it does not take {' and '.join(names)}"


def needs_words(sampler):
    return None if sampler.steps else "its randomness is no word or u of which tokens are intervals"


def law_of(sampler, case):
    """The definition, how many stay, and probabilities; None where a boundary is close."""
    exact = Definition(case.logits, case.how)
    n, fewer, more, settled = exact.kept(case.how, sampler.order)
    return (exact, n, exact.probabilities(case.how.get("temperature", 1.0), n)) if settled and fewer == n == more else None


def judge_laws(sampler, run, cases):
    for case in cases:
        if not sampler.supports(case.how) or (law := law_of(sampler, case)) is None:
            continue
        yield case, (judge_shares if sampler.steps else judge_frequencies)(sampler, run, case, law[2])


def judge_shares(sampler, run, case, p):
    if (share := sampler.shares(case.logits, case.how)) is None:
        return f"{shown(case)}: tokens are no intervals of the word"
    off = lambda i: 0.0 if max(p[i], share[i]) < LEAST and p[i] > 0 else abs(share[i] - p[i]) / max(share[i], p[i], 1e-300)
    if share[-1] > 0:
        return f"{shown(case)}: refuses or leaves the row for {share[-1]:.3g} of the words ({sampler.error or 'no exception'})"
    worst = max(range(len(p)), key=off)
    return None if off(worst) <= SHARE_ERROR else f"{shown(case)}: token {worst} has {share[worst]:.6g} of the words, its probability is {p[worst]:.6g}"


def judge_frequencies(sampler, run, case, p):
    draws = run.draws if len(p) <= 100 else run.draws // 2
    counts = [0] * (len(p) + 1)
    for _ in range(draws):
        token = sampler.next(case.logits, case.how)
        counts[token if 0 <= token < len(p) else -1] += 1
    impossible = [i for i, each in enumerate(p) if each == 0 and counts[i]]
    if counts[-1] or impossible:
        what = f"{impossible[0]}, which cannot be drawn" if impossible else "no token of the row"
        return f"{shown(case)}: {counts[impossible[0]] if impossible else counts[-1]} of {draws} draws give {what}"
    ratio, degrees = chi_square(p, counts[:-1])
    if degrees:
        run.biases.append(found_bias(degrees, draws))
    worst = max(range(len(p)), key=lambda i: (counts[i] - p[i] * draws) ** 2 / (p[i] * draws or 1))
    return None if ratio <= 1 else f"{shown(case)}: {worst} came {counts[worst]} times in {draws}, expected {p[worst] * draws:.0f}"


def judge_tokens(sampler, rows, draws=16):
    """Tokens that may be drawn, of the usual parameters; a refusal where nothing lives."""
    for case in rows:
        exact = Definition(case.logits)
        for how in usual(sampler)[:: 1 if exact.width <= 100_000 else max(1, len(usual(sampler)) - 1)]:
            asked = with_parameters(case, **how)
            may = may_be_drawn(exact, how, sampler.order)
            for i in range(draws if exact.width <= 1000 else 1):
                word = [0, WORDS - 1][i] if i < 2 and sampler.steps else None
                token = sampler.next(case.logits, how) if word is None else sampler(case.logits, how, word)
                right = token in may if exact.order else token < 0
                nothing = "" if exact.order else ", and nothing can be drawn"
                yield asked, None if right else f"{shown(asked, **number(sampler, word))}: {sampler.said(token)}{nothing}"
            if not exact.order and sampler.has_kept:
                kept = sampler.kept(case.logits, how)
                yield asked, None if not kept else f"kept, not {shown(asked)}: {len(kept)} tokens of a row to refuse"


def number(sampler, word):
    return {} if word is None or not sampler.steps else {"word": word} if sampler.random == "word" else {"u": (word >> 11) * 2.0**-53}


def may_be_drawn(exact, how, order):
    """Those that are kept, with the one more that a close boundary allows, and have a probability of 2^-60 or more."""
    n, _, more, settled = exact.kept(how, order)
    if not exact.order:
        return set()
    weights, sums = exact.weights(how.get("temperature", 1.0))
    return {id for id, weight in zip(exact.order[: more if settled else exact.width], weights) if weight / sums[-1] >= 2.0**-60}


def judge_sets(sampler, cases):
    """Kept sets: by kept(), as tokens that some word gives, or as tokens that come in many draws."""
    exact = logits = None
    for case in cases:
        if not sampler.supports(case.how) or not (sampler.has_kept or len(case.logits) <= 64):
            continue
        exact = exact if case.logits is logits else Definition(case.logits)
        logits = case.logits
        n, fewer, more, settled = exact.kept(case.how, sampler.order)
        if not settled:
            continue
        p = exact.probabilities(case.how.get("temperature", 1.0), n)
        if sampler.has_kept:
            got, missed = sampler.kept(logits, case.how), 0.0
        elif sampler.steps:
            got, missed = sorted({token for _, token in sampler.stretches(logits, case.how) or []}), LEAST
        else:
            least = max(0.01, min(p[id] for id in exact.order[:n]))
            got, missed = sorted({sampler.next(logits, case.how) for _ in range(int(40 / least))}), 0.02
        there, sets = set(got), [set(exact.order[:each]) for each in {n, fewer, more}]
        right = any(there <= each and all(p[id] <= missed for id in each - there) for each in sets) and len(there) == len(got)
        brief = lambda ids: "{" + ", ".join(map(str, ids)) + "}" if max(len(got), n) <= 8 else f"{len(ids)} tokens"
        why = f" ({sampler.error})" if sampler.error else ""
        yield case, None if right else f"{shown(case)}: keeps {brief(got)}{why}, the definition {brief(sorted(exact.order[:n]))}"


@check("P1", "endpoint words", needs_words)
def endpoint_words(sampler, run):
    half, last = WORDS // 2, WORDS - 1
    ends = [half - 1, half, half + 1, 1 << 40, last - (1 << 40)] + [each for at in (0, 1, 0x3FF, 0x7FF, 0x800, 0xFFFFFFFF) for each in (at, last - at)]
    padded = [-INF] * 300 + [0.01 * (i % 97) for i in range(300)] + [-INF] * 400
    for how in ({}, {"temperature": 0.6}, {"top_k": 2}, {"top_p": 0.7}, {"min_p": 0.35}):
        short = [weights_case(0, 5, 0, 3, 2, 0, **how), weights_case(1, 2, 5, 3, 1, **how), row_case([-2.5] * 7, **how)]
        for case in [*short, row_case(padded, "row of 1000, 300 to 599 alive", **how)]:
            if not sampler.supports(how):
                continue
            may, words = may_be_drawn(Definition(case.logits), how, sampler.order), list(ends)
            if len(case.logits) < 10:
                words += [first + by for first, _ in sampler.stretches(case.logits, how, precise=True) or [] for by in (-1, 0, 1) if 0 <= first + by < WORDS]
            for word in words:
                token = sampler(case.logits, how, word)
                yield case, None if token in may else f"{shown(case, **number(sampler, word))}: {sampler.said(token)}, which cannot be drawn"


@check("P1", "odd widths")
def odd_widths(sampler, run):
    rows = [row_case([0.05 * ((i * 31) % 97) for i in range(width)], f"row of {width}") for width in (1, 2, 3, 31, 33, 127, 255, 256, 257, 1023, 1025, 4097)]
    rows.append(row_case([0.05 * ((i * 31) % 97) if i < 31_700 else -INF for i in range(32_000)], "row of 32000, the last 300 masked"))
    rows.append(row_case([-INF] * 200_002 + [-1], "row of 200003, the last alive"))
    yield from judge_tokens(sampler, rows)


@check("P2", "refusals")
def refusals(sampler, run):
    rows = [row_case([])] + [row_case([-INF] * width, f"row of {width} times -inf") for width in (1, 5, 300, 32_000)]
    for width in (1, 5, 300, 32_000):
        for at in sorted({0, width // 2, width - 1}):
            logits = [0.5] * width
            logits[width // 3], logits[at] = 3.0, NAN
            rows.append(Case(f"row of {width}, NaN at {at}", logits, {}))
    yield from judge_tokens(sampler, rows, draws=4)


@check("P2", "infinite logits")
def infinite_logits(sampler, run):
    rows = [row_case(row) for row in ([INF], [-INF, INF], [0, INF, 1], [INF, INF, 3e38])]
    yield from judge_tokens(sampler, rows + [row_case([1.0] * 31_999 + [INF], "row of 32000 that ends in +inf")])


@check("P2", "extreme logits")
def extreme_logits(sampler, run):
    greatest, least = float32(3.4028234e38), 2.0**-149
    rows = [[1e38, 1e38, -1e38], [greatest, 0, -greatest], [-greatest], [-INF, -greatest, -INF], [-1e38, -1e38], [65504, 65520, -65504]]
    rows += [[0, -800, -2000], [1000, 999, 998], [least, -least, 0, 1e-39]]
    spike = row_case([0.0] * 617 + [1e9] + [0.0] * 382, "row of 1000 with 1e9 at 617")
    yield from judge_tokens(sampler, [*map(row_case, rows), row_case([7.0] * 1000, "1000 equal logits"), spike])


@check("P4", "greedy", lambda sampler: None if {"temperature", "top_k"} & set(sampler.names) else "it takes neither temperature nor top_k")
def greedy(sampler, run):
    ties = [-1.0] * 32_000
    ties[17_000] = ties[20_001] = 2.0
    for row, label in (([1, 4, 4, 4], ""), ([-2, -1, -3], ""), ([0] * 5, ""), (ties, "row of 32000, its maximum at 17000 and 20001")):
        for how in filter(sampler.supports, ({"temperature": 0.0}, {"top_k": 1})):
            case = row_case(row, label, **how)
            for _ in range(8 if len(row) < 10 else 2):
                token = sampler.next(case.logits, how)
                yield case, None if token == row.index(max(row)) else f"{shown(case)}: {sampler.said(token)}, the first maximum is {row.index(max(row))}"


@check("P5", "temperature range", needs("temperature"))
def temperature_range(sampler, run):
    least, close = 2.0**-149, [1, 1 - 2.0**-24, 1 - 2.0**-23]
    cases = [weights_case(5, 3, 2, temperature=t) for t in (0.5, 2.0)] + [row_case(falling(16, 0.5), temperature=0.7)]
    cases += [row_case(close, temperature=1e-7), row_case([60000, 60000, 59999], temperature=1e-4), row_case([2, 2, 1], temperature=1e-30)]
    cases += [row_case([3e-31, 2e-31, 1e-31], temperature=float32(1e-31)), row_case([2 * least, least, 0], temperature=least)]
    yield from judge_laws(sampler, run, cases + [row_case([3, 2, 1], temperature=t) for t in (1e30, 3e38)])


@check("P6", "top_p crossing token", needs("top_p"))
def top_p_crossing(sampler, run):
    """Half-way between every two sums: the token that crosses p is kept."""
    for weights in ((5, 3, 2), (2, 5, 3), (1, 2, 8, 4), (31, 17, 11, 7, 0, 5, 3, 2)):
        sums = [each / sum(weights) for each in accumulate(sorted(weights, reverse=True))]
        cases = [weights_case(*weights, top_p=round((before + after) / 2, 4)) for before, after in zip([0.0] + sums, sums) if before < after]
        yield from judge_sets(sampler, cases)


@check("P6", "top_p next to 0 and 1", needs("top_p"))
def top_p_ends(sampler, run):
    for p in (0.0, 1e-30, 1e-8, 1 - 2.0**-24):
        equal = row_case([0.25] * 50_257, "50257 equal logits", top_p=p)
        yield from judge_sets(sampler, [weights_case(5, 3, 2, top_p=p), row_case([30, 0, -1], top_p=p), equal])


@check("P6", "top_k beyond the row", needs("top_k"))
def top_k_beyond(sampler, run):
    yield from judge_sets(sampler, [weights_case(*weights, top_k=k) for weights in ((5, 3, 2), (5, 0, 3)) for k in (2, 3, 4, 100, 2**31 - 1)])


@check("P6", "min_p", needs("min_p"))
def min_p(sampler, run):
    """In parts of the greatest probability, whatever that is."""
    yield from judge_sets(sampler, [weights_case(*weights, min_p=p) for weights in ((5, 3, 2), (1, 5, 3, 2), (3, 3, 1)) for p in (0.3, 0.45, 0.7, 1.0)])


@check("P6", "ties")
def ties(sampler, run):
    """Lower ids first at the edge of top_k and top_p; min_p keeps equals together."""
    equal = [0] * 16
    cases = [row_case(equal, top_k=k) for k in (1, 5, 15)] + [row_case([1, 4, 4, 4], top_k=2), row_case([4, 1, 4, 1, 4], top_k=4)]
    cases += [row_case(equal, top_p=j / 32) for j in range(1, 32)] + [weights_case(2, 4, 2, 2, top_p=0.5)]
    cases += [row_case([1.7] * 32_000, "32000 equal logits", top_k=1000), row_case([1.7] * 32_000, "32000 equal logits", top_p=999.5 / 32_000)]
    yield from judge_sets(sampler, cases + [weights_case(2, 4, 2, 2, 1, min_p=0.4), row_case(equal, min_p=0.999)])


@check("P6", "stages together", lambda sampler: None if len(sampler.order) > 1 else "it has fewer than two stages")
def stages_together(sampler, run):
    hows = [{"top_k": 2, "top_p": 0.5}, {"top_k": 3, "top_p": 0.75}, {"temperature": 0.5, "top_p": 0.6}, {"temperature": 2.0, "top_p": 0.6}]
    hows += [{"temperature": 0.5, "min_p": 0.4}, {"temperature": 2.0, "min_p": 0.6}, {"top_p": 0.6, "min_p": 0.8}, {"top_k": 3, "min_p": 0.8}]
    hows += [{"temperature": 0.7, "top_k": 3, "top_p": 0.65, "min_p": 0.05}]
    yield from judge_sets(sampler, [case for how in hows for case in (weights_case(4, 3, 2, 1, **how), row_case(falling(16, 0.125), **how))])


@check("P6", "wide rows", lambda sampler: None if sampler.has_kept else "there is no kept()")
def wide_sets(sampler, run):
    """Nuclei of sixty tokens, of thousands, and of most of the vocabulary, whose boundaries are some 1e-6 apart."""
    for row, hows in ((wide("peaked", 32_000), ()), (wide("heavy-tailed", 32_000), ()), (wide("flat", 151_936), ({"top_k": 1000}, {"min_p": 0.02}))):
        yield from judge_sets(sampler, [with_parameters(row, **how) for how in ({"top_p": 0.5}, {"top_p": 0.9}, {"top_p": 0.99}, {"top_k": 40}, *hows)])


@check("P7", "laws of rows")
def laws(sampler, run):
    cases = [weights_case(5, 3, 2), weights_case(0, 5, 0, 3, 2, 0), row_case([1.5] * 16), row_case(falling(16, 0.5)), row_case([1000, 999])]
    cases += [row_case([-1000, -1001, -INF]), row_case([88.8, 88, -88.8]), row_case([1e-40, 0, -1e-40]), wide("heavy-tailed", 100)]
    yield from judge_laws(sampler, run, cases)


@check("P7", "laws behind filters", lambda sampler: None if sampler.order else "it takes no filter")
def laws_behind_filters(sampler, run):
    cases = [weights_case(5, 3, 2, 1, top_k=2), weights_case(5, 3, 2, top_p=0.65), weights_case(4, 1, 4, 1, top_p=0.75), weights_case(1, 5, 3, 2, min_p=0.5)]
    cases += [with_parameters(wide("heavy-tailed", 150), **how) for how in ({"top_k": 100}, {"top_p": 0.9}, {"min_p": 0.01002})]
    cases += [row_case(falling(16, 0.5), temperature=0.8, top_k=6, top_p=0.8), row_case(falling(16, 0.5), temperature=1.7, top_k=9, top_p=0.83, min_p=0.1)]
    yield from judge_laws(sampler, run, cases)


@check("P7", "tails", needs_words)
def tails(sampler, run):
    """A token of 2^-10 to 2^-26 beside a likely one: 24 random bits do not reach the last."""
    for bits in (10, 14, 18, 22, 26):
        depth = -bits * math.log(2)
        for row in ([depth, 0], [0, depth], [-INF, 0, depth, -INF]):
            case, rare = row_case(row), row.index(depth)
            p, share = Definition(case.logits).probabilities(1.0, 2)[rare], (sampler.shares(case.logits, {}) or [0.0] * 4)[rare]
            yield case, None if abs(share / p - 1) <= 0.05 else f"{shown(case)}: token {rare} has {share:.3g} of the words, its probability is {p:.3g}"


@check("P7", "shares in wide rows", needs_words)
def wide_shares(sampler, run):
    """How many words give the token of one, in a flat row: sums in float cannot tell these apart."""
    case = wide("flat", 32_000)
    exact = Definition(case.logits)
    p = exact.probabilities(1.0, exact.width)
    row = sampler.row(case.logits)
    for word in (0x3A7F1C2B4D5E6F70, 0xE6D1C0B3A4958677):
        token = sampler.ask(row, {}, word)
        if not 0 <= token < exact.width:
            yield case, f"{shown(case, **number(sampler, word))}: {sampler.said(token)}"
            continue
        span, reach = int(p[token] * WORDS), []
        for sign, room in ((1, WORDS - 1 - word), (-1, word)):
            inside, outside = 0, min(room, 4 * span) + 1
            while outside - inside > span >> 14:
                middle = (inside + outside) // 2
                inside, outside = (middle, outside) if sampler.ask(row, {}, word + sign * middle) == token else (inside, middle)
            reach.append((inside + outside) / 2)
        share = sum(reach) / WORDS
        has = f"{shown(case)}: token {token} has {share:.6g} of the words, its probability is {p[token]:.6g}"
        yield case, None if abs(share / p[token] - 1) <= 2e-4 else has


@check("P8", "same number, same token", lambda sampler: None if sampler.random else "it draws by a generator of its own")
def same_token(sampler, run):
    rows = [weights_case(5, 3, 2), row_case([0.5] * 16), row_case(falling(16, 0.5)), wide("heavy-tailed", 300), wide("flat", 5000)]
    for how in usual(sampler):
        asked = [(row, sampler.random_words.getrandbits(64)) for _ in range(6) for row in rows]
        first = [sampler(row.logits, how, word) for row, word in asked]
        for (row, word), before in reversed(list(zip(asked, first))):  # each call stands between others than before
            case, token = with_parameters(row, **how), sampler(row.logits, how, word)
            asked_with = number(sampler, word) or {sampler.random: word if sampler.random != "seed" else word & 0x7FFFFFFF}
            yield case, None if token == before else f"{shown(case, **asked_with)}: gives {before}, and later {sampler.said(token)}"


@check("P8", "the row is left as it was")
def row_unchanged(sampler, run):
    hows = usual(sampler) + [{"temperature": 0.0}] + [{name: 1.5, "output": [0, 2, 2]} for name in PENALTIES]
    for logits in ([1.0, 3.0, 2.0, -INF, 0.5, -1.0], [1.0, NAN, 0.0], [INF, 0.0, 1.0], [-INF] * 3):
        for how in filter(sampler.supports, hows):
            case = row_case(logits, **how)
            row = sampler.row(case.logits)
            sampler.ask(row, how, WORDS // 3)
            after = [float(each) for each in row]
            same = len(after) == len(logits) and all(a == b or (a != a and b != b) for a, b in zip(after, case.logits))
            yield case, None if same else f"{shown(case)}: writes to the row"


@check("P10", "penalties", lambda sampler: None if sampler.history else "it takes no penalty with output")
def penalties(sampler, run):
    row, output = [2.0, -1.0, 0.5, 1.5, -0.5, 0.0, 3.0], [3, 1, 3, 3, 5, 6, 1]
    values = {"repetition_penalty": (1.3, 0.8), "frequency_penalty": (0.4, -0.25), "presence_penalty": (0.7, -0.5)}
    hows = [{name: value, "output": seen} for name in values for value in values[name] for seen in (output, [])]
    hows += [{"repetition_penalty": 1.2, "frequency_penalty": 0.3, "presence_penalty": 0.1, "output": output}]
    yield from judge_laws(sampler, run, [row_case(r, **how) for how in hows for r in (row, row[:6] + [-INF])])


@check("P16", "independence", lambda sampler: None if not sampler.random or sampler.random == "seed" else "its random numbers are ours")
def independence(sampler, run):
    """Pairs of draws one after the other; where there are seeds, of seeds that are neighbours."""
    case, counts = row_case([0] * 4), [0] * 17
    for i in range(run.draws):
        if i == run.draws // 2:
            sampler.next(case.logits, {})  # from here on seeds stand in the other pairs
        a, b = sampler.next(case.logits, {}), sampler.next(case.logits, {})
        counts[4 * a + b if 0 <= a < 4 and 0 <= b < 4 else -1] += 1
    ratio, degrees = chi_square([1 / 16] * 16, counts[:-1])
    most = max(range(16), key=lambda i: counts[i])
    run.biases.append(found_bias(15, run.draws))
    often = f"{most % 4} follows {most // 4} {counts[most]} times in {run.draws} pairs, expected {run.draws / 16:.0f}"
    yield case, None if ratio <= 1 and not counts[-1] else f"{shown(case)}: {often}"


class Run:
    def __init__(self, draws):
        self.draws, self.biases = draws, []


def run(sampler, draws=10_000, only=None):
    """Found for each check, those named in `only` or all."""
    found = []
    for promise, name, when, ask in CHECKS:
        if only and name not in only:
            continue
        if why := when(sampler):
            found.append(Found(promise, name, 0, 0, None, why))
            continue
        judged, cases, failures, smallest = Run(draws), 0, 0, None
        for case, fault in ask(sampler, judged):
            cases += 1
            if fault:
                failures += 1
                if smallest is None or len(case.logits) < smallest[0]:
                    smallest = len(case.logits), fault
        note = f"alpha 1e-6; a bias of {100 * min(judged.biases):.1f} to {100 * max(judged.biases):.1f} % would show" if judged.biases else ""
        found.append(Found(promise, name, cases, failures, smallest and smallest[1], note if cases else "no case applies to what it takes"))
    return found


def page(found):
    """What of each promise was found, with the smallest input that breaks it."""
    lines = []
    for promise, sentence in PROMISES.items():
        mine = [each for each in found if each.promise == promise]
        cases, failures = sum(each.cases for each in mine), sum(each.failures for each in mine)
        word = "broken" if failures else "held" if cases else "-"
        lines.append(f"{word:<7} {promise:<4} {sentence} ({cases} cases{f', {failures} fail' if failures else ''})")
        for each in mine:
            if each.failures:
                lines += [f"             {each.name}: {each.failures} of {each.cases}, the smallest", f"               {each.smallest}"]
            elif each.note:
                lines.append(f"             {each.name}: {each.note if each.cases else 'not asked, ' + each.note}")
    return "\n".join(lines)


def load(path):
    """The Sampler of a file."""
    path = pathlib.Path(path)
    sys.path.insert(0, str(path.parent))
    module = importlib.util.module_from_spec(importlib.util.spec_from_file_location(path.stem, path))
    module.__spec__.loader.exec_module(module)
    if not hasattr(module, "sample"):
        raise TypeError("there is no function sample() in it")
    return Sampler(module.sample, getattr(module, "kept", None), getattr(module, "row", None))


def main(arguments):
    if len(arguments) not in (1, 2) or arguments[0].startswith("-"):
        print("usage: python3 -m argdraw.conformance my_sampler.py [draws of each law, 10000]", file=sys.stderr)
        return 2
    try:
        sampler, draws = load(arguments[0]), int(arguments[1]) if len(arguments) == 2 else 10_000
    except Exception as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr)
        return 2
    found = run(sampler, draws)
    print(page(found))
    broken = {each.promise for each in found if each.failures}
    print(f"{arguments[0]}: " + (f"{len(broken)} of {len(PROMISES)} promises are broken" if broken else "what was asked is held"))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
