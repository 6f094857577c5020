"""A plain sampler that keeps every promise, as python3 -m argdraw.conformance my_sampler.py finds: a place to begin, and what tests plant bugs in."""

import math
from collections import Counter


def penalised(logits, output, repetition, frequency, presence):
    logits = list(logits)
    for id, times in Counter(output).items():
        logits[id] = logits[id] / repetition if logits[id] > 0 else logits[id] * repetition
        logits[id] -= frequency * times + presence
    return logits


def left(logits, temperature, top_k, top_p, min_p):
    """Ids and weights of the tokens that are left, likely ones first and equals by their ids; nothing of a row with a NaN or without a living token."""
    if any(math.isnan(logit) for logit in logits):
        return [], []
    top = max(logits, default=-math.inf)
    ids = [id for id, logit in enumerate(logits) if logit > -math.inf and (top < math.inf or logit == top)]
    ids.sort(key=lambda id: -logits[id])
    if temperature == 0:
        ids = ids[:1]
    weights = [1.0 if logits[id] == top else math.exp((logits[id] - top) / temperature) for id in ids]
    n = len(ids)
    if top_k > 0:
        n = min(n, top_k)
    if top_p < 1:
        n = nucleus(weights[:n], top_p)
    while n > 1 and weights[n - 1] < min_p:
        n -= 1
    return ids[:n], weights[:n]


def nucleus(weights, p):
    """The length of the shortest prefix that weighs a p-th of all."""
    target, running = p * math.fsum(weights), 0.0
    for i, weight in enumerate(weights):
        running += weight
        if running >= target:
            return i + 1
    return len(weights)


def draw(ids, weights, word):
    """The token that 64 random bits stand for."""
    target, running, last = (word >> 11) * 2.0**-53 * math.fsum(weights), 0.0, None
    for id, weight in zip(ids, weights):
        if weight > 0:
            running, last = running + weight, id
            if running > target:
                break
    return last


def kept(
    logits, *, repetition_penalty=1.0, frequency_penalty=0.0, presence_penalty=0.0, output=(), temperature=1.0, top_k=0, top_p=1.0, min_p=0.0
):
    return left(penalised(logits, output, repetition_penalty, frequency_penalty, presence_penalty), temperature, top_k, top_p, min_p)[0]


def sample(
    logits, *, repetition_penalty=1.0, frequency_penalty=0.0, presence_penalty=0.0, output=(), temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, word
):
    logits = penalised(logits, output, repetition_penalty, frequency_penalty, presence_penalty)
    return draw(*left(logits, temperature, top_k, top_p, min_p), word)
