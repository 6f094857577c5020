"""What the Python module draws against what C++ draws, and what it refuses: draws.py LIBRARY REFERENCE [STEPS], the program of examples/reference and how
much it draws."""

import array
import copy
import os
import pickle
import subprocess
import sys

os.environ["ARGDRAW_LIBRARY"] = sys.argv[1]
import argdraw  # noqa: E402

WIDTH, ROWS, STEPS = 1000, 200, sys.argv[3] if len(sys.argv) > 3 else "50"
PROMPT = [1, 2, 3, 1, 2]


def row(step):
    return array.array("f", [((i * 2654435761 + step * 40503 * 65537) % 2**32 >> 8) / 2**20 for i in range(WIDTH)])


def raises(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


rows = [row(step) for step in range(ROWS)]
for line in subprocess.run([sys.argv[2], STEPS], check=True, capture_output=True, text=True).stdout.splitlines():
    if line.startswith("text "):
        text, step = argdraw.Pipeline(line[5:]).start(seed=42, sequence=7, prompt=PROMPT), 0
        continue
    token = text.draw(rows[step % ROWS])
    text.accept(token.id)
    step += 1
    assert f"{token.id} {array.array('I', array.array('f', [token.logprob]).tobytes())[0]}" == line, (text, step, token)

pick = argdraw.Pipeline(" top_k( 40 )|categorical ")
assert str(pick) == "top_k(40) | categorical"
error = raises(argdraw.ParseError, lambda: argdraw.Pipeline("top_k(40) | top_q(0.9) | categorical"))
assert error.column == 13 and "nearest is 'top_k'" in error.sentence, error
assert "stage 0" in str(raises(argdraw.Error, lambda: argdraw.Pipeline("ban([70]) | categorical").check(70)))
for wrong in (None, b"greedy", 3, ["greedy"], pick):
    assert type(wrong).__name__ in str(raises(TypeError, lambda: argdraw.Pipeline(wrong)))

# Exceptions go to other processes and back, as those of a multiprocessing.Pool have to.
for error in (error, raises(argdraw.Error, lambda: pick.start().accept(-1)), raises(argdraw.Error, lambda: argdraw.Pipeline("ban([70]) | greedy").check(70))):
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is type(error) and str(other) == str(error) and vars(other) == vars(error)

text = pick.start(seed=1)
ids, probabilities = text.distribution(rows[0])
assert len(ids) == len(probabilities) == 40 and abs(sum(probabilities) - 1) < 1e-12 and list(ids) == sorted(ids)
token = text.draw(rows[0])
found, (log_kept, *_, kept) = text.log_probabilities(rows[0], chosen=token.id, ids=[5], top=3)
assert [found[0].id, found[1].id] == [token.id, 5] and len(found) == 5 and kept == 40 and log_kept < 0
assert abs(found[0].processed - token.logprob) < 1e-6
text.accept(token.id)
fork, again = copy.copy(text), pick.resume(text.bytes())
assert text.draw(rows[1]) == fork.draw(rows[1]) == again.draw(rows[1])
assert text.output == [token.id]

# A copy draws what its original draws until it is reseeded, and then what a text of that seed and number does.
def goes_on(text):
    text = copy.copy(text)
    for each in rows[:30]:
        text.accept(text.draw(each).id)
    return text.output


start = lambda **how: pick.start(output=[token.id], **how)
original = start(seed=1)
other = copy.copy(original)
deep = copy.deepcopy([original, original])
assert deep[0] is deep[1] is not original and goes_on(deep[0]) == goes_on(original)
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    assert "Pipeline.resume()" in str(raises(TypeError, lambda: pickle.dumps(original, protocol)))
assert goes_on(other) == goes_on(original)
other.reseed(2)
assert goes_on(other) == goes_on(start(seed=2)) != goes_on(original)
other.reseed(1, sequence=5)
assert goes_on(other) == goes_on(start(seed=1, sequence=5)) != goes_on(original)
other.reseed(1)
assert goes_on(other) == goes_on(original)
for wrong in (-1, 2**64):
    raises(OverflowError, lambda: other.reseed(wrong))
    raises(OverflowError, lambda: other.reseed(1, wrong))
text.rollback(1)
assert text.output == []
assert str(pickle.loads(pickle.dumps(pick))) == str(copy.copy(pick)) == str(pick)

# Ids are whatever gives integers, of which bytes are some.
learner = argdraw.Pipeline("penalties(1.5, frequency=0.5) | top_k(3) | greedy")
some = [1, 0, 0, 0]
for like in (tuple, iter, bytes, bytearray, lambda ids: memoryview(bytes(ids)), lambda ids: array.array("q", ids), lambda ids: array.array("i", ids)):
    assert learner.start(output=like(some)).output == some
    assert learner.start(prompt=like(some)).bytes() == learner.start(prompt=some).bytes()
    assert [each.id for each in text.log_probabilities(rows[0], ids=like(some))[0]] == some
for wrong in ("1", None, 3, [None], [1.5], array.array("f", [1])):
    raises(TypeError, lambda: learner.start(output=wrong))
    raises(TypeError, lambda: text.log_probabilities(rows[0], ids=wrong))

for wrong in (array.array("i", [1, 2]), memoryview(bytes(12)).cast("B", (3, 4)), b"abcd", [1.0, 2.0], None):
    raises((TypeError, BufferError), lambda: text.draw(wrong))
raises(TypeError, lambda: text.draw(array.array("H", [1]), format="half"))
raises(argdraw.Error, lambda: text.draw(array.array("f")))
raises(argdraw.Error, lambda: text.draw(array.array("f", [float("nan")])))
raises(argdraw.Error, lambda: text.accept(-1))
raises(OverflowError, lambda: text.accept(2**40))
for number in ({"seed": 2**64}, {"sequence": -1}, {"position": 2**32}, {"vocabulary": -1}):
    raises(OverflowError, lambda: pick.start(**number))
raises(argdraw.Error, lambda: text.rollback(1))
text.accept(3)
for wrong in (2**64, 2**64 + 1, -1, -(2**64) + 1):
    raises(OverflowError, lambda: text.rollback(wrong))
    raises(OverflowError, lambda: pick.check(wrong))
    raises(OverflowError, lambda: text.log_probabilities(rows[0], top=wrong))
for wrong in (2**32 + 1, 2**31, -(2**32)):
    raises(OverflowError, lambda: text.accept(wrong))
    raises(OverflowError, lambda: text.log_probabilities(rows[0], chosen=wrong))
    raises(OverflowError, lambda: text.log_probabilities(rows[0], ids=[wrong]))
for wrong in (1.0, "1", None):
    for call in (text.rollback, text.accept, pick.check, pick.start, lambda wrong: text.log_probabilities(rows[0], chosen=wrong)):
        raises(TypeError, lambda: call(wrong))
assert text.output == [3]
text.rollback(True)
assert text.output == []
raises(argdraw.Error, lambda: pick.resume(b"no sequence"))
assert pick.start().draw(array.array("H", [0x3F80, 0x4120]), format="bfloat16").id in (0, 1)
